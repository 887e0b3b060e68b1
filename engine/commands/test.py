"""`contract test`: scenarios run, literate or from files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from engine.commands.common import (
    FINE,
    FOUND,
    SHIPPED,
    Json,
    Lang,
    Layers,
    Refused,
    one_line,
    print_json,
    speak,
    spoken,
)
from engine.commands.given import (
    Lawful,
    found_at,
    language_of,
    layers_named,
    refuse_errors,
    text_of,
    usable,
    words_beside,
)
from engine.errors import EngineError
from engine.render import Outcome, Screen, show_outcomes

_SCENARIOS = typer.Argument(
    metavar="SCENARIOS...", help="Scenario files (Markdown or YAML), or folders that hold them."
)
SUFFIXES = (".md", ".yaml", ".yml")


def test(
    paths: Annotated[list[str], _SCENARIOS],
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
                show_outcomes(shown, [outcome], spoken())
    counts = {
        name: sum(each.status == name for each in outcomes) for name in ("passed", "failed", "not applicable")
    }
    if json_:
        rows = [{"status": o.status, "name": o.name, "expected": o.expected, "got": o.got} for o in outcomes]
        print_json({"outcomes": rows, **{name.replace(" ", "_"): count for name, count in counts.items()}})
    else:
        if counts["not applicable"]:
            left = counts["not applicable"]
            en = f"{left} not applicable: they ask for layers that were left out"
            shown.line(f"{left}项不适用：所问的法律层被略去" if spoken() == "zh" else en, "dim")
        passed, failed = counts["passed"], counts["failed"]
        en, zh = f"{passed} passed, {failed} failed", f"通过{passed}项，未通过{failed}项"
        shown.out.write(f"{zh if spoken() == 'zh' else en}\n")
    raise typer.Exit(FOUND if counts["failed"] else FINE)


def _scenarios(paths: Iterable[str]) -> Iterator[Path]:
    """Yield the scenario files in paths; in folders those called `scenarios`."""
    for written in paths:
        path = found_at(written)
        if path.is_file():
            if path.suffix not in SUFFIXES:
                raise Refused(
                    f"{written}: no scenarios by its name; they stand in .md or .yaml files, or name the folder",
                    zh=f"{written}：不是案例文件；案例写在 .md 或 .yaml 文件中，也可写文件夹", where=written,
                )  # fmt: skip
            yield path
            continue
        inside = sorted(each for each in path.rglob("scenarios.*") if each.suffix in SUFFIXES)
        if not inside:
            raise Refused(
                f"{written}: no scenarios.md or scenarios.yaml in it",
                zh=f"{written}：其中没有 scenarios.md 或 scenarios.yaml", where=written,
            )  # fmt: skip
        yield from inside


def _yaml_outcomes(path: Path, layers: tuple[str, ...] | None) -> Iterator[Outcome]:
    from engine.governing import Programs
    from engine.scenarios import NotScenarios, run_file
    from engine.yaml_text import YAMLError

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
    except (YAMLError, AttributeError, KeyError, TypeError) as wrong:
        raise Refused(f"{path}: not a scenario file ({one_line(wrong)})", where=str(path)) from None


def _case_outcomes(path: Path, layers: tuple[str, ...] | None) -> Iterator[Outcome]:
    from contractlang.load import load_text
    from engine.cases import cases_in, run_case, unasked_in

    text = text_of(str(path))
    cases, unasked = cases_in(str(path), text), unasked_in(str(path), text)
    if not cases and not unasked:
        raise Refused(
            f"{path}: no case in it: a heading with an `expect` block beneath",
            zh=f"{path}：其中没有案例：标题之下须有 `expect` 块", where=str(path),
        )  # fmt: skip
    beside: Lawful | None = None
    for case in cases:
        if "contract" in case.blocks:
            loaded = load_text("\n".join(case.blocks["contract"][1]), f"{path}:{case.line}", [SHIPPED])
            refuse_errors(loaded)
            speak(language_of(loaded, None))
            documents = Lawful(loaded.contracts[name] for name in loaded.asked)
        else:
            if beside is None:
                loaded = usable([str(path.parent)])
                speak(language_of(loaded, None))
                beside = Lawful(loaded.contracts[name] for name in loaded.asked)
            documents = beside
        try:
            for each in run_case(case, documents.program(case), layers):
                status = "passed" if each.passed else "failed"
                yield Outcome(status, f"{path}:{each.line} {each.written}", each.expected, each.got)
        except EngineError as wrong:
            said = f"错误：{wrong.said('zh')}" if spoken() == "zh" else f"error: {wrong}"
            yield Outcome("failed", f"{path}:{case.line} {case.title}", "", said)
    for case in unasked:
        en, zh = "nothing is asked of its ledger: no `expect` block", "未就其台账提问：没有 `expect` 块"
        yield Outcome("failed", f"{path}:{case.line} {case.title}", "", zh if spoken() == "zh" else en)
