"""What ``%minimax_record`` does. Loaded when it is used."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from minimax_nb.cassette import Cassette, Status
from minimax_nb.catalog import Choice, choose
from minimax_nb.catalog.settings import VARIABLES
from minimax_nb.chat.recording import carrier_of
from minimax_nb.errors import ConfigError
from minimax_nb.magics.base import KitMagics, set_default
from minimax_nb.magics.options import RECORD, Parsed, parse_words

OFF = "off"


def record(magics: KitMagics, parsed: Parsed) -> None:
    """Begin to record and to replay, end it, or show how it stands."""
    more, words = parse_words(parsed.rest, RECORD)
    said = {**parsed.values, **more}
    if len(words) > 1:
        raise ConfigError(f"%minimax_record takes one file, not {len(words)}.", hint="A blank in it wants quotes.")
    if not words:
        _change(magics, said)
    elif words[0] == OFF:
        _end(magics, said)
    else:
        _begin(magics, words[0], said)


def _begin(magics: KitMagics, file: str, said: Mapping[str, Any]) -> None:
    """Record in a file from here on. Run again, each request has its first answer again.

    What is printed is the same on every run and in every mode, so that a saved notebook stays as it is.
    """
    if said.get("tidy"):
        raise ConfigError("--tidy is for the end of a notebook, when all that is needed was used.")
    named = {"cassette": file, **_named(said)}
    if named.get("cassette_mode") == OFF:
        raise ConfigError("In mode off nothing is recorded.", hint="Leave --mode out, or say --mode auto.")
    if magics.cassette_mode == OFF:
        named.setdefault("cassette_mode", "")  # what ended the last one does not hold for this one
    carrier = carrier_of(_choice(magics, named))
    if isinstance(carrier, Cassette):  # else the environment says that recordings are left alone
        carrier.begin()
    place = str(Path(file).expanduser().resolve())  # the notebook may go to another folder
    _set(magics, {**named, "cassette": place})
    _say(f"Calls are recorded in {file} and replayed from it. %minimax_record shows how it stands.")


def _change(magics: KitMagics, said: Mapping[str, Any]) -> None:
    """Change how it is replayed or tidy it up; show how it stands."""
    named = _named(said)
    choice = _choice(magics, named)
    cassette = carrier_of(choice)
    if not isinstance(cassette, Cassette):
        if said:
            raise ConfigError("Nothing is recorded, so there is nothing to change.", hint="%minimax_record FILE.")
        _say("Nothing is recorded. %minimax_record FILE records in a file, and replays from it.")
        return
    _set(magics, named)
    if said.get("tidy"):
        gone = cassette.tidy()
        _say(f"Taken out: {_exchanges(gone)} that {'was' if gone == 1 else 'were'} not used since the kernel began.")
    _say(_told(cassette, cassette.status, choice))


def _end(magics: KitMagics, said: Mapping[str, Any]) -> None:
    if said:
        raise ConfigError("%minimax_record off takes no options.")
    _set(magics, {"cassette": "", "cassette_mode": OFF, "cassette_speed": ""})
    _say("Nothing is recorded or replayed from here on.")


def _named(said: Mapping[str, Any]) -> dict[str, str]:
    """The settings that the options name."""
    return {f"cassette_{name}": said[name] for name in ("mode", "speed") if name in said}


def _choice(magics: KitMagics, named: Mapping[str, str]) -> Choice:
    layer = {name: value for name, value in magics.layer().items() if name not in named}
    return choose({name: value for name, value in named.items() if value}, layer=layer)


def _set(magics: KitMagics, named: Mapping[str, str]) -> None:
    """Set what is named for the magics, and for every chat and panel that is made from here on."""
    for name, value in named.items():
        set_default(magics, name, value)
        magics.set_variable(VARIABLES[name], value)


def _told(cassette: Cassette, status: Status, choice: Choice) -> str:
    """How a recording stands, one line."""
    speed = choice.cassette_speed or "full"
    now = f"{status.recorded} recorded, {status.replayed} replayed, {status.unused} unused"
    trouble = f" The last one was not written: {status.trouble}" if status.trouble else ""
    return (
        f"{cassette.path.name}: mode {cassette.mode}, speed {speed}, {_exchanges(status.exchanges)}. Since the kernel "
        f"began: {now}.{trouble}"
    )


def _exchanges(count: int) -> str:
    return f"{count} exchange{'' if count == 1 else 's'}"


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
