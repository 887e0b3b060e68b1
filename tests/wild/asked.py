"""Questions put together at random, at instants at which something may turn."""

from __future__ import annotations

from contractlang.contract import Contract
from contractlang.norms import Obligation
from engine.dates import DAY
from engine.event import Instant, Ledger
from engine.question import LastDay, Question, Renewed, TimeBarred, WhoBears
from tests.wild.facts import Facts


class Maker(Facts):
    """Makes contracts, accounts and questions."""

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
                f"{when} buyer may renew", f"{when} mode",
                f"{when} {self.pick('buyer', 'seller')} may {self.pick('revive', 'restart', 'close', 'agree')}",
                f"{when} {self.pick('buyer', 'seller')} may {self.pick('revive', 'restart', 'nudge', 'mend')}",
                f"{when} seller may {self.pick('resume', 'rush')}",
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
