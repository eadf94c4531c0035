"""What the emulator can do, as a text: it stands under the options in ``--help``, and at ``GET /``."""

from __future__ import annotations

from collections.abc import Iterable

from minimax_nb.emulator.auth import DEMO_KEYS, PLACES
from minimax_nb.emulator.controls import KEYS
from minimax_nb.emulator.faults import FAULTS, KINDS, Fault
from minimax_nb.emulator.services import ROUTES

_ONLY = {"openai": " (OpenAI-compatible)", "anthropic": " (Anthropic-compatible)", "": ""}
_NAMED = {"minimax": "MiniMax", "modelslab": "ModelsLab", "runapi": "RunAPI", "openrouter": "OpenRouter"}
_PLACES = {"bearer": "Authorization: Bearer", "key": "a header named key", "body": "a member key of the body"}


def _columns(rows: Iterable[tuple[str, str]]) -> str:
    pairs = list(rows)
    width = max(len(name) for name, _ in pairs)
    return "\n".join(f"  {name:<{width}}  {about}" for name, about in pairs)


def line_of(fault: Fault) -> str:
    """What ``--help`` says of a fault."""
    return fault.about + _ONLY[fault.only]


def _faults() -> str:
    """Every fault under the heading of its kind."""
    groups = [
        f"{heading}:\n" + _columns((fault.name, line_of(fault)) for fault in FAULTS.values() if fault.kind == kind)
        for kind, heading in KINDS.items()
    ]
    return "\n\n".join(groups)


def _keys() -> str:
    places = _columns(
        (_NAMED.get(name, "local server"), ", ".join(_PLACES.get(place, place) for place in found))
        for name, found in PLACES.items()
    )
    return (
        "keys: any will do, but a call without one is refused with 401 (--keyless: it is not), except for a local\n"
        "server and RunAPI's list of models. Where a key is looked for:\n"
        f"{places}\n"
        "MiniMax takes x-api-key too on its Anthropic-compatible protocol; Authorization goes first.\n"
        "Keys that mean something:\n" + _columns(DEMO_KEYS.items())
    )


def guide() -> str:
    """Paths, keys, faults, wishes and how tools come to be called, in that order."""
    paths = _columns((f"{route.method:<4} {route.path}", route.about) for route in ROUTES)
    return (
        f"paths:\n{paths}\n\n{_keys()}\n\n"
        "A fault is asked for with --fault NAME for every call, or with fault=NAME for one; several add up. One that\n"
        "means nothing on a protocol or to a service does nothing there.\n\n"
        f"{_faults()}\n\n"
        "for one call, key=value pairs with commas between them, in the header 'x-emulator' or on a line of the\n"
        "last prompt that begins with /emulate, such as: /emulate fault=cut,delay-ms=0\n"
        f"{_columns(KEYS.items())}\n\n"
        "tools: those a prompt mentions by name (get_weather, or get weather) are called once each, side by side.\n"
        "Their arguments fit the schema; quoted texts, places and numbers of the prompt go into them. The answer to\n"
        "the results quotes them. A tool_choice that names a tool is obeyed, but not by MiniMax, which was seen to\n"
        "pass it by. To ask for more, such as: /emulate tool=get_weather,tool=get_weather,rounds=3\n\n"
        "answers of a shape: response_format, a JSON schema at the end of the system message, or a system message\n"
        "that says to answer by calling a tool. They are filled in the same way, and mended when sent back.\n"
    )
