"""Two versions of an agreement over the same columns: whom they judge differently, without an object for each account.

Accounts whose answers differ are left: the engine tells why. `impact.py` says the same of one account at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy
import pyarrow
import pyarrow.compute as pc

from engine.bulk.kernel.arrow import Taken
from engine.bulk.kernel.column import Array
from engine.bulk.kernel.plan import SAID
from engine.bulk.kernel.straight import Done, Part, Straight, written_down

STATUSES = ("no breach", "cured", "open")
"""What there is of a norm's breaches, the worst last."""


@dataclass(frozen=True, slots=True)
class Judged:
    """How one version judges accounts: which of them, their answers, what they owe; numbers of words for the rest."""

    taken: Taken
    there: Array
    answers: Array
    unpaid: Array
    breaches: Mapping[str, Array]
    states: Mapping[str, Any]

    def of(self, places: Array) -> Judged:
        """Return the same of some accounts."""
        return Judged(
            self.taken, self.there[places], self.answers[places], self.unpaid[places],
            {norm: each[places] for norm, each in self.breaches.items()},
            {name: each.take(pyarrow.array(places)) for name, each in self.states.items()},
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Differing:
    """One thing that differs: of which kind, what, in which accounts, and what it is under either version."""

    kind: str
    what: str
    accounts: Array
    old: Any
    new: Any


class Versions:
    """Two versions that fold the same tables; where both read columns alike, those are read once."""

    def __init__(self, old: Straight, new: Straight) -> None:
        self.old, self.new = old, new
        self.is_alike = old.reader.looks_at() == new.reader.looks_at()

    def fold(self, tables: Iterable[Any], targets: Mapping[str, Path], left: Path) -> Done:
        """Compare whole accounts; write what differs to each of `targets`, and to `left` whose are left."""
        return written_down(map(self._compared, tables), targets, left)

    def _compared(self, table: Any) -> Part:
        taken = self.old.reader.whole(table)
        other = taken if self.is_alike else self.new.reader.whole(table)
        before, after = _judged(self.old, taken), _judged(self.new, other)
        mine, theirs = _same_accounts(taken, other)
        known = before.there[mine] & after.there[theirs]
        known &= (before.answers[mine] == after.answers[theirs]).all(axis=1)
        mine, theirs = mine[known], theirs[known]
        names, counts = taken.names.take(pyarrow.array(mine)), taken.counts[mine]
        done = numpy.zeros(len(taken.names), bool)
        done[mine] = True
        left = pyarrow.concat_arrays([taken.left, taken.names.filter(pyarrow.array(~done))])
        found = list(_differing(before.of(mine), after.of(theirs)))
        told = {
            "accounts": _accounts(names, found, before.unpaid[mine], after.unpaid[theirs]),
            "differences": _differences(names, found),
        }
        return Part(told, left, int(counts.sum()))


def _judged(version: Straight, taken: Taken) -> Judged:
    left, telling = version.loop(taken), version.telling
    there = left["gone"] == 0
    breaches: dict[str, Array] = {}
    for name, every, still in telling.breaches(taken, left):
        status = breaches.setdefault(name, numpy.zeros(len(there), numpy.int64))
        numpy.maximum(status, (every > 0).astype(numpy.int64) + (still > 0), out=status)
    answers = left["answer"].reshape(len(there), len(version.plan.asked)) % SAID
    unpaid = telling.unpaid(taken, left).sum(axis=0, dtype=numpy.int64)
    states = {
        f"{name} {document}".strip(): values for document, name, values in telling.states(left, len(there))
    }
    return Judged(taken, there, answers, unpaid, breaches, states)


def _same_accounts(old: Taken, new: Taken) -> tuple[Array, Array]:
    """Return the places of the accounts that both versions took, in either."""
    if old is new:
        every = numpy.arange(len(old.names))
        return every, every
    places = pc.fill_null(pc.index_in(old.names, new.names), -1).to_numpy(zero_copy_only=False)
    mine = numpy.flatnonzero(places >= 0)
    return mine, places[mine]


def _differing(before: Judged, after: Judged) -> Iterator[_Differing]:
    """Yield each thing of which something differs."""
    nothing = numpy.zeros(len(before.there), numpy.int64)
    for norm in dict.fromkeys((*after.breaches, *before.breaches)):
        one, other = before.breaches.get(norm, nothing), after.breaches.get(norm, nothing)
        yield _where(one != other, "breach", norm, _worded(one), _worded(other))
    up = after.unpaid > before.unpaid
    yield _where(before.unpaid != after.unpaid, "unpaid", "unpaid", _more(~up), _more(up))
    for name, one in before.states.items():
        if name in after.states:
            other = after.states[name]
            differs = pc.not_equal(one, other).to_numpy(zero_copy_only=False)
            yield _where(differs, "state", name, one, other)


def _where(differs: Array, kind: str, what: str, old: Any, new: Any) -> _Differing:
    there = pyarrow.array(differs)
    return _Differing(kind, what, numpy.flatnonzero(differs), old.filter(there), new.filter(there))


def _worded(statuses: Array) -> Any:
    return pyarrow.array(STATUSES).take(pyarrow.array(statuses))


def _more(is_more: Array) -> Any:
    return pyarrow.array(("less", "more")).take(pyarrow.array(is_more.astype(numpy.int64)))


def _accounts(names: Any, found: Sequence[_Differing], old: Array, new: Array) -> Any:
    differences = numpy.zeros(len(names), numpy.int32)
    for each in found:
        differences[each.accounts] += 1
    return pyarrow.table({"account": names, "differences": differences, "unpaid_old": old, "unpaid_new": new})


def _differences(names: Any, found: Sequence[_Differing]) -> Any:
    """Return a row for each thing that differs of an account, those of an account together."""
    order = numpy.argsort(numpy.concatenate([each.accounts for each in found]), kind="stable")
    columns = {
        "account": pyarrow.concat_arrays([names.take(pyarrow.array(each.accounts)) for each in found]),
        "kind": _repeated([each.kind for each in found], found),
        "what": _repeated([each.what for each in found], found),
        "old": pyarrow.concat_arrays([each.old for each in found]).dictionary_encode(),
        "new": pyarrow.concat_arrays([each.new for each in found]).dictionary_encode(),
    }
    table = pyarrow.table(columns).take(pyarrow.array(order))
    for name in ("because_old", "because_new", "told_old", "told_new"):
        table = table.append_column(name, pyarrow.nulls(len(table), pyarrow.string()))
    return table


def _repeated(words: Sequence[str], found: Sequence[_Differing]) -> Any:
    """Return a word for each thing, as often as it differs."""
    places = numpy.repeat(numpy.arange(len(words)), [len(each.accounts) for each in found])
    return pyarrow.array(words, pyarrow.string()).take(pyarrow.array(places)).dictionary_encode()
