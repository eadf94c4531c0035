"""The README's tables of what models and providers can do, written from the catalog.

``python -m tests.support.abilities`` prints them; ``tests/test_readme_tables.py`` holds the README against them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from minimax_nb.catalog import load_catalog, model_table
from minimax_nb.catalog.rows import Face, Model, Provider

PROVIDERS = ("minimax", "modelslab", "runapi", "openrouter", "local", "emulator")


def models() -> str:
    """What each model of MiniMax can do; models that can do the same share a row."""
    catalog = load_catalog()
    provider = catalog.providers["minimax"]
    rows: dict[tuple[str, ...], list[str]] = {}
    for model_id, offer in provider.models.items():
        model = catalog.model(model_id, offer)
        rows.setdefault(_abilities(model), []).append(f"`{model_id}`" + ("†" if model.status == "retired" else ""))
    heads = ("model", "window", "sees", "thinking", "effort", "tools", "JSON asked of the service", "role-play")
    return _table(heads, [(", ".join(ids), *abilities) for abilities, ids in rows.items()])


def _abilities(model: Model) -> tuple[str, ...]:
    sees = [kind for kind in model.inputs if kind != "text"]
    thinking = {"switch": "on or off", "always": "always on", "none": "no"}.get(model.thinking or "", "unknown")
    return (
        f"{model.context:,}" if model.context else "unknown",
        " and ".join(f"{kind}s" for kind in sees) or "no",
        thinking,
        f"{model.efforts[0]} to {model.efforts[-1]}" if model.efforts else "no",
        _known(model.tools),
        ", ".join(name.replace("_", " ") for name in model.formats) or "no, by words",
        "yes" if model.scenes else "no",
    )


def providers() -> str:
    """What is known of each provider, its default protocol first."""
    catalog = load_catalog()
    heads = ("provider", "protocols", "key from", "counts tokens", "tools", "uploads", "prices known", "models")
    rows = []
    for name in PROVIDERS:
        row = catalog.providers[name]
        keys = ", ".join(f"`{key}`" for key in row.keys) or "none needed"
        rows.append(
            (
                f"`{name}`",
                ", ".join(row.faces),
                f"{keys}, optional" if row.key_optional and row.keys else keys,
                _over(row, lambda face: bool(face.count_path)),
                _over(row, lambda face: face.tools),
                "yes" if row.files_path else "no",
                _priced(name, row),
                _offered(row),
            )
        )
    return _table(heads, rows)


def _over(row: Provider, has: Callable[[Face], bool | None]) -> str:
    """Yes, no or unknown; where protocols differ, what holds over each."""
    said = {name: _known(has(face)) for name, face in row.faces.items()}
    if len(set(said.values())) == 1:
        return next(iter(said.values()))
    return ", ".join(f"{name}: {word}" for name, word in said.items())


def _priced(name: str, row: Provider) -> str:
    if row.free:
        return "free"
    lines = model_table(load_catalog(), name)
    priced = sum(line.input_price is not None for line in lines)
    return f"{priced} of {len(lines)}" if priced else "none"


def _offered(row: Provider) -> str:
    if row.every_model:
        return "every id of the others"
    if row.any_model:
        return "any id"
    return str(len(row.models))


def _known(value: bool | None) -> str:
    return {True: "yes", False: "no", None: "unknown"}[value]


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    print(f"{models()}\n\n{providers()}")
