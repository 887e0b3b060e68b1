"""What a draft would change: every account under the old text and under the new one, in one pass."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any

from contractlang.diagnostic import Language
from engine.account_standing import AccountStanding, BreachStanding, standing_of
from engine.bulk.fold import Folded, Taken, answer_of, said
from engine.bulk.kernel.in_units import InUnits
from engine.bulk.kernel.outcome import Found
from engine.bulk.kernel.portfolio import TOGETHER, Kernelled, Unequal, Waiting
from engine.bulk.mapping import Mapped
from engine.bulk.run import AtOnce, Counts
from engine.bulk.tables import Scattered
from engine.decision import Decision
from engine.explain import outline
from engine.question import Question

if TYPE_CHECKING:
    from pathlib import Path

    from engine.bulk.kernel.straight import Straight
    from engine.bulk.kernel.units import Unit
    from engine.bulk.kernel.versions import Versions

ACCOUNTS = {"account": "VARCHAR", "differences": "INTEGER", "unpaid_old": "BIGINT", "unpaid_new": "BIGINT"}
DIFFERENCES = {
    "account": "VARCHAR", "kind": "VARCHAR", "what": "VARCHAR", "old": "VARCHAR", "new": "VARCHAR",
    "because_old": "VARCHAR", "because_new": "VARCHAR", "told_old": "VARCHAR", "told_new": "VARCHAR",
}  # fmt: skip
KINDS = ("breach", "answer", "unpaid", "state")
"""What can differ, the worst first."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one version judges an account: where it stands, and the answers to the questions, in words."""

    standing: AccountStanding
    answers: tuple[str, ...]


Verdicts = tuple[Verdict, Verdict]
"""Of the old version, and of the new one."""


@dataclass
class Impact(InUnits):
    """Two versions of a portfolio: the same accounts, day and questions; other documents.

    Both are folded by the kernel where it can. The engine is asked of an account that the kernel leaves under either,
    and why an answer differs; it is told in one language.
    """

    old: Kernelled
    new: Kernelled
    language: Language
    by_kernel: bool = True
    _versions: Versions | None = None

    @property
    def mapped(self) -> Mapped:
        """How rows are events."""
        return self.old.mapped

    @cached_property
    def tables(self) -> dict[str, dict[str, str]]:
        """The tables that come out: the accounts, and each thing that differs."""
        return {"accounts": ACCOUNTS, "differences": DIFFERENCES}

    def readers(self) -> list[Straight]:
        """Return what folds whole tables under each version; nothing where one has no plan. Raises Unlike."""
        found = [*self.old.readers(), *self.new.readers()] if self.by_kernel else []
        return found if len(found) == len(("old", "new")) else []

    def fold_whole(self, unit: Unit, targets: Mapping[str, Path], left: Path) -> Counts:
        """Compare the accounts of a unit; those whose answers differ are left, too: the engine tells why."""
        from engine.bulk.kernel.versions import Versions

        if self._versions is None:
            self._versions = Versions(*self.readers())
        done = self._versions.fold(self._versions.old.tables_of(unit), targets, left)
        return Counts(done.accounts, done.events, kernel=done.accounts, columns=done.accounts)

    def at_once(self, scattered: Scattered, bucket: int, with_accounts: bool) -> AtOnce | None:
        """Fold what both kernels can fold of a bucket as columns; accounts with another answer are left, too."""
        if not self.by_kernel:
            return None
        old, new = (each.bucket(scattered, bucket, with_accounts) for each in (self.old, self.new))
        if old is None or new is None:
            return None
        before, after = old.places(), new.places()
        same: dict[str, Folded] = {}
        for name in before.keys() & after.keys():
            verdicts = (_verdict(old.results.found(before[name])), _verdict(new.results.found(after[name])))
            if verdicts[0].answers == verdicts[1].answers:
                found = Folded(events=old.laid.counts[before[name]], kernel=1)
                same[name] = _written(name, verdicts, (), found)
        names = {*old.laid.names, *old.left, *new.laid.names, *new.left}
        return AtOnce(same.values(), frozenset(same), tuple(sorted(names - same.keys())))

    def fold_all(self, accounts: Iterable[tuple[str, Mapping[str, Any], Iterable[str]]]) -> Iterator[Folded]:
        """Yield what differs of each account: its name, its row in the table of accounts, its events."""
        given = ((name, head, list(rows)) for name, head, rows in accounts)
        while batch := list(islice(given, TOGETHER)):
            old, new = ([each.read(*account) for account in batch] for each in (self.old, self.new))
            before, after = (
                kernel.folded(read) if self.by_kernel else ({}, {})
                for kernel, read in ((self.old, old), (self.new, new))
            )
            for place, (one, other) in enumerate(zip(old, new, strict=True)):
                if place in before[0] and place in after[0]:
                    one.found.kernel = 1
                    yield self._compared(one, other, (_verdict(before[0][place]), _verdict(after[0][place])))
                else:
                    one.found.left = before[1].get(place) or after[1].get(place, "")
                    yield self._compared(one, other, None)

    def _compared(self, old: Waiting, new: Waiting, verdicts: Verdicts | None) -> Folded:
        """Return what differs of one account. What either version cannot take is set aside, once."""
        found = old.found
        known = {(each.field, each.row) for each in found.rejects}
        found.rejects += [each for each in new.found.rejects if (each.field, each.row) not in known]
        if old.taken is None or new.taken is None:
            return found
        one, other = verdicts or (_asked(self.old, old.taken), _asked(self.new, new.taken))
        found.open = "undetermined" in (*one.answers, *other.answers)
        reasons = []
        for place, text in enumerate(self.old.portfolio.asked):
            if one.answers[place] != other.answers[place]:
                because = (
                    _because(self.old, old, place, one, self.language),
                    _because(self.new, new, place, other, self.language),
                )
                reasons.append(_answer(text, (one.answers[place], other.answers[place]), because))
        return _written(old.name, (one, other), reasons, found)


def _verdict(found: Found) -> Verdict:
    """Return how an account is judged of which the kernel found that."""
    return Verdict(found.standing, found.answers)


def _asked(version: Kernelled, taken: Taken) -> Verdict:
    """Return how the engine judges an account under a version."""
    held = version.portfolio
    standing = standing_of(taken.account.position_at(held.as_of, held.known_at))
    decisions = (taken.account.decide(each, held.known_at) for each in taken.asked)
    return Verdict(standing, tuple(map(answer_of, decisions)))


def _because(
    version: Kernelled, account: Waiting, place: int, verdict: Verdict, language: Language
) -> list[str]:  # fmt: skip
    """Return why a version answers a question so, a line each. Raises Unequal where the engine answers otherwise."""
    assert account.taken is not None
    question = account.taken.asked[place]
    decision = account.taken.account.decide(question, version.portfolio.known_at)
    if answer_of(decision) != verdict.answers[place]:
        raise Unequal(
            f"account {account.name}, {version.portfolio.asked[place]}: the kernel says {verdict.answers[place]}, "
            f"and the engine says {answer_of(decision)}"
        )
    return _told(decision, question, account.taken, language)


def _answer(what: str, answers: tuple[str, str], because: tuple[list[str], list[str]]) -> dict[str, str]:
    return {
        "kind": "answer", "what": what, "old": answers[0], "new": answers[1],
        "because_old": because[0][0], "because_new": because[1][0],
        "told_old": "\n".join(because[0]), "told_new": "\n".join(because[1]),
    }  # fmt: skip


def _written(name: str, verdicts: Verdicts, answers: Iterable[dict[str, str]], found: Folded) -> Folded:
    """Write what differs of an account; of answers that differ it is told already."""
    before, after = (each.standing for each in verdicts)
    differing = [*_breaches(before, after), *answers, *_unpaid(before, after), *_states(before, after)]
    counts = {"differences": len(differing), "unpaid_old": _owed(before), "unpaid_new": _owed(after)}
    found.tables = {
        "accounts": [{"account": name, **counts}],
        "differences": [{"account": name, **each} for each in differing],
    }
    return found


def _told(decision: Decision, question: Question, taken: Taken, language: Language) -> list[str]:
    """Return why the engine answers so, a line each; the answer itself and the receipt are told elsewhere."""
    lines = outline(decision, question, taken.account.program, language, None)[1:-1]
    return ["  " * (depth - 1) + line for depth, line in lines] or [""]


def _breaches(before: AccountStanding, after: AccountStanding) -> Iterable[dict[str, str]]:
    one, other = (_worst(each.breaches) for each in (before, after))
    for norm in dict.fromkeys((*other, *one)):
        said = one.get(norm, "no breach"), other.get(norm, "no breach")
        if said[0] != said[1]:
            yield {"kind": "breach", "what": norm, "old": said[0], "new": said[1]}


def _worst(breaches: Iterable[BreachStanding]) -> dict[str, str]:
    """Return what there is of the breaches of each norm: an open one counts for more than one that is over."""
    in_order = sorted(breaches, key=lambda each: each.status == "open")
    return {f"{each.document} {each.norm}": each.status for each in in_order}


def _states(before: AccountStanding, after: AccountStanding) -> Iterable[dict[str, str]]:
    one, other = ({(s, d): said(v) for s, d, v in each.states} for each in (before, after))
    for key in dict.fromkeys((*one, *other)):
        if key in one and key in other and one[key] != other[key]:
            yield {"kind": "state", "what": " ".join(filter(None, key)), "old": one[key], "new": other[key]}


def _unpaid(before: AccountStanding, after: AccountStanding) -> Iterable[dict[str, str]]:
    if _owed(before) != _owed(after):
        up = _owed(after) > _owed(before)
        yield {
            "kind": "unpaid",
            "what": "unpaid",
            "old": "less" if up else "more",
            "new": "more" if up else "less",
        }


def _owed(standing: AccountStanding) -> int:
    return sum(each.unpaid or 0 for each in standing.duties)
