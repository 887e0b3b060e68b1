"""Two versions of one document: which sentences differ, and on which history the two then answer differently.

First what says the same is put aside: by the hash of the meaning, by the sentences laid bare, by a proof that two ways
of writing a condition are one. For what is left, each act that it touches is asked about in both versions at once: may
it be done, must it be, is its duty breached, what does a sum come to, is the agreement in force. A history on which the
answers part is put to the engine under either version; only what parts there too is a difference.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from contractlang.contract import Contract
from contractlang.declaration import Declaration
from contractlang.numerals import plain_number
from engine.analysis.finding import Witness
from engine.analysis.following import Compared, Following
from engine.analysis.meaning import Meanings, Sentence, alike
from engine.analysis.sameness import pairs, proved
from engine.analysis.tally import HORIZON

How = Literal["added", "removed", "changed", "moved", "reworded", "equal"]
"""What became of a clause: its sentences are new, gone, or say something else; or they say the same in another clause
(`moved`), in other printed words (`reworded`), or written otherwise, which was proved (`equal`)."""


@dataclass(frozen=True)
class Edit:
    """What became of a clause; the sentences that differ, as each version has them."""

    how: How
    old: str | None
    new: str | None
    was: tuple[Sentence, ...] = ()
    now: tuple[Sentence, ...] = ()


@dataclass(frozen=True)
class Difference:
    """How two versions differ. `same_by` tells how it was found that they mean the same: None where they do not.

    `words` are declarations that differ; `consequences` the clauses that hang on any breach and follow the changed
    duties. `horizon` and `kinds` are the bound of the search.
    """

    old: Contract
    new: Contract
    same_by: Literal["hash", "norms", "solver"] | None
    edits: tuple[Edit, ...]
    words: tuple[str, ...] = ()
    answers: tuple[Compared, ...] = ()
    horizon: int = 0
    consequences: tuple[str, ...] = ()

    @property
    def witnesses(self) -> Iterator[Witness]:
        """Every history on which the versions part."""
        for answer in self.answers:
            yield from (each.witness for each in answer.partings)


def difference(old: Contract, new: Contract) -> Difference:
    """Return how a new version differs from an old one in what it means."""
    if old.meaning_hash == new.meaning_hash and old.name == new.name:
        return Difference(old, new, "hash", tuple(_reworded(old, new)))
    if new.kind != "law":
        old, new = _undated(old), _undated(new)
    meanings = Meanings(old, new)
    words = tuple(_words(old, new))
    shown = list(proved(meanings))
    edits = [*_edits(meanings), *_equal(shown), *_reworded(old, new)]
    if not meanings.left and not meanings.right and not words and not _heads(old, new):
        return Difference(old, new, "solver" if shown else "norms", _in_order(edits, old, new))
    questions = Following(meanings, words)
    answers = tuple(questions.answers())
    return Difference(
        old, new, None, _in_order(edits, old, new), (*words, *_heads(old, new)), answers, HORIZON,
        questions.consequences(),
    )  # fmt: skip


def _undated(contract: Contract) -> Contract:
    """Return a document whose sentences are not dated by its own days, which tell who signs it, or when it governs.

    That these days differ is said once, of the document (`_heads`), and not of each sentence in it.
    """
    whole = contract.valid_from, contract.valid_to
    if whole == (None, None):
        return contract

    def bare(said: Any) -> Any:
        standing = getattr(said, "standing", None)
        if standing is None or (standing.valid_from, standing.valid_to) != whole:
            return said
        return dataclasses.replace(
            said, standing=dataclasses.replace(standing, valid_from=None, valid_to=None)
        )

    held = {each.name: getattr(contract, each.name) for each in dataclasses.fields(contract)}
    bared: dict[str, Any] = {
        name: tuple(map(bare, each)) for name, each in held.items() if isinstance(each, tuple)
    }
    return dataclasses.replace(contract, **bared)


# ---- What became of each sentence -----------------------------------------------------------------------------------


def _edits(meanings: Meanings) -> Iterator[Edit]:
    """Tell, clause by clause, what was added, removed, changed or moved."""
    paired = pairs(meanings)
    paired_old, paired_new = {one for one, _ in paired}, {other for _, other in paired}
    changed: dict[tuple[str, str], tuple[list[Sentence], list[Sentence]]] = {}
    for one, other in paired:
        was, now = changed.setdefault((one.clause, other.clause), ([], []))
        was.append(one)
        now.append(other)
    for (old, new), (was_, now_) in changed.items():
        yield Edit("changed", old, new, tuple(was_), tuple(now_))
    for clause, held in _by_clause(each for each in meanings.left if each not in paired_old):
        yield Edit("removed", clause, None, held)
    for clause, held in _by_clause(each for each in meanings.right if each not in paired_new):
        yield Edit("added", None, clause, (), held)
    moved: dict[tuple[str, str], tuple[list[Sentence], list[Sentence]]] = {}
    for one, other in meanings.same:
        if plain_number(one.clause) != plain_number(other.clause):
            was, now = moved.setdefault((one.clause, other.clause), ([], []))
            was.append(one)
            now.append(other)
    for (old, new), (was_, now_) in moved.items():
        yield Edit("moved", old, new, tuple(was_), tuple(now_))


def _by_clause(held: Iterable[Sentence]) -> Iterator[tuple[str, tuple[Sentence, ...]]]:
    found: dict[str, list[Sentence]] = {}
    for each in held:
        found.setdefault(each.clause, []).append(each)
    yield from ((clause, tuple(group)) for clause, group in found.items())


def _equal(shown: Iterable[tuple[tuple[Sentence, ...], tuple[Sentence, ...]]]) -> Iterator[Edit]:
    for some, others in shown:
        yield Edit("equal", some[0].clause, others[0].clause, some, others)


def _reworded(old: Contract, new: Contract) -> Iterator[Edit]:
    """Yield the clauses whose printed text differs."""
    there = {plain_number(each.number): each for each in new.clauses}
    for clause in old.clauses:
        other = there.get(plain_number(clause.number))
        if other is not None and clause.text.split() != other.text.split():
            yield Edit("reworded", clause.number, other.number)


def _in_order(edits: Iterable[Edit], old: Contract, new: Contract) -> tuple[Edit, ...]:
    """Return what became of the clauses, in the order of the text; a clause that changed is not reworded besides."""
    held = list(edits)
    told = {(each.old, each.new) for each in held if each.how in ("changed", "equal")}
    kept = [each for each in held if each.how != "reworded" or (each.old, each.new) not in told]
    order = {each.number: number for number, each in enumerate(old.clauses)}
    later = {each.number: number for number, each in enumerate(new.clauses)}
    return tuple(
        sorted(kept, key=lambda e: later.get(e.new or "", -1) if e.new else order.get(e.old or "", -1))
    )


def _words(old: Contract, new: Contract) -> Iterator[str]:
    """Yield the names whose declaration means something else in the new version."""
    for name, declared in old.declarations.items():
        other = new.declarations.get(name)
        if other is not None and other is not declared and not _declared_alike(declared, other):
            yield name


def _declared_alike(one: Declaration, other: Declaration) -> bool:
    if type(one) is not type(other):
        return False
    gone = ("span", "document", "alias", "external", "text", "evidence", "decided_by")
    return all(
        alike(getattr(one, each.name), getattr(other, each.name))
        for each in dataclasses.fields(one)
        if each.name not in gone
    )


def _heads(old: Contract, new: Contract) -> tuple[str, ...]:
    """Return what differs of the documents themselves: their rank, days, layer, whether they break off."""
    names = ("rank", "valid_from", "valid_to", "layer", "truncated", "amends", "retroactive")
    return tuple(
        name for name in names if getattr(old, name) != getattr(new, name) and not _versions(old, new, name)
    )


def _versions(old: Contract, new: Contract, name: str) -> bool:
    """Tell whether that is where two versions must differ: in the days on which each is concluded."""
    return name in ("valid_from", "valid_to") and old.version != new.version
