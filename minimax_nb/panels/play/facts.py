"""What a playground says of the providers and of the call that it would make."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from minimax_nb.catalog import Endpoint, key_status, load_catalog, model_table
from minimax_nb.chat import Chat
from minimax_nb.display.code import CodeForm, code_forms
from minimax_nb.display.receipt import money
from minimax_nb.errors import ConfigError, MiniMaxError
from minimax_nb.panels.html import code_html

_STAND_IN = "Hello!"
_CELLS = {"python": "", "bash": "%%bash\n", "javascript": "%%script node\n", "php": "%%script php\n"}
"""What a cell with code in each language begins with."""


def providers(here: Endpoint, found: dict[str, str]) -> list[dict[str, str]]:
    """The providers by name, each with what people read and the group it is shown in.

    Args:
        here: Who answers.
        found: Where each one's key was found, as :func:`~minimax_nb.catalog.key_status` says it.
    """
    rows = load_catalog().providers
    listed = []
    for name, row in rows.items():
        if row.twin_of:
            text, group = f"As {rows[row.twin_of].title}", "Emulator, playing another"
        elif row.free:
            text, group = row.title, "No key needed"
        else:
            text, group = row.title, "Servers of your own" if row.any_model else "Services"
            text += " (no key)" if found.get(name) == "not set" and name != here.provider_name else ""
        listed.append({"name": name, "text": text, "group": group})
    order = {"Services": 0, "No key needed": 1, "Servers of your own": 2, "Emulator, playing another": 3}
    return sorted(listed, key=lambda one: order[one["group"]])


def keys_found() -> dict[str, str]:
    """Where each provider's key is, in words; nothing where that cannot be looked up."""
    try:
        return key_status()
    except ConfigError:
        return {}


def models(here: Endpoint) -> list[dict[str, str]]:
    """The models of who answers: id, and what people read."""
    lines = {line.id: line for line in model_table(load_catalog(), here.provider_name)}
    listed = [
        {"id": id_, "text": id_ if line.status == "current" else f"{id_} ({line.status})"}
        for id_, line in lines.items()
    ]
    if here.model_id not in lines:
        listed.insert(0, {"id": here.model_id, "text": here.model_id})
    return listed


def about(here: Endpoint) -> str:
    """What is known of the model, as one line; what is unknown is left out."""
    line = next((one for one in model_table(load_catalog(), here.provider_name) if one.id == here.model_id), None)
    facts = []
    if here.model.context:
        facts.append(f"window {here.model.context:,} tokens")
    if here.model.inputs:
        facts.append(f"takes {', '.join(here.model.inputs)}")
    if here.provider.free:
        facts.append("free")
    elif line is None or line.input_price is None or line.output_price is None or here.region not in {"", "global"}:
        facts.append("price unknown")
    else:
        facts.append(f"${line.input_price:f} in, ${line.output_price:f} out a million tokens")
    return " · ".join(facts)


def count(chat: Chat, prompt: Sequence[object], turns: int) -> str:
    """About how many tokens would be sent and what they cost, as one line; "" for no prompt."""
    if not prompt:
        return ""
    try:
        gauge = chat.gauge(*prompt)
    except MiniMaxError as error:
        return str(error)
    facts = [f"about {gauge.tokens:,} tokens in"]
    if gauge.share is not None and gauge.share >= 0.001:
        facts[0] += f" ({gauge.share:.1%} of the window)"
    if gauge.price is not None:
        facts.append(f"{money(gauge.price)} before the reply" if gauge.price else "free")
    if turns:
        facts.append(f"with {turns:,} turn{'' if turns == 1 else 's'} before")
    return " · ".join([*facts, *gauge.warnings])


def code(chat: Chat, prompt: Sequence[object]) -> dict[str, Any]:
    """The call in every form, each with its HTML and as a cell; or why there is none."""
    try:
        forms = code_forms(chat, prompt or (_STAND_IN,), {})
    except MiniMaxError as error:
        return {"problem": str(error), "forms": []}
    return {"problem": "", "forms": [_form(form) for form in forms]}


def _form(form: CodeForm) -> dict[str, str]:
    cell = _CELLS.get(form.language, "") + form.text
    return {"title": form.title, "text": form.text, "cell": cell, "html": code_html(form.text, form.language)}
