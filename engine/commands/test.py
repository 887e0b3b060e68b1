"""`contract test`: scenarios run, literate or from files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from engine.commands.common import FINE, FOUND, SHIPPED, Json, Lang, Layers, Refused, one_line, print_json
from engine.commands.given import Lawful, found_at, layers_named, refuse_errors, text_of, usable, words_beside
from engine.errors import EngineError
from engine.render import Outcome, Screen, show_outcomes


def test(
    paths: Annotated[list[str], typer.Argument(help="Scenario files (Markdown or YAML), or folders that hold them.")],
    layers: Layers = None,
    coverage: Annotated[bool, typer.Option("--coverage", help="Say instead what no scenario exercises.")] = False,
    suggest: Annotated[bool, typer.Option("--suggest", help="Print scenarios that show what none does.")] = False,
    accept: Annotated[bool, typer.Option("--accept", help="Ask of each suggestion whether to add it.")] = False,
    mutants: Annotated[bool, typer.Option("--mutants", help="Say which small changes none notices.")] = False,
    lang: Lang = None, json_: Json = False,
) -> None:  # fmt: skip
    """Run scenarios. Ends with 1 if one fails; with --coverage or --mutants, if something is not exercised or noticed.

    JSON: outcomes (status: passed, failed or not applicable; name, expected, got), passed, failed, not_applicable (how
    many). With --coverage cases (title, path, line, clauses, shows) and missing (what, document, id, option); with
    --suggest suggestions (title, text, shows, path); with --mutants mutants (how many) and unnoticed (document, clause,
    change, before, after).
    """
    asked = layers_named(layers) or None
    if (coverage, suggest or accept, mutants).count(True) > 1:
        raise Refused("ask for one of --coverage, --suggest and --mutants at a time", field="coverage")
    if coverage or suggest or accept or mutants:
        from engine.commands import testing

        files = _scenarios(paths)
        if suggest or accept:
            testing.show_suggestions(files, asked, json_, lang, accept)
            raise typer.Exit(FINE)
        report = testing.show_coverage if coverage else testing.show_mutants
        raise typer.Exit(FINE if report(files, asked, json_, lang) else FOUND)
    outcomes: list[Outcome] = []
    shown = Screen.of()
    for path in _scenarios(paths):
        run_one = _yaml_outcomes if path.suffix in (".yaml", ".yml") else _case_outcomes
        for outcome in run_one(path, asked):
            outcomes.append(outcome)
            if not json_:
                show_outcomes(shown, [outcome])
    counts = {
        name: sum(each.status == name for each in outcomes) for name in ("passed", "failed", "not applicable")
    }
    if json_:
        rows = [{"status": o.status, "name": o.name, "expected": o.expected, "got": o.got} for o in outcomes]
        print_json({"outcomes": rows, **{name.replace(" ", "_"): count for name, count in counts.items()}})
    else:
        if counts["not applicable"]:
            shown.line(
                f"{counts['not applicable']} not applicable: they ask for layers that were left out", "dim"
            )
        shown.out.write(f"{counts['passed']} passed, {counts['failed']} failed\n")
    raise typer.Exit(FOUND if counts["failed"] else FINE)


def _scenarios(paths: Iterable[str]) -> Iterator[Path]:
    """Yield the scenario files in paths; in folders those called `scenarios`."""
    for written in paths:
        path = found_at(written)
        if path.is_file():
            yield path
            continue
        inside = sorted(each for each in path.rglob("scenarios.*") if each.suffix in (".md", ".yaml", ".yml"))
        if not inside:
            raise Refused(f"{written}: no scenarios.md or scenarios.yaml in it", where=written)
        yield from inside


def _yaml_outcomes(path: Path, layers: tuple[str, ...] | None) -> Iterator[Outcome]:
    import yaml

    from engine.governing import Programs
    from engine.scenarios import NotScenarios, run_file

    words = words_beside(path)
    named = dict.fromkeys(name for names in words.documents.values() for name in names)
    loaded = usable([*named, str(SHIPPED / "law")])
    programs = Programs({name: loaded.contracts[name] for name in loaded.asked})
    try:
        for each in run_file(text_of(str(path)), programs, words, layers):
            name = " ".join(part for part in (each.scenario, each.query, each.variant) if part)
            yield Outcome(each.status, name, each.expected, each.got)
    except NotScenarios as wrong:
        raise Refused(f"{path}: not a scenario file: {wrong}", where=str(path)) from None
    except (yaml.YAMLError, AttributeError, KeyError, TypeError) as wrong:
        raise Refused(f"{path}: not a scenario file ({one_line(wrong)})", where=str(path)) from None


def _case_outcomes(path: Path, layers: tuple[str, ...] | None) -> Iterator[Outcome]:
    from contractlang.load import load_text
    from engine.cases import cases_in, run_case

    cases = cases_in(str(path), text_of(str(path)))
    if not cases:
        raise Refused(f"{path}: no case in it: a heading with an `expect` block beneath", where=str(path))
    beside: Lawful | None = None
    for case in cases:
        if "contract" in case.blocks:
            loaded = load_text("\n".join(case.blocks["contract"][1]), f"{path}:{case.line}", [SHIPPED])
            refuse_errors(loaded)
            documents = Lawful(loaded.contracts[name] for name in loaded.asked)
        else:
            if beside is None:
                loaded = usable([str(path.parent)])
                beside = Lawful(loaded.contracts[name] for name in loaded.asked)
            documents = beside
        try:
            for each in run_case(case, documents.program(case), layers):
                status = "passed" if each.passed else "failed"
                yield Outcome(status, f"{path}:{each.line} {each.written}", each.expected, each.got)
        except EngineError as wrong:
            yield Outcome("failed", f"{path}:{case.line} {case.title}", "", f"error: {wrong}")
