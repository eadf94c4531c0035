"""What the line magics do: look things up, and show them. Loaded when the first of them is used."""

from __future__ import annotations

import re
import sys
from typing import Any

from minimax_nb.catalog import did_you_mean
from minimax_nb.catalog.nearest import listed
from minimax_nb.chat import Chat
from minimax_nb.chat.served import asked_lists
from minimax_nb.chat.uploads import forget, uploaded
from minimax_nb.chat.whom import where_of
from minimax_nb.display import choose_mode, put, setting_listing
from minimax_nb.display.tables import known_models, live_listing, upload_listing
from minimax_nb.doctor import TIMEOUT_S, examine, scan
from minimax_nb.errors import ConfigError
from minimax_nb.magics.base import KitMagics, defaults_of, set_default
from minimax_nb.magics.complete import remember
from minimax_nb.magics.money import budget, usage
from minimax_nb.magics.options import Parsed
from minimax_nb.magics.recording import record

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
    """Show a conversation, or change it: drop turns, take that back, begin another one with the same past."""
    chat, said = _chat(magics, parsed), parsed.values
    changes = [name for name in ("drop", "undo", "fork") if name in said]
    if len(changes) > 1:
        raise ConfigError(f"--{changes[0]} and --{changes[1]} exclude each other.")
    if "turn" in said and "fork" not in said:
        raise ConfigError("--turn says where a --fork begins.", hint="Add --fork NAME.")
    if "drop" in said:
        chat.drop(*said["drop"])
        gone = listed(map(str, said["drop"]), last="and")
        _say(f"Dropped: {gone}. {chat.account.name} has {_left(chat)} now; --undo brings back what is gone.")
    elif "undo" in said:
        undone = chat.undo()
        _say(
            f"Taken back: {chat.account.name} has {_left(chat)} now." if undone else "There is no change to take back."
        )
    elif "fork" in said:
        _fork(magics, chat, said["fork"], said.get("turn"))
    else:
        put(chat)


def _fork(magics: KitMagics, chat: Chat, name: str, turn: int | None) -> None:
    there = magics.session.chats.get(name)
    if there is chat:
        raise ConfigError(f"{name} is the conversation that is forked.", hint="Take another name.")
    if there is None:
        twin = magics.session.begin(name, chat.fork(turn=turn))
        more = f"--chat {name} goes on there."
    else:  # a cell that is run again forks again
        twin = there
        twin.take_past(chat, turn)
        more = f"%minimax_history --chat {name} --undo brings back what it was."
    _say(f"{name} has the past of {chat.account.name}: {_left(twin)}. {more}")


def _left(chat: Chat) -> str:
    count = len(chat.turns)
    return f"{count} turn{'' if count == 1 else 's'}"


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
    if "scan" in said:
        put(scan(*said["scan"], fix=said.get("fix", False)))
        return
    if "fix" in said:
        raise ConfigError("--fix mends notebooks that are looked through.", hint="Add --scan FILE.")
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
    "minimax_usage": usage,
    "minimax_budget": budget,
    "minimax_record": record,
    "minimax_history": history,
    "minimax_reset": reset,
    "minimax_config": config,
    "minimax_doctor": doctor,
}
"""What each line magic does."""
