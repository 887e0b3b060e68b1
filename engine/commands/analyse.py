"""`contract analyse`: what the norms allow to happen, as findings with a dated history."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.commands.asserted import assert_all
from engine.commands.clock import now
from engine.commands.common import BROKEN, CONTRACT, FINE, FOUND, Json, Lang, Layers, Refused
from engine.commands.conflict_checks import run_checks
from engine.commands.findings import print_findings, show_findings
from engine.commands.given import kept_loads, language_of, layers_named, usable
from engine.commands.tried import mends_tried, ranges_of, show_mends, show_ranges
from engine.commands.watching import Progress
from engine.dates import day_of
from engine.errors import BadTerms
from engine.render import Screen

if TYPE_CHECKING:
    from contractlang.contract import Contract
    from contractlang.loaded import Loaded
    from engine.analysis.accepted import Accepted
    from engine.analysis.answers import Answers
    from engine.analysis.finding import Finding
    from engine.analysis.kept import Kept
    from engine.analysis.ranges import Range
    from engine.analysis.tally import Tally
    from engine.analysis.tries import Tried
    from engine.governing import Programs
    from engine.program import Program

_AGREEMENTS = typer.Argument(
    metavar="[AGREEMENTS]...", help="Agreements: files, folders, or names of those shipped."
)
_ONLY = typer.Option(
    "--only", metavar="KIND,KIND", help="Only findings of these kinds, such as conflict,gap."
)
_GATE = typer.Option("--gate", help="List accepted findings, and fail only on others: for publishing.")
_ACCEPT = typer.Option("--accept", metavar="KEY", help="Write this finding into accepted.yaml.")
_PROPERTY = typer.Option(
    "--property",
    metavar="TEXT",
    help="Ask whether this holds: `never …`, `always …`, `eventually … within …`.",
)
_MENDS = typer.Option(
    "--mends", help="Try what may settle each finding: lay it on the text and analyse again."
)
_SECONDS = typer.Option(
    "--seconds",
    metavar="N",
    min=0.1,
    help="Stop after so many seconds; what is open then is told as undecided.",
)
_JOBS = typer.Option(
    "--jobs",
    metavar="N",
    min=1,
    help="Processes that put the questions; as many as there are cores, where there is much to ask.",
)
_RANGES = typer.Option("--ranges", help="For which values of a blank each finding arises.")
_CHECKS = typer.Option("--conflict-checks", metavar="FILE", help="Run the conflict checks of a YAML file.")


def analyse(
    paths: Annotated[list[str] | None, _AGREEMENTS] = None,
    layers: Layers = None,
    only: Annotated[str | None, _ONLY] = None,
    gate: Annotated[bool, _GATE] = False,
    accept: Annotated[str | None, _ACCEPT] = None,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why it is accepted.")] = None,
    conflict_checks: Annotated[str | None, _CHECKS] = None,
    properties: Annotated[list[str] | None, _PROPERTY] = None,
    mends: Annotated[bool, _MENDS] = False,
    ranges: Annotated[bool, _RANGES] = False,
    seconds: Annotated[float | None, _SECONDS] = None,
    jobs: Annotated[int | None, _JOBS] = None,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Ask everything again.")] = False,
    sarif: Annotated[bool, typer.Option("--sarif", help="Print SARIF 2.1.0 instead.")] = False,
    lang: Lang = None, json_: Json = False,
) -> None:  # fmt: skip
    """Find conflicts and gaps in agreements, alone, together, and beside the law of the layers that --layers names.

    Ends with 1 if there is a finding; with --gate, if there is one that is not accepted in accepted.yaml beside the
    agreement; with 3 if the engine confirms none of the histories that the solver gave for a question, which is a fault
    of ours. With --property, which may be given several times, ends with 1 if one does not hold, or is undecided.

    JSON: agreements, layers, documents (their names, and the hash of what each means), findings (key, kind, what,
    clauses, sentence, settles, bound, witness, detail, rests_on, accepted, reopened; with --mends, mends; see
    docs/analysis.md), counts (by kind), ranges (with --ranges: blank, finding, arises, asked, only, undecided, bound),
    searched (asked, found, none, undecided: the questions to the solver); with --conflict-checks outcomes (status,
    name, expected, got), passed, failed; with --property agreements, layers, properties (property, holds, findings,
    bound).
    """
    if conflict_checks is not None:
        raise typer.Exit(run_checks(conflict_checks, json_))
    if not paths:
        raise Refused(
            "which agreement? name a file or folder, for example contracts/voip-1", field="contract"
        )
    under = (CONTRACT, *(each for each in layers_named(layers) if each != CONTRACT))
    if properties:
        _refuse_beside(
            "a property is asked by itself: leave out --{}", only=only, gate=gate, accept=accept, sarif=sarif,
            mends=mends, ranges=ranges, seconds=seconds, jobs=jobs,
        )  # fmt: skip
        raise typer.Exit(assert_all(paths, properties, under, json_, lang))
    if seconds is not None:
        _refuse_beside("--{0} has no limit of time: leave out --seconds or --{0}", mends=mends, ranges=ranges)
    # Of a finding that is accepted only its own kind is looked for; what is undecided is so whatever is looked for.
    own = None if accept is None else re.split("[/:]", accept)[0]
    kinds = _kinds("only", only) if own in (None, "unknown") else _kinds("accept", own)
    asked = _Asked.of(paths, under, kinds, keeps=not no_cache, tries=mends or ranges)
    language = language_of(asked.loaded, lang)
    progress = Progress.on(language)
    findings = asked.findings(seconds, jobs, progress)
    if accept is not None:
        _accept(accept, reason, findings, asked.documents)
        return
    if json_ or sarif:
        everything = list(findings)
        if progress is not None:
            progress.clear()
        tries = {each.key: came_of for each, came_of in asked.mended(everything)} if mends else {}
        values = asked.ranges() if ranges else ()
        print_findings(
            everything, asked.loaded, asked.accepted, asked.agreements, under, asked.meant, language, sarif,
            asked.tally, tries, values,
        )  # fmt: skip
    else:
        everything = show_findings(findings, asked.program, asked.accepted, language, asked.tally, progress)
        if mends:
            show_mends(asked.mended(everything), language)
        if ranges:
            show_ranges(asked.ranges(), language)
    raise typer.Exit(_status(everything, asked.accepted if gate else None))


def _refuse_beside(why: str, **given: object) -> None:
    """Refuse the first option that is given and does not go with another."""
    for name in (name for name, value in given.items() if value):
        raise Refused(why.format(name), field=name)


def _status(findings: Sequence[Finding], accepted: Accepted | None) -> int:
    """Return the exit status that findings bring: where a file of them is given, accepted ones bring none."""
    from engine.analysis.tally import is_confirmed

    failing = [each for each in findings if accepted is None or accepted.of(each) is None]
    if not all(map(is_confirmed, failing)):
        return BROKEN
    return FOUND if failing else FINE


@dataclass(frozen=True)
class _Asked:
    """What is asked of some agreements, beside the law of which layers, for which kinds of finding (all, if none)."""

    loaded: Loaded
    documents: Mapping[str, Contract]
    agreements: tuple[str, ...]
    layers: tuple[str, ...]
    kinds: tuple[str, ...]
    programs: Programs
    program: Program
    kept: Kept
    tally: Tally

    @staticmethod
    def of(
        paths: Sequence[str], layers: tuple[str, ...], kinds: tuple[str, ...], *, keeps: bool, tries: bool
    ) -> _Asked:
        """Read what is asked. Answers are in memory alone where other texts are tried and no folder keeps any."""
        from engine.analysis.kept import Kept
        from engine.analysis.tally import Tally
        from engine.governing import Programs

        loaded = usable(paths, layers)
        documents = {name: loaded.contracts[name] for name in loaded.asked}
        agreements = tuple(
            dict.fromkeys(each.base for each in documents.values() if each.kind == "agreement")
        )
        if not agreements:
            raise Refused("there is no agreement in these files", field="contract")
        programs = Programs(documents)
        try:
            program = programs.of(agreements, layers)
        except BadTerms as wrong:
            raise Refused(f"--layers: {wrong.reason}", field=wrong.field) from None
        folder = kept_loads().folder if keeps else None
        kept = Kept(folder) if folder is not None or not tries else _aside()
        return _Asked(loaded, documents, agreements, layers, kinds, programs, program, kept, Tally())

    @cached_property
    def accepted(self) -> Accepted:
        """What was accepted beside these agreements."""
        from engine.analysis.accepted import Accepted

        return Accepted.beside(self.documents)

    @property
    def meant(self) -> dict[str, str]:
        """The hash of what each document means."""
        return {each.name: each.meaning_hash for each in self.program.contracts}

    def findings(
        self, seconds: float | None, jobs: int | None, progress: Progress | None
    ) -> Iterable[Finding]:
        """Yield what is found, within so many seconds if any are named, by so many processes."""
        from engine.analysis import analyse as found
        from engine.analysis.crew import fitting
        from engine.analysis.watched import Asked, analyse_within

        if jobs is None:
            jobs = fitting(self.program, self.kept.knows(self.program.contracts, self.layers))
        only = frozenset(self.kinds)
        if seconds is None:
            return found(
                self.programs, self.agreements, self.layers, only, tally=self.tally, kept=self.kept,
                watch=progress, jobs=jobs,
            )  # fmt: skip
        whole = Asked(dict(self.documents), self.agreements, self.layers, only, self.kept.folder, jobs)
        return analyse_within(whole, seconds, self.tally, progress)

    def mended(self, found: Sequence[Finding]) -> Iterator[tuple[Finding, tuple[Tried, ...]]]:
        """Yield each finding with what came of its mends."""
        return mends_tried(
            found, self.loaded, self.documents, self.agreements, self.layers, self.kinds, self._beside()
        )

    def ranges(self) -> Iterator[Range]:
        """Yield for which values of a blank each finding arises."""
        return ranges_of(self.programs, self.agreements, self.layers, self.kinds, self._beside())

    def _beside(self) -> Kept:
        """Return where answers about other texts than these are kept."""
        return _aside(self.kept.answers(self.program.contracts, self.layers).aside())


def _aside(answers: Answers | None = None) -> Kept:
    """Return where answers about texts that nobody has saved are kept. The solver is loaded with it."""
    from engine.analysis.mended import Aside

    return Aside(answers)


def _kinds(option: str, only: str | None) -> tuple[str, ...]:
    """Return the kinds of finding that an option names; none where it is not given."""
    if only is None:
        return ()
    from contractlang.suggest import nearest
    from engine.analysis.report import KINDS

    named = tuple(each.strip() for each in re.split("[,，、]", only))
    for each in named:
        if each not in KINDS:
            near = nearest(each, list(KINDS))
            hint = f"did you mean `{near}`?" if near else f"there are {', '.join(KINDS)}"
            raise Refused(f"--{option} {only}: no kind of finding is called `{each}`; {hint}", field=option)
    return named


def _accept(
    key: str, reason: str | None, findings: Iterable[Finding], documents: Mapping[str, Contract]
) -> None:
    """Write a finding into the file of what is accepted, beside the first agreement that takes part."""
    from engine.analysis.accepted import FILE, Acceptance, add, rests_on

    if reason is None or not reason.strip():
        raise Refused("--accept needs --reason: why is it accepted?", field="reason")
    finding = next((each for each in findings if each.key == key), None)
    if finding is None:
        raise Refused(f"--accept {key}: there is no such finding", field="accept")
    own = [documents[each.document] for each in finding.clauses if each.document in documents]
    agreed = [each for each in (*own, *documents.values()) if each.kind in ("agreement", "supplement")]
    path = Path(agreed[0].path).with_name(FILE)
    add(path, Acceptance(key, reason, day_of(now()), rests_on(finding, documents)))
    Screen.of().line(f"{path}: {key}")
