"""What a draft would change: every account under the old text and under the new one, in one pass."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

from engine.bulk.fold import Folded, Portfolio, Taken, answer_of
from engine.bulk.mapping import Mapped
from engine.bulk.page import page, section
from engine.bulk.run import Counts
from engine.bulk.tables import counted, first
from engine.decision import Decision
from engine.explain import outline
from engine.history import AccountStanding, standing_of
from engine.question import Question

ACCOUNTS = {"account": "VARCHAR", "differences": "INTEGER", "unpaid_old": "BIGINT", "unpaid_new": "BIGINT"}
DIFFERENCES = {
    "account": "VARCHAR", "kind": "VARCHAR", "what": "VARCHAR", "old": "VARCHAR", "new": "VARCHAR",
    "because_old": "VARCHAR", "because_new": "VARCHAR", "told_old": "VARCHAR", "told_new": "VARCHAR",
}  # fmt: skip
KINDS = ("breach", "answer", "unpaid", "state")
"""What can differ, the worst first."""


@dataclass
class Impact:
    """Two versions of a portfolio: the same accounts, day and questions; other documents."""

    old: Portfolio
    new: Portfolio

    @property
    def mapped(self) -> Mapped:
        """How rows are events."""
        return self.old.mapped

    @cached_property
    def tables(self) -> dict[str, dict[str, str]]:
        """The tables that come out: the accounts, and each thing that differs."""
        return {"accounts": ACCOUNTS, "differences": DIFFERENCES}

    def straight(self, *given: Any) -> str:
        """Nothing is folded without looking at each row; there is nothing to tell of that."""
        return ""

    def at_once(self, scattered: Any, bucket: int, with_accounts: bool) -> None:
        """Nothing is folded without looking at each row."""

    def fold_all(self, accounts: Iterable[tuple[str, Mapping[str, Any], Iterable[str]]]) -> Iterator[Folded]:
        """Yield what differs of each account: its name, its row in the table of accounts, its events."""
        for each in accounts:
            yield self.fold(*each)

    def fold(self, name: str, head: Mapping[str, Any], rows: Iterable[str]) -> Folded:
        """Return what differs of one account. What either version cannot take is set aside, once."""
        texts = list(rows)
        found, others = Folded(), Folded()
        old, new = self.old.take(name, head, texts, found), self.new.take(name, head, texts, others)
        known = {(each.field, each.row) for each in found.rejects}
        found.rejects += [each for each in others.rejects if (each.field, each.row) not in known]
        if old is None or new is None:
            return found
        before, after = self._standing(old), self._standing(new)
        differing = [
            *_breaches(before, after),
            *self._answers(old, new, found),
            *_unpaid(before, after),
            *_states(before, after),
        ]
        counts = {"differences": len(differing), "unpaid_old": _owed(before), "unpaid_new": _owed(after)}
        found.tables = {
            "accounts": [{"account": name, **counts}],
            "differences": [{"account": name, **each} for each in differing],
        }
        return found

    def _standing(self, taken: Taken) -> AccountStanding:
        return standing_of(taken.account.position_at(self.old.as_of, self.old.known_at))

    def _answers(self, old: Taken, new: Taken, found: Folded) -> Iterable[dict[str, str]]:
        for text, one, other in zip(self.old.asked, old.asked, new.asked, strict=True):
            before, after = (
                old.account.decide(one, self.old.known_at),
                new.account.decide(other, self.new.known_at),
            )
            found.open |= "undetermined" in (before.answer, after.answer)
            if answer_of(before) != answer_of(after):
                told = _told(before, one, old), _told(after, other, new)
                yield {
                    "kind": "answer", "what": text, "old": answer_of(before), "new": answer_of(after),
                    "because_old": told[0][0], "because_new": told[1][0],
                    "told_old": "\n".join(told[0]), "told_new": "\n".join(told[1]),
                }  # fmt: skip


def _told(decision: Decision, question: Question, taken: Taken) -> list[str]:
    """Return why the engine answers so, a line each; the answer itself and the receipt are told elsewhere."""
    lines = outline(decision, question, taken.account.program, "en", None)[1:-1]
    return ["  " * (depth - 1) + line for depth, line in lines] or [""]


def _breaches(before: AccountStanding, after: AccountStanding) -> Iterable[dict[str, str]]:
    one, other = ({f"{b.document} {b.norm}": b.status for b in each.breaches} for each in (before, after))
    for norm in dict.fromkeys((*other, *one)):
        said = one.get(norm, "no breach"), other.get(norm, "no breach")
        if said[0] != said[1]:
            yield {"kind": "breach", "what": norm, "old": said[0], "new": said[1]}


def _states(before: AccountStanding, after: AccountStanding) -> Iterable[dict[str, str]]:
    one, other = ({(s, d): str(v) for s, d, v in each.states} for each in (before, after))
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


def summary(out: Path, impact: Impact, counts: Counts, day: str) -> str:
    """Return the page: which accounts would be judged differently, by reason, and what the engine says of examples."""
    accounts, differences = out / "accounts.parquet", out / "differences.parquet"
    touched = sum(count for _, count in counted(accounts, ["1"], "differences > 0"))
    parts = [f"<p>{touched:,} of {counts.accounts:,} accounts would be judged differently.</p>"]
    groups = counted(differences, ["kind", "what", "old", "new", "coalesce(because_new, '')"])
    for kind, what, old, new, why, count in sorted(
        groups, key=lambda each: (KINDS.index(each[0]), -each[-1])
    ):
        rows = [(f"{what}: {old} → {new}", count)]
        parts.append(section(f"{what}: {old} → {new}", ["difference", "accounts"], rows))
        if why:
            parts.append(f"<p>{escape(why)}</p>")
        parts += _examples(differences, (kind, what, old, new, why))
    return page(f"Impact on {day}", parts)


def _examples(differences: Path, group: Sequence[str]) -> Iterable[str]:
    columns = ("kind", "what", "old", "new", "coalesce(because_new, '')")
    for account, old, new in first(differences, ("account", "told_old", "told_new"), columns, group, 3):
        told = "".join(f"<pre>{escape(each)}</pre>" for each in (old, new) if each)
        yield f"<details><summary>{escape(account)}</summary>{told}</details>"
