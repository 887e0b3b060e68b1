"""`contract analyse`: what the norms allow to happen, as findings with a dated history."""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from contractlang.diagnostic import Language
from engine.commands.clock import now
from engine.commands.common import (
    BROKEN,
    CONTRACT,
    FINE,
    FOUND,
    SHIPPED,
    Json,
    Lang,
    Layers,
    Refused,
    many,
    one_line,
    print_json,
)
from engine.commands.given import (
    found_at,
    kept_loads,
    language_of,
    layers_named,
    text_of,
    usable,
    words_beside,
)
from engine.commands.tried import mends_tried, ranges_of, show_mends, show_ranges
from engine.commands.watching import Progress
from engine.dates import day_of
from engine.errors import BadTerms
from engine.render import Outcome, Screen, show_outcomes

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
        _run_checks(conflict_checks, json_)
        return
    if not paths:
        raise Refused(
            "which agreement? name a file or folder, for example contracts/voip-1", field="contract"
        )
    if properties:
        from engine.commands.asserted import assert_all

        beside = {
            "only": only,
            "gate": gate,
            "accept": accept,
            "sarif": sarif,
            "mends": mends,
            "ranges": ranges, "seconds": seconds, "jobs": jobs,
        }  # fmt: skip
        for name in (name for name, given in beside.items() if given):
            raise Refused(f"a property is asked by itself: leave out --{name}", field=name)
        under = (CONTRACT, *(each for each in layers_named(layers) if each != CONTRACT))
        raise typer.Exit(assert_all(paths, properties, under, json_, lang))
    from engine.analysis import analyse as found
    from engine.analysis.accepted import Accepted
    from engine.analysis.crew import fitting
    from engine.analysis.kept import Kept
    from engine.analysis.tally import Tally, is_confirmed
    from engine.governing import Programs

    kinds = _kinds(only)
    asked = (CONTRACT, *(each for each in layers_named(layers) if each != CONTRACT))
    loaded = usable(paths, asked)
    documents = {name: loaded.contracts[name] for name in loaded.asked}
    agreements = tuple(dict.fromkeys(each.base for each in documents.values() if each.kind == "agreement"))
    if not agreements:
        raise Refused("there is no agreement in these files", field="contract")
    programs, accepted = Programs(documents), Accepted.beside(documents)
    try:
        program = programs.of(agreements, asked)
    except BadTerms as wrong:
        raise Refused(f"--layers: {wrong.reason}", field=wrong.field) from None
    if accept is not None:
        # Only its own kind is looked for.
        kinds = _kinds(re.split("[/:]", accept)[0])
    tally = Tally()
    folder = None if no_cache else kept_loads().folder
    kept = Kept(folder) if folder is not None or not (mends or ranges) else _aside()
    if jobs is None:
        jobs = fitting(program, kept.knows(program.contracts, asked))
    language = language_of(loaded, lang)
    progress = Progress.on(language)
    if seconds is None:
        findings = found(
            programs, agreements, asked, frozenset(kinds), tally=tally, kept=kept, watch=progress, jobs=jobs
        )
    else:
        from engine.analysis.watched import Asked, analyse_within

        for name in (name for name, given in {"mends": mends, "ranges": ranges}.items() if given):
            raise Refused(f"--{name} has no limit of time: leave out --seconds or --{name}", field=name)
        whole = Asked(documents, agreements, asked, frozenset(kinds), folder, jobs)
        findings = analyse_within(whole, seconds, tally, progress)
    if accept is not None:
        _accept(accept, reason, findings, documents)
        return

    def aside() -> Kept:
        return _aside(kept.answers(programs.of(agreements, asked).contracts, asked).aside())

    def values() -> Iterator[Range]:
        return ranges_of(programs, agreements, asked, kinds, aside()) if ranges else iter(())

    def try_mends(found: Sequence[Finding]) -> Iterator[tuple[Finding, tuple[Tried, ...]]]:
        if not mends:
            return iter(())
        return mends_tried(found, loaded, documents, agreements, asked, kinds, aside())

    if json_ or sarif:
        everything = list(findings)
        if progress is not None:
            progress.clear()
        meant = {each.name: each.meaning_hash for each in program.contracts}
        tries = {each.key: came_of for each, came_of in try_mends(everything)}
        _print_findings(
            everything, loaded, accepted, agreements, asked, meant, language, sarif, tally, tries, values()
        )
    else:
        everything = _show_findings(findings, program, accepted, language, tally, progress)
        if mends:
            show_mends(try_mends(everything), language)
        if ranges:
            show_ranges(values(), language)
    if not all(map(is_confirmed, everything)):
        raise typer.Exit(BROKEN)
    failing = [each for each in everything if not gate or accepted.of(each) is None]
    raise typer.Exit(FOUND if failing else FINE)


def _aside(answers: Answers | None = None) -> Kept:
    """Return where answers about texts that nobody has saved are kept. The solver is loaded with it."""
    from engine.analysis.mended import Aside

    return Aside(answers)


def _kinds(only: str | None) -> tuple[str, ...]:
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
            raise Refused(f"--only {only}: no kind of finding is called `{each}`; {hint}", field="only")
    return named


def _show_findings(
    findings: Iterable[Finding], program: Program, accepted: Accepted, language: Language, tally: Tally,
    progress: Progress | None,
) -> list[Finding]:  # fmt: skip
    """Print findings as they come, how many there were, and what was asked within which bound."""
    from engine.analysis.report import KINDS, counted, heading, lines, wrapped
    from engine.analysis.tally import searched

    screen = Screen.of()
    shown: list[Finding] = []
    for finding in findings:
        if progress is not None:
            progress.clear()
        if not shown or shown[-1].kind != finding.kind:
            screen.heading(heading(finding.kind, language))
        for line in lines(finding, program, language, screen.width, accepted):
            screen.line(line)
        screen.line()
        screen.out.flush()
        shown.append(finding)
    if progress is not None:
        progress.clear()
    held = sum(accepted.of(each) is not None for each in shown)
    chinese = language == "zh"
    parts = [
        f"{KINDS[kind][0].zh}{count}项" if chinese else f"{count} {KINDS[kind][0].en}"
        for kind, count in counted(shown).items()
    ]
    kinds = f"{'：' if chinese else ': '}{('，' if chinese else ', ').join(parts)}" if parts else ""
    told = f"（其中已接受{held}项）" if chinese else f" ({held} accepted)"
    total = f"共{len(shown)}项发现" if chinese else many(len(shown), "finding")
    screen.line(f"{total}{kinds}{told if held else ''}", "bold")
    if tally.asked:
        for line in wrapped(getattr(searched(tally), language), screen.width, "", ""):
            screen.line(line)
    return shown


def _print_findings(
    findings: Sequence[Finding], loaded: Loaded, accepted: Accepted, agreements: Sequence[str],
    layers: Sequence[str], documents: Mapping[str, str], language: Language, sarif: bool, tally: Tally,
    tries: Mapping[str, Sequence[Tried]], values: Iterable[Range],
) -> None:  # fmt: skip
    from engine.analysis.ranges import as_json as range_as_json
    from engine.analysis.report import as_json, as_sarif, counted
    from engine.analysis.tally import searched

    if sarif:
        log = as_sarif(findings, loaded.contracts, loaded.sources, language, accepted, tries)
        sys.stdout.write(json.dumps(log, ensure_ascii=False, indent=2, default=str) + "\n")
        return
    print_json({
        "agreements": list(agreements), "layers": list(layers), "documents": documents,
        "findings": [as_json(each, loaded.contracts, accepted, tries.get(each.key)) for each in findings],
        "counts": counted(findings),
        "ranges": [range_as_json(each) for each in values],
        "searched": {
            "asked": tally.asked, "found": tally.found, "none": tally.none, "undecided": tally.undecided,
            "bound": searched(tally)._asdict() if tally.asked else None,
        },
    })  # fmt: skip


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


def _laid_beside(paths: Sequence[str], text: str) -> Contract:
    """Return the supplement that a text is to one of these agreements. Raises Refused where it cannot be read."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "beside.contract"
        path.write_text(text, "utf-8")
        loaded = usable([*paths, str(path)])
    return next(
        loaded.contracts[name] for name in loaded.asked if loaded.contracts[name].kind == "supplement"
    )


def _run_checks(written: str, as_json: bool) -> None:
    """Run a file of conflict checks."""
    from engine.analysis.checks import BadChecks, Checker
    from engine.governing import Programs

    path = found_at(written)
    words = words_beside(path)
    named = dict.fromkeys(name for names in words.documents.values() for name in names)
    loaded = usable([*named, str(SHIPPED / "law")])
    programs = Programs({name: loaded.contracts[name] for name in loaded.asked})
    checker = Checker(programs, words.raw, partial(_laid_beside, tuple(named)))
    outcomes: list[Outcome] = []
    screen = Screen.of()
    try:
        for each in checker.run(text_of(str(path))):
            status = "passed" if each.passed else "failed"
            outcomes.append(Outcome(status, each.check, each.expected, each.got))
            if not as_json:
                show_outcomes(screen, outcomes[-1:], "en")
                screen.out.flush()
    except BadChecks as wrong:
        raise Refused(f"{path}: {one_line(wrong)}", where=str(path), field="conflict_checks") from None
    counts = {name: sum(each.status == name for each in outcomes) for name in ("passed", "failed")}
    if as_json:
        rows = [{"status": o.status, "name": o.name, "expected": o.expected, "got": o.got} for o in outcomes]
        print_json({"outcomes": rows, **counts})
    else:
        screen.out.write(f"{counts['passed']} passed, {counts['failed']} failed\n")
    raise typer.Exit(FOUND if counts["failed"] else FINE)
