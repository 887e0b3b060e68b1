"""What two versions write otherwise and yet say the same: pairs of sentences, and the proof that they do.

A pair may differ in how a condition is written; several permissions may come to what one says. Both are put to the
solver as conditions alone, so that what is proved holds of every history.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from contractlang.expression import And, Expr, Not, Or
from contractlang.norms import Maintenance, NormBase, Obligation
from contractlang.numerals import plain_number
from engine.analysis.equivalence import equivalent
from engine.analysis.meaning import Meanings, Sentence


def proved(meanings: Meanings) -> Iterator[tuple[tuple[Sentence, ...], tuple[Sentence, ...]]]:
    """Prove of sentences that say the same but for how a condition is written that they do, and unite them."""
    progress = True
    while progress:
        progress = False
        for one, other in pairs(meanings):
            if _same_when(meanings, one, other):
                meanings.unite((one,), (other,))
                yield (one,), (other,)
                progress = True
        for some, others in _groups(meanings):
            if _same_together(meanings, some, others):
                meanings.unite(some, others)
                yield some, others
                progress = True


def pairs(meanings: Meanings) -> list[tuple[Sentence, Sentence]]:
    """Pair the sentences that are left, each with what it probably became."""
    left, right = list(meanings.left), list(meanings.right)
    found = []
    for near in (_same_place, _same_clause, _same_subject):
        for one in list(left):
            other = next((each for each in right if near(one, each)), None)
            if other is not None:
                found.append((one, other))
                left.remove(one)
                right.remove(other)
    return found


def _same_place(one: Sentence, other: Sentence) -> bool:
    return one.place == other.place and type(one.said) is type(other.said)


def _same_clause(one: Sentence, other: Sentence) -> bool:
    return plain_number(one.clause) == plain_number(other.clause) and _subject(one) == _subject(other)


def _same_subject(one: Sentence, other: Sentence) -> bool:
    return isinstance(one.said, NormBase) and _subject(one) == _subject(other)


def _subject(of: Sentence) -> tuple[object, ...]:
    said = of.said
    act = getattr(getattr(said, "act", None), "name", getattr(said, "name", None))
    return (type(said).__name__, act, getattr(said, "bearer", None), getattr(said, "how", None))


def _same_when(meanings: Meanings, one: Sentence, other: Sentence) -> bool:
    """Tell whether two sentences are proved to differ in nothing but how their conditions are written."""
    if meanings.laid_bare(one, _frame(one.said)) != meanings.laid_bare(other, _frame(other.said)):
        return False
    lay = meanings.lay(one), meanings.lay(other)
    both = zip(conditions_of(one), conditions_of(other), strict=True)
    return all(equivalent(a, b, lay) for a, b in both)


def conditions_of(of: Sentence) -> tuple[Expr | None, ...]:
    """Return the conditions of a sentence that a proof may look into."""
    said = of.said
    trigger = getattr(said, "trigger", None)
    act = getattr(said, "act", None)
    when = getattr(said, "when", None)
    if isinstance(said, NormBase) and said.unless is not None:
        spared = Not(said.unless)
        when = spared if when is None else And((when, spared))
    return (
        when, getattr(trigger, "where", None), getattr(act, "where", None), getattr(said, "where", None),
        getattr(said, "keeps", None),
    )  # fmt: skip


def _frame(said: Any) -> Any:
    """Return a sentence without those conditions."""
    gone: dict[str, Any] = {
        name: None for name in ("when", "unless", "where", "keeps") if hasattr(said, name)
    }
    for name in ("trigger", "act"):
        part = getattr(said, name, None)
        if part is not None:
            gone[name] = dataclasses.replace(part, where=None)
    return dataclasses.replace(said, **gone)


def _groups(meanings: Meanings) -> Iterator[tuple[tuple[Sentence, ...], tuple[Sentence, ...]]]:
    """Yield what several sentences of one version may say in another number of sentences in the other."""
    found: dict[object, tuple[list[Sentence], list[Sentence]]] = {}
    for side, held in enumerate((meanings.left, meanings.right)):
        for each in held:
            said = each.said
            if isinstance(said, NormBase) and not isinstance(said, Obligation | Maintenance):
                frame = meanings.laid_bare(each, dataclasses.replace(said, when=None, unless=None))
                found.setdefault(frame, ([], []))[side].append(each)
    for some, others in found.values():
        if some and others and (len(some) > 1 or len(others) > 1):
            yield tuple(some), tuple(others)


def _same_together(meanings: Meanings, some: tuple[Sentence, ...], others: tuple[Sentence, ...]) -> bool:
    def any_of(held: tuple[Sentence, ...]) -> Expr | None:
        parts = tuple(conditions_of(each)[0] for each in held)
        return None if any(each is None for each in parts) else Or(tuple(p for p in parts if p is not None))

    lay = meanings.lay(some[0]), meanings.lay(others[0])
    return equivalent(any_of(some), any_of(others), lay)
