"""Conditions and values put together at random, in which anything may be left open."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random


@dataclass
class Conditions:
    """Makes conditions, which speak of the labels so far: `duties`, of them `debts`, `others` broken, `powers`.

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
            f"bill.amount > {self.money()}", f"now < {self.day('')}", "mode is bad", self.counted(),
            "agreed_to", "grounded", "stopped_by_law", "not stopped_for_debt", "both parties did agree",
            "rude(call)", "early(quit)", "apt(reprice)", "meant(nudge)",
            f"{self.pick('buyer', 'seller', 'either party')} did nudge",
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

    def occurrence(self) -> str:
        return self.pick("fault", "bill", "reprice", "nudge", "call", "pay", "resume")

    def counted(self) -> str:
        """Return how often something came since, or before, another last did."""
        one, other = self.occurrence(), self.occurrence()
        order = self.pick(">=", ">=", ">", "<")
        return (
            f"(count of {one} where {one}.at {order} {other}.at) {self.pick('<', '>')} {self.pick('1', '2')}"
        )

    def condition(self, bound: str, depth: int = 0) -> str:
        chance = self.random.random()
        if chance < 0.55 or depth > 1:
            return self.atom(bound)
        if chance < 0.7:
            return f"not {self.atom(bound)}"
        one, other = self.condition(bound, depth + 1), self.condition(bound, depth + 1)
        return f"({one} {self.pick('and', 'or')} {other})"
