"""Accounts under several documents: a contract with a law, a supplement, a second version or a second agreement.

The contract is one of `tests/strategies.py`; beside it stand a law of a few articles, each with its rank, status and
days, a supplement that replaces, repeals and adds, another version, and another agreement. All are read as files.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from contractlang.contract import Contract
from contractlang.load import load
from contractlang.values import Period
from engine.dates import DAY, HOUR
from engine.event import MIGRATE, Instant, Ledger, event
from engine.question import AmountOfSum, InBreachOf, May, StateOf
from engine.terms import Terms
from tests.strategies import (
    FIRST,
    VOCABULARY,
    Draft,
    Line,
    drafts,
    ledgers,
    named_after,
    norms_named,
    questions,
)

Draw = Any
Question = May | InBreachOf | StateOf | AmountOfSum


@dataclass(frozen=True)
class Together:
    """Documents, what was agreed for the account, its ledger, and a question."""

    texts: tuple[str, ...]
    terms: Terms
    ledger: Ledger
    question: Question
    known_at: Instant | None = None

    @property
    def contracts(self) -> tuple[Contract, ...]:
        """The documents, read and checked together."""
        return documents_of(self.texts)

    def __repr__(self) -> str:
        """Return a case that can be read: what was written, what happened, what is asked."""
        declared = {f"| {line.en}" for line in VOCABULARY[1:]}
        own = "\n---\n".join(
            "\n".join(line for line in text.splitlines() if line not in declared) for text in self.texts
        )
        facts = "\n".join(
            f"  {e.effect_at} {e.id} {e.name} {e.actor} {dict(e.fields)} {e.standing.value} "
            f"recorded={e.recorded_at} {e.source}/{e.sequence}" for e in self.ledger
        )  # fmt: skip
        terms = self.terms
        return f"\n{own}\n{facts}\n{terms.blanks} {terms.readings} {terms.versions}\n{self.question} {self.known_at}"


@lru_cache(maxsize=64)
def documents_of(texts: tuple[str, ...]) -> tuple[Contract, ...]:
    """Return the documents of some texts; texts with errors are a mistake of these strategies."""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, text in enumerate(texts):
            paths.append(Path(folder) / f"{number}-{_name_in(text)}.contract")
            paths[-1].write_text(text, "utf-8")
        loaded = load(paths)
        assert not loaded.errors, ("\n---\n".join(texts), [each.message.en for each in loaded.errors])
        return tuple(loaded.contracts[name] for name in loaded.asked)


def _name_in(text: str) -> str:
    return next(line.split()[2] for line in text.splitlines() if line.startswith("| "))


def _written(head: list[str], clauses: list[list[str]], numbered: str) -> str:
    declared = [f"| {line.en}" for line in VOCABULARY[1:]]
    lines = [*(f"| {each}" for each in head), *declared]
    for number, clause in enumerate(clauses, 1):
        lines += [f"{numbered}{number} Something.", *(f"| {each}" for each in clause)]
    return "\n".join(lines) + "\n"


# ---- Laws -----------------------------------------------------------------------------------------------------------

ARTICLES: tuple[list[str], ...] = (
    ["seller may stop"],
    ["when any duty to pay is overdue, seller may stop"],
    ["for each breach of any agreed duty of buyer to pay as v, seller may stop"],
    ["seller must not stop"],
    ["seller must not stop unless fault is done"],
    ["buyer must not call"],
    ["buyer must not rescue when service is off"],
    ["buyer may call"],
    ["buyer may rescue"],
    ["buyer may leak where not paid"],
    ["either party may leak when fault is done"],
    ["either party must not leak"],
    ["buyer must not leak where paid"],
    ["seller must not withhold"],
    ["seller must not deliver when service is off"],
    ["seller must deliver within 2 days when service is off"],
    ["for each fault as f, seller must repair for f within 3 days"],
    ["for each bill as b, buyer must pay b.amount for b by b.due"],
    ["for each breach of any norm as v, the other party may quit"],
    ["for each breach of any agreed duty of seller to deliver as v, buyer may quit within 10 days"],
    ["for each breach of any agreed duty of buyer to leak as v, seller may quit"],
    ["when fault is done, either party may quit"],
    ["either party must not quit unless fault is done"],
    ["for each breach of any duty of seller to keep service as v, buyer may withhold"],
    ["seller must keep service is on"],
    ["voids agreed powers of seller to stop"],
    ["voids agreed powers of seller to stop as term when not fair(term)"],
    ["voids agreed duties of buyer to leak when fault is done"],
    ["voids any power to quit when service is off"],
    ["voids agreed duties of seller to keep service if fault is done"],
    ["fair_stop: when fault is done, seller may stop", "limits any power to stop to fair_stop"],
    ["fair_stop: when fault is done, seller may stop",
     "limits agreed powers of seller to stop to fair_stop when service is on"],
    ["leaking: buyer may leak", "leaking prevails over agreed duties of buyer to leak when fault is done"],
    ["silence: either party must not leak", "silence subject to agreed powers of buyer to leak"],
    ["first agreement prevails over second agreement"],
    ["second agreement prevails over first agreement when fault is done"],
    ["fills payday with 2026-04-08"],
    ["fills payday with bill.due"],
    ["fills grace with 5 days"],
    ["any power to quit lapses after 5 days from bill"],
    ["any power to quit lapses after 3 days from learnt"],
    ["any power to stop lapses after 1 month from fault"],
    ["any power to quit lapses after grace from fault"],
    ["quitting: for each breach of any norm as v, the other party may quit",
     "truce: for each fault as f, when prompt(f), either party must not quit", "truce prevails over quitting"],
    ["agreement ends once fault is done and leak is done"],
    ["agreement lasts 20 days"],
    ["agreement takes effect once buyer did sign"],
    ["amount late: for each breach of any duty to pay as v, is 1% * v.unpaid"],
    ["amount late: for each breach of any duty to pay as v, is late(v) + 5.00 CNY where fault"],
    ["amount fee: for each bill as b, is 30.00 CNY"],
    ["amount fee: for each bill as b, is fee(b) + 1.00 CNY where b.amount > 50.00 CNY"],
    ["amount late: for each breach of any duty to pay as v, is 1% * v.unpaid, claimable when fault is done",
     "while amount due of late > 0.50 CNY, seller may stop"],
)  # fmt: skip
KNOWING = "event learnt (by: party, of: text)"
FAIR = 'question fair about clause_text: "fair?"'


@st.composite
def laws(draw: Draw, topic: str) -> tuple[str, list[str]]:
    """Return laws of a few articles, most of them about one act, and the lines that they say."""
    near = [each for each in ARTICLES if any(f" {topic}" in line for line in each)]
    articles = st.sampled_from([*near, *near, *draw(st.lists(st.sampled_from(ARTICLES), max_size=2))])
    days = draw(st.sampled_from(["", "", "2026-01-01", "2026-04-02", "2026-01-01 to 2026-04-08"]))
    head = [
        "law rules",
        "layer civil",
        f"rank {draw(st.sampled_from(['mandatory', 'mandatory', 'gap-filling']))}",
    ]
    head += [f"valid from {days}"] if days else []
    head += ['version "9"'] if days and draw(st.booleans()) else []
    clauses, said = [], []
    for lines in draw(st.lists(articles, min_size=1, max_size=4, unique_by=lambda each: each[0])):
        clause = ['source "made up", single']
        clause += draw(st.sampled_from([[], [], [], ["rank gap-filling"], ["rank mandatory"]]))
        clause += draw(st.sampled_from([[], [], [], ["status administrative"], ["status enabling"]]))
        if days in ("", "2026-01-01"):
            clause += draw(st.sampled_from([[], [], ["valid from 2026-04-03"]]))
        clauses.append([*clause, *lines])
        said += lines
    return _written([*head, KNOWING, FAIR], clauses, "Article "), said


# ---- Supplements ----------------------------------------------------------------------------------------------------

ADDED: tuple[list[str], ...] = (
    ["seller may stop"],
    ["buyer must not leak"],
    ["grant: buyer may leak", "grant prevails over any duty of buyer to leak"],
    ["for each breach of any norm as v, the other party may quit"],
    ["seller must deliver by 2026-04-12"],
    ["for each bill as b, seller must deliver within 2 days"],
    ["voids any power of seller to stop when fault is done"],
    ["fills payday with 2026-04-06"],
    ["agreement ends once fault is done"],
    ["for each fault as f, buyer may call within 5 days"],
    ["amount late: for each breach of any duty to pay as v, is 2.00 CNY"],
    ["any power to quit lapses after 5 days from fault"],
)


@st.composite
def supplements(draw: Draw, draft: Draft, added: list[list[str]]) -> tuple[str, list[str]]:
    """Return supplements to a contract, which change some of its clauses and add others."""
    head = ["supplement more to small"]
    head += draw(st.sampled_from([[], ["valid from 2026-04-01"], ["valid from 2026-03-29 to 2026-04-10"]]))
    head += draw(st.sampled_from([[], [], ["applies to what arose before"]]))
    clauses: list[list[str]] = draw(
        st.sampled_from([[], [], [["agreement takes effect once seller did sign"]]])
    )
    clauses = [*clauses]
    numbers = draw(st.lists(st.integers(1, len(draft.lines)), max_size=2, unique=True)) if draft.lines else []
    for number in numbers:
        label = draft.lines[number - 1].en.partition(":")[0]
        again = norms_named(draw, label)
        owed = any("pay_fee:" in line.en for line in draft.lines)
        if again and (owed or all("pay_fee" not in line.en for line in again)) and draw(st.booleans()):
            clauses += [[f"replaces 1.{number}", again[-1].en], *([line.en] for line in again[:-1])]
        else:
            clauses.append([f"repeals 1.{number}"])
    clauses += added
    said = [line for clause in clauses for line in clause]
    text = "\n".join(
        [f"| {each}" for each in head]
        + [
            "\n".join([f"9.{number} Something.", *(f"| {each}" for each in clause)])
            for number, clause in enumerate(clauses, 1)
        ]
    )
    return text + "\n", said


# ---- Several at once ------------------------------------------------------------------------------------------------


def contract_text(draft: Draft, *head: str, name: str = "small") -> str:
    """Return a contract, with more lines in its head."""
    first, *rest = draft.text(chinese=False).splitlines()
    lines = [f"| agreement {name}", *(f"| {each}" for each in head), *rest[1:]]
    return "\n".join([first, *lines]) + "\n"


ACTS = {
    "stop": "seller", "call": "buyer", "rescue": "buyer", "leak": "", "quit": "", "repair": "seller",
    "deliver": "seller", "withhold": "seller", "pay": "buyer", "service": "",
}  # fmt: skip
"""What the norms of a law are about, and who does it; empty where either party may."""


def _acts_in(lines: list[str]) -> tuple[str, ...]:
    return tuple(name for name in ACTS if any(f" {name}" in line for line in lines))


@st.composite
def together(draw: Draw) -> Together:
    """Return documents that stand in one account, a ledger over them and a question."""
    beside = draw(st.sampled_from(["law", "law", "supplement", "other", "version", "both"]))
    topic = draw(st.sampled_from(sorted(ACTS)))
    law, said = draw(laws(topic)) if beside == "law" or draw(st.booleans()) else ("", [])
    added = draw(st.lists(st.sampled_from(ADDED), max_size=2, unique_by=lambda each: each[0]))
    about = _acts_in([*said, *(line for lines in added for line in lines)]) or draw(
        st.sampled_from([("leak",), ("call",), ("quit", "leak"), ("stop", "pay")])
    )
    draft, other = draw(drafts(about=about)), draw(drafts(about=about))
    texts, drafted = [contract_text(draft)], [draft]
    terms: dict[str, Any] = {"blanks": draw(st.sampled_from([{}, {"grace": Period(3, "days")}]))}
    if beside == "version":
        texts = [contract_text(draft, 'version "1"', "valid from 2026-01-01 to 2026-03-31"),
                 contract_text(other, 'version "2"', "valid from 2026-04-01")]  # fmt: skip
        drafted.append(other)
        terms["versions"] = draw(st.sampled_from([{}, {}, {"small": "2"}]))
    if beside in ("other", "both"):
        texts.append(contract_text(other, name="other"))
        drafted.append(other)
    if beside in ("supplement", "both"):
        text, lines = draw(supplements(draft, added))
        texts.append(text)
        said += lines
    if law:
        texts.append(law)
        terms["layers"] = ("contract", "civil")
    said += [line.en for each in drafted for line in each.lines]
    whole = Draft(tuple(Line(each, each) for line in said for each in line.split("\n| ")))
    contracts = documents_of(tuple(texts))
    ledger = _more(draw, named_after(draw(ledgers(whole)), contracts), said, beside)
    known_at = draw(st.sampled_from([None, None, None, *(fact.recorded_at for fact in ledger)]))
    asked = draw(_questions(whole, ledger, contracts, about))
    return Together(tuple(texts), Terms(**terms), ledger, asked, known_at)


def _more(draw: Draw, ledger: Ledger, said: list[str], beside: str) -> Ledger:
    """Add what only several documents make of interest: knowledge of a breach, migration, payment of a sum."""
    at = max((fact.effect_at for fact in ledger), default=FIRST)
    more = []
    if any("learnt" in line for line in said) and draw(st.booleans()):
        fields = draw(
            st.sampled_from([{}, {"by": "buyer"}, {"by": "seller", "of": "pay_fee"}, {"of": "1.1"}])
        )
        more.append(event("k", "learnt", None, at + draw(st.sampled_from([0, HOUR, -DAY])), fields=fields))
    if beside == "version" and draw(st.booleans()):
        when = at + draw(st.sampled_from([-2 * DAY, -HOUR, 0, HOUR]))
        more.append(
            event(
                "m",
                MIGRATE,
                None,
                when,
                fields={"agreement": "small", "version": draw(st.sampled_from("12"))},
            )
        )
    bills = [fact.id for fact in ledger if fact.name == "bill"]
    if any("late" in line for line in said) and bills and draw(st.booleans()):
        fields = {"amount": draw(st.sampled_from([100, 700])), "bill": f"late:{draw(st.sampled_from(bills))}"}
        more.append(event("l", "pay", "buyer", at + 12 * DAY, fields=fields))
    return ledger.with_events(more)


@st.composite
def _questions(
    draw: Draw, whole: Draft, ledger: Ledger, contracts: tuple[Contract, ...], about: tuple[str, ...]
) -> Question:
    asked = draw(questions(whole, ledger))
    acts = [name for name in about if name != "service"]
    if acts and draw(st.booleans()):
        act = draw(st.sampled_from(acts))
        fields = draw(st.sampled_from([{}, {"paid": False}, {"paid": True}])) if act == "leak" else {}
        return May(ACTS[act] or draw(st.sampled_from(["seller", "buyer"])), act, asked.at, fields)
    agreements = list(dict.fromkeys(each.base for each in contracts if each.kind == "agreement"))
    sums = sorted({rule.name for each in contracts for rule in each.amounts})
    if sums and draw(st.booleans()):
        bills = [fact.id for fact in ledger if fact.name == "bill"]
        return AmountOfSum(draw(st.sampled_from(sums)), asked.at, draw(st.sampled_from([None, *bills])))
    if isinstance(asked, StateOf) and asked.state == "agreement":
        return StateOf("agreement", asked.at, draw(st.sampled_from(agreements)))
    return asked
