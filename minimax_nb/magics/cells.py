"""The magics themselves, thin: options to a chat, a chat to the painter, a reply to a name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from IPython.core.magic import line_cell_magic, line_magic, magics_class, no_var_expand

from minimax_nb.errors import ConfigError, RequestError
from minimax_nb.magics.base import KitMagics
from minimax_nb.magics.options import (
    ASKING,
    BUDGET,
    CHAT,
    EXAMINING,
    HISTORY,
    LISTING,
    PANEL,
    RECORD,
    UPLOADS,
    USAGE,
    Option,
    Parsed,
    help_text,
    parse,
)

if TYPE_CHECKING:
    from minimax_nb.chat.preset import Preset
    from minimax_nb.messages.reply import Reply
    from minimax_nb.prompt import Piece

_USAGE = """%%minimax [options]
prompt

Send the cell to a model; the reply streams into the output. %minimax [options] prompt does it in one line.
{{name}}, {{name.attr}}, {{name[0]}} and {{name["key"]}} are filled in from the notebook; all else is sent as typed.
A picture, figure or video stands in that very place; those of --image and --video come before the text."""


@magics_class
class MinimaxMagics(KitMagics):
    """``%%minimax`` and its family. ``%config MinimaxMagics`` and ``%minimax_config`` show and set the defaults."""

    # -- asking ----------------------------------------------------------------------------------------------------

    @no_var_expand
    @line_cell_magic
    def minimax(self, line: str, cell: str | None = None) -> None:
        """Send a prompt to a model; the reply streams into the output."""
        with self.failing_in_one_line():
            parsed = parse(line, ASKING)
            if parsed.values.get("help"):
                print(help_text(_USAGE, ASKING))
                return
            body = (cell or "").removesuffix("\n")  # IPython ends every cell with a line end of its own
            prompt = "\n".join(text for text in (parsed.rest.strip(), body) if text)
            reply = self._ask(parsed, prompt)
            if reply is not None and parsed.values.get("to"):
                from minimax_nb.magics.to_cell import to_next_cell

                to_next_cell(self.shell, reply.text)

    @no_var_expand
    @line_magic
    def minimax_fix(self, line: str) -> None:
        """Explain the last exception and propose a mended cell. Takes the options of %minimax and further words."""
        with self.failing_in_one_line():
            from minimax_nb.magics.fixing import mending, propose

            parsed = parse(line, ASKING)
            asked = mending(self.shell, parsed.rest)
            reply = self._ask(parsed, asked.words, *asked.pieces)
            if reply is not None:
                propose(self.shell, asked, reply.text)

    def _ask(self, parsed: Parsed, text: str, *objects: object) -> Reply | None:
        """Ask, and paint the reply; None where nothing was to be sent."""
        from minimax_nb.display import put, put_code, show
        from minimax_nb.magics.attach import saying_which
        from minimax_nb.magics.session import REQUEST

        values = parsed.values
        prompt = (*self._filled(text, values), *objects)
        preset, wanted = self._preset(values), self._wanted(values)  # a mistake in them leaves everything as it was
        begun = preset or self.session.preset_of(values)
        said = {**self.layer(), **(begun.settings() if begun else {}), **values}
        chat = self.session.chat(values, self.layer(), preset)
        options = {name: said[name] for name in REQUEST if name in said} | wanted
        with saying_which(values.get("media", ()), self.shell.user_ns):
            if values.get("show_code"):
                put_code(chat, prompt, options)
            elif values.get("dry"):
                put(chat.preview(*prompt, **options))
            else:
                return self._keep(values, show, chat.stream(*prompt, **options), mode=self.paint or None)
        return None

    def _preset(self, values: Mapping[str, Any]) -> Preset | None:
        if "preset" not in values:
            return None
        from minimax_nb.magics.named import preset_named

        return preset_named(values["preset"], self.shell.user_ns)

    def _wanted(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """What the options say of the turn: its name, the tools, the shape of the reply."""
        wanted: dict[str, Any] = {}
        if values.get("schema") and values.get("json"):
            raise ConfigError("--schema and --json exclude each other.")
        if values.get("json"):
            wanted["schema"] = "json"
        if "schema" in values or "tools" in values:
            from minimax_nb.magics.named import schema_named, tools_named

            if "schema" in values:
                wanted["schema"] = schema_named(values["schema"], self.shell.user_ns)
            if "tools" in values:
                wanted["tools"] = tools_named(values["tools"], self.shell.user_ns)
        if not values.get("append") and not values.get("alone"):
            looks = bool(values.get("dry") or values.get("show_code"))
            if turn := self.whereabouts.turn(values.get("chat", ""), counts=not looks):
                wanted["turn"] = turn
        return wanted

    def _filled(self, text: str, values: Mapping[str, Any]) -> tuple[Piece | str, ...]:
        """The prompt in pieces, pictures and videos of the options first."""
        wanted = values.get("media", ())
        if not text.strip() and not wanted:
            raise RequestError(
                "The prompt is empty, so nothing was sent.",
                hint="Write the question below %%minimax, or behind %minimax; %minimax? shows the options.",
            )
        from minimax_nb.magics.attach import attached
        from minimax_nb.prompt import fill

        media = attached(wanted, self.shell.user_ns)
        if values.get("raw"):
            return (*media, text)
        return (*media, *fill(text, self.shell.user_ns))

    def _keep(self, values: Mapping[str, Any], show: Any, stream: Any, mode: str | None) -> Reply:  # noqa: ANN401
        """Paint, and bind the reply even if it is only a part of one."""
        try:
            show(stream, mode=mode)
        finally:
            reply: Reply = stream.reply
            self.session.last = reply
            self.shell.user_ns["_mm"] = reply
            if name := values.get("output"):
                self.shell.user_ns[name] = reply
        return reply

    # -- the family ------------------------------------------------------------------------------------------------

    @no_var_expand
    @line_magic
    def minimax_models(self, line: str) -> None:
        """List the models that are known, or with --live those that the services list for your keys."""
        self._line("minimax_models", line)

    @no_var_expand
    @line_magic
    def minimax_uploads(self, line: str) -> None:
        """List the videos that were uploaded to a service, or delete some there."""
        self._line("minimax_uploads", line)

    @no_var_expand
    @line_magic
    def minimax_usage(self, line: str) -> None:
        """Show what was used: tokens and prices by conversation, provider and model."""
        self._line("minimax_usage", line)

    @no_var_expand
    @line_magic
    def minimax_budget(self, line: str) -> None:
        """Show how much may be used, or set it."""
        self._line("minimax_budget", line)

    @no_var_expand
    @line_magic
    def minimax_record(self, line: str) -> None:
        """Record every call in a file and replay it from there, without a key and at no cost."""
        self._line("minimax_record", line)

    @no_var_expand
    @line_magic
    def minimax_history(self, line: str) -> None:
        """Show a conversation: %minimax_history [--chat NAME]."""
        self._line("minimax_history", line)

    @no_var_expand
    @line_magic
    def minimax_reset(self, line: str) -> None:
        """Forget a conversation: %minimax_reset [--chat NAME | --all]. %minimax_reset --undo brings it back."""
        self._line("minimax_reset", line)

    @no_var_expand
    @line_magic
    def minimax_config(self, line: str) -> None:
        """Show the defaults, or set them: %minimax_config [name=value ...]; name= goes back to the default."""
        self._line("minimax_config", line)

    @no_var_expand
    @line_magic
    def minimax_doctor(self, line: str) -> None:
        """Say what this installation and your keys can do. Sends no prompt and shows no key."""
        self._line("minimax_doctor", line)

    @no_var_expand
    @line_magic
    def minimax_panel(self, line: str) -> Any:  # noqa: ANN401 - each panel has a class of its own
        """Open a panel in the cell: a chat, a playground, a comparison, what was used, or keys."""
        from minimax_nb.magics.paneling import panel

        with self.failing_in_one_line():
            return panel(self, line)

    def _line(self, name: str, line: str) -> None:
        from minimax_nb.magics.lines import ACTIONS

        with self.failing_in_one_line():
            ACTIONS[name](self, parse(line, LINE_OPTIONS[name]))


_ALL = Option(("--all",), "all", None, "", "every conversation")
_UNDO = Option(("--undo",), "undo", None, "", "bring back what the last reset forgot")

LINE_OPTIONS: Mapping[str, tuple[Option, ...]] = {
    "minimax": ASKING,
    "minimax_fix": ASKING,
    "minimax_models": LISTING,
    "minimax_uploads": UPLOADS,
    "minimax_usage": USAGE,
    "minimax_budget": BUDGET,
    "minimax_record": RECORD,
    "minimax_history": HISTORY,
    "minimax_reset": (CHAT, _ALL, _UNDO),
    "minimax_config": (),
    "minimax_panel": PANEL,
    "minimax_doctor": EXAMINING,
}
"""Each magic's options, for parsing, help and completion."""

_MODELS_USAGE = """%minimax_models [options] [words]

List the models the kit knows, with limits and prices; words narrow the list down. With --live each service whose key
is found (or the one that is named) is asked what it lists for that key: ids as it spells them, its own figures beside
the kit's, what the key cannot use, and what is new there. Asking for a list sends no prompt and costs nothing."""

_UPLOADS_USAGE = """%minimax_uploads [options]

List the videos that are at a service, uploaded with your key: id, name, size, when it took them in, and whether a
prompt with the same video uses the upload again from here. --delete ID and --delete-all delete there, and forget here;
a conversation that still needs a video uploads it anew. No prompt is sent, and nothing costs anything."""

_SPENT_USAGE = """%minimax_usage [options] [FILE.ipynb]

Show what was used since the kernel began: tokens and prices by conversation, provider and model. What is unknown says
so, and what is an estimate is marked. %minimax_usage FILE.ipynb totals what a notebook file used, whoever ran it,
without running it. %minimax_usage --next shows how full the model's window is and what the next call would send."""

_HISTORY_USAGE = """%minimax_history [options]

Show a conversation turn by turn, or change it. A turn is a prompt and what came of it. Running a cell again answers its
own turn anew, where the front end tells cells apart; turns after it are then stale until their cells are run again."""

_RECORD_USAGE = """%minimax_record [options] [FILE | off]

Record every call of this notebook in a file, and replay it from there: without a key, at no cost, with the same
outputs on every run. That holds for cells, and for every Chat and panel that is made afterwards. %minimax_record
talk.cassette begins, %minimax_record alone shows how it stands, and %minimax_record off ends it. The file is text, one
exchange a line, with a checksum each; no key gets into it. Modes:

  auto    replay what is recorded, ask the service for the rest and add it (the default)
  record  ask the service for everything; a new answer takes the place of the old one
  replay  send nothing, ever; what is not recorded is an error that says what has changed
  off     leave the file alone"""

_BUDGET_USAGE = """%minimax_budget [--chat NAME] [AMOUNT]

Show how much may be used, or set it: %minimax_budget 0.50 (USD), %minimax_budget 20000 tokens, %minimax_budget off.
A call that would cross the budget is refused before it is sent; a reply that crosses it while it streams is stopped,
kept and marked. What counts is everything since the kernel began."""

_PANEL_USAGE = """%minimax_panel [options] [KIND] [words]

Open a panel in the cell. %minimax_panel alone is a chat over the conversation that %%minimax cells are part of: what
is said in one is there in the other. The kinds:

  chat        talk to a model: regenerate, edit, branch, attach pictures and videos
  playground  try models and parameters, and copy the same call as code
  compare     one prompt to several models side by side: %minimax_panel compare MiniMax-M3 MiniMax-M3.1-Flash
  usage       what was used so far, live, and the budget
  connect     which providers have a key, and where to store one"""

_DOCTOR_USAGE = """%minimax_doctor [options]

Say what this installation can do, and what the keys it finds can do: each service is asked for its list of models,
which sends no prompt and costs nothing. No key is shown, not even in part. Without a key, or with --offline, nothing
leaves this computer."""

MinimaxMagics.minimax.__doc__ = help_text(_USAGE, ASKING)
MinimaxMagics.minimax_models.__doc__ = help_text(_MODELS_USAGE, LISTING)
MinimaxMagics.minimax_uploads.__doc__ = help_text(_UPLOADS_USAGE, UPLOADS)
MinimaxMagics.minimax_history.__doc__ = help_text(_HISTORY_USAGE, HISTORY)
MinimaxMagics.minimax_record.__doc__ = help_text(_RECORD_USAGE, RECORD)
MinimaxMagics.minimax_usage.__doc__ = help_text(_SPENT_USAGE, USAGE)
MinimaxMagics.minimax_budget.__doc__ = help_text(_BUDGET_USAGE, BUDGET)
MinimaxMagics.minimax_panel.__doc__ = help_text(_PANEL_USAGE, PANEL)
MinimaxMagics.minimax_doctor.__doc__ = help_text(_DOCTOR_USAGE, EXAMINING)
