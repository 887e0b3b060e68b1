"""Questions about every ledger that could be: what the norms allow to happen, each finding with a dated history.

`analyse` imports the solver when it is called: who only decides need not wait for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property, partial
from itertools import chain
from typing import TYPE_CHECKING, Any

from engine.analysis.finding import Finding, Kind

if TYPE_CHECKING:
    from contractlang.contract import Contract
    from engine.analysis.answers import Answers
    from engine.analysis.assuming import Assuming
    from engine.analysis.crew import Crew
    from engine.analysis.kept import Kept
    from engine.analysis.searcher import Searcher
    from engine.analysis.tally import Tally
    from engine.analysis.watched import Watch
    from engine.governing import Programs


def analyse(
    programs: Programs, agreements: tuple[str, ...], layers: tuple[str, ...] = ("contract",),
    only: frozenset[str] = frozenset(), about: Callable[[tuple[str, str]], bool] | None = None,
    tally: Tally | None = None, assuming: Assuming | None = None, kept: Kept | None = None,
    watch: Watch | None = None, jobs: int = 1,
) -> Iterator[Finding]:  # fmt: skip
    """Yield the findings about agreements under layers of law, as they are found. `only` names the kinds wanted;
    `about` tells which clauses (document and number) the solver is asked about, all where it is not given. What is
    wanted and cannot be decided is yielded too, after what is found. `tally` counts the questions to the solver.
    Of the histories that it looks at, those alone are looked at of which what is `assuming` holds. What all clauses
    were asked before, and is `kept`, is not asked again. Who has to `watch` is told what is being asked. Where
    all is asked of all clauses, so many `jobs` put the questions: what is found is the same.

    Raises BadTerms for a layer of which there is no law.
    """
    from engine.analysis.decided import decided_first
    from engine.analysis.gaps import gaps
    from engine.analysis.kept import Kept
    from engine.analysis.tally import Tally
    from engine.analysis.uncollected import uncollected

    def wanted(kind: str) -> bool:
        return not only or kind in only

    tally = tally if tally is not None else Tally()
    if about is not None or not (
        assuming is None or (assuming.is_of_values and kept and kept.folder is None)
    ):
        kept = None
    if about is not None or assuming is not None:
        jobs = 1
    kept = kept if kept is not None else Kept(None)
    asking = Asking(programs, agreements, layers, about, tally, assuming, kept, watch)
    seen: dict[str, None] = {}
    # What needs no solver comes first.
    found: list[Iterator[Finding]] = [gaps(programs.of(agreements, layers))]
    groups = [each for each in asking.groups() if wanted(each[1])]
    if jobs > 1:
        from engine.analysis.crew import Crew
        from engine.analysis.watched import Asked

        whole = Asked(dict(programs.contracts), agreements, layers, only, kept.folder)
        unknown = [name for name, _, documents, under in groups if not kept.has(name, documents, under)]
        asking.crew = Crew(whole, unknown, jobs, watch) if unknown else None
    for name, _, documents, under in groups:
        found.append(kept.group(name, documents, under, tally, partial(asking.ask, name)))
    places: set[frozenset[tuple[str, str]]] = set()
    try:
        for each in uncollected(decided_first(chain.from_iterable(found), watch)):
            here = frozenset((clause.document, clause.clause) for clause in each.clauses)
            # A measure of the law that only says again what was found of the same clauses is left out.
            if each.detail.get("what") == "measure" and here in places:
                continue
            if (wanted(each.kind) or each.kind == "unknown") and each.key not in seen:
                seen[each.key] = None
                places.add(here)
                yield each
    finally:
        asking.close()


class Asking:
    """The questions to the solver in groups: of the agreements alone, and beside the law."""

    def __init__(
        self, programs: Programs, agreements: tuple[str, ...], layers: tuple[str, ...],
        about: Callable[[tuple[str, str]], bool] | None, tally: Tally, assuming: Assuming | None, kept: Kept,
        watch: Watch | None,
    ) -> None:  # fmt: skip
        self.law = tuple(layer for layer in layers if layer != "contract")
        self.alone = programs.of(agreements, ("contract",))
        self.beside = programs.of(agreements, ("contract", *self.law)) if self.law else self.alone
        self._kept = kept
        self._watch = watch
        self.crew: Crew | None = None
        self._how: dict[str, Any] = {"about": about, "tally": tally, "assuming": assuming}

    def close(self) -> None:
        """Keep what was answered, and end who helps."""
        if self.crew is not None:
            self.crew.close()
        if "answers" in self.__dict__:
            self.answers.close()

    @cached_property
    def answers(self) -> Answers:
        """What was answered of these documents before."""
        found = self._kept.answers(self.beside.contracts, ("contract", *self.law))
        found.watch = self._watch if self.crew is None else None
        return found

    def groups(self) -> Iterator[tuple[str, Kind, tuple[Contract, ...], tuple[str, ...]]]:
        """Yield each group: its name, the kind of what it finds, the documents that it asks of, under which layers."""
        for name, kind in _ALONE.items():
            yield name, kind, self.alone.contracts, ("contract",)
        for name, kind in _BESIDE.items() if self.law else ():
            yield name, kind, self.beside.contracts, ("contract", *self.law)

    def ask(self, name: str) -> Iterator[Finding]:
        """Put the questions of a group to the solver."""
        from engine.analysis.administering import administered
        from engine.analysis.beginnings import beginnings
        from engine.analysis.breaking import breaking
        from engine.analysis.clashes import clashes
        from engine.analysis.doubled import doubled
        from engine.analysis.fitting import overlaps, uncovered
        from engine.analysis.hanging import hanging
        from engine.analysis.implied import implied
        from engine.analysis.lawful import against, denied
        from engine.analysis.lawful_breaks import broken_by_law
        from engine.analysis.lax_times import late_by_law
        from engine.analysis.measures import measured
        from engine.analysis.never import never
        from engine.analysis.read_down import read_down
        from engine.analysis.rivals import rivals
        from engine.analysis.unspoken import unspoken

        alone, law = self.alone, "+".join(self.law)
        if self._watch is not None:
            self._watch.begins(name)
        if self.crew is not None:
            self.crew.has_put(name, self.answers)
        match name:
            case "clashes":
                return clashes(self.paper)
            case "hanging":
                return hanging(self.paper)
            case "beginnings":
                return beginnings(self.paper)
            case "breaking":
                return breaking(self.paper)
            case "overlaps":
                return overlaps(self.paper)
            case "uncovered":
                return uncovered(self.paper)
            case "unspoken":
                return unspoken(self.paper)
            case "rivals":
                return rivals(self.paper)
            case "doubled":
                return doubled(self.paper)
            case "never":
                return never(self.paper)
            case "implied":
                return implied(self.paper)
            case "against":
                return against(self.lawful, alone, law)
            case "denied":
                return denied(self.lawful, alone, law)
            case "administered":
                return administered(self.lawful, alone, law)
            case "broken by law":
                return broken_by_law(self.lawful, alone, law)
            case "read down":
                return read_down(self.lawful, alone, law)
            case "late by law":
                return late_by_law(self.lawful, alone, law)
            case "measured":
                return measured(self.lawful, alone, law)
            case _:
                return clashes(self.lawful)

    @cached_property
    def paper(self) -> Searcher:
        """Who asks of the agreements alone."""
        from engine.analysis.searcher import Searcher

        return Searcher(self.alone, ("contract",), answers=self.answers, **self._how)

    @cached_property
    def lawful(self) -> Searcher:
        """Who asks of them beside the law."""
        from engine.analysis.searcher import Searcher

        return Searcher(self.beside, ("contract", *self.law), answers=self.answers, **self._how)


_ALONE: dict[str, Kind] = {
    "uncovered": "gap", "unspoken": "gap",
    "clashes": "conflict", "hanging": "conflict", "beginnings": "conflict", "breaking": "conflict",
    "overlaps": "conflict",
    "rivals": "competing", "doubled": "competing", "never": "dead",
    "implied": "redundant",
}  # fmt: skip
_BESIDE: dict[str, Kind] = {
    "against": "against", "denied": "against", "broken by law": "against", "read down": "against",
    "late by law": "against", "measured": "against", "administered": "against",
    "clashes beside": "conflict",
}  # fmt: skip


def groups_of(only: frozenset[str], law: bool) -> dict[str, Kind]:
    """Return the groups of questions to the solver and what they look for: of some kinds, beside the law or not."""
    groups = {**_ALONE, **(_BESIDE if law else {})}
    return {name: kind for name, kind in groups.items() if not only or kind in only}
