"""Contracts put together word by word, in which anything may be left open, with ledgers that leave out what they may.

`tests/strategies.py` makes contracts such as people write; these are such as nobody would, so that each part of the
language meets each other one, and each thing that nothing gives stands in each place. A seed makes one of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any

from contractlang.load import load_text
from contractlang.norms import Contract
from contractlang.values import Period
from engine.cases import ledger_of, question_of
from engine.compile import compile_program
from engine.errors import EngineError
from engine.event import Instant, Ledger
from engine.program import Program
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
| question much about fault, answers money: "?"
| reading way "RS-way": "?"
| option left, by default
| option right
| reading open "RS-open": "?"
| option one
| option two
1.1 Text.
"""


@dataclass(frozen=True)
class Wild:
    """A contract with its program, what was agreed for the account, its ledger, and questions."""

    text: str
    contract: Contract
    program: Program
    terms: Terms
    facts: tuple[str, ...]
    ledger: Ledger
    questions: tuple[tuple[str, Any, Instant | None], ...]


def wild(seed: int) -> Wild | None:
    """Return what a seed makes; None where the contract or the ledger is refused."""
    maker = _Maker(Random(seed))
    text = HEAD + "".join(f"| {line}\n" for line in maker.lines())
    loaded = load_text(text)
    if loaded.errors:
        return None
    program = compile_program(loaded.contracts.values())
    facts, terms = tuple(maker.facts()), maker.terms()
    asked = maker.asked(facts)
    try:
        ledger = ledger_of(program, list(facts))
    except EngineError:
        return None
    questions = tuple((each, *question_of(program, each)) for each in asked)
    return Wild(text, loaded.contracts["wild"], program, terms, facts, ledger, questions)


@dataclass
class _Maker:
    """Makes lines; the labels so far that others may speak of: `duties`, of them `debts`, `others` broken, `powers`."""

    random: Random
    duties: list[str] = field(default_factory=list)
    debts: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    powers: list[str] = field(default_factory=list)

    def pick(self, *options: str) -> str:
        return self.random.choice(options)

    def maybe(self, chance: float, text: str) -> str:
        return text if self.random.random() < chance else ""

    # -- values

    def period(self) -> str:
        return self.pick("5 days", "span", "bspan", "36 hours", "1 month", "3 business days", "10 days")

    def day(self, bound: str) -> str:
        own = {"": (), "b": ("b.at", "b.due")}.get(bound, (f"{bound}.at",))
        return self.pick("2026-03-10", "payday", "bday", *own)

    def money(self, bound: str = "") -> str:
        own = {"b": ("b.amount",), "f": ("much(f)",)}.get(bound, ())
        return self.pick("50.00 CNY", "0.00 CNY", "price", "bprice", "rate", *own)

    def atom(self, bound: str) -> str:
        found = [
            "sure", "soft", "service is on", "service is off", "way is left", "way is right", "open is one",
            f"now >= {self.day('')}", f"(count of fault) > {self.pick('1', 'times')}", "fault is done", "buyer did pay",
            f"(count of fault where fault.grave) > {self.pick('0', 'times')}", f"rate > {self.money()}",
            "seller did resume", f"(sum of bill.amount) > {self.money()}",
        ]  # fmt: skip
        if bound == "f":
            found += [
                "bad(f)",
                "bad(f)",
                "f.grave",
                "f.kind is red",
                f"much(f) > {self.money()}",
                "seller did fix(f)",
            ]
        elif bound == "b":
            found += [f"b.amount > {self.money()}", f"b.due > {self.day('')}"]
        elif bound == "v":
            found += [f"v.unpaid > {self.money()}", "v.at > 2026-03-15"]
        for duty in self.duties[-2:]:
            late = self.pick(f" for more than {self.period()}", "")
            found += [f"{duty} is overdue{late}", f"{duty} is discharged"]
        for debt in self.debts[-1:]:
            found.append(f"amount due of {debt} > {self.money()}")
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
        broken = self.pick("any norm", *self.duties, *self.others)
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
            found.append(self.pick(*limits) + self.maybe(0.25, ", rolled"))
        found.append(self.maybe(0.15, f"not before {self.day(bound)}"))
        found.append(self.maybe(0.2, f"unless {self.condition(bound)}"))
        found.append(self.maybe(0.25, f"{self.pick('when', 'until')} {self.atom(bound if is_duty else '')}"))
        found.append(self.maybe(0.1, "from resume"))
        if self.duties:
            found.append(self.maybe(0.1, f"except {self.pick(*self.duties)}"))
        return "".join(f" {each}" for each in found if each)

    def lines(self) -> list[str]:
        made: list[str] = []
        for number in range(self.random.randint(2, 6)):
            self.line(f"n{number}", made)
        return made

    def line(self, label: str, made: list[str]) -> None:
        lead, bound = self.trigger()
        match self.pick(
            "pay", "fix", "resume", "stop", "quit", "call", "ban", "keep", "reprice", "life", "lapse", "prevail",
            "reading", "go on", "make up",
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
                    f"lasts {self.period()}", f"ends once {self.atom('')}", "takes effect once fault is done"
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
            case _:
                pass  # Nothing to speak of yet.

    def which_call(self) -> str:
        return self.pick("", " where cost > 5.00 CNY", " where tone is red", f" where cost > {self.money()}")

    # -- accounts

    def facts(self) -> list[str]:
        found, day = ["2026-03-01 09:00 begun"], 2
        faults: list[str] = []
        bills: list[str] = []
        for _ in range(self.random.randint(0, 6)):
            day += self.random.randint(0, 5)
            if day > 31:
                break
            id, when = f"e{len(found) + 1}", f"2026-03-{day:02d} {self.pick('09:00', '10:30', '23:59')}"
            match self.pick("fault", "fault", "bill", "bill", "stop", "resume", "quit", "call", "fix", "pay", "known",
                            "reprice", "answer", "waive", "waive", "dispute"):  # fmt: skip
                case "fault":
                    given = self.pick("", " grave=yes", " grave=no") + self.pick(
                        "", " kind=red", " kind=blue"
                    )
                    found.append(f"{when} fault{given}{self.maybe(0.25, ' alleged')}")
                    faults.append(id)
                case "bill":
                    given = self.pick("", " amount=60.00") + self.pick(
                        "", " due=2026-03-20", " due=2026-03-25"
                    )
                    found.append(f"{when} bill{given}")
                    bills.append(id)
                case "stop" | "resume" as act:
                    found.append(f"{when} seller {act}")
                case "quit":
                    found.append(f"{when} {self.pick('seller', 'buyer')} quit")
                case "call":
                    found.append(
                        f"{when} buyer call{self.pick('', ' cost=9.00')}{self.pick('', ' tone=red')}"
                    )
                case "fix" if faults:
                    found.append(f"{when} seller fix{self.maybe(0.5, f' fault={self.pick(*faults)}')}")
                case "pay":
                    which = self.maybe(0.7, f" bill={self.pick(*bills)}") if bills else ""
                    found.append(f"{when} buyer pay{self.pick('', ' amount=60.00', ' amount=20.00')}{which}")
                case "known":
                    found.append(f"{when} known by={self.pick('buyer', 'seller')}")
                case "reprice":
                    given = self.pick("", " value=60.00") + self.pick("", " starts=2026-03-28")
                    found.append(f"{when} seller reprice{given}")
                case "waive" if self.duties:
                    found.append(
                        f"{when} {self.pick('buyer', 'seller')} waive norm={self.pick(*self.duties, *self.others)}"
                    )
                case "dispute":
                    found.append(f"{when} dispute question=soft")
                case "answer" if faults:
                    value = self.pick("yes", "no")
                    found.append(f"{when} answer question=bad about={self.pick(*faults)} value={value}")
                case _:
                    pass
        return found

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
            if self.random.random() < 0.3:
                when = self.pick(*facts)[:16]
            found += [
                f"{when} {self.pick('buyer', 'seller')} may quit", f"{when} seller may stop", f"{when} buyer may pay",
                f"{when} seller may {self.pick('fix', 'resume')}",
                f"{when} buyer may call{self.pick('', ' cost=9.00')}{self.pick('', ' tone=red')}",
                f"{when} seller may reprice{self.pick('', ' value=60.00')}", f"{when} agreement", f"{when} service",
                *(f"{when} {self.pick('buyer', 'seller')} in breach of {norm}" for norm in self.duties + self.others),
            ]  # fmt: skip
        return self.random.sample(found, min(len(found), 10))
