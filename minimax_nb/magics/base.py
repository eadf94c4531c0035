"""What every magic of the kit shares: defaults as traits, the session, errors in one line."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from IPython.core.magic import Magics
from traitlets import Bool, Float, Int, TraitError, Unicode
from traitlets.config import Configurable

from minimax_nb.errors import ConfigError, MiniMaxError
from minimax_nb.magics.whereabouts import Whereabouts

if TYPE_CHECKING:
    from minimax_nb.magics.session import Session


class StoppedByUser(KeyboardInterrupt):
    """An interrupt that shows as one line; Run All stops as for any other."""

    def _render_traceback_(self) -> list[str]:
        return ["KeyboardInterrupt: stopped; what had arrived is kept above, in _mm and in the conversation."]


class Defaults(Configurable):
    """Defaults of the magics; what is left empty comes from the environment and the config file."""

    provider = Unicode("", help="who answers").tag(config=True)
    model = Unicode("", help="the model's id").tag(config=True)
    face = Unicode("", help="the protocol: anthropic or openai").tag(config=True)
    base_url = Unicode("", help="another address for the protocol").tag(config=True)
    region = Unicode("", help="a provider's other hosts, such as cn").tag(config=True)
    system = Unicode("", help="system message of new conversations").tag(config=True)
    temperature = Float(None, allow_none=True, help="sampling temperature").tag(config=True)
    top_p = Float(None, allow_none=True, help="nucleus sampling").tag(config=True)
    max_tokens = Int(None, allow_none=True, help="most tokens of a reply, thinking included").tag(config=True)
    thinking = Unicode("", help="thinking: adaptive or off").tag(config=True)
    effort = Unicode("", help="how hard to think: low to max").tag(config=True)
    timeout = Float(None, allow_none=True, help="longest silence in seconds").tag(config=True)
    retries = Int(None, allow_none=True, help="how often a failed call is sent again").tag(config=True)
    retry_wait = Float(None, allow_none=True, help="longest time in seconds all such waits may take").tag(config=True)
    paint = Unicode("", help="live, once or plain; empty: what the place can do").tag(config=True)
    cassette = Unicode("", help="file that calls are recorded in and replayed from").tag(config=True)
    cassette_mode = Unicode("", help="what is done with it: auto, record, replay or off").tag(config=True)
    cassette_speed = Unicode("", help="how fast it is replayed: full, recorded, or a factor").tag(config=True)
    tracebacks = Bool(False, help="show full tracebacks of the kit's own errors").tag(config=True)


class KitMagics(Magics, Defaults):
    """The base of the kit's magics."""

    shell: Any

    def __init__(self, shell: Any) -> None:  # noqa: ANN401 - IPython's shells are untyped here
        super().__init__(shell)
        self.completer: Any = None
        self.whereabouts = Whereabouts()
        self.panels: Mapping[str, Callable[..., Any]] = {}  # given by whoever loads the magics: they stand above
        self._session: Session | None = None
        self._outside: dict[str, str | None] = {}

    @property
    def session(self) -> Session:
        """The conversations of this kernel; made on first use, so that loading the extension stays cheap."""
        if self._session is None:
            from minimax_nb.magics.session import Session

            self._session = Session()
        return self._session

    def layer(self) -> dict[str, Any]:
        """The defaults that are set, by name."""
        names = set(Defaults.class_own_traits(config=True)) - {"paint", "tracebacks"}
        return {name: value for name in names if (value := getattr(self, name)) not in {None, ""}}

    def set_variable(self, name: str, value: str) -> None:
        """Set an environment variable for everything in this process; no value is what it was before."""
        before = self._outside.setdefault(name, os.environ.get(name))
        if wanted := value or before:
            os.environ[name] = wanted
        else:
            os.environ.pop(name, None)

    def put_variables_back(self) -> None:
        """Let the environment be as it was before :meth:`set_variable`."""
        for name in self._outside:
            self.set_variable(name, "")

    @contextmanager
    def failing_in_one_line(self) -> Iterator[None]:
        """Let errors of the kit show as one line; the traceback is there when the setting asks for it."""
        try:
            yield
        except MiniMaxError as error:
            if not self.tracebacks:
                line = f"{type(error).__name__}: {error}"
                error._render_traceback_ = lambda: [line]  # type: ignore[attr-defined]
            raise
        except KeyboardInterrupt:
            raise (KeyboardInterrupt() if self.tracebacks else StoppedByUser()) from None


def set_default(magics: KitMagics, name: str, text: str) -> None:
    """Set one default from text; no text goes back to the trait's own default.

    Raises:
        ConfigError: No such setting, or a value of the wrong kind.
    """
    from minimax_nb.catalog import did_you_mean

    traits = Defaults.class_own_traits(config=True)
    trait = traits.get(name)
    if trait is None:
        raise ConfigError(f"There is no setting {name!r}.", hint=did_you_mean(name, tuple(traits)))
    try:
        setattr(magics, name, trait.from_string(text) if text else trait.default())
    except (TraitError, ValueError):
        raise ConfigError(f"{name} does not take {text!r}; it is: {trait.help}.") from None


def defaults_of(magics: KitMagics) -> tuple[tuple[str, str, str], ...]:
    """Name, value and meaning of every default, in the order of :class:`Defaults`."""

    def row(name: str) -> tuple[str, str, str]:
        value = getattr(magics, name)
        return name, "not set" if value is None or value == "" else str(value), str(traits[name].help)

    traits = Defaults.class_own_traits(config=True)
    return tuple(row(name) for name in vars(Defaults) if name in traits)
