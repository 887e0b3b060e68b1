"""Norms in plain words: what they read like, and that no two norms read alike."""

from dataclasses import replace
from datetime import date
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contractlang.contract import Contract, SourceNote
from contractlang.declaration import (
    BlankDecl,
    Declaration,
    OccurrenceDecl,
    OptionName,
    Param,
    PartyDecl,
    QuestionDecl,
    ReadingDecl,
    ReadingOption,
    StateDecl,
)
from contractlang.diagnostic import Language
from contractlang.expression import (
    Accrued,
    AgreedLosses,
    AmountDue,
    AmountOf,
    And,
    Answer,
    AnyNorm,
    Arithmetic,
    AsOf,
    BlankValue,
    Bound,
    ByAct,
    ByBreach,
    ByClause,
    ByDocument,
    ByLabel,
    ByOrder,
    ByState,
    Chosen,
    Compare,
    Const,
    CountOf,
    Discharged,
    Expr,
    Field,
    Happened,
    InBreach,
    IsBlank,
    Later,
    MonthDay,
    Not,
    Now,
    Or,
    Overdue,
    StateValue,
    SumOf,
    Target,
    Used,
)
from contractlang.kinds import (
    BREACH,
    COUNT,
    DAY,
    FLAG,
    PARTY,
    PERIOD,
    TEXT,
    money_in,
    occurrence_of,
    one_of,
)
from contractlang.norms import (
    Act,
    AmountRule,
    AtOnce,
    Bar,
    BeforeDay,
    ByDay,
    Clock,
    Fill,
    Life,
    LossRule,
    Maintenance,
    Norm,
    Obligation,
    OnBreach,
    OnOccurrence,
    Permission,
    Power,
    Priority,
    Prohibition,
    Reasonable,
    Remark,
    Standing,
    Trigger,
    Who,
    Window,
    Within,
)
from contractlang.source import Span
from contractlang.values import Period, Share
from contractlang.words import (
    say,
    say_amount,
    say_bar,
    say_expr,
    say_fill,
    say_life,
    say_loss,
    say_priority,
    say_remark,
    say_source,
    say_standing,
    say_window,
)

HERE = Span("case.contract", 0, 1)
CNY = money_in("CNY")
LANGUAGES: tuple[Language, ...] = ("en", "zh")


def declared(**more: Any) -> dict[str, Any]:
    return {"external": "", "document": "hosting", "span": HERE, **more}


INVOICE = OccurrenceDecl(
    name="invoice_issued", alias="出账", is_act=False, **declared(),
    params=(Param("amount", "金额", CNY), Param("due_day", "到期日", DAY), Param("paid", "有偿", FLAG)),
)  # fmt: skip

DECLARATIONS: tuple[Declaration, ...] = (
    PartyDecl(name="user", alias="乙方", **declared()),
    PartyDecl(name="provider", alias="甲方", **declared()),
    INVOICE,
    OccurrenceDecl(name="pay", alias="支付", is_act=True, params=(Param("bill", "账单", DAY),), **declared()),
    OccurrenceDecl(name="pay_bill", alias="支付账单", is_act=True, **declared()),
    OccurrenceDecl(name="suspend_service", alias="暂停服务", is_act=True, **declared()),
    StateDecl(
        name="service", alias="服务", kind=one_of("service"), in_law=False,
        options=(OptionName("active", "开通"), OptionName("suspended", "暂停")), **declared(),
    ),
    BlankDecl(name="tariff", alias="收费标准", kind=CNY, **declared()),
    QuestionDecl(
        name="slight", alias="轻微", text="?", about=None, kind=FLAG, options=(), presumed=None, decided_by="",
        evidence="", **declared(),
    ),
    ReadingDecl(
        name="due_roll", alias="到期顺延", text="?", **declared(),
        options=(ReadingOption("roll", "顺延", (), HERE), ReadingOption("fixed", "固定", (), HERE)),
    ),
)  # fmt: skip


def contract() -> Contract:
    """A contract with declarations and nothing else: the words need no more."""
    return Contract(
        name="hosting", alias="", title="", kind="agreement", amends=None, rank="agreed", valid_from=None,
        valid_to=None, truncated=False, uses=(), governed_by=(), clauses=(),
        declarations={each.name: each for each in DECLARATIONS}, relations=(), norms=(), amounts=(), losses=(),
        priorities=(), bars=(), life=(), remarks=(), path="", chinese=False, text_hash="", meaning_hash="",
    )  # fmt: skip


HOSTING = contract()
BASE: dict[str, Any] = {"id": "1", "document": "hosting", "clause": "1", "label": "", "span": HERE}
BILL = Bound("bill", occurrence_of("invoice_issued"))
DUE = Field(BILL, "due_day", DAY)
PAY_FEE = Obligation(
    **BASE,
    bearer="user",
    trigger=OnOccurrence("invoice_issued", "bill", None, HERE),
    act=Act(name="pay", about=BILL, amount=AmountOf("fee", BILL, CNY)),
    window=Window(ByDay(DUE), None, Chosen("due_roll", "roll"), HERE),
)


def test_a_duty_to_pay_reads_like_its_clause() -> None:
    assert say(PAY_FEE, HOSTING, "en") == (
        "for each invoice issued (bill), user must pay the fee for bill in respect of bill, "
        "at the latest on the due day of bill (including that day), "
        "if that is a rest day, on the next working day when reading “due roll” is taken as “roll”"
    )
    assert say(PAY_FEE, HOSTING, "zh") == (
        "就每次出账（bill），乙方就bill应支付，金额为bill项下的fee，至迟于bill的到期日（含当日），"
        "遇休息日顺延至次一工作日（以解释“到期顺延”取“顺延”为限）"
    )


def test_a_power_reads_like_its_clause() -> None:
    suspension = Power(
        **BASE,
        bearer="provider",
        when=Overdue(ByLabel("pay_fee", None), Const(Period(30, "days"), PERIOD)),
        act=Act(name="suspend_service"),
        suspends="serve",
        clock=Clock.EXTENDS,
        survives=True,
    )
    assert say(suspension, HOSTING, "en") == (
        "if “pay fee” is overdue for more than 30 days, provider has the power to suspend service, "
        "which suspends “serve”, whose time is extended by as long, even after the agreement has ended"
    )
    assert say(suspension, HOSTING, "zh") == (
        "若“pay fee”逾期超过30日，甲方有权暂停服务，“serve”因此暂停履行，其期间相应顺延，协议终止后仍然有效"
    )


def test_a_name_that_would_read_like_a_sentence_keeps_its_shape() -> None:
    named = Compare("==", Bound("end_of_day", DAY), Field(Bound("day", DAY), "end", DAY))
    assert say_expr(named, HOSTING, "en") == "end_of_day is the end of day"


def test_an_act_and_its_object_do_not_run_together() -> None:
    of_a_bill = replace(PAY_FEE, act=Act(name="pay", about=BILL))
    bill_paying = replace(PAY_FEE, act=Act(name="pay_bill"))
    for language in LANGUAGES:
        assert say(of_a_bill, HOSTING, language) != say(bill_paying, HOSTING, language)


def test_the_two_ends_of_a_window_are_spoken() -> None:
    assert "(including that day)" in say_window(Window(ByDay(DUE), None, None, HERE), HOSTING, "en")
    assert "（不含当日）" in say_window(Window(BeforeDay(DUE), None, None, HERE), HOSTING, "zh")


def test_what_rolls_without_an_end_is_a_period_that_is_counted() -> None:
    rolls = Window(None, None, Chosen("due_roll", "roll"), HERE)
    assert say_window(rolls, HOSTING, "en").startswith(
        "a period counted here ends, if that is a rest day, on the next"
    )
    assert say_window(rolls, HOSTING, "zh").startswith("所计期间的末日遇休息日顺延至次一工作日")


# ---- The law: different norms, different words ----------------------------------------------------------------------

PERIODS = st.builds(
    Const, st.builds(Period, st.integers(1, 3), st.sampled_from(["hours", "days", "business_days", "years"])),
    st.just(PERIOD),
)  # fmt: skip
MONEY = st.one_of(
    st.builds(Const, st.integers(0, 200), st.just(CNY)),
    st.just(BlankValue("tariff", CNY)),
    st.just(Field(BILL, "amount", CNY)),
    st.builds(AmountOf, st.sampled_from(["fee", "late_fee"]), st.sampled_from([None, BILL]), st.just(CNY)),
)
DAYS: st.SearchStrategy[Expr] = st.one_of(
    st.just(DUE),
    st.just(Field(BILL, "day", DAY)),
    st.builds(Const, st.dates(date(2025, 1, 1), date(2025, 1, 9)), st.just(DAY)),
    st.builds(MonthDay, st.integers(1, 31)),
    st.just(Now()),
)
LATER = DAYS | st.builds(Later, DAYS, PERIODS)
SHADOW = Bound("service", TEXT)
PARTIES = st.builds(
    Const, st.sampled_from(["user", "provider", "either party", "both parties"]), st.just(PARTY)
)
ABOUT: st.SearchStrategy[Expr | None] = st.sampled_from([None, BILL, Bound("debt", BREACH)])
TARGETS: st.SearchStrategy[Target] = st.one_of(
    st.builds(ByLabel, st.sampled_from(["pay_fee", "serve"]), ABOUT),
    st.builds(ByClause, st.sampled_from(["五.2", "8"])),
    st.just(ByBreach(Bound("debt", BREACH))),
    st.builds(
        ByAct, st.sampled_from(["duty", "power"]), st.sampled_from(["pay", "pay_bill"]), st.booleans(),
        st.sampled_from([None, "user", "provider"]),
    ),
    st.builds(ByDocument, st.sampled_from(["civil_code", "hosting"])),
    st.builds(ByOrder, st.sampled_from([1, 2])),
    st.builds(ByState, st.just("service"), st.booleans(), st.sampled_from([None, "user", "provider"])),
    st.builds(AgreedLosses, st.sampled_from([None, "user", "provider"])),
    st.just(AnyNorm()),
)  # fmt: skip
SERVICE = st.builds(
    StateValue, st.just("service"), st.sampled_from(["", "voip-2"]), st.just(one_of("service"))
)
OPTIONS = st.builds(Const, st.sampled_from(["active", "suspended"]), st.just(one_of("service")))
LEAVES: st.SearchStrategy[Expr] = st.one_of(
    st.builds(Const, st.booleans(), st.just(FLAG)),
    st.just(Field(BILL, "paid", FLAG)),
    st.just(Field(Bound("@act", occurrence_of("invoice_issued")), "paid", FLAG)),
    st.builds(Compare, st.sampled_from(["==", "!="]), SERVICE, OPTIONS),
    st.builds(Compare, st.sampled_from(["==", "!="]), st.builds(AsOf, SERVICE, LATER), OPTIONS),
    st.builds(Compare, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), MONEY, MONEY),
    st.builds(Compare, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), LATER, LATER),
    st.builds(Compare, st.just("=="), st.just(SHADOW), OPTIONS),
    st.builds(Compare, st.just("=="), PARTIES, st.builds(Const, st.sampled_from(["user", "yes"]), st.just(TEXT))),
    st.builds(Overdue, TARGETS, st.none() | PERIODS),
    st.builds(Used, TARGETS, st.none() | PERIODS),
    st.builds(InBreach, TARGETS, st.none() | PARTIES),
    st.builds(Discharged, TARGETS),
    st.builds(Happened, st.sampled_from(["pay", "pay_bill"]), st.none() | PARTIES, ABOUT),
    st.just(IsBlank("tariff")),
    st.builds(Answer, st.just("slight"), ABOUT, st.just(FLAG)),
    st.builds(Chosen, st.just("due_roll"), st.sampled_from(["roll", "fixed"])),
    st.builds(Compare, st.just(">"), st.builds(AmountDue, TARGETS, st.just(CNY)), MONEY),
    st.builds(
        Compare, st.just("=="), st.builds(Answer, st.just("extent"), ABOUT, st.just(CNY)), MONEY
    ),
)  # fmt: skip


def compound(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    """Conditions made of others; a conjunction inside one is folded into it, as `elaborate` does."""

    def folded(kind: type[And] | type[Or]) -> st.SearchStrategy[Expr]:
        parts = st.lists(inner, min_size=2, max_size=3)
        return parts.map(
            lambda each: kind(tuple(x for p in each for x in (p.parts if isinstance(p, kind) else (p,))))
        )

    name = st.sampled_from(["invoice_issued", "pay"])
    counts = st.builds(CountOf, name, st.none() | inner)
    times = st.none() | st.integers(2, 3)
    sums = st.builds(_sum, name, st.sampled_from(["amount", "due_day"]), times, st.none() | inner)
    added = st.builds(Arithmetic, st.sampled_from(["+", "-", "*"]), sums | MONEY, MONEY | sums, st.just(CNY))
    accrued = st.builds(Accrued, st.just(Share(3, 1000)), added | MONEY, LATER, LATER, st.just(CNY))
    return st.one_of(
        inner.map(Not),
        folded(And),
        folded(Or),
        st.builds(Compare, st.just(">"), counts, st.builds(Const, st.integers(0, 3), st.just(COUNT))),
        st.builds(Compare, st.just("<="), added | accrued | sums, MONEY | added),
    )


def _sum(name: str, field: str, times: int | None, where: Expr | None) -> Expr:
    """Return a field of each occurrence added up, or a field of each times something."""
    worth: Expr = Field(Bound(name, occurrence_of(name)), field, CNY)
    if times is not None:
        worth = Arithmetic("*", worth, Const(times, COUNT), CNY)
    return SumOf(name, worth, where, CNY)


CONDITIONS: st.SearchStrategy[Expr] = st.recursive(LEAVES, compound, max_leaves=4)
MAYBE = st.none() | CONDITIONS
LIMITS = st.one_of(
    st.none(),
    st.builds(ByDay, LATER),
    st.builds(BeforeDay, LATER),
    st.builds(Within, PERIODS, st.none() | LATER),
    st.builds(Reasonable, st.sampled_from(["", "slight"])),
    st.just(AtOnce()),
)
WINDOWS = st.builds(
    Window, LIMITS, st.none() | LATER, MAYBE, st.just(HERE), st.sampled_from(["following", "preceding", "in month"])
).filter(
    lambda window: (window.limit, window.not_before, window.rolls) != (None, None, None)
    and (window.roll == "following" or window.rolls not in (None, Const(False, FLAG)))
)  # fmt: skip
TRIGGERS: st.SearchStrategy[Trigger] = st.one_of(
    st.builds(
        OnOccurrence,
        st.sampled_from(["invoice_issued", "pay"]),
        st.sampled_from(["bill", "debt"]),
        MAYBE,
        st.just(HERE),
    ),
    st.builds(OnBreach, TARGETS, st.sampled_from(["", "debt"]), MAYBE, st.just(HERE)),
)
ACTS = st.builds(
    Act,
    name=st.sampled_from(["pay", "pay_bill", "suspend_service"]),
    about=ABOUT,
    amount=st.none() | MONEY,
    where=MAYBE,
)
CHOSEN = st.builds(Chosen, st.just("due_roll"), st.sampled_from(["roll", "fixed"]))
COMMON: dict[str, st.SearchStrategy[Any]] = {
    **{name: st.just(value) for name, value in BASE.items()},
    "bearer": st.sampled_from(["user", "provider", *Who]),
    "trigger": st.none() | TRIGGERS,
    "when": MAYBE,
    "unless": MAYBE,
    "since": MAYBE,
    "until": MAYBE,
    "option": st.lists(CHOSEN, max_size=1).map(tuple),
    "survives": st.booleans(),
    "excepts": st.lists(TARGETS, max_size=2).map(tuple),
}
KINDS: dict[type[Norm], dict[str, st.SearchStrategy[Any]]] = {
    Obligation: {"act": ACTS, "window": st.none() | WINDOWS},
    Maintenance: {"keeps": CONDITIONS},
    Prohibition: {"act": ACTS},
    Permission: {"act": ACTS, "window": st.none() | WINDOWS},
    Power: {
        "act": ACTS, "window": st.none() | WINDOWS, "suspends": st.just("serve"), "clock": st.sampled_from(Clock),
        "resumes": st.sampled_from([None, "serve"]),
    },
}  # fmt: skip
NORMS: st.SearchStrategy[Norm] = st.one_of(*(st.builds(kind, **COMMON, **own) for kind, own in KINDS.items()))


@settings(deadline=None)
@given(st.lists(NORMS, min_size=2, max_size=6), st.sampled_from(LANGUAGES))
def test_different_norms_get_different_words(norms: list[Norm], language: Language) -> None:
    spoken = {say(norm, HOSTING, language) for norm in norms}
    assert len(spoken) == len(set(norms))


@settings(deadline=None)
@given(st.data(), NORMS, st.sampled_from(LANGUAGES))
def test_any_change_of_meaning_changes_the_words(data: st.DataObject, norm: Norm, language: Language) -> None:
    varied = {name: values for name, values in (COMMON | KINDS[type(norm)]).items() if name not in BASE}
    name = data.draw(st.sampled_from(sorted(varied)), label="changed")
    other = replace(norm, **{name: data.draw(varied[name])})
    assert (say(norm, HOSTING, language) == say(other, HOSTING, language)) is (norm == other)


@settings(deadline=None)
@given(st.lists(CONDITIONS, min_size=2, max_size=8), st.sampled_from(LANGUAGES))
def test_different_conditions_get_different_words(conditions: list[Expr], language: Language) -> None:
    spoken = {say_expr(condition, HOSTING, language) for condition in conditions}
    assert len(spoken) == len(set(conditions))


@settings(deadline=None)
@given(st.lists(WINDOWS, min_size=2, max_size=8), st.sampled_from(LANGUAGES))
def test_different_windows_get_different_words(windows: list[Window], language: Language) -> None:
    spoken = {say_window(window, HOSTING, language) for window in windows}
    assert len(spoken) == len(set(windows))


@given(NORMS)
def test_ids_and_places_are_not_spoken(norm: Norm) -> None:
    moved = replace(norm, id="九.9z", clause="九.9", label="z")
    for language in LANGUAGES:
        assert say(moved, HOSTING, language) == say(norm, HOSTING, language)


PLACE: dict[str, Any] = {"document": "hosting", "clause": "1", "span": HERE}
PLACES = {name: st.just(value) for name, value in PLACE.items()}
READINGS = st.lists(CHOSEN, max_size=1).map(tuple)
RULES: dict[str, tuple[Any, st.SearchStrategy[Any]]] = {
    "amount": (
        say_amount,
        st.builds(
            AmountRule, **PLACES, name=st.sampled_from(["fee", "late_fee"]), trigger=st.none() | TRIGGERS, value=MONEY,
            where=MAYBE, claimable=MAYBE, option=READINGS, kind=st.just(CNY),
        ),
    ),
    "loss": (
        say_loss,
        st.builds(
            LossRule, **PLACES, id=st.just("1"), trigger=st.none() | TRIGGERS, when=MAYBE, loss=MONEY,
            bearer=COMMON["bearer"], option=READINGS,
        ),
    ),
    "priority": (
        say_priority,
        st.builds(
            Priority, **PLACES, how=st.sampled_from(["prevails", "limits", "voids"]), by=TARGETS, over=TARGETS,
            when=MAYBE, option=READINGS, variable=st.sampled_from([None, "term", "clause_text"]),
        ),
    ),
    "bar": (
        say_bar,
        st.builds(
            Bar, **PLACES, how=st.sampled_from(["lapses", "time-barred"]), target=TARGETS, period=PERIODS, since=LATER,
            restarting=st.sampled_from([None, "pay"]), option=READINGS,
        ),
    ),
    "fill": (
        say_fill,
        st.builds(Fill, **PLACES, blank=st.sampled_from(["tariff", "due_day"]), value=MONEY | LATER, option=READINGS),
    ),
    "life": (
        say_life,
        st.builds(
            Life, **PLACES, how=st.sampled_from(["takes_effect", "renews", "ends"]), value=CONDITIONS, where=MAYBE,
            rolls=MAYBE, first_day_counted=MAYBE, option=READINGS,
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", RULES)
@settings(deadline=None)
@given(st.data(), st.sampled_from(LANGUAGES))
def test_different_rules_get_different_words(name: str, data: st.DataObject, language: Language) -> None:
    speak, rules = RULES[name]
    drawn = data.draw(st.lists(rules, min_size=2, max_size=6))
    assert len({speak(rule, HOSTING, language) for rule in drawn}) == len(set(drawn))


STANDINGS = st.builds(
    Standing,
    st.sampled_from(["mandatory", "agreed", "gap-filling"]),
    st.sampled_from(["binding", "administrative", "enabling", "procedural"]),
    st.none() | st.dates(date(2020, 1, 1), date(2020, 1, 3)),
    st.none() | st.dates(date(2021, 1, 1), date(2021, 1, 3)),
)


@given(st.lists(STANDINGS, min_size=2, max_size=6), st.sampled_from(LANGUAGES))
def test_different_standings_get_different_words(standings: list[Standing], language: Language) -> None:
    assert len({say_standing(each, language) for each in standings}) == len(set(standings))


@pytest.mark.parametrize("language", LANGUAGES)
def test_sources_are_spoken(language: Language) -> None:
    notes = [
        SourceNote(clause="1", citation="Article 1", mark=mark, span=HERE)
        for mark in ("consistent", "single", "partial", "memory")
    ]
    assert len({say_source(each, language) for each in notes}) == 4


@pytest.mark.parametrize("how", ["states", "see", "not_formalised"])
def test_remarks_are_spoken(how: Literal["states", "see", "not_formalised"]) -> None:
    remark = Remark(how=how, text="八.1", **PLACE)
    assert "八.1" in say_remark(remark, HOSTING, "zh")
    assert "八.1" in say_remark(remark, HOSTING, "en")
