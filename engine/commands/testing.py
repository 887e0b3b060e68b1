"""What `contract test` says of scenarios themselves: coverage, suggestions, mutants."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from contractlang.diagnostic import Language
from engine.commands.common import (
    SHIPPED,
    Refused,
    print_json,
)
from engine.commands.given import Lawful, language_of, refuse_errors, text_of, usable
from engine.errors import EngineError
from engine.render import Screen
from engine.whole import write_whole

if TYPE_CHECKING:
    from contractlang.contract import Contract
    from engine.cases import Case
    from engine.program import Program
    from engine.testing.mutants import Mutant
    from engine.testing.running import Ran


class Tested:
    """The scenarios of one contract: the file beside it, its cases, and the documents that they are about."""

    def __init__(self, path: Path, contracts: list[Contract], cases: list[Case], language: Language) -> None:
        from engine.compile import compile_program

        self.path, self.contracts, self.cases, self.language = path, contracts, cases, language
        self.program: Program = compile_program(contracts)
        self.documents = Lawful(contracts)

    def ran(self, layers: tuple[str, ...] | None) -> list[Ran]:
        """Run every case. Raises Refused for one that cannot be run."""
        from engine.testing.running import ran

        found = []
        for case in self.cases:
            try:
                found.append(ran(case, self.documents.program(case), layers))
            except EngineError as wrong:
                raise Refused(
                    f"{self.path}:{case.line} {case.title}: {wrong}", where=str(self.path)
                ) from None
        return found


def tested(paths: Iterable[Path]) -> Iterator[Tested]:
    """Yield what is tested in literate cases; scenario files in YAML name their own documents and are left out."""
    from contractlang.load import load_text
    from engine.cases import cases_in

    for path in paths:
        if path.suffix != ".md":
            continue
        cases = cases_in(str(path), text_of(str(path)))
        own = [each for each in cases if "contract" in each.blocks]
        if not own:
            loaded = usable([str(path.parent)])
            contracts = [loaded.contracts[name] for name in loaded.asked]
            yield Tested(path, contracts, cases, language_of(loaded, None))
            continue
        texts: dict[str, list[Case]] = {}
        for case in own:
            texts.setdefault("\n".join(case.blocks["contract"][1]), []).append(case)
        for text, group in texts.items():
            loaded = load_text(text, f"{path}:{group[0].line}", [SHIPPED])
            refuse_errors(loaded)
            yield Tested(
                path, [loaded.contracts[name] for name in loaded.asked], group, language_of(loaded, None)
            )


def show_coverage(
    paths: Iterable[Path], layers: tuple[str, ...] | None, as_json: bool, lang: Language | None
) -> bool:
    """Say what no scenario exercises; return whether everything is."""
    from engine.testing.outcomes import wanted
    from engine.testing.telling import coverage_lines, outcome_as_json

    screen, complete = Screen.of(), True
    rows, missing = [], []
    for each in _some(tested(paths)):
        ran = each.ran(layers)
        shown = {outcome for one in ran for outcome in one.shown}
        asked = wanted(each.program)
        open_still = [outcome for outcome in asked if outcome not in shown]
        complete = complete and not open_still
        missing += [outcome_as_json(outcome) for outcome in open_still]
        for one in ran:
            case = one.case
            shows = [outcome_as_json(outcome) for outcome in sorted(one.shown)]
            where = {"title": case.title, "path": str(each.path.resolve()), "line": case.line}
            rows.append({**where, "clauses": one.clauses, "shows": shows})
        if not as_json:
            for line, heading in coverage_lines(each.program, asked, shown, lang or each.language):
                screen.line(line, "bold" if heading else "")
    if as_json:
        print_json({"cases": rows, "missing": missing})
    return complete


def show_suggestions(
    paths: Iterable[Path], layers: tuple[str, ...] | None, as_json: bool, lang: Language | None, accept: bool
) -> None:
    """Print scenarios that show what no other does; with `accept`, ask of each whether to add it to the file."""
    from engine.testing.suggest import suggestions
    from engine.testing.telling import outcome_as_json

    if accept and not sys.stdin.isatty():
        raise Refused("--accept asks for a key: run it in a terminal", field="accept")
    rows = []
    for each in _some(tested(paths)):
        for made in suggestions(each.program, each.ran(layers), (lang or each.language) == "zh"):
            if as_json:
                shows = [outcome_as_json(outcome) for outcome in made.shows]
                rows.append({"title": made.title, "text": made.text, "shows": shows, "path": str(each.path)})
                continue
            sys.stdout.write(made.text + "\n")
            if accept and not _accepted(each.path, made.text):
                return
    if as_json:
        print_json({"suggestions": rows})


def _accepted(path: Path, text: str) -> bool:
    """Ask with one key whether a scenario goes into the file; return whether to go on."""
    import click

    sys.stdout.write(f"{path}: [a] accept 采纳, [s] skip 略过, [q] quit 结束 ")
    sys.stdout.flush()
    key = click.getchar().lower()
    sys.stdout.write(f"{key}\n\n")
    if key == "a":
        written = path.read_text("utf-8")
        write_whole(path, f"{written.rstrip()}\n\n{text}".encode())
    return key != "q"


def show_mutants(
    paths: Iterable[Path], layers: tuple[str, ...] | None, as_json: bool, lang: Language | None
) -> bool:
    """Say which small changes of meaning no scenario notices; return whether all are noticed."""
    from engine.testing.mutants import unnoticed
    from engine.testing.telling import mutant_as_json, mutant_lines

    screen, total = Screen.of(), 0
    survivors: list[Mutant] = []
    for each in _some(tested(paths)):
        # A scenario that fails as it is would seem to notice everything.
        failing = [one for ran in each.ran(layers) for one in ran.expectations if not one.passed]
        if failing:
            raise Refused(
                f"{each.path}:{failing[0].line}: this fails already; mend it first", where=str(each.path)
            )
        language = lang or each.language
        for mutant, noticed in unnoticed(each.contracts, each.cases, layers, each.documents.law):
            total += 1
            if noticed:
                continue
            survivors.append(mutant)
            if not as_json:
                for line in mutant_lines(mutant, language):
                    screen.line(line)
        if not as_json:
            zh = language == "zh"
            en = f"{total} changes, {len(survivors)} that no scenario notices"
            said = f"{total}处改动，{len(survivors)}处没有案例察觉" if zh else en
            screen.line(said, "bold")
    if as_json:
        print_json({"mutants": total, "unnoticed": [mutant_as_json(each) for each in survivors]})
    return not survivors


def _some(found: Iterator[Tested]) -> Iterator[Tested]:
    """Yield what there is; refuse where there is nothing."""
    first = next(found, None)
    if first is None:
        raise Refused("there are no literate cases (scenarios.md) in these")
    yield first
    yield from found
