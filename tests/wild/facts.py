"""Accounts put together at random: what happened, what was learnt late or mended, what was answered."""

from __future__ import annotations

from datetime import date
from typing import Final

from contractlang.values import Period
from engine.terms import Terms
from tests.wild.norms import Norms

ASKED_OF: Final = {
    "call": "rude", "dial": "rude", "quit": "early", "reprice": "apt", "rush": "apt", "nudge": "meant",
}  # fmt: skip
"""The question about each act that has one."""


class Facts(Norms):
    """Makes the ledger of an account, and what was agreed for it."""

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
                mended = self.pick(
                    "retract",
                    "reject",
                    "establish",
                    "correct occurred_at=2026-03-09T09:00",
                    self.corrected(fact),
                )
                found.append(f"2026-03-31 23:00 {mended.replace(' ', f' of=e{number} ')}"
                             + ("" if " " in mended else f" of=e{number}"))  # fmt: skip
        return found

    def corrected(self, fact: str) -> str:
        """Return a correction of what a fact gives, where it gives something to correct."""
        given = {
            "amount": "40.00",
            "due": "2026-03-16",
            "grave": "no",
            "cost": "3.00",
            "starts": "2026-03-12",
        }
        found = [f"correct {name}={value}" for name, value in given.items() if f" {name}=" in fact]
        return self.pick(*found) if found else "correct occurred_at=2026-03-11T10:30"

    def fact(self, faults: list[str], bills: list[str], found: list[str]) -> str:
        """Return one fact without its instant, or nothing where there is nothing that it could be about."""
        match self.pick(
            "fault", "fault", "bill", "bill", "stop", "resume", "quit", "call", "fix", "pay", "pay", "known", "reprice",
            "answer", "answer", "answer", "waive", "waive", "dispute", "dial", "renew", "nudge", "outage", "seen",
            "ground", "joint", "joint", "revive", "revive", "mode", "mode", "consent", "rush",
            "answer deed", "answer deed", "waive one",
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
            case "joint":
                return f"{self.pick('both', 'buyer', 'seller')} {self.pick('agree', 'restart', 'close')}"
            case "revive":
                return f"{self.pick('both', 'buyer', 'seller')} revive"
            case "mode":
                return f"{self.pick('buyer', 'seller', 'seller')} {self.pick('spoil', 'mend')}"
            case "consent":
                return "buyer consent"
            case "rush":
                return f"seller rush{self.pick('', ' value=40.00')}"
            case "answer deed":
                return self.of_deed(found)
            case "waive one" if self.duties + self.others and found:
                norm, number = self.pick(*self.duties, *self.others), self.random.randint(1, len(found))
                return f"{self.pick('buyer', 'seller', 'both')} waive norm={norm} about=e{number}"
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

    def of_deed(self, found: list[str]) -> str:
        """Answer or dispute a question about an act that was done, if there is such an act."""
        done = [(number, [*fact.split(), ""][3]) for number, fact in enumerate(found, 1)]
        about = [(number, ASKED_OF[act]) for number, act in done if act in ASKED_OF]
        if not about:
            return ""
        number, question = self.random.choice(about)
        value = self.pick("yes", "no")
        return self.pick("dispute", f"answer value={value}") + f" question={question} about=e{number}"

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
