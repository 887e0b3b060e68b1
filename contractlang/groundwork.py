"""What a document declares: worked out once, and taken over while it is written the same, wherever it now stands.

Most of what is typed is typed into norms, and changes nothing of this.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from contractlang.diagnostic import Diagnostic
from contractlang.drafting import Draft, Ground, Named, Work
from contractlang.gist import declaring, gist
from contractlang.moved import To, moved
from contractlang.names import Names
from contractlang.source import Span


def name_clauses(work: Work) -> None:
    """Know the numbers of all clauses."""
    told = [(gist(clause.cut).plain, clause.number) for clause in work.written.clauses]
    work.names.clauses = {plain: number for plain, number in told if number}


def name_all(work: Work) -> Named:
    """Know all labels and sums before the first expression is read; return all that can be named."""
    names = work.names
    for clause in (work.written.preamble, *work.written.clauses):
        told = gist(clause.cut)
        for each in told.sums:
            names.amounts.update(dict.fromkeys(each, each[0]))
        for label in told.labels:
            names.labels.setdefault(label)
    return Named(tuple(names.labels), tuple(names.amounts.items()), tuple(names.clauses.items()))


def lay(work: Work, early: Ground, wrong: Sequence[Diagnostic]) -> None:
    """Keep what a document declares, now that all of it is known.

    `early` is what was known before its norms were read; `wrong` is what was found after that.
    """
    names = replace(early.names, declarations=dict(work.names.declarations))
    own = (name for name, each in names.declarations.items() if each.document == work.draft.name)
    work.memo.ground = replace(
        early, names=names, wrong=(early.wrong[0], tuple(wrong)), told={name: {} for name in own}
    )


def so_far(work: Work) -> Ground:
    """Return what a document declares, before its norms are read."""
    draft, names = work.draft, work.names
    key, bases = _written(work)
    words = frozenset().union(*(told.declaring_words for _, _, told in declaring(work.written)))
    place = {id(clause): index for index, (clause, _, _) in enumerate(declaring(work.written))}
    return Ground(
        key, list(work.library.values()), bases, words, _copied(draft),
        Names(
            dict(names.declarations), dict(names.spellings), amount_kinds=dict(names.amount_kinds),
            documents=names.documents,
        ),
        {place[clause]: each for clause, each in work.standings.items()},
        {place[clause]: each for clause, each in work.switches.items()},
        work.of_all, (tuple(work.wrong), ()),
    )  # fmt: skip


def taken_over(work: Work) -> bool:
    """Take over what a document declared when it was last read. False where anything of it may have changed."""
    ground = work.memo.ground
    if ground is None:
        return False
    key, bases = _written(work)
    library = list(work.library.values())
    same_library = len(library) == len(ground.library) and all(map(_same, library, ground.library))
    if key != ground.key or not same_library:
        return False
    if bases != ground.bases:
        ground = work.memo.ground = _moved_to(bases, ground, work.written.source.path)
    names = work.names
    work.draft = _copied(ground.draft)
    names.declarations = dict(ground.names.declarations)
    names.spellings, names.documents = ground.names.spellings, ground.names.documents
    names.amount_kinds = dict(ground.names.amount_kinds)
    clauses = [clause for clause, _, _ in declaring(work.written)]
    work.standings = {id(clauses[place]): each for place, each in ground.standings.items()}
    work.switches = {id(clauses[place]): each for place, each in ground.switches.items()}
    work.of_all = ground.of_all
    names.wrong += ground.wrong[0]
    return True


def still_holds(work: Work, now: Named) -> bool:
    """Tell whether what was taken over does not speak of anything that has another name now."""
    ground, before = work.memo.ground, work.memo.named
    assert ground is not None and before is not None
    if now == before:
        return True
    # What is wrong is said with the nearest of all names.
    return not any(ground.wrong) and ground.words.isdisjoint(now.other_than(before))


def _same(one: object, other: object) -> bool:
    return one is other


def _written(work: Work) -> tuple[tuple[object, ...], list[int]]:
    """Return all that a document's declarations hang on but its library, and where they begin."""
    source = work.written.source
    key: list[object] = [source.path, source.is_chinese, tuple(work.library), tuple(work.near)]
    bases: list[int] = []
    has_head = False
    for clause, is_first, told in declaring(work.written):
        has_head = has_head or any(each[0] == "document" for each in told.declares)
        key.append((clause.number, is_first, told.declares))
        bases += [clause.base + base for base in told.bases]
    if not has_head:
        # Without a head, it matters whether anything is written at all.
        key.append(bool(work.written.statements()))
    return tuple(key), bases


def _copied(draft: Draft) -> Draft:
    """Return a draft to which more can be added."""
    return replace(
        draft, uses=[*draft.uses], governed_by=[*draft.governed_by], relations=[*draft.relations], built=[],
        sources=[*draft.sources], changes=[*draft.changes], surviving=set(), meanings=[],
    )  # fmt: skip


def _moved_to(bases: list[int], ground: Ground, path: str) -> Ground:
    to = _from_to(ground.bases, bases, path)
    own = ground.draft.name
    declarations = {
        name: moved(each, to) if each.document == own else each
        for name, each in ground.names.declarations.items()
    }
    before, after = (tuple(moved(each, to) for each in wrong) for wrong in ground.wrong)
    draft = replace(
        ground.draft, sources=[moved(each, to) for each in ground.draft.sources],
        changes=[moved(each, to) for each in ground.draft.changes],
    )  # fmt: skip
    names = replace(ground.names, declarations=declarations)
    return replace(ground, bases=bases, names=names, draft=draft, wrong=(before, after))


def _from_to(before: Sequence[int], now: Sequence[int], path: str) -> To:
    """Return what moves a place in a statement by as much as that statement has moved."""

    def to(span: Span) -> Span:
        if span.path != path:
            return span
        statement = bisect_right(before, span.start) - 1
        letters = now[statement] - before[statement] if statement >= 0 else 0
        return Span(path, span.start + letters, span.end + letters) if letters else span

    return to
