"""Bills worked by hand: every rate from the page named beside it, every sum written out, no figure computed here."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from importlib import resources
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimax_nb.catalog import Endpoint, bill, load_catalog, price, resolve
from minimax_nb.errors import MiniMaxError, OverloadedError, RateLimitError, ServiceError, TransportError
from minimax_nb.messages.bill import Bill
from minimax_nb.messages.usage import Usage

KEY = "test-key-for-nobody"
PLAN_KEY = "sk-cp-test-key-for-nobody"


def at(provider: str, model: str, **more: Any) -> Endpoint:
    return resolve(**{"provider": provider, "model": model, "api_key": KEY, "env": {}, **more})


def used(told: int | None, out: int | None, cached: int | None = 0, written: int | None = 0, **more: Any) -> Usage:
    return Usage(told, cached, written, out, **more)


@dataclass(frozen=True)
class Case:
    """One reply: who answered, what was counted, what it must come to. None is unknown; ``says`` is part of why."""

    name: str
    endpoint: Endpoint
    usage: Usage
    total: str | None
    says: str = ""
    tier: str | None = None
    served: str = ""
    error: MiniMaxError | None = None
    marks: dict[str, object] = field(default_factory=dict)

    def bill(self) -> Bill:
        return bill(self.endpoint, self.usage, self.tier, served=self.served, error=self.error)


M3 = at("minimax", "MiniMax-M3")
M27 = at("minimax", "MiniMax-M2.7")
ON_PLAN = at("minimax", "MiniMax-M3", api_key=PLAN_KEY)
LAB_M2 = at("modelslab", "minimax-minimax-m2")
RUN_M2 = at("runapi", "MiniMax-M2")
ROUTER_M2 = at("openrouter", "minimax/minimax-m2")
ROUTER_FREE = at("openrouter", "minimax/minimax-m2:free")
NOT_BILLED = RateLimitError("Too many.", billed=False)

# MiniMax, per million tokens in USD, from https://platform.minimax.io/docs/guides/pricing-paygo as of 2026-09-29:
#   M3          0.30 in, 1.20 out, 0.06 cached; past 512,000 input tokens 0.60, 2.40, 0.12; no rate for cache writes
#   M2.7        0.30 in, 1.20 out, 0.06 cached, 0.375 written; M2.7-highspeed 0.60, 2.40, 0.06, 0.375
#   M2.5        0.30 in, 1.20 out, 0.03 cached, 0.375 written;        M2-her 0.30, 1.20
#   M3.1-Flash  0.15 in, 0.60 out, 0.015 cached (https://vercel.com/ai-gateway/models/minimax-m3.1-flash.md, 2026-11-20)
#   priority tier: 1.5 times that (OpenAI-compatible API page, 2026-11-20)
MINIMAX = [
    # the recorded reply of M3 (tests/wire/samples): (188 - 114) x 0.30 + 114 x 0.06 + 32 x 1.20 = 22.2 + 6.84 + 38.4
    Case("M3 with cached input", M3, used(188, 32, 114), "0.00006744"),
    # 512,000 x 0.30 + 1,000 x 1.20 = 153,600 + 1,200
    Case("M3 at the step", M3, used(512_000, 1_000), "0.1548", marks={"above_input": 0}),
    # one token more, and all of it costs double: 512,001 x 0.60 + 1,000 x 2.40 = 307,200.6 + 2,400
    Case("M3 past the step", M3, used(512_001, 1_000), "0.3096006", marks={"above_input": 512_000}),
    # cached input counts towards the step: 100,000 x 0.60 + 500,000 x 0.12 + 2,000 x 2.40 = 60,000 + 60,000 + 4,800
    Case("M3 past the step, cached", M3, used(600_000, 2_000, 500_000), "0.1248", marks={"above_input": 512_000}),
    # (10,000 x 0.30 + 2,000 x 1.20) x 1.5 = (3,000 + 2,400) x 1.5 = 8,100
    Case("M3 priority", M3, used(10_000, 2_000), "0.0081", tier="priority", marks={"factor": Decimal("1.5")}),
    # (600,000 x 0.60 + 1,000 x 2.40) x 1.5 = (360,000 + 2,400) x 1.5 = 543,600
    Case("M3 priority past the step", M3, used(600_000, 1_000), "0.5436", tier="priority"),
    Case("M3 standard said aloud", M3, used(512_000, 1_000), "0.1548", tier="standard", marks={"factor": Decimal(1)}),
    # the recorded stream of M2.7: 236 fresh, 38,308 read, 7,149 written, 39 out:
    # 236 x 0.30 + 38,308 x 0.06 + 7,149 x 0.375 + 39 x 1.20 = 70.8 + 2,298.48 + 2,680.875 + 46.8
    Case("M2.7 with a cache write", M27, used(45_693, 39, 38_308, 7_149), "0.005096955"),
    # 1,500 x 0.60 + 500 x 0.06 + 300 x 2.40 = 900 + 30 + 720: its cached rate is that of M2.7, not double
    Case("M2.7-highspeed", at("minimax", "MiniMax-M2.7-highspeed"), used(2_000, 300, 500), "0.00165"),
    # 600 x 0.30 + 400 x 0.03 + 100 x 1.20 = 180 + 12 + 120
    Case("M2.5 cached", at("minimax", "MiniMax-M2.5"), used(1_000, 100, 400), "0.000312"),
    # the counts of the recorded reply of M3.1-Flash: 13 x 0.15 + 157 x 0.015 + 172 x 0.60 = 1.95 + 2.355 + 103.2
    Case("M3.1-Flash", at("minimax", "MiniMax-M3.1-Flash"), used(170, 172, 157), "0.000107505"),
    # 1,000 x 0.30 + 1,000 x 1.20
    Case("M2-her", at("minimax", "M2-her"), used(1_000, 1_000), "0.0015"),
    # nothing known of the cache, so all of it at the full rate, which is the most it can be: 500,000 x 0.30
    Case("cached unknown", M3, used(500_000, 0, None, None), "0.15", marks={"at_most": True}),
    # thinking is output: 1,000 x 0.30 + 700 x 1.20 = 300 + 840
    Case("thinking is output", M3, used(1_000, 700, thinking_tokens=650), "0.00114"),
]

# ModelsLab: 0.255 in and 1.00 out for M2 (its model page of 2026-04-15), 0.40 and 2.20 for M1 (2026-04-28). The figure
# in its headline is the mean of the two. RunAPI: 0.15 and 0.60 (its page of M2, 2026-11-20), failed generations free.
# OpenRouter: M2 0.255 in, 1.00 out, 0.03 cached (models.dev, 2026-07-02); ":free" by that id's own page, 2026-11-20.
RESELLERS = [
    # 1,000 x 0.255 + 2,000 x 1.00 = 255 + 2,000 (by the headline it would be 3,000 x 0.6275 = 1,882.5)
    Case("ModelsLab M2", LAB_M2, used(1_000, 2_000, None, None), "0.002255", marks={"at_most": False}),
    # 3,000 x 0.40 + 500 x 2.20 = 1,200 + 1,100
    Case("ModelsLab M1", at("modelslab", "minimax-minimax-m1"), used(3_000, 500), "0.0023"),
    # 4,000 x 0.15 + 1,000 x 0.60 = 600 + 600
    Case("RunAPI M2", RUN_M2, used(4_000, 1_000), "0.0012"),
    # 4,000 x 0.255 + 1,000 x 0.03 + 400 x 1.00 = 1,020 + 30 + 400
    Case("OpenRouter M2 cached", ROUTER_M2, used(5_000, 400, 1_000), "0.00145"),
    Case("OpenRouter :free", ROUTER_FREE, used(5_000, 400, 1_000), "0", "costs nothing"),
    Case("OpenRouter :free uncounted", ROUTER_FREE, Usage(), "0", "costs nothing"),
    Case("OpenRouter :nitro", at("openrouter", "minimax/minimax-m2:nitro"), used(5, 4), None, "No price is known"),
    # an id without its suffix is the same model, and "minimax/minimax-m2-20251001" is on no list:
    Case("OpenRouter dated", ROUTER_M2, used(5_000, 400, 1_000), "0.00145", served="minimax/minimax-m2-20251001"),
    Case(":free named short", ROUTER_FREE, used(5, 4), "0", "costs nothing", served="minimax/minimax-m2"),
]

STOPPED = used(1_000, 250, estimates=frozenset({"output_tokens"}))
ENDED_BADLY = [
    # stopped by the user, the output estimated: 1,000 x 0.30 + 250 x 1.20 = 300 + 300
    Case("partial, estimated", M3, STOPPED, "0.0006", marks={"estimated": True}),
    # a cut line is no failure of the service's: 4,000 x 0.15 + 250 x 0.60 = 600 + 150
    Case("RunAPI cut", RUN_M2, used(4_000, 250), "0.00075", error=TransportError("The line was cut.")),
    Case("RunAPI failed", RUN_M2, used(4_000, 250), "0", "charges nothing for a call", error=OverloadedError("Busy.")),
    Case("RunAPI failed uncounted", RUN_M2, Usage(), "0", "charges nothing", error=NOT_BILLED),
    # it says itself that it charged: 4,000 x 0.15 + 250 x 0.60
    Case("RunAPI charged", RUN_M2, used(4_000, 250), "0.00075", error=ServiceError("Bad luck.", billed=True)),
    Case("refused", M3, Usage(), "0", "refused the call", error=NOT_BILLED),
    Case("refused on a plan", ON_PLAN, Usage(), "0", "refused the call", error=NOT_BILLED),
    # failed amid the reply, nothing said of the bill: what was counted, 1,000 x 0.30 + 100 x 1.20 = 300 + 120
    Case("failed, counted", M3, used(1_000, 100), "0.00042", error=ServiceError("Broken.")),
    Case("failed, uncounted", M3, Usage(), None, "whether MiniMax charges for it", error=ServiceError("Broken.")),
]

UNKNOWN = [
    Case("no row", at("minimax", "MiniMax-M3.1-Flash-Preview"), used(9, 9), None, "No price is known"),
    Case(
        "no row at RunAPI", at("runapi", "MiniMax-M3"), used(9, 9), None, "No price is known for MiniMax-M3 at RunAPI"
    ),
    Case("hole: cache write", M3, used(10, 1, 0, 5), None, "no rate for cache write"),
    Case("hole: cached input", LAB_M2, used(10, 1, 1), None, "no rate for cached input"),
    Case("two holes", RUN_M2, used(10, 1, 1, 1), None, "no rate for cached input and cache write"),
    Case("China", at("minimax", "MiniMax-M3", region="cn"), used(9, 9), None, "not of its region cn"),
    Case("China's older host", at("minimax", "MiniMax-M3", region="cn-minimaxi"), used(9, 9), None, "cn-minimaxi"),
    Case("a plan's key", ON_PLAN, used(9, 9), None, "charged to the plan"),
    Case("a server of one's own", at("local", "anything"), used(9, 9), None, "No price is known"),
    Case("another model answered", M3, used(9, 9), None, "MiniMax-M2.7 answered", served="MiniMax-M2.7"),
    Case("a paid id answered for another", ROUTER_M2, used(9, 9), None, "answered", served="minimax/minimax-m2:nitro"),
    Case("no such tier", LAB_M2, used(9, 9), None, "What the tier priority costs", tier="priority"),
    Case("output unknown", M3, used(9, None), None, "tokens of output"),
    Case("nothing counted", M3, Usage(), None, "tokens of input and output"),
    Case("more cached than sent", M3, used(10, 1, 11), None, "contradict"),
    Case("more written than sent", M27, used(10, 1, 5, 6), None, "contradict"),
    Case("more thought than said", M3, used(10, 1, thinking_tokens=2), None, "contradict"),
    Case("fewer than none", M3, used(10, -1), None, "contradict"),
]

EMULATED = [
    Case(
        "emulator", at("emulator", "MiniMax-M3"), used(10**6, 10**6), "0", "Emulator charges nothing", tier="priority"
    ),
    Case("emulator, uncounted", at("emulator", "MiniMax-M3"), Usage(), "0", "Emulator charges nothing"),
    Case("its double", at("emulator:openrouter", "minimax/minimax-m2"), used(9, 9), "0", "charges nothing"),
]

CASES = [*MINIMAX, *RESELLERS, *ENDED_BADLY, *UNKNOWN, *EMULATED]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_bill_comes_to_what_was_worked_out_by_hand(case: Case) -> None:
    made = case.bill()
    assert made.total == (None if case.total is None else Decimal(case.total))
    assert case.says in (made.unknown or made.note)
    assert {name: getattr(made, name) for name in case.marks} == case.marks


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_bill_explains_itself(case: Case) -> None:
    made = case.bill()
    assert bool(made.unknown) == (made.total is None)
    for sentence in filter(None, (made.unknown, made.note)):
        assert sentence.endswith(".")
        assert ". " not in sentence, "one sentence"
    if made.total is not None:
        assert made.total == sum((charge.amount or 0 for charge in made.charges), Decimal(0))
        assert made.total or made.note or not (case.usage.input_tokens and case.usage.output_tokens)
    if made.charges:
        assert made.dated is not None
        assert made.source.startswith("https://")


@pytest.mark.parametrize("case", [*MINIMAX, *UNKNOWN[:8]], ids=lambda case: case.name)
def test_a_price_is_the_total_of_the_bill(case: Case) -> None:
    assert price(case.endpoint, case.usage, case.tier) == case.bill().total


def test_the_items_of_a_bill_are_those_there_were_any_of() -> None:
    # 236 x 0.30 = 70.8; 38,308 x 0.06 = 2,298.48; 7,149 x 0.375 = 2,680.875; 39 x 1.20 = 46.8
    made = bill(M27, used(45_693, 39, 38_308, 7_149))
    assert [(charge.what, charge.tokens, str(charge.rate), charge.amount) for charge in made.charges] == [
        ("input", 236, "0.30", Decimal("0.0000708")),
        ("cached input", 38_308, "0.06", Decimal("0.00229848")),
        ("cache write", 7_149, "0.375", Decimal("0.002680875")),
        ("output", 39, "1.20", Decimal("0.0000468")),
    ]
    assert [charge.what for charge in bill(M3, used(10, 0)).charges] == ["input"]


def test_a_hole_leaves_the_other_items_of_the_bill_in_place() -> None:
    made = bill(M3, used(10, 1, 0, 4))
    assert [(charge.what, charge.amount) for charge in made.charges] == [
        ("input", Decimal("0.0000018")),  # 6 x 0.30
        ("cache write", None),
        ("output", Decimal("0.0000012")),  # 1 x 1.20
    ]
    assert not made.at_most


def test_the_tier_is_part_of_every_amount() -> None:
    (item,) = bill(M3, used(1_000, 0), "priority").charges
    assert (item.rate, item.amount) == (Decimal("0.30"), Decimal("0.00045"))  # 1,000 x 0.30 x 1.5


@pytest.mark.parametrize(
    ("name", "marked"),
    [("input_tokens", True), ("cached_tokens", True), ("output_tokens", True), ("thinking_tokens", False)],
)
def test_a_bill_is_an_estimate_if_a_count_it_charges_for_is(name: str, marked: bool) -> None:
    assert bill(M3, used(10, 10, thinking_tokens=1, estimates=frozenset({name}))).estimated is marked


def test_a_plans_key_is_told_by_its_beginning_and_never_shown() -> None:
    assert "sk-cp" not in repr(bill(ON_PLAN, used(9, 9)))
    assert bill(at("minimax", "MiniMax-M3", api_key="test-sk-cp-for-nobody"), used(9, 9)).total is not None
    assert bill(at("modelslab", "minimax-minimax-m2", api_key=PLAN_KEY), used(9, 9)).total is not None
    assert bill(at("emulator", "MiniMax-M3", api_key=PLAN_KEY), used(9, 9)).total == 0


def test_a_name_that_a_service_makes_up_is_quoted_short_and_on_one_line() -> None:
    reason = bill(ROUTER_M2, used(9, 9), served="minimax/minimax-m2:" + "x\n" * 10_000).unknown
    assert reason.startswith("minimax/minimax-m2 was asked and minimax/minimax-m2:x x")
    assert len(reason) < 200
    assert "\n" not in reason


def test_no_row_has_the_figure_of_modelslabs_headline() -> None:
    # "$0.627500 / call" and "$1.300000 / call": (0.255 + 1.00) / 2 and (0.40 + 2.20) / 2
    headline = {Decimal("0.6275"), Decimal("1.3")}
    offers = load_catalog().providers["modelslab"].models
    rates = {rate for offer in offers.values() for row in offer.prices for rate in (row.input, row.output)}
    assert rates == {Decimal("0.255"), Decimal(1), Decimal("0.40"), Decimal("2.20")}
    every = [
        row for provider in load_catalog().providers.values() for o in provider.models.values() for row in o.prices
    ]
    assert not headline & {rate for row in every for rate in (row.input, row.output, row.cache_read, row.cache_write)}
    assert "0.6275" not in (resources.files("minimax_nb.catalog") / "providers.toml").read_text("utf-8")


counts = st.none() | st.integers(min_value=-5, max_value=2 * 10**6) | st.sampled_from([0, 10**9, 10**30])
anybody = st.sampled_from(
    [at(name, model) for name, row in load_catalog().providers.items() for model in row.models if not row.twin_of]
)
usages = st.builds(Usage, counts, counts, counts, counts, counts, counts)


@given(endpoint=anybody, usage=usages, tier=st.sampled_from([None, "standard", "priority", "odd"]))
def test_whatever_was_counted_a_bill_is_whole_or_says_why_not(
    endpoint: Endpoint, usage: Usage, tier: str | None
) -> None:
    made = bill(endpoint, usage, tier)
    assert bool(made.unknown) == (made.total is None)
    if made.total is not None:
        assert made.total >= 0
        assert made.total == sum((charge.amount or 0 for charge in made.charges), Decimal(0))
    if made.total == 0:
        assert made.note or (usage.input_tokens, usage.output_tokens) == (0, 0), "a zero that is not one"
    if made.charges:
        assert sum(charge.tokens for charge in made.charges) == (usage.input_tokens or 0) + (usage.output_tokens or 0)
