"""The built-in rows: complete, dated, consistent, and with the facts of the providers' pages."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from datetime import date
from decimal import Decimal

import pytest

from minimax_nb.catalog import Catalog, load_catalog
from minimax_nb.catalog.address import address_complaint

HOSTED = ("minimax", "modelslab", "runapi", "openrouter")
SERVERS = ("local", "vllm", "sglang", "llamacpp", "ollama")
NAMED = (*HOSTED, *SERVERS, "emulator")


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


def test_the_providers_come_in_the_order_they_are_looked_for(catalog: Catalog) -> None:
    assert [name for name, row in catalog.providers.items() if not row.twin_of] == list(NAMED)


@pytest.mark.parametrize("name", NAMED)
def test_every_default_model_is_offered(catalog: Catalog, name: str) -> None:
    row = catalog.providers[name]
    assert row.default_model in row.models or row.any_model


def test_the_default_models_are_these(catalog: Catalog) -> None:
    assert {name: catalog.providers[name].default_model for name in NAMED} == {
        "minimax": "MiniMax-M3",
        "modelslab": "minimax-minimax-m2",
        "runapi": "MiniMax-M3",
        "openrouter": "minimax/minimax-m3",
        "local": "local",
        "vllm": "",  # it answers to the name it serves and to no other
        "sglang": "",
        "llamacpp": "local",  # one model, whatever it is asked for
        "ollama": "",
        "emulator": "MiniMax-M3",
    }


def test_every_price_has_a_date_a_source_and_both_rates(catalog: Catalog) -> None:
    rows = [
        (name, model_id, price)
        for name, row in catalog.providers.items()
        for model_id, offer in row.models.items()
        for price in offer.prices
    ]
    assert len(rows) > 15
    for name, model_id, price in rows:
        assert price.dated is not None, (name, model_id)
        assert date(2026, 1, 1) < price.dated < date(2027, 1, 1), (name, model_id)
        assert price.source.startswith("https://"), (name, model_id)
        assert price.input, (name, model_id)
        assert price.output, (name, model_id)


def test_price_steps_rise(catalog: Catalog) -> None:
    for row in catalog.providers.values():
        for offer in row.models.values():
            steps = [price.above_input for price in offer.prices]
            assert steps == sorted(set(steps))
            assert steps[:1] in ([], [0])


def test_every_model_row_says_where_it_is_from(catalog: Catalog) -> None:
    for model_id, model in catalog.models.items():
        assert model.source.startswith("https://"), model_id
        assert model.dated is not None, model_id


def test_every_offer_leads_to_a_model_row(catalog: Catalog) -> None:
    for name, row in catalog.providers.items():
        for model_id, offer in row.models.items():
            assert (offer.of or model_id) in catalog.models, (name, model_id)


def test_every_address_is_usable(catalog: Catalog) -> None:
    for row in catalog.providers.values():
        for face in row.faces.values():
            assert address_complaint(face.base_url) == ""
            assert face.chat_path.startswith("/")


@pytest.mark.parametrize(
    ("model_id", "context", "most", "thinking"),
    [
        ("MiniMax-M3.1-Flash", 1_000_000, 524_288, "always"),
        ("MiniMax-M3.1-Flash-Preview", 1_000_000, 524_288, "always"),
        ("MiniMax-M3", 1_000_000, 524_288, "switch"),
        ("MiniMax-M2.7", 204_800, 204_800, "always"),
        ("MiniMax-M2.7-highspeed", 204_800, 204_800, "always"),
        ("MiniMax-M2.5", 204_800, 204_800, "always"),
        ("MiniMax-M2.5-highspeed", 204_800, 204_800, "always"),
        ("MiniMax-M2.1", 204_800, 204_800, "always"),
        ("MiniMax-M2.1-highspeed", 204_800, 204_800, "always"),
        ("MiniMax-M2", 204_800, 204_800, "always"),
        ("M2-her", 65_536, 2_048, "none"),
    ],
)
def test_minimax_offers_its_models_with_their_limits(
    catalog: Catalog, model_id: str, context: int, most: int, thinking: str
) -> None:
    assert model_id in catalog.providers["minimax"].models
    model = catalog.models[model_id]
    assert (model.context, model.max_output, model.thinking) == (context, most, thinking)


def test_only_the_m3_family_takes_pictures(catalog: Catalog) -> None:
    seeing = {
        name for name, model in catalog.models.items() if name.startswith("MiniMax-M") and "image" in model.inputs
    }
    assert seeing == {"MiniMax-M3", "MiniMax-M3.1-Flash", "MiniMax-M3.1-Flash-Preview"}


def test_retirements_have_their_day_where_the_maker_serves_and_no_other(catalog: Catalog) -> None:
    retired = {name for name, model in catalog.models.items() if model.status_date == date(2026, 11, 18)}
    assert retired == {"MiniMax-M2.7", "MiniMax-M2.7-highspeed", "MiniMax-M2.5", "MiniMax-M2.5-highspeed"}
    router = catalog.providers["openrouter"].models["minimax/minimax-m2.7"]
    assert catalog.model("minimax/minimax-m2.7", router).status == "legacy"
    assert catalog.model("minimax/minimax-m2.7", router).context == 204_800


def test_one_default_for_thinking_over_both_protocols(catalog: Catalog) -> None:
    assert catalog.models["MiniMax-M3"].thinking_default == "adaptive"


@pytest.mark.parametrize(
    ("provider", "face", "base_url", "chat_path", "count_path"),
    [
        ("minimax", "anthropic", "https://api.minimax.io/anthropic", "/v1/messages", "/v1/messages/count_tokens"),
        ("minimax", "openai", "https://api.minimax.io/v1", "/chat/completions", "/responses/input_tokens"),
        ("modelslab", "openai", "https://modelslab.com/api/v7/llm", "/chat/completions", None),
        ("modelslab", "anthropic", "https://modelslab.com/api/v7/llm", "/v1/messages", "/v1/messages/count_tokens"),
        ("runapi", "openai", "https://runapi.ai/v1", "/chat/completions", None),
        ("runapi", "anthropic", "https://runapi.ai", "/v1/messages", None),
        ("openrouter", "openai", "https://openrouter.ai/api/v1", "/chat/completions", None),
        ("openrouter", "anthropic", "https://openrouter.ai/api", "/v1/messages", None),
        ("local", "openai", "http://localhost:8000/v1", "/chat/completions", None),
        ("local", "anthropic", "http://localhost:8000", "/v1/messages", None),
        ("vllm", "openai", "http://localhost:8000/v1", "/chat/completions", None),
        ("vllm", "anthropic", "http://localhost:8000", "/v1/messages", None),
        ("sglang", "openai", "http://localhost:30000/v1", "/chat/completions", None),
        ("sglang", "anthropic", "http://localhost:30000", "/v1/messages", None),
        ("llamacpp", "openai", "http://localhost:8080/v1", "/chat/completions", None),
        ("llamacpp", "anthropic", "http://localhost:8080", "/v1/messages", None),
        ("ollama", "openai", "http://localhost:11434/v1", "/chat/completions", None),
        ("ollama", "anthropic", "http://localhost:11434", "/v1/messages", None),
        ("emulator", "anthropic", "emulator:/anthropic", "/v1/messages", "/v1/messages/count_tokens"),
        ("emulator", "openai", "emulator:/v1", "/chat/completions", "/responses/input_tokens"),
    ],
)
def test_protocols_are_where_the_pages_say(
    catalog: Catalog, provider: str, face: str, base_url: str, chat_path: str, count_path: str | None
) -> None:
    row = catalog.providers[provider].faces[face]  # type: ignore[index]
    assert (row.base_url, row.chat_path, row.count_path) == (base_url, chat_path, count_path)


def test_the_first_protocol_is_the_default(catalog: Catalog) -> None:
    first = {name: next(iter(catalog.providers[name].faces)) for name in NAMED}
    assert first == {
        "minimax": "anthropic",
        "modelslab": "openai",
        "runapi": "openai",
        "openrouter": "openai",
        **dict.fromkeys(SERVERS, "openai"),
        "emulator": "anthropic",
    }


def test_only_minimax_and_its_double_are_sent_minimax_fields(catalog: Catalog) -> None:
    for name, row in catalog.providers.items():
        face = row.faces["openai"]
        own = (face.reasoning_split, face.thinking_field, face.effort_field, face.max_tokens_field)
        if name in {"minimax", "emulator", "emulator:minimax"}:
            assert own == (True, "thinking", "reasoning_effort", "max_completion_tokens")
            assert face.echo_field == "reasoning_details"
        else:
            assert own == (False, None, None, "max_tokens"), name


def test_the_emulator_offers_every_id_of_every_row_and_is_free(catalog: Catalog) -> None:
    emulator = catalog.providers["emulator"]
    for row in catalog.providers.values():
        assert set(row.models) <= set(emulator.models)
    assert set(catalog.models) <= set(emulator.models)
    assert emulator.free
    assert not emulator.any_model
    assert emulator.keys == ()


RATES = """
    minimax     MiniMax-M3.1-Flash      0.15  0.60 0.015 -
    minimax     MiniMax-M3              0.30  1.20 0.06  -
    minimax     MiniMax-M2.7            0.30  1.20 0.06  0.375
    minimax     MiniMax-M2.7-highspeed  0.60  2.40 0.06  0.375
    minimax     MiniMax-M2.5            0.30  1.20 0.03  0.375
    minimax     MiniMax-M2.5-highspeed  0.60  2.40 0.03  0.375
    minimax     MiniMax-M2.1            0.30  1.20 0.03  0.375
    minimax     MiniMax-M2.1-highspeed  0.60  2.40 0.03  0.375
    minimax     MiniMax-M2              0.30  1.20 0.03  0.375
    minimax     M2-her                  0.30  1.20 -     -
    modelslab   minimax-minimax-m2      0.255 1.00 -     -
    modelslab   minimax-minimax-m1      0.40  2.20 -     -
    runapi      MiniMax-M2.1            0.15  0.60 -     -
    runapi      MiniMax-M2              0.15  0.60 -     -
    openrouter  minimax/minimax-m3      0.30  1.20 -     -
    openrouter  minimax/minimax-m2.7    0.18  0.72 -     -
    openrouter  minimax/minimax-m2.5    0.12  0.48 -     -
    openrouter  minimax/minimax-m2.1    0.29  0.95 -     -
    openrouter  minimax/minimax-m2      0.255 1.00 0.03  -
    openrouter  minimax/minimax-m1      0.40  2.20 -     -
"""
"""USD per million tokens: input, output, cache read, cache write; "-" is unknown."""


def test_prices_are_those_of_the_pages_and_all_others_are_unknown(catalog: Catalog) -> None:
    def rate(amount: Decimal | None) -> str:
        return "-" if amount is None else str(amount)

    found = {
        (name, model_id): [rate(amount) for amount in (first.input, first.output, first.cache_read, first.cache_write)]
        for name in (*HOSTED, *SERVERS)
        for model_id, offer in catalog.providers[name].models.items()
        for first in offer.prices[:1]
    }
    lines = [line.split() for line in RATES.strip().splitlines()]
    assert found == {(name, model_id): amounts for name, model_id, *amounts in lines}
    (_, above) = catalog.providers["minimax"].models["MiniMax-M3"].prices
    assert (above.above_input, above.input, above.output, above.cache_read) == (
        512_000,
        Decimal("0.60"),
        Decimal("2.40"),
        Decimal("0.12"),
    )


def test_the_catalog_cannot_be_changed(catalog: Catalog) -> None:
    with pytest.raises(TypeError):
        catalog.providers["mine"] = catalog.providers["local"]  # type: ignore[index]
    with pytest.raises(AttributeError, match="cannot assign"):
        catalog.providers["minimax"].title = "other"  # type: ignore[misc]


def test_the_tables_are_read_on_first_use_and_importing_loads_nothing_heavy() -> None:
    code = textwrap.dedent(
        """
        import sys
        read = []
        sys.addaudithook(lambda name, args: read.append(args[0]) if name == "open" else None)
        tables = lambda: sum(str(path).endswith((".toml", ".env")) for path in read)
        import minimax_nb.catalog as catalog
        print(tables(), sorted({"httpx", "IPython", "keyring", "dotenv", "platformdirs"} & set(sys.modules)))
        catalog.load_catalog()
        first = tables()
        catalog.load_catalog()
        print(first, tables())
        """
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["0 []", "2 2"]


def test_the_kits_own_tables_pass_what_a_users_file_must_pass() -> None:
    """They are read without validation, so the two ways of reading are held together here."""
    from minimax_nb.catalog.built_in import row_of
    from minimax_nb.catalog.complaints import validated
    from minimax_nb.catalog.loader import _tables
    from minimax_nb.catalog.rows import Model, Provider

    providers, models = _tables()
    for kind, tables in ((Provider, providers), (Model, models)):
        for name, table in tables.items():
            assert validated(kind, table) == row_of(kind, table), name


def test_without_a_file_of_ones_own_no_validator_is_loaded(clean_env: dict[str, str]) -> None:
    import subprocess
    import sys

    code = "import sys, minimax_nb.catalog as c; c.resolve(); print('pydantic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], env=clean_env, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
