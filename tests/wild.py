"""Contracts put together word by word, in which anything may be left open, with ledgers that leave out what they may.

`tests/strategies.py` makes contracts such as people write; these are such as nobody would, so that each part of the
language meets each other one, and each thing that nothing gives stands in each place. A seed makes one of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any

from contractlang.contract import Contract
from contractlang.load import load_text
from contractlang.loaded import Loaded
from contractlang.norms import Obligation
from contractlang.values import Period
from engine.cases import ledger_of, question_of
from engine.compile import compile_program
from engine.dates import DAY
from engine.errors import EngineError
from engine.event import Instant, Ledger
from engine.program import Program
from engine.question import LastDay, Question, Renewed, TimeBarred, WhoBears
from engine.terms import Terms

HEAD = """| agreement wild
| party seller, buyer
| type color: red | blue
| state service: on | off
| state rate, in law: money
| event bill (amount: money, due: day)
| event fault (grave: flag, kind: color)
| event known (by: party, of: text)
| event begun
| act stop by seller, needs basis, sets service to off
| act resume by seller, sets service to on
| act quit (ground: text) by either party, needs basis, sets agreement to terminated
| act call (cost: money, tone: color) by buyer, needs basis
| act fix (fault: fault) by seller
| act pay (amount: money, bill: bill) by buyer, accumulates amount for each bill
| act reprice (value: money, starts: day) by seller, needs basis, sets rate to value from starts
| act dial (cost: money, tone: color) by buyer, needs basis, kind of call
| act renew (length: duration, starts: day) by both parties, needs basis
| act nudge by either party
| event outage (back: instant), sets service to off until back
| event seen, shows service is off since fault
| gap payday: day
| gap span: duration
| gap price: money
| gap times: count
| blank bday: day
| blank bspan: duration
| blank bprice: money
| question bad about fault: "?"
| question sure: "?"
| question soft, presumed no: "?"
| question calm about fault, presumed no: "?"
| question much about fault, answers money: "?"
| question tint about fault, answers warm | cold: "?"
| define dire is (count of fault) > 1
| reading way "RS-way": "?"
| option left, by default
| option right
| reading open "RS-open": "?"
| option one
| option two
1.1 Text.
"""


Put = tuple[str, Any, Instant | None]
"""A question as it is written, itself, and what is known when it is put."""


@dataclass(frozen=True)
class Wild:
    """A contract with its program, what was agreed for the account, its ledger, and questions."""

    text: str
    contract: Contract
    program: Program
    terms: Terms
    facts: tuple[str, ...]
    ledger: Ledger
    questions: tuple[Put, ...]


def wild(seed: int) -> Wild | None:
    """Return what a seed makes; None where the contract or the ledger is refused."""
    maker = Maker(Random(seed))
    text, loaded = _read(maker.lines())
    if loaded.errors:
        return None
    program = compile_program(loaded.contracts.values())
    facts, terms = tuple(maker.facts()), maker.terms()
    asked = maker.asked(facts)
    try:
        ledger = ledger_of(program, list(facts))
    except EngineError:
        return None
    contract = loaded.contracts["wild"]
    questions = [(each, *question_of(program, each)) for each in asked]
    of_time = maker.of_time_and_losses(
        contract, ledger, sorted({question.at for _, question, _ in questions})
    )
    questions += [(repr(each), each, None) for each in of_time]
    return Wild(text, contract, program, terms, facts, ledger, tuple(questions))


def _read(lines: list[str]) -> tuple[str, Loaded]:
    """Return the contract of some lines, read; a line that cannot stand is left out, and those that speak of it."""
    while True:
        text = HEAD + "".join(f"| {line}\n" for line in lines)
        loaded = load_text(text)
        first = HEAD.count("\n") + 1
        wrong = {text.count("\n", 0, each.span.start) + 1 - first for each in loaded.errors}
        kept = [line for number, line in enumerate(lines) if number not in wrong]
        if len(kept) == len(lines):
            return text, loaded
        lines = kept


@dataclass
class Maker:
    """Makes lines; the labels so far that others may speak of: `duties`, of them `debts`, `others` broken, `powers`.

    `sums` are the named sums, each with what it is for: `b` a bill, `v` a breach.
    """

    random: Random
    duties: list[str] = field(default_factory=list)
    debts: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    powers: list[str] = field(default_factory=list)
    sums: dict[str, str] = field(default_factory=dict)

    def pick(self, *options: str) -> str:
        return self.random.choice(options)

    def maybe(self, chance: float, text: str) -> str:
        return text if self.random.random() < chance else ""

    # -- values

    def period(self) -> str:
        return self.pick(
            "5 days",
            "span",
            "bspan",
            "36 hours",
            "1 month",
            "3 business days",
            "10 days",
            "1 week",
            "90 minutes",
        )

    def day(self, bound: str) -> str:
        own = {
            "": ("fault.day", "bill.due"),
            "b": ("b.at", "b.due", "3 days after b.due", "2 days after b.at", "36 hours after b.due",
                  "day 31 of each month"),
            "v": ("v.at", "v.last_day", "1 week after v.at"),
        }.get(bound, (f"{bound}.at", f"{bound}.day"))  # fmt: skip
        return self.pick("2026-03-10", "2026-03-14", "payday", "bday", *own)

    def money(self, bound: str = "") -> str:
        own = {"b": ("b.amount",), "f": ("much(f)",)}.get(bound, ())
        named = tuple(f"{name}({bound})" for name, of in self.sums.items() if of == bound)
        return self.pick("50.00 CNY", "0.00 CNY", "price", "bprice", "rate", *own, *named)

    def atom(self, bound: str) -> str:
        found = [
            "sure", "soft", "service is on", "service is off", "way is left", "way is right", "open is one",
            f"now >= {self.day('')}", f"(count of fault) > {self.pick('1', 'times')}", "fault is done", "buyer did pay",
            f"(count of fault where fault.grave) > {self.pick('0', 'times')}", f"rate > {self.money()}",
            "seller did resume", f"(sum of bill.amount) > {self.money()}", "dire", "buyer did call", "bday is blank",
            f"{self.pick('buyer', 'seller', 'either party')} is in breach", f"now.day > {self.day('')}",
            f"(rate as of bill.due) > {self.money()}", "fault.grave", "fault.kind != red", "both parties did renew",
            f"(sum of pay.amount where pay.by is buyer) > {self.money()}", "any duty to pay is overdue",
            f"bill.amount > {self.money()}", f"now < {self.day('')}",
        ]  # fmt: skip
        if bound == "f":
            found += [
                "bad(f)",
                "bad(f)",
                "calm(f)",
                "f.grave",
                "f.kind is red",
                f"much(f) > {self.money()}",
                "seller did fix(f)",
                f"tint(f) is {self.pick('warm', 'cold')}",
            ]
        elif bound == "b":
            found += [f"b.amount > {self.money()}", f"b.due > {self.day('')}"]
        elif bound == "v":
            found += [
                f"v.unpaid > {self.money('v')}", "v.at > 2026-03-15", "v.cured", "v.last_day > 2026-03-15",
            ]  # fmt: skip
        for duty in self.duties[-2:]:
            late = self.pick(f" for more than {self.period()}", "")
            found += [
                f"{duty} is overdue{late}",
                f"{duty} is discharged",
                f"{duty} is in breach",
                f"breach of {duty}",
            ]
            found.append(f"{self.pick('buyer', 'either party')} is in breach of {duty}")
        for debt in self.debts[-1:]:
            found.append(f"amount due of {debt} > {self.money()}")
        for name in self.sums:
            found.append(f"amount due of {name} > {self.money()}")
        for power in self.powers[-1:]:
            found.append(f"{power} is used{self.pick(f' for more than {self.period()}', '')}")
        return self.pick(*found)

    def condition(self, bound: str, depth: int = 0) -> str:
        chance = self.random.random()
        if chance < 0.55 or depth > 1:
            return self.atom(bound)
        if chance < 0.7:
            return f"not {self.atom(bound)}"
        one, other = self.condition(bound, depth + 1), self.condition(bound, depth + 1)
        return f"({one} {self.pick('and', 'or')} {other})"

    # -- norms

    def trigger(self) -> tuple[str, str]:
        chance = self.random.random()
        if chance < 0.3:
            return "", ""
        if chance < 0.6:
            return f"for each fault as f{self.pick('', ' where f.grave', ' where f.kind is red')}, ", "f"
        if chance < 0.8 or not self.duties:
            return f"for each bill as b{self.maybe(0.5, f' where b.amount > {self.money()}')}, ", "b"
        broken = self.pick("any norm", "any duty to pay", *self.duties, *self.others)
        return f"for each breach of {broken} as v{self.maybe(0.5, ' where v.unpaid > 20.00 CNY')}, ", "v"

    def tail(self, bound: str, is_duty: bool) -> str:
        runs = is_duty or bound
        found = []
        if self.random.random() < 0.7:
            limits = [
                f"by {self.day(bound)}",
                f"before {self.day(bound)}",
                f"within {self.period()} of {self.day(bound)}",
            ]
            limits += (
                [f"within {self.period()}", "at once" if is_duty else f"within {self.period()}"]
                if runs
                else []
            )
            if is_duty:
                limits.append(f"within a reasonable time judged by {self.pick('sure', 'soft')}")
            found.append(self.pick(*limits) + self.roll())
        found.append(self.maybe(0.15, f"not before {self.day(bound)}"))
        found.append(self.maybe(0.2, f"unless {self.condition(bound)}"))
        found.append(self.maybe(0.25, f"{self.pick('when', 'until')} {self.atom(bound if is_duty else '')}"))
        found.append(self.maybe(0.1, f"from {self.pick('resume', 'fault', '2026-03-08', self.day(bound))}"))
        found.append(self.maybe(0.05, "except dire"))
        if self.duties:
            found.append(self.maybe(0.1, f"except {self.pick(*self.duties)}"))
        return "".join(f" {each}" for each in found if each)

    def roll(self) -> str:
        how = self.pick("rolled", "rolled", "rolled back", "rolled within the month")
        only = self.maybe(0.3, f" if {self.pick('way is left', 'open is one')}")
        return self.maybe(0.3, f", {how}{only}")

    def lines(self) -> list[str]:
        made: list[str] = []
        for number in range(self.random.randint(2, 6)):
            self.line(f"n{number}", made)
        return made

    def line(self, label: str, made: list[str]) -> None:
        lead, bound = self.trigger()
        match self.pick(
            "pay", "fix", "resume", "stop", "quit", "call", "ban", "keep", "reprice", "life", "lapse", "prevail",
            "reading", "go on", "halt", "halt", "make up", "otherwise", "fine", "charge", "more of a fine", "dial",
            "renew", "renewal", "bar", "void", "limit", "nudge", "owe", "hold", "loss",
        ):  # fmt: skip
            case "pay":
                only = self.maybe(0.5, f" where b.amount > {self.money()}")
                made.append(
                    f"{label}: for each bill as b{only}, buyer must pay {self.money('b')} for b{self.tail('b', True)}"
                )
                self.duties.append(label)
                self.debts.append(label)
            case "fix":
                only = self.maybe(0.5, " where f.grave")
                made.append(
                    f"{label}: for each fault as f{only}, seller must fix for f{self.tail('f', True)}"
                )
                self.duties.append(label)
            case "make up" if self.duties:
                broken = self.pick(*self.duties)
                made.append(
                    f"{label}: for each breach of {broken} as v, buyer must pay {self.money()}{self.tail('v', True)}"
                )
                self.duties.append(label)
            case "resume":
                made.append(f"{label}: {lead}seller must resume{self.tail(bound, True)}")
                self.duties.append(label)
            case "stop":
                halts = ""
                if self.duties and self.random.random() < 0.4:
                    clock = self.pick("stops", "runs", "extends")
                    halts = f", suspending {self.pick(*self.duties)} clock {clock}"
                made.append(f"{label}: {lead}seller may stop{self.tail(bound, False)}{halts}")
                self.powers.append(label)
            case "quit":
                who = "the other party" if bound == "v" else self.pick("either party", "buyer")
                made.append(f"{label}: {lead}{who} may quit{self.tail(bound, False)}")
                self.powers.append(label)
            case "call":
                made.append(f"{label}: {lead}buyer may call{self.which_call()}{self.tail(bound, False)}")
            case "halt" if self.duties:
                halted, clock = self.pick(*self.duties), self.pick("stops", "runs", "extends")
                made.append(
                    f"{label}: seller may stop{self.tail('', False)}, suspending {halted} clock {clock}"
                )
                made.append(
                    f"{label}b: {self.pick('seller may reprice', 'buyer may call')}, resuming {halted}"
                )
                self.powers += [label, f"{label}b"]
            case "go on" if self.duties:
                made.append(
                    f"{label}: {lead}buyer may call{self.tail(bound, False)}, resuming {self.pick(*self.duties)}"
                )
                self.powers.append(label)
            case "ban":
                who, act = self.random.choice(
                    [("buyer", f"call{self.which_call()}"), ("either party", "quit"), ("seller", "stop")]
                )
                made.append(f"{label}: {lead}{who} must not {act}{self.tail(bound, False)}")
                self.others.append(label)
            case "keep":
                while_ = self.pick("", f" when {self.condition(bound)}", f" unless {self.condition(bound)}")
                made.append(f"{label}: {lead}seller must keep service is on{while_}")
                self.others.append(label)
            case "reprice":
                only = self.maybe(0.5, " where value > 50.00 CNY")
                made.append(f"{label}: {lead}seller may reprice{only}{self.tail(bound, False)}")
                self.powers.append(label)
            case "life":
                life = self.pick(
                    f"lasts {self.period()}{self.roll()}{self.maybe(0.3, ', first day counted')}",
                    f"ends once {self.atom('')}",
                    f"takes effect once {self.pick('fault is done', self.atom(''))}",
                )
                made.append(f"agreement {life}")
            case "lapse" if self.powers:
                since = self.pick("known", "fault", "bill")
                made.append(f"{self.pick(*self.powers)} lapses after {self.period()} from {since}")
            case "prevail":
                labels = [each.partition(":")[0] for each in made if each.startswith("n")]
                if len(labels) > 1:
                    one, other = self.random.sample(labels, 2)
                    made.append(f"{one} prevails over {other}" + self.maybe(0.5, f" if {self.atom('')}"))
            case "reading":
                made.append(f'reading r{label}: "?"')
                made.append(f"option a, by default: {label}: buyer may call{self.tail('', False)}")
                made.append(f"option b: {label}: buyer may call{self.which_call()}{self.tail('', False)}")
            case "otherwise":
                last = self.pick(
                    "buyer may quit", "seller must resume at once", "buyer must pay 7.00 CNY at once"
                )
                made.append(f"{label}: {lead}seller must fix{self.tail(bound, True)} otherwise {last}")
                self.duties.append(label)
            case "fine":
                broken = self.pick("any norm", "any duty to pay", *self.duties, *self.others)
                made.append(
                    f"amount fine: for each breach of {broken} as v, is {self.sum('v')}{self.sum_tail('v')}"
                )
                self.sums["fine"] = "v"
            case "more of a fine" if "fine" in self.sums:
                made.append(
                    f"amount fine: for each breach of any norm as v, is {self.sum('v')}{self.sum_tail('v')}"
                )
            case "charge":
                only = self.maybe(0.3, f" where b.amount > {self.money()}")
                made.append(
                    f"amount charge: for each bill as b{only}, is {self.sum('b')}{self.sum_tail('b')}"
                )
                self.sums["charge"] = "b"
            case "dial":
                made.append(
                    f"{label}: {lead}buyer {self.pick('may', 'must not')} dial{self.tail(bound, False)}"
                )
                self.others.append(label)
            case "renew":
                made.append(
                    f"{label}: both parties {self.pick('may', 'may', 'must')} renew{self.tail('', False)}"
                )
            case "renewal":
                who = self.pick("both parties", "both parties", "either party", "buyer")
                only = self.maybe(0.3, f" where {self.atom('')}")
                made.append(f"agreement renews once {who} did renew{only}")
                made.append(f"agreement lasts {self.period()}")
                made.append(f"{label}: {self.pick('both parties', 'both parties', 'either party')} may renew")
            case "bar":
                again = self.maybe(0.7, f", restarting on {self.pick('nudge', 'pay', 'fix')}")
                since = self.pick("breach.day", "breach.at", "nudge", self.day(""), "2 days after breach.at")
                made.append(f"time-barred after {self.period()} from {since}{again}")
            case "loss":
                only = self.maybe(0.5, f" where {self.pick('f.grave', 'bad(f)', 'f.kind is red')}")
                when = self.maybe(0.5, f"when {self.atom('f')}, ")
                made.append(
                    f"for each fault as f{only}, {when}loss f.kind is borne by {self.pick('buyer', 'seller')}"
                )
            case "void":
                labels = [each.partition(":")[0] for each in made if each.startswith("n")]
                which = self.pick("any duty of buyer to pay", "any power to stop", "any duty to fix", *labels)
                made.append(f"voids {which}" + self.maybe(0.8, f" when {self.atom('')}"))
            case "limit":
                labels = [*self.duties, *self.powers]
                if len(labels) > 1:  # None of them is a prohibition, to which nothing can be limited.
                    one, other = self.random.sample(labels, 2)
                    made.append(f"limits {one} to {other}" + self.maybe(0.6, f" when {self.atom('')}"))
            case "nudge":
                who = self.pick("either party", "buyer", "the other party" if bound == "v" else "seller")
                made.append(
                    f"{label}: {lead}{who} {self.pick('must', 'must not')} nudge{self.tail(bound, bool(bound))}"
                )
                self.others.append(label)
            case "owe":
                made.append(f"{label}: {lead}buyer must pay ({self.sum(bound)}){self.tail(bound, True)}")
                self.duties.append(label)
            case "hold":
                made.append(
                    f"{label}: {lead}seller must keep {self.pick('not dire', 'rate is 0.00 CNY', self.atom(bound))}"
                )
                self.others.append(label)
            case _:
                pass  # Nothing to speak of yet.

    def sum(self, bound: str) -> str:
        found = [
            "10.00 CNY",
            "price",
            "bprice + 1.00 CNY",
            "rate * 2",
            "(count of fault) * 3.00 CNY",
            "5% * rate",
        ]
        if bound == "v":
            found += [
                "5% * v.unpaid",
                f"3% accrued daily on v.unpaid from v.last_day until {self.pick('now', 'fault.day')}",
                f"1% accrued daily on {self.pick('v.unpaid', 'rate', 'price')} from v.at until now",
            ]
        elif bound == "b":
            found += ["b.amount", "b.amount - 5.00 CNY", "4/30 * b.amount", "b.amount + price"]
        elif bound == "f":
            found.append("much(f)")
        return self.pick(*found)

    def sum_tail(self, bound: str) -> str:
        only = self.maybe(0.3, f" where {self.condition(bound)}")
        return only + self.maybe(0.3, f", claimable when {self.condition(bound)}")

    def which_call(self) -> str:
        return self.pick("", " where cost > 5.00 CNY", " where tone is red", f" where cost > {self.money()}")

    # -- accounts

    def facts(self) -> list[str]:
        """Return what happened: sometimes several facts at one instant, some of which were learnt late or mended."""
        first = "2026-03-01 09:00"
        found = [f"{first} begun"] if self.random.random() < 0.7 else []
        day, when = 2, first
        faults: list[str] = []
        bills: list[str] = []
        for _ in range(self.random.randint(0, 6)):
            if self.random.random() < 0.75:
                day += self.random.randint(0, 5)
                if day > 31:
                    break
                when = f"2026-03-{day:02d} {self.pick('09:00', '10:30', '23:59')}"
            id = f"e{len(found) + 1}"
            fact = self.fact(faults, bills, found)
            if fact:
                {"fault": faults, "bill": bills}.get(fact.split()[0], []).append(id)
                late = self.maybe(0.1, f" recorded=2026-03-{self.random.randint(day, 31):02d}T23:59")
                found.append(f"{when} {fact}{late}")
        for number, fact in enumerate(tuple(found), 1):
            if self.random.random() < 0.06:
                mended = self.pick("retract", "reject", "establish", "correct occurred_at=2026-03-09T09:00")
                found.append(f"2026-03-31 23:00 {mended.replace(' ', f' of=e{number} ')}"
                             + ("" if " " in mended else f" of=e{number}"))  # fmt: skip
                del fact
        return found

    def fact(self, faults: list[str], bills: list[str], found: list[str]) -> str:
        """Return one fact without its instant, or nothing where there is nothing that it could be about."""
        match self.pick(
            "fault", "fault", "bill", "bill", "stop", "resume", "quit", "call", "fix", "pay", "pay", "known", "reprice",
            "answer", "answer", "answer", "waive", "waive", "dispute", "dial", "renew", "nudge", "outage", "seen",
            "ground",
        ):  # fmt: skip
            case "fault":
                given = self.pick("", " grave=yes", " grave=no") + self.pick("", " kind=red", " kind=blue")
                return f"fault{given}{self.maybe(0.25, ' alleged')}"
            case "bill":
                given = self.pick("", " amount=60.00", " amount=60.00")
                return f"bill{given}" + self.pick("", " due=2026-03-20", " due=2026-03-25", " due=2026-03-14")
            case "stop" | "resume" as act:
                return f"seller {act}"
            case "quit":
                return f"{self.pick('seller', 'buyer')} quit"
            case "ground" if self.duties:
                return (
                    f"{self.pick('seller', 'buyer')} quit ground=1.1:{self.pick(*self.duties, *self.others)}"
                )
            case "call" | "dial" as act:
                return f"buyer {act}{self.pick('', ' cost=9.00')}{self.pick('', ' tone=red')}"
            case "fix" if faults:
                return f"seller fix{self.maybe(0.5, f' fault={self.pick(*faults)}')}"
            case "pay":
                about = [*bills, *(f"{name}:{id}" for name in self.sums for id in (*bills, *faults))]
                which = self.maybe(0.7, f" bill={self.pick(*about)}") if about else ""
                return f"buyer pay{self.pick('', ' amount=60.00', ' amount=50.00', ' amount=10.00')}{which}"
            case "known":
                of = self.maybe(0.2, f" of={self.pick(*self.duties)}") if self.duties else ""
                return f"known{self.pick(' by=buyer', ' by=seller', '')}{of}"
            case "reprice":
                return f"seller reprice{self.pick('', ' value=60.00')}{self.pick('', ' starts=2026-03-28')}"
            case "renew":
                given = self.pick("", ' length="5 days"', ' length="1 month"') + self.pick(
                    "", " starts=2026-03-20"
                )
                return f"{self.pick('both', 'both', 'buyer', 'seller')} renew{given}"
            case "nudge":
                return f"{self.pick('seller', 'buyer')} nudge"
            case "outage":
                return f"outage{self.pick('', ' back=2026-03-22T12:00')}"
            case "seen":
                return "seen"
            case "waive" if self.duties:
                one = self.maybe(0.3, f" about={self.pick(*bills, *faults)}") if bills + faults else ""
                norm = self.pick(*self.duties, *self.others)
                return f"{self.pick('buyer', 'seller')} waive norm={norm}{one}"
            case "dispute":
                return f"dispute {self.pick('question=soft', self.asked_of('calm', faults))}"
            case "answer":
                return self.answer(faults)
            case _:
                return ""

    def asked_of(self, question: str, faults: list[str]) -> str:
        """Name a question, mostly as one about a fault."""
        return f"question={question}" + (self.maybe(0.7, f" about={self.pick(*faults)}") if faults else "")

    def answer(self, faults: list[str]) -> str:
        """Answer a question for every instant or from one on, or open it again."""
        subject, values = self.random.choice(
            [(self.asked_of("bad", faults), ("yes", "no")), (self.asked_of("calm", faults), ("yes", "no")),
             (self.asked_of("tint", faults), ("warm", "cold")), (self.asked_of("much", faults), ("30.00", "70.00")),
             ("question=soft", ("yes", "no")), ("question=sure", ("yes", "no"))]
        )  # fmt: skip
        value = self.maybe(0.8, f" value={self.pick(*values)}")
        since = self.maybe(
            0.3, f" since=2026-03-{self.random.randint(3, 20):02d}T{self.pick('09:00', '10:30')}"
        )
        return f"answer {subject}{value}{since}"

    def terms(self) -> Terms:
        blanks = {"bday": date(2026, 3, 15), "bspan": Period(4, "days"), "bprice": 5000}
        readings = {"open": "one", "way": "right"}
        return Terms(
            blanks={name: value for name, value in blanks.items() if self.random.random() < 0.3},
            readings={name: option for name, option in readings.items() if self.random.random() < 0.2},
        )

    def asked(self, facts: tuple[str, ...]) -> list[str]:
        """Return questions about days, and about instants at which something happens."""
        found = []
        for number in sorted({self.random.randint(1, 40) for _ in range(4)}):
            day = f"2026-03-{number:02d}" if number <= 31 else f"2026-04-{number - 31:02d}"
            when = day + self.pick("", " 09:00", " 10:30")
            if facts and self.random.random() < 0.3:
                when = self.pick(*facts)[:16]
            found += [f"{when} amount {name}{self.maybe(0.5, '(e2)')}" for name in self.sums]
            found += [
                f"{when} {self.pick('buyer', 'seller')} may quit", f"{when} seller may stop", f"{when} buyer may pay",
                f"{when} seller may {self.pick('fix', 'resume')}",
                f"{when} buyer may call{self.pick('', ' cost=9.00')}{self.pick('', ' tone=red')}",
                f"{when} seller may reprice{self.pick('', ' value=60.00')}", f"{when} agreement", f"{when} service",
                f"{when} rate", f"{when} buyer may dial", f"{when} {self.pick('buyer', 'seller')} may nudge",
                f"{when} buyer may renew",
                *(f"{when} {self.pick('buyer', 'seller')} in breach of {norm}" for norm in self.duties + self.others),
            ]  # fmt: skip
        known = [
            each + self.maybe(0.15, f" known 2026-03-{self.random.randint(2, 31):02d}") for each in found
        ]
        return self.random.sample(known, min(len(known), 10))

    def of_time_and_losses(
        self, contract: Contract, ledger: Ledger, instants: list[Instant]
    ) -> list[Question]:
        """Return questions on last days, limitation, losses and renewal, now or in the month after."""
        triggers = [fact.id for fact in ledger if fact.name in ("bill", "fault")] or ["e1"]
        duties = [norm.id for norm in contract.norms if isinstance(norm, Obligation)]
        found: list[Question] = []
        for at in instants[:2]:
            at += self.random.choice((0, 0, 33 * DAY))
            found += [Renewed(at), LastDay(None, at), WhoBears(self.pick(*triggers), at)]
            if duties:
                duty, trigger = self.pick(*duties), self.pick(*triggers)
                found += [LastDay(duty, at), LastDay(duty, at, trigger), LastDay(duty, at, trigger, bar=True)]
                found += [TimeBarred(duty, trigger, at)]
        return self.random.sample(found, min(len(found), 6))
