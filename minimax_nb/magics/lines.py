"""What the line magics do: look things up, and show them. Loaded when the first of them is used."""

from __future__ import annotations

import linecache
import re
import sys
from typing import Any

from minimax_nb.catalog import did_you_mean
from minimax_nb.chat.served import asked_lists
from minimax_nb.chat.uploads import forget, uploaded
from minimax_nb.chat.whom import where_of
from minimax_nb.display import choose_mode, put, setting_listing
from minimax_nb.display.tables import known_models, live_listing, upload_listing
from minimax_nb.doctor import TIMEOUT_S, examine
from minimax_nb.errors import ConfigError, MiniMaxError, RequestError
from minimax_nb.magics.base import KitMagics, defaults_of, set_default
from minimax_nb.magics.complete import remember
from minimax_nb.magics.options import Parsed
from minimax_nb.prompt.sources import CELL_FILE

_SETTING = re.compile(r"""\s*([A-Za-z_]\w*)=("[^"]*"|'[^']*'|\S*)""")


def models(magics: KitMagics, parsed: Parsed) -> None:
    """Show the models that are known, or ask the services for theirs."""
    if parsed.values.get("live"):
        answers = asked_lists(where_of(parsed.values), parsed.values.get("timeout"), magics.layer())
        remember(answers)
        put(live_listing(answers, parsed.rest))
        return
    for name in _LIVE_ONLY:
        if name in parsed.values:
            raise ConfigError("Where and how long to ask is said of live lists only.", hint="Add --live.")
    put(known_models(parsed.values.get("provider"), parsed.rest))


_LIVE_ONLY = ("face", "base_url", "region", "timeout")


def uploads(magics: KitMagics, parsed: Parsed) -> None:
    """Show the videos that are at a service, or delete those that are named."""
    said = parsed.values
    if parsed.rest.strip():
        raise ConfigError("%minimax_uploads takes no words.", hint="To delete one: --delete ID.")
    if said.get("delete") and said.get("delete_all"):
        raise ConfigError("--delete and --delete-all exclude each other.")
    where: dict[str, Any] = {**where_of(said), "timeout": said.get("timeout"), "layer": magics.layer()}
    wanted = tuple(dict.fromkeys(said.get("delete", ()))) or uploaded(**where)
    if not wanted:
        _say(_NO_UPLOAD)
    elif not (said.get("delete") or said.get("delete_all")):
        put(upload_listing(wanted))
    else:
        for file in wanted:
            name = file if isinstance(file, str) else f"{file.file_id} ({file.name})"
            _say(f"Deleted: {name}." if forget(file, **where) else f"The service has no upload {name}.")


_NO_UPLOAD = "Nothing is uploaded. A video goes up when it is too large for a request, or is a Video(..., upload=True)."


def history(magics: KitMagics, parsed: Parsed) -> None:
    """Show a conversation."""
    put(_chat(magics, parsed))


def reset(magics: KitMagics, parsed: Parsed) -> None:
    """Forget conversations, or bring back what was forgotten."""
    session = magics.session
    if parsed.values.get("undo"):
        names = session.undo_reset()
        _say(f"Brought back: {', '.join(names)}." if names else "There is no reset to undo.")
        return
    if parsed.values.get("all"):
        names = session.reset(tuple(session.chats))
    else:
        _chat(magics, parsed)
        names = session.reset((parsed.values.get("chat", "main"),))
    _say(f"Forgotten: {', '.join(names)}. %minimax_reset --undo brings it back." if names else "Nothing to forget.")


def config(magics: KitMagics, parsed: Parsed) -> None:
    """Show the defaults, or set those that are named."""
    rest = parsed.rest.strip()
    while rest:
        match = _SETTING.match(rest)
        if match is None:
            raise ConfigError(f"%minimax_config takes name=value, not {rest.split()[0]!r}.")
        set_default(magics, match[1], match[2].strip("\"'"))
        rest = rest[match.end() :].strip()
    put(setting_listing(defaults_of(magics)))


def doctor(magics: KitMagics, parsed: Parsed) -> None:
    """Say what this installation and the keys it finds can do."""
    if parsed.rest.strip():
        raise ConfigError("%minimax_doctor takes no words.")
    said = parsed.values
    put(
        examine(
            magics.layer(),
            where=where_of(said),
            offline=said.get("offline", False),
            local=said.get("local", False),
            timeout=said.get("timeout", TIMEOUT_S),
            front_end=type(magics.shell).__name__,
            paint=choose_mode(magics.paint or None),
        )
    )


def fix_prompt(words: str) -> tuple[str, Exception]:
    """The prompt that asks to mend the last exception: the failing cell and its traceback.

    Raises:
        RequestError: There is no exception to mend.
    """
    error = getattr(sys, "last_exc", None) or getattr(sys, "last_value", None)
    if error is None or not isinstance(error, Exception):
        raise RequestError("No exception has happened in this notebook yet, so there is nothing to fix.")
    if isinstance(error, MiniMaxError):
        raise RequestError(
            f"The last exception is the kit's own, and its message says what to do: {error}",
            hint="No model was asked.",
        )
    ask = "Explain this exception in one or two sentences, then give the mended cell as one Python code block."
    said = f"\n{words.strip()}" if words.strip() else ""
    cell = _failing_cell(error)
    code = f"\n\nThe cell:\n\n```python\n{cell}\n```" if cell else ""
    return f"{ask}{said}{code}\n\nThe exception:\n\n", error


def _failing_cell(error: BaseException) -> str:
    """The source of the cell that was run when the exception came, from the traceback; "" if it is not known.

    The traceback knows it even where a front end runs cells without keeping their history.
    """
    trace = error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if CELL_FILE.match(name):
            return "".join(linecache.getlines(name)).rstrip()
        trace = trace.tb_next
    return ""


def _chat(magics: KitMagics, parsed: Parsed) -> Any:  # noqa: ANN401
    if parsed.rest.strip():
        raise ConfigError(f"This magic takes no words, but was given {parsed.rest.strip()!r}.", hint="Use --chat NAME.")
    name = parsed.values.get("chat", "main")
    chat = magics.session.chats.get(name)
    if chat is None:
        known = tuple(magics.session.chats)
        hint = did_you_mean(name, known) or (f"There are: {', '.join(known)}." if known else "%%minimax starts one.")
        raise ConfigError(f"There is no conversation {name!r} yet.", hint=hint)
    return chat


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


ACTIONS = {
    "minimax_models": models,
    "minimax_uploads": uploads,
    "minimax_history": history,
    "minimax_reset": reset,
    "minimax_config": config,
    "minimax_doctor": doctor,
}
"""What each line magic does."""
