"""Sentences put together at random: norms with all their parts, sums, the life of an agreement, priorities."""

from __future__ import annotations

from typing import Final

from tests.wild.conditions import Conditions

RESTORING: Final = (
    ("seller", "resume"), ("either party", "revive"), ("buyer", "revive"), ("both parties", "restart"),
    ("both parties", "close"), ("seller", "stop"), ("seller", "mend"), ("either party", "mend"),
)  # fmt: skip
"""Acts that set what has to be kept, right or wrong, and by whom."""

AT_HAND: Final = (
    ("buyer", "call", "rude(call)"), ("either party", "quit", "early(quit)"), ("seller", "reprice", "apt(reprice)"),
    ("either party", "nudge", "meant(nudge)"),
)  # fmt: skip
"""Acts with a question about the act itself."""

LIMITED: Final = ("any power to stop", "any power to quit", "any duty to resume", "any duty of seller to fix")


class Norms(Conditions):
    """Makes the lines of a contract, each of which may speak of those before it."""

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
            "renew", "renewal", "bar", "void", "limit", "nudge", "owe", "hold", "loss", "together", "together",
            "restore", "restore", "over it", "limits", "at hand",
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
            case "together":
                act = self.pick("agree", "renew", "close", "restart", "nudge", "revive")
                modal = self.pick("must", "may", "must not")
                who = self.pick("both parties", "both parties", "either party")
                made.append(f"{label}: {lead}{who} {modal} {act}{self.tail(bound, modal == 'must')}")
                (
                    self.others if modal == "must not" else self.duties if modal == "must" else self.powers
                ).append(label)
            case "restore":
                who = self.pick("both parties", "either party", "buyer", "seller")
                kept = self.pick(
                    "service is on",
                    "service is on",
                    "service is on and not dire",
                    "service is off",
                    "mode is good",
                    "mode is good",
                    "mode is good and service is on",
                )
                made.append(
                    f"{label}: {lead}{who} must keep {kept}{self.maybe(0.3, f' when {self.condition(bound)}')}"
                )
                self.others.append(label)
                who, act = self.random.choice(RESTORING)
                modal = self.pick("must not", "must not", "may")
                made.append(
                    f"{label}c: {self.pick('seller', 'either party')} may spoil{self.tail('', False)}"
                )
                made.append(f"{label}b: {who} {modal} {act}{self.tail('', False)}")
                (self.others if modal == "must not" else self.powers).append(f"{label}b")
            case "over it":
                labels = [each.partition(":")[0] for each in made if each.startswith("n")]
                if len(labels) > 1 and self.duties:
                    one, other = self.random.sample(labels, 2)
                    made.append(f"{one} prevails over {other} when {self.pick(*self.duties)} is overdue")
            case "limits" if self.powers:
                for _ in range(2):
                    which = self.pick(*LIMITED, *self.powers)
                    only = self.maybe(0.5, f" when {self.atom('')}")
                    made.append(f"limits {which} to {self.pick(*self.powers, *self.duties)}{only}")
            case "at hand":
                who, act, asks = self.random.choice(AT_HAND)
                modal = self.pick("may", "may", "must not")
                only = self.pick("when", "unless", "when not", "unless not")
                made.append(f"{label}: {lead}{who} {modal} {act} {only} {asks}")
                (self.others if modal == "must not" else self.powers).append(label)
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
