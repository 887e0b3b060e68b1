"""`contract`, the one program: check, run, ask, show, test, analyse, graph, schema, demo.

Every command has `--json`; its shape is versioned (`"version": 1`) and told in the command's help. Exit status: 0 fine,
1 findings or failing tests, 2 cannot be read or asked, with everything that is wrong. An answer, whatever it is, is no
failure. Here, and only here, the clock is read.

What a command needs is imported inside it, so that `contract ask` need not wait for what only others want.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

import typer

from contractlang.source import Unreadable
from engine.errors import BadEvent, BadQuestion, BadTerms, EngineError
from engine.render import Outcome, Screen, printable, show_explanation, show_outcomes

if TYPE_CHECKING:
    from contractlang.cache import Cache
    from contractlang.loaded import Loaded
    from contractlang.norms import Contract
    from engine.account import Account
    from engine.analysis.accepted import Accepted
    from engine.analysis.finding import Finding
    from engine.graph import Node, ObligationGraph
    from engine.ledger import Book
    from engine.program import Program
    from engine.question import Question

CONTRACT = "contract"  # The layer of what the parties agreed.
FINE, FOUND, REFUSED, BROKEN, INTERRUPTED = 0, 1, 2, 3, 130
# The contracts that come with the program: beside its packages, in a checkout as when installed.
SHIPPED = Path(__file__).resolve().parents[1] / "contracts"
SUFFIX = ".contract"

Language = Literal["zh", "en"]


class Refused(Exception):
    """The command cannot be carried out: everything that is wrong, as lines for people and as values for machines."""

    def __init__(
        self, *lines: str, where: str = "", field: str = "", diagnostics: Sequence[Mapping[str, Any]] = ()
    ) -> None:
        super().__init__("\n".join(lines))
        self.lines, self.where, self.field, self.diagnostics = lines, where, field, diagnostics


app = typer.Typer(
    name="contract", no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False,
    help="Contracts as programs: check them, run an account's ledger through them, and decide its case with reasons.",
)  # fmt: skip

Paths = Annotated[
    list[str], typer.Argument(help="Contract files or folders; names such as voip-1 are those shipped.")
]
Inputs = Annotated[
    list[str], typer.Argument(help="Contracts, the ledger (JSON Lines), and for `ask` a question.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead.")]
LedgerPath = Annotated[
    str | None, typer.Option("--ledger", "-l", metavar="FILE", help="The ledger; - is standard input.")
]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of", metavar="DAY", help="The day or instant asked about; a bare day is its last instant."
    ),
]
KnownAt = Annotated[
    str | None, typer.Option("--known-at", metavar="DAY", help="With the knowledge of that day or instant.")
]
ShownAt = Annotated[
    str | None, typer.Option("--at", metavar="DAY", help="On which day; a bare day is its last instant.")
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="Fill a blank, or say what a state is at first."),
]
Readings = Annotated[
    list[str] | None, typer.Option("--reading", metavar="RS-X=OPTION", help="Take a reading in an option.")
]
Answers = Annotated[
    list[str] | None,
    typer.Option("--answer", metavar="D-X=VALUE", help="Answer a question, whatever it is about."),
]
Layers = Annotated[
    str | None,
    typer.Option("--layers", metavar="A,B", help="The layers of law asked for, such as contract,civil."),
]
Lang = Annotated[
    Language | None, typer.Option("--lang", help="Speak this language; by default that of the agreement.")
]


_FIELD = typer.Option(
    "--field", metavar="NAME=VALUE", help="A value of the act, or of a trigger still to come."
)
_DEADLINE = typer.Option(metavar="NORM", help="When does the time for this clause end, or the agreement?")
_BARRED = typer.Option(metavar="NORM", help="Is the claim from this clause time-barred?")
_FORMAT = typer.Option("--format", "-f", help="How to write it.")
_AROUND = typer.Option(metavar="NODE", help="Only what touches this node: act/pay, 五.3, pay.")
_IMPACT = typer.Option(metavar="CLAUSE", help="List what a change of this clause can reach.")
_AGREEMENTS = typer.Argument(help="Agreements: files, folders, or names of those shipped.")
_ONLY = typer.Option(
    "--only", metavar="KIND,KIND", help="Only findings of these kinds, such as conflict,gap."
)
_GATE = typer.Option("--gate", help="List accepted findings, and fail only on others: for publishing.")
_ACCEPT = typer.Option("--accept", metavar="KEY", help="Write this finding into accepted.yaml.")
_CHECKS = typer.Option("--conflict-checks", metavar="FILE", help="Run the conflict checks of a YAML file.")
_CYCLES = typer.Option(
    "--cycles", help="List what depends on itself in a circle; ends with 1 if anything does."
)


# ---- check ----------------------------------------------------------------------------------------------------------


@app.command()
def check(paths: Paths, json_: Json = False, lang: Lang = None) -> None:
    """Say what is wrong with contracts, in the language of each file.

    Ends with 1 if there is an error, and with 2 if a file cannot be read.

    JSON: contracts (names), diagnostics (code, severity, message and help in both languages, path, line, column,
    end_line, end_column, labels), unreadable (texts), errors, warnings, notes (how many).
    """
    loaded = _loaded(paths)
    counts = _counted(loaded)
    if json_:
        _print_json({
            "contracts": loaded.asked, "diagnostics": _diagnostics(loaded), "unreadable": loaded.unreadable, **counts,
        })  # fmt: skip
    else:
        from contractlang.render import render

        screen = Screen.of()
        drawn = render(loaded.diagnostics, loaded.sources, lang, colour=screen.colour)
        if drawn:
            screen.out.write(drawn + "\n")
        for each in loaded.unreadable:
            screen.line(each, "red")
        screen.line(_summary(loaded, counts, _language(loaded, lang)), "bold")
    raise typer.Exit(REFUSED if loaded.unreadable else FOUND if loaded.errors else FINE)


def _counted(loaded: Loaded) -> dict[str, int]:
    severities = [each.severity.value for each in loaded.diagnostics]
    return {f"{name}s": severities.count(name) for name in ("error", "warning", "note")}


def _summary(loaded: Loaded, counts: Mapping[str, int], language: Language) -> str:
    files = len(loaded.asked)
    errors, warnings, notes = counts["errors"], counts["warnings"], counts["notes"]
    if language == "zh":
        return f"{files}份文书：{errors}处错误，{warnings}处警告，{notes}处提示"
    return f"{_many(files, 'document')}: {_many(errors, 'error')}, {_many(warnings, 'warning')}, {_many(notes, 'note')}"


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


# ---- run ------------------------------------------------------------------------------------------------------------


@app.command()
def run(
    inputs: Inputs, ledger: LedgerPath = None, as_of: AsOf = None, known_at: KnownAt = None, settings: Settings = None,
    readings: Readings = None, answers: Answers = None, layers: Layers = None, lang: Lang = None, json_: Json = False,
) -> None:  # fmt: skip
    """Take a ledger through contracts: what happened, what came of it, and where the account stands.

    Without --as-of it looks as far as today, or as the last entry of the ledger where that is later.

    The law of the layers that --layers names, else those of the ledger's first line, governs beside the agreements.

    JSON: account, agreements, layers, as_of, history (at, events, happenings with code, bad and text in both
    languages), standing (states, last_days, duties, breaches, powers).
    """
    from engine.history import as_json, history, standing
    from engine.render import show_history, show_standing

    given = _Given.of(inputs, ledger)
    given.no_question()
    opened = _Opened(given, settings, readings, answers, layers)
    until = _instant(as_of, "--as-of") if as_of is not None else opened.latest()
    known = _known(known_at)
    entries = history(opened.account, until, known)
    end = standing(opened.account, until, known)
    if json_:
        head = {
            "account": opened.book.account, "agreements": list(opened.agreements), "layers": list(opened.layers),
        }  # fmt: skip
        _print_json(head | as_json(opened.account, entries, end))
        return
    screen, voice = Screen.of(), opened.voice(lang)
    at = voice.as_of(until)
    account = opened.book.account or Path(given.ledger).stem
    screen.heading(" · ".join(filter(None, (account, *map(", ".join, (opened.agreements, opened.law))))))
    screen.line()
    show_history(screen, entries, voice)
    screen.line()
    screen.heading(voice.pick(f"standing on {at}", f"{at}的状况"))
    show_standing(screen, end, voice)


# ---- ask ------------------------------------------------------------------------------------------------------------


@app.command()
def ask(
    inputs: Inputs, ledger: LedgerPath = None,
    party: Annotated[str | None, typer.Option(help="Who would do it, or is in breach.")] = None,
    act: Annotated[str | None, typer.Option(help="May, or must, the party do this act?")] = None,
    field: Annotated[list[str] | None, _FIELD] = None,
    norm: Annotated[str | None, typer.Option(help="Is the party in breach of this clause or norm?")] = None,
    state: Annotated[str | None, typer.Option(help="What is this state: agreement, service, …?")] = None,
    amount: Annotated[str | None, typer.Option(help="How much is this sum, or unpaid on this clause?")] = None,
    deadline: Annotated[str | None, _DEADLINE] = None,
    renewed: Annotated[bool, typer.Option("--renewed", help="Was the agreement renewed?")] = False,
    arrived: Annotated[str | None, typer.Option(metavar="EVENT", help="Has this notice arrived?")] = None,
    bears: Annotated[str | None, typer.Option(metavar="EVENT", help="Who bears the loss from this event?")] = None,
    time_barred: Annotated[str | None, _BARRED] = None,
    about: Annotated[str | None, typer.Option(metavar="EVENT", help="For which trigger: the event's id.")] = None,
    document: Annotated[str | None, typer.Option(help="Which agreement is meant, where there are several.")] = None,
    as_of: AsOf = None, known_at: KnownAt = None, settings: Settings = None, readings: Readings = None,
    answers: Answers = None, layers: Layers = None, lang: Lang = None,
    prose: Annotated[bool, typer.Option("--prose", help="One paragraph instead of an outline.")] = False,
    json_: Json = False,
) -> None:  # fmt: skip
    """Decide a question about an account, with reasons.

    The question is written out, as in `contract ask voip-1 a.jsonl "2026-09-12 provider may suspend_service"`, or given
    by options. Without a day it is about today. Several agreements may be given for one account; the law of the layers
    that --layers names, else those of the ledger's first line, governs beside them.

    JSON: question (kind, as_of and what it asks), decision (as `contract schema` describes it), explanation (the lines
    in both languages).
    """
    from engine import explain

    given = _Given.of(inputs, ledger)
    opened = _Opened(given, settings, readings, answers, layers)
    known = _known(known_at)
    wanted = {
        "act": act, "norm": norm, "state": state, "amount": amount, "deadline": deadline, "arrived": arrived,
        "bears": bears, "time_barred": time_barred, "renewed": "yes" if renewed else None,
    }  # fmt: skip
    named = {name: value for name, value in wanted.items() if value is not None}
    if given.question:
        if named:
            raise Refused("ask one question: written out, or by options")
        question, known_there = _written(opened.program, given.question, as_of)
        known = known_there if known_there is not None else known
    else:
        if len(named) != 1:
            raise Refused(
                'what is the question? write it out, as in "2026-09-12 provider may suspend_service",',
                "or give one of --act, --norm (each with --party), --state, --amount, --deadline, --renewed,",
                "--arrived, --bears, --time-barred",
            )
        ((kind, name),) = named.items()
        at = _instant(as_of, "--as-of") if as_of is not None else now()
        question = _question(opened.program, kind, name, at, party, about, document, _pairs(field, "--field"))
    decision = opened.account.decide(question, known)
    sources = opened.loaded.sources
    if json_:
        _print_json(explain.as_json(decision, question, opened.program, sources))
        return
    language = _language(opened.loaded, lang or _language_of(given.question))
    if prose:
        Screen.of().line(explain.prose(decision, question, opened.program, language, sources))
        return
    lines = explain.outline(decision, question, opened.program, language, sources)
    show_explanation(Screen.of(), lines, decision.answer)


def _written(program: Program, text: str, as_of: str | None) -> tuple[Question, int | None]:
    """Return the question that a line asks; a line without a day is about `as_of`, else about now."""
    from engine.cases import question_of
    from engine.dates import iso

    if not re.match(r"\d{4}-", text):
        # A bare day is its last instant, for the line as for the option.
        when = as_of.replace("T", " ") if as_of is not None else iso(now())[:16].replace("T", " ")
        text = f"{when} {text}"
    elif as_of is not None:
        raise Refused("the question names its day; leave out --as-of")
    try:
        return question_of(program, text)
    except ValueError as wrong:
        raise Refused(f"question: {wrong}", field="question") from None
    except BadQuestion as wrong:
        word = re.search("`(.+?)`", wrong.reason)
        if wrong.field in ("party", "act") and word is not None:
            _name(program, word[1], wrong.field)
        raise


def _question(
    program: Program, kind: str, name: str, at: int, party: str | None, about: str | None, document: str | None,
    fields: Mapping[str, str],
) -> Question:  # fmt: skip
    """Return the question that options ask; names may be in either language."""
    from engine import question as asks
    from engine.event import BOTH

    def who() -> str:
        if party is None:
            raise Refused(f"--{kind} needs --party: whose?", field="party")
        if party in ("both", "双方", BOTH):
            return BOTH
        return _name(program, party, "party")

    match kind:
        case "act":
            act = _name(program, name, "act")
            return asks.May(who(), act, at, _fields_of(program, act, fields))
        case "norm":
            return asks.InBreachOf(who(), name, at, document)
        case "state":
            return asks.StateOf(
                "agreement" if name == "协议" else _name(program, name, "state"), at, document
            )
        case "amount":
            return asks.AmountOfSum(name, at, about, document)
        case "deadline":
            whole = name in ("agreement", "协议")
            trigger = _trigger_of(program, name, fields) if fields else None
            return asks.LastDay(None if whole else name, at, about, document, trigger)
        case "renewed":
            return asks.Renewed(at, document)
        case "arrived":
            return asks.Arrived(name, at)
        case "bears":
            return asks.WhoBears(name, at)
        case _:
            return asks.TimeBarred(name, about, at, document)


def _name(program: Program, word: str, what: str) -> str:
    """Return the declared name behind a spelling; the nearest is suggested where there is none."""
    from contractlang.norms import OccurrenceDecl, PartyDecl, StateDecl
    from contractlang.suggest import nearest

    kinds = {"party": PartyDecl, "act": OccurrenceDecl, "state": StateDecl}
    if (what, word) == ("state", "agreement"):
        return word
    known: list[str] = []
    for declared in program.declarations.values():
        if isinstance(declared, kinds[what]):
            if word in (declared.name, declared.alias):
                return declared.name
            known += [each for each in (declared.name, declared.alias) if each]
    near = nearest(word, known)
    raise BadQuestion(what, f"no {what} is called `{word}`" + (f"; did you mean `{near}`?" if near else ""))


def _fields_of(program: Program, act: str, fields: Mapping[str, str]) -> Mapping[str, Any]:
    """Return the typed values of an act."""
    from engine.event import BOTH
    from engine.ledger import event_from

    if not fields:
        return {}
    declared = program.acts.get(act)
    by = declared.actor if declared is not None and isinstance(declared.actor, str) else BOTH
    raw = {"id": "?", "name": act, "at": "2000-01-01T00:00", "by": by, **fields}
    try:
        return event_from(program, raw, "question").fields
    except BadEvent as wrong:
        raise BadQuestion(wrong.field, wrong.reason) from None


def _trigger_of(program: Program, norm: str, fields: Mapping[str, str]) -> Mapping[str, Any]:
    """Return the typed fields of a trigger that is still to come, for the norm whose deadline is asked."""
    from contractlang.norms import OnOccurrence
    from engine.ledger import event_from
    from engine.position import Position
    from engine.standings import find_rules
    from engine.terms import Terms

    rules = find_rules(Position.opening(program, Terms()), norm, None)
    name = next((r.norm.trigger.name for r in rules if isinstance(r.norm.trigger, OnOccurrence)), None)
    if name is None:
        raise BadQuestion("field", f"`{norm}` arises from no event: leave out --field")
    kept = {key: value for key, value in fields.items() if key != "at"}
    try:
        made = event_from(
            program, {"id": "?", "name": name, "at": fields.get("at", "2000-01-01T00:00"), **kept}, "trigger"
        )
    except BadEvent as wrong:
        raise BadQuestion(wrong.field, wrong.reason) from None
    return {**made.fields, **({"at": made.occurred_at} if "at" in fields else {})}


# ---- show -----------------------------------------------------------------------------------------------------------


@app.command()
def show(
    inputs: Inputs, ledger: LedgerPath = None, at: ShownAt = None, known_at: KnownAt = None, settings: Settings = None,
    readings: Readings = None, answers: Answers = None, layers: Layers = None, lang: Lang = None, json_: Json = False,
) -> None:  # fmt: skip
    """Say what governs an account on a day: documents and layers, blanks, readings, questions, the calendar.

    The account is a ledger, as for `run`. Without --at it is about today.

    JSON: account, agreements, layers, as_of, documents, blanks, readings, unverified, questions, calendar; the fields
    of each stand in docs/commands.md.
    """
    from engine.regime import as_json, regime
    from engine.render import show_regime

    given = _Given.of(inputs, ledger)
    given.no_question()
    opened = _Opened(given, settings, readings, answers, layers)
    moment = _instant(at, "--at") if at is not None else now()
    found = regime(opened.account, moment, _known(known_at))
    if json_:
        _print_json({"account": opened.book.account, "agreements": list(opened.agreements)} | as_json(found))
        return
    screen, voice = Screen.of(), opened.voice(lang)
    account = opened.book.account or Path(given.ledger).stem
    screen.heading(f"{account} · {voice.as_of(moment)}")
    show_regime(screen, found, voice)


# ---- test -----------------------------------------------------------------------------------------------------------


@app.command()
def test(
    paths: Annotated[list[str], typer.Argument(help="Scenario files (Markdown or YAML), or folders that hold them.")],
    layers: Layers = None, json_: Json = False,
) -> None:  # fmt: skip
    """Run scenarios. Ends with 1 if one fails.

    JSON: outcomes (status: passed, failed or not applicable; name, expected, got), passed, failed, not_applicable (how
    many).
    """
    asked = _layers(layers) or None
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
        _print_json({"outcomes": rows, **{name.replace(" ", "_"): count for name, count in counts.items()}})
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
        path = _found(written)
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
    from engine.scenarios import Words, run_file

    beside = path.with_name("mapping.yaml")
    words = Words.read(beside if beside.is_file() else SHIPPED / "scenarios" / "mapping.yaml")
    named = dict.fromkeys(name for names in words.documents.values() for name in names)
    loaded = _usable([*named, str(SHIPPED / "law")])
    programs = Programs({name: loaded.contracts[name] for name in loaded.asked})
    try:
        for each in run_file(path.read_text("utf-8"), programs, words, layers):
            name = " ".join(part for part in (each.scenario, each.query, each.variant) if part)
            yield Outcome(each.status, name, each.expected, each.got)
    except (yaml.YAMLError, AttributeError, KeyError, TypeError) as wrong:
        raise Refused(f"{path}: not a scenario file ({_one_line(wrong)})", where=str(path)) from None


def _case_outcomes(path: Path, layers: tuple[str, ...] | None) -> Iterator[Outcome]:
    from contractlang.load import load_text
    from engine.cases import cases_in, run_case
    from engine.compile import compile_program

    cases = cases_in(str(path), path.read_text("utf-8"))
    if not cases:
        raise Refused(f"{path}: no case in it: a heading with an `expect` block beneath", where=str(path))
    beside: Program | None = None
    for case in cases:
        if "contract" in case.blocks:
            loaded = load_text("\n".join(case.blocks["contract"][1]), f"{path}:{case.line}", [SHIPPED])
            _refuse_errors(loaded)
            program = compile_program([loaded.contracts[name] for name in loaded.asked])
        else:
            if beside is None:
                loaded = _usable([str(path.parent)])
                beside = compile_program([loaded.contracts[name] for name in loaded.asked])
            program = beside
        try:
            for each in run_case(case, program, layers):
                status = "passed" if each.passed else "failed"
                yield Outcome(status, f"{path}:{each.line} {each.written}", each.expected, each.got)
        except EngineError as wrong:
            yield Outcome("failed", f"{path}:{case.line} {case.title}", "", f"error: {wrong}")


# ---- analyse --------------------------------------------------------------------------------------------------------


@app.command()
def analyse(
    paths: Annotated[list[str] | None, _AGREEMENTS] = None,
    layers: Layers = None,
    only: Annotated[str | None, _ONLY] = None,
    gate: Annotated[bool, _GATE] = False,
    accept: Annotated[str | None, _ACCEPT] = None,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why it is accepted.")] = None,
    conflict_checks: Annotated[str | None, _CHECKS] = None,
    sarif: Annotated[bool, typer.Option("--sarif", help="Print SARIF 2.1.0 instead.")] = False,
    lang: Lang = None, json_: Json = False,
) -> None:  # fmt: skip
    """Find conflicts and gaps in agreements, alone, together, and beside the law of the layers that --layers names.

    Ends with 1 if there is a finding; with --gate, if there is one that is not accepted in accepted.yaml beside the
    agreement.

    JSON: agreements, layers, findings (key, kind, what, clauses, sentence, settles, bound, witness, detail, rests_on,
    accepted, reopened; docs/analysis.md tells each), counts (by kind); with --conflict-checks outcomes (status, name,
    expected, got), passed, failed.
    """
    if conflict_checks is not None:
        _run_checks(conflict_checks, json_)
        return
    if not paths:
        raise Refused(
            "which agreement? name a file or folder, for example contracts/voip-1", field="contract"
        )
    from engine.analysis.accepted import Accepted
    from engine.analysis.found import found
    from engine.governing import Programs

    kinds = _kinds(only)
    asked = (CONTRACT, *(each for each in _layers(layers) if each != CONTRACT))
    loaded = _usable(paths, asked)
    documents = {name: loaded.contracts[name] for name in loaded.asked}
    agreements = tuple(dict.fromkeys(each.base for each in documents.values() if each.kind == "agreement"))
    if not agreements:
        raise Refused("there is no agreement in these files", field="contract")
    programs, accepted = Programs(documents), Accepted.beside(documents)
    try:
        program = programs.of(agreements, asked)
    except BadTerms as wrong:
        raise Refused(f"--layers: {wrong.reason}", field=wrong.field) from None
    findings = found(programs, agreements, asked, kinds)
    if accept is not None:
        _accept(accept, reason, findings, documents)
        return
    language = _language(loaded, lang)
    if json_ or sarif:
        everything = list(findings)
        _print_findings(everything, loaded, accepted, agreements, asked, language, sarif)
    else:
        everything = _show_findings(findings, program, accepted, language)
    failing = [each for each in everything if not gate or accepted.of(each) is None]
    raise typer.Exit(FOUND if failing else FINE)


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
    findings: Iterable[Finding], program: Program, accepted: Accepted, language: Language
) -> list[Finding]:
    """Print findings as they come, and how many there were."""
    from engine.analysis.report import KINDS, counted, heading, lines

    screen = Screen.of()
    shown: list[Finding] = []
    for finding in findings:
        if not shown or shown[-1].kind != finding.kind:
            screen.heading(heading(finding.kind, language))
        for line in lines(finding, program, language, screen.width, accepted):
            screen.line(line)
        screen.line()
        screen.out.flush()
        shown.append(finding)
    held = sum(accepted.of(each) is not None for each in shown)
    chinese = language == "zh"
    parts = [
        f"{KINDS[kind][0].zh}{count}项" if chinese else f"{count} {KINDS[kind][0].en}"
        for kind, count in counted(shown).items()
    ]
    kinds = f"{'：' if chinese else ': '}{('，' if chinese else ', ').join(parts)}" if parts else ""
    told = f"（其中已接受{held}项）" if chinese else f" ({held} accepted)"
    total = f"共{len(shown)}项发现" if chinese else _many(len(shown), "finding")
    screen.line(f"{total}{kinds}{told if held else ''}", "bold")
    return shown


def _print_findings(
    findings: Sequence[Finding], loaded: Loaded, accepted: Accepted, agreements: Sequence[str],
    layers: Sequence[str], language: Language, sarif: bool,
) -> None:  # fmt: skip
    from engine.analysis.report import as_json, as_sarif, counted

    if sarif:
        log = as_sarif(findings, loaded.contracts, loaded.sources, language, accepted)
        sys.stdout.write(json.dumps(log, ensure_ascii=False, indent=2, default=str) + "\n")
        return
    _print_json({
        "agreements": list(agreements), "layers": list(layers),
        "findings": [as_json(each, loaded.contracts, accepted) for each in findings], "counts": counted(findings),
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
    add(path, Acceptance(key, reason, datetime.now().date(), rests_on(finding, documents)))
    Screen.of().line(f"{path}: {key}")


def _run_checks(written: str, as_json: bool) -> None:
    """Run a file of conflict checks."""
    import yaml

    from engine.analysis.checks import Checker
    from engine.governing import Programs
    from engine.scenarios import Words

    path = _found(written)
    beside = path.with_name("mapping.yaml")
    words = Words.read(beside if beside.is_file() else SHIPPED / "scenarios" / "mapping.yaml")
    named = dict.fromkeys(name for names in words.documents.values() for name in names)
    loaded = _usable([*named, str(SHIPPED / "law")])
    checker = Checker(Programs({name: loaded.contracts[name] for name in loaded.asked}), words.raw)
    outcomes: list[Outcome] = []
    screen = Screen.of()
    try:
        for each in checker.run(path.read_text("utf-8")):
            status = "passed" if each.passed else "failed"
            outcomes.append(Outcome(status, each.check, each.expected, each.got))
            if not as_json:
                show_outcomes(screen, outcomes[-1:])
                screen.out.flush()
    except (yaml.YAMLError, AttributeError, KeyError, TypeError) as wrong:
        raise Refused(
            f"{path}: not a file of conflict checks ({_one_line(wrong)})", where=str(path)
        ) from None
    counts = {name: sum(each.status == name for each in outcomes) for name in ("passed", "failed")}
    if as_json:
        rows = [{"status": o.status, "name": o.name, "expected": o.expected, "got": o.got} for o in outcomes]
        _print_json({"outcomes": rows, **counts})
    else:
        screen.out.write(f"{counts['passed']} passed, {counts['failed']} failed\n")
    raise typer.Exit(FOUND if counts["failed"] else FINE)


# ---- graph, schema, demo --------------------------------------------------------------------------------------------


@app.command()
def graph(
    paths: Paths,
    format_: Annotated[Literal["json", "graphml", "dot", "mermaid"], _FORMAT] = "mermaid",
    around: Annotated[str | None, _AROUND] = None,
    impact: Annotated[str | None, _IMPACT] = None,
    cycles: Annotated[bool, _CYCLES] = False,
    json_: Json = False,
) -> None:  # fmt: skip
    """Print the obligation graph: which norm, act, event, state or question bears on which.

    JSON: nodes (id, kind, name) and edges (source, target, kind, span); with --impact or --cycles lists of node ids.
    """
    from engine.compile import compile_program

    loaded = _usable(paths)
    whole = compile_program([loaded.contracts[name] for name in loaded.asked]).graph
    if impact is not None:
        found = _impact(whole, impact)
        _print_json({"clause": impact, "reaches": ["/".join(n) for n in found]}) if json_ else _print_nodes(
            found
        )
        return
    if cycles:
        loops = whole.cycles("triggers", "conditions on", "remedies", "enables", "sets")
        if json_:
            _print_json({"cycles": [["/".join(node) for node in loop] for loop in loops]})
        else:
            for loop in loops:
                Screen.of().line(" → ".join("/".join(node) for node in [*loop, loop[0]]))
        raise typer.Exit(FOUND if loops else FINE)
    shown = _near(whole, _nodes(whole, around)) if around is not None else whole
    match "json" if json_ else format_:
        case "json":
            _print_json(shown.as_json())
        case "graphml":
            sys.stdout.write(shown.as_graphml() + "\n")
        case "dot":
            sys.stdout.write(shown.as_dot() + "\n")
        case _:
            sys.stdout.write(shown.as_mermaid() + "\n")


def _impact(whole: ObligationGraph, clause: str) -> list[Node]:
    """Return what a change of a clause can reach, in whichever document has it."""
    from contractlang.numerals import plain_number

    wanted = plain_number(clause)
    clauses = [
        (c.name, each.number)
        for c in whole.contracts
        for each in c.clauses
        if plain_number(each.number) == wanted
    ]
    if not clauses:
        raise BadQuestion("--impact", f"no clause is called `{clause}`")
    return list(
        dict.fromkeys(node for document, number in clauses for node in whole.impact(document, number))
    )


def _print_nodes(nodes: Iterable[Node]) -> None:
    for node in nodes:
        Screen.of().line(f"{node[0]:10}{node[1]}")


def _nodes(whole: ObligationGraph, written: str) -> set[Node]:
    """Return the nodes that are meant: `kind/name`, a name alone, or all norms of a clause."""
    from contractlang.suggest import nearest
    from engine.graph import key

    nodes = {node for edge in whole.edges for node in (edge.source, edge.target)}
    norms = {key(norm): norm for norm in whole.norms}
    for found in (
        {node for node in nodes if "/".join(node) == written},
        {node for node in nodes if node[1] == written},
        {
            node
            for node in nodes
            if node[0] == "norm" and written in (norms[node[1]].id, norms[node[1]].label)
        },
        {node for node in nodes if node[0] == "norm" and norms[node[1]].clause == written},
        {node for node in nodes if node[0] == "clause" and node[1].split("/", 1)[-1] == written},
    ):
        if found:
            return found
    near = nearest(written, [node[1] for node in nodes])
    hint = f"; did you mean `{near}`?" if near else ""
    raise BadQuestion("--around", f"no node is called `{written}`{hint}")


def _near(whole: ObligationGraph, nodes: set[Node]) -> ObligationGraph:
    """Return the graph of the edges that touch some nodes."""
    from dataclasses import replace

    return replace(
        whole, edges=tuple(edge for edge in whole.edges if edge.source in nodes or edge.target in nodes)
    )


@app.command()
def schema(json_: Json = False) -> None:
    """Print the JSON Schemas of a decision, an event, a norm and a position."""
    from engine.wire import schemas

    _print_json({"schemas": schemas()})


@app.command()
def demo(json_: Json = False) -> None:
    """Show the program at work: several accounts of each agreement, questions with their explanations, findings.

    JSON: accounts (as `contract run` prints them, with the questions asked), diagnostics (as of `contract check`).
    """
    from engine.demo import demonstrate

    demonstrate(SHIPPED, Screen.of(), _cache().load, as_json=json_)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import PackageNotFoundError, version

        try:
            typer.echo(f"contract {version('contract-engine')}")
        except PackageNotFoundError:
            typer.echo("contract (not installed)")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


# ---- What the commands are given ------------------------------------------------------------------------------------


class _Given:
    """The arguments of `run` and `ask`, told apart: contracts, the ledger, a question."""

    def __init__(self, contracts: list[str], ledger: str, question: str) -> None:
        self.contracts, self.ledger, self.question = contracts, ledger, question

    @staticmethod
    def of(inputs: Iterable[str], ledger: str | None) -> _Given:
        contracts: list[str] = []
        ledgers = [ledger] if ledger is not None else []
        questions: list[str] = []
        for each in inputs:
            if each == "-" or each.endswith((".jsonl", ".ndjson")):
                ledgers.append(each)
            elif re.match(r"\d{4}-\d{2}-\d{2}\s", each) or (
                re.search(r"\s", each) and not Path(each).exists()
            ):
                questions.append(each)
            else:
                contracts.append(each)
        if len(ledgers) != 1:
            wrong = (
                "one account at a time: give one ledger" if ledgers else "which ledger? name a .jsonl file"
            )
            raise Refused(wrong, field="ledger")
        if len(questions) > 1:
            raise Refused("ask one question at a time", field="question")
        return _Given(contracts, ledgers[0], " ".join(questions))

    def no_question(self) -> None:
        if self.question:
            raise Refused(
                f"`{self.question}` is no contract; to ask a question, use `contract ask`", field="contract"
            )


class _Opened:
    """Contracts, a ledger and settings, read and put together: an account to be asked."""

    def __init__(
        self,
        given: _Given,
        settings: list[str] | None,
        readings: list[str] | None,
        answers: list[str] | None,
        layers: str | None,
    ) -> None:
        from contractlang.norms import base_name
        from engine.account import Account
        from engine.ledger import head_of, read_ledger
        from engine.settings import terms_from

        where = "standard input" if given.ledger == "-" else given.ledger
        text = _text_of(given.ledger)
        try:
            head = head_of(text)
            contracts = given.contracts or _contracts_of(head, given.ledger)
            wanted = _layers(layers) or _layers_of(head)
            self.loaded = _usable(contracts, wanted)
            documents = [self.loaded.contracts[name] for name in self.loaded.asked]
            self.agreements = tuple(
                dict.fromkeys(base_name(c.name) for c in documents if c.kind == "agreement")
            )
            if layers is None:
                # A law that is given by name governs, whatever the ledger says of layers.
                named = {str(path) for path in _files(contracts)}
                wanted = (*wanted, *(c.layer for c in documents if c.kind == "law" and c.path in named))
            self.layers = (CONTRACT, *sorted({*wanted} - {CONTRACT}))
            self.program = _governed(self.loaded, self.agreements, self.layers)
            self.book: Book = read_ledger(self.program, text)
        except BadEvent as wrong:
            raise Refused(f"{where}: {wrong}", where=f"{where}: {wrong.where}", field=wrong.field) from None
        except BadTerms as wrong:
            said = "--layers" if layers is not None else f"{where}, layers"
            raise Refused(f"{said}: {wrong.reason}", where=where, field=wrong.field) from None
        blanks = {**self.book.settings, **_pairs(settings, "--set")}
        chosen = {**self.book.readings, **_pairs(readings, "--reading")}
        answered = {**self.book.answers, **_pairs(answers, "--answer")}
        for name in self.book.agreements:
            if name not in (spelling for c in self.program.contracts for spelling in (c.name, c.alias)):
                asked = ", ".join(self.agreements or self.loaded.asked)
                raise Refused(
                    f"{where}: the account is of `{name}`; the contracts given are {asked}", where=where
                )
        try:
            terms = terms_from(self.program, blanks, self.layers, chosen, answered)
        except BadTerms as wrong:
            raise Refused(f"settings: {wrong}", where="settings", field=wrong.field) from None
        self.account: Account = Account(self.program, terms, self.book.ledger)

    @property
    def law(self) -> tuple[str, ...]:
        """The layers of law that govern beside the agreements."""
        return tuple(layer for layer in self.layers if layer != CONTRACT)

    def latest(self) -> int:
        """Return today, or the last entry of the ledger where that is later."""
        from engine.event import START

        return max([now(), *(each.effect_at for each in self.book.ledger if each.effect_at > START // 2)])

    def voice(self, lang: Language | None) -> Any:
        """Return who speaks of the account."""
        from engine.explain import Voice

        return Voice(self.program, _language(self.loaded, lang), None, self.loaded.sources)


def now() -> int:
    """Return the present instant: the only look at the clock."""
    from engine.dates import instant

    return instant(datetime.now().astimezone())


def _found(written: str) -> Path:
    """Return the file or folder that is meant: as written, else among the shipped contracts."""
    for path in (Path(written), SHIPPED.parent / written, SHIPPED / written):
        if path.exists():
            return path
    from contractlang.suggest import nearest

    shipped = [each.name for each in SHIPPED.iterdir() if each.is_dir()] if SHIPPED.is_dir() else []
    near = nearest(Path(written).name, shipped)
    hint = f"; did you mean `contracts/{near}`?" if near else ""
    raise Refused(f"{written}: no such file or folder{hint}", where=written)


def _loaded(paths: Iterable[str], layers: Iterable[str] = ()) -> Loaded:
    """Read contracts, and the law that is shipped if a layer of law is asked for."""
    found = _files(paths)
    if any(layer != CONTRACT for layer in layers):
        # Who gives a law gives it instead of the one that is shipped.
        own = {each.name for each in found}
        found += [each for each in _files([str(SHIPPED / "law")]) if each.name not in own]
    return _cache().load(found, [SHIPPED])


def _cache() -> Cache:
    """Return where loads are kept: in the user's cache folder, or as CONTRACT_CACHE says (a folder, or `off`)."""
    from contractlang.cache import Cache

    named, standard = os.environ.get("CONTRACT_CACHE"), os.environ.get("XDG_CACHE_HOME", "")
    if named is not None:
        return Cache(None if named in ("", "off") else Path(named))
    try:
        above = Path(standard) if os.path.isabs(standard) else Path.home() / ".cache"
    except RuntimeError:  # Nobody's home is known.
        return Cache(None)
    return Cache(above / "contract-engine")


def _files(paths: Iterable[str]) -> list[Path]:
    """Return the contract files that are meant."""
    from contractlang.loaded import files_of

    found: list[Path] = []
    for path in map(_found, paths):
        files = files_of([path])
        if not files:
            raise Refused(f"{path}: no {SUFFIX} file in it", where=str(path))
        found += files
    return found


def _usable(paths: Iterable[str], layers: Iterable[str] = ()) -> Loaded:
    """Return contracts that can be asked something; refuse them with everything that is wrong otherwise."""
    loaded = _loaded(paths, layers)
    _refuse_errors(loaded)
    loaded.asked = [name for name in loaded.asked if loaded.contracts[name].kind != "vocabulary"]
    if not loaded.asked:
        raise Refused("there is no agreement in these files, only vocabularies")
    return loaded


def _governed(loaded: Loaded, agreements: tuple[str, ...], layers: tuple[str, ...]) -> Program:
    """Return the program of these agreements, with what supplements them, under these layers of law."""
    from engine.governing import Programs

    documents = {name: loaded.contracts[name] for name in loaded.asked}
    for each in documents.values():
        if each.kind == "supplement" and each.amends not in {other.name for other in documents.values()}:
            raise Refused(f"{each.path}: what it supplements, `{each.amends}`, is not given", where=each.path)
    return Programs(documents).of(agreements, layers)


def _layers(written: str | None) -> tuple[str, ...]:
    """Return the layers that an option names; none where it is not given."""
    if written is None:
        return ()
    found = tuple(each.strip().replace("地方:", "local:") for each in re.split("[,，、]", written))
    if not all(found):
        raise Refused(
            f"--layers {written}: write layers with commas between, such as contract,civil", field="layers"
        )
    return found


def _contracts_of(head: Mapping[str, Any], ledger: str) -> list[str]:
    """Return the agreements that the first line of a ledger names, shipped or beside the ledger; refuse if none."""
    named = head.get("agreements") or [head[name] for name in ("agreement",) if name in head]
    if not isinstance(named, list) or not named:
        raise Refused("which contract? name a file or folder, for example contracts/voip-1", field="contract")
    beside = Path(ledger).parent
    own = {str(name): beside / f"{name}{SUFFIX}" for name in named}
    return [str(path) if ledger != "-" and path.is_file() else name for name, path in own.items()]


def _layers_of(head: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the layers of law that the first line of a ledger asks for."""
    named = head.get("layers")
    return tuple(map(str, named)) if isinstance(named, list) else (CONTRACT,)


def _refuse_errors(loaded: Loaded) -> None:
    if not loaded.errors and not loaded.unreadable:
        return
    from contractlang.render import render

    lines = [*loaded.unreadable]
    if loaded.errors:
        lines.append(render(loaded.errors, loaded.sources, colour=Screen.of(sys.stderr).colour).rstrip())
    raise Refused(*lines, diagnostics=_diagnostics(loaded))


def _diagnostics(loaded: Loaded) -> list[dict[str, Any]]:
    from contractlang.render import as_json

    return as_json(loaded.diagnostics, loaded.sources)


def _text_of(path: str) -> str:
    try:
        raw = sys.stdin.buffer.read() if path == "-" else _found(path).read_bytes()
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise Refused(f"{path}: not UTF-8 text ({_one_line(wrong)})", where=path) from None


def _pairs(written: Iterable[str] | None, option: str) -> dict[str, str]:
    found = {}
    for each in written or ():
        name, mark, value = each.partition("=")
        if not mark or not name:
            raise Refused(f"{option} {each}: write it as name=value", field=option)
        found[name.strip()] = value.strip()
    return found


def _instant(written: str, option: str) -> int:
    from engine.dates import parse_as_of

    try:
        return parse_as_of(written)
    except ValueError as wrong:
        raise Refused(f"{option}: {wrong}", field=option) from None


def _known(written: str | None) -> int | None:
    return _instant(written, "--known-at") if written is not None else None


def _language(loaded: Loaded, lang: Language | None) -> Language:
    """Return the language asked for, else that of the first agreement."""
    if lang is not None:
        return lang
    found = [loaded.contracts[name] for name in loaded.asked if name in loaded.contracts]
    first = next((each for each in found if each.kind == "agreement"), found[0] if found else None)
    return "zh" if first is not None and first.chinese else "en"


def _language_of(question: str) -> Language | None:
    """Return the language in which a question is written, by its little words; None where there are none."""
    if re.search(r"可否|应否|违反|末日|金额|已续期|到达", question):
        return "zh"
    return (
        "en"
        if re.search(r"\b(?:may|must|in breach of|last day of|amount|renewed|arrived)\b", question)
        else None
    )


# ---- Beginning and end ----------------------------------------------------------------------------------------------


def _print_json(value: Mapping[str, Any]) -> None:
    text = json.dumps({"version": 1, **value}, ensure_ascii=False, indent=2, default=str)
    sys.stdout.write(text + "\n")


def _one_line(wrong: BaseException) -> str:
    return " ".join(str(wrong).split()) or type(wrong).__name__


def carried_out(arguments: Sequence[str]) -> int:
    """Carry out one command and return its exit status; whatever goes wrong is told without a stack trace."""
    as_json = "--json" in arguments
    try:
        return int(app(args=list(arguments), prog_name="contract", standalone_mode=False) or FINE)
    except Refused as wrong:
        return _refuse(wrong, as_json)
    except EngineError as wrong:
        field = str(getattr(wrong, "field", ""))
        return _refuse(Refused(str(wrong), where=str(getattr(wrong, "where", "")), field=field), as_json)
    except Unreadable as wrong:
        return _refuse(Refused(str(wrong)), as_json)
    except BrokenPipeError:
        return _seen_enough()
    except SystemExit as wrong:
        # Typer makes an exit of a closed pipe.
        return _seen_enough() if wrong.code == FOUND else REFUSED
    except OSError as wrong:
        return _refuse(Refused(f"{wrong.filename or 'input'}: {wrong.strerror or wrong}"), as_json)
    except (KeyboardInterrupt, typer.Abort):
        sys.stderr.write("\n")
        return INTERRUPTED
    except Exception as wrong:
        if hasattr(wrong, "exit_code") and hasattr(wrong, "format_message"):
            # What typer says of a command line it cannot read.
            if type(wrong).__name__ == "NoArgsIsHelpError":
                return FINE
            return _refuse(Refused(wrong.format_message(), "try `contract --help`"), as_json)
        if os.environ.get("CONTRACT_DEBUG"):
            raise
        sys.stderr.write(
            f"internal error: {_one_line(wrong)} ({type(wrong).__name__}); CONTRACT_DEBUG=1 shows where\n"
        )
        return BROKEN


def _seen_enough() -> int:
    """The reader of what is printed has closed the pipe: the rest goes nowhere, and all is well."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return FINE


def _refuse(wrong: Refused, as_json: bool) -> int:
    if as_json:
        error = {"where": wrong.where, "field": wrong.field, "reason": "\n".join(wrong.lines)}
        _print_json({"error": error, "diagnostics": list(wrong.diagnostics)})
        return REFUSED
    for line in wrong.lines:
        # Diagnostics are drawn already, and may be coloured.
        sys.stderr.write((line if wrong.diagnostics else printable(line)) + "\n")
    return REFUSED


def main() -> NoReturn:
    """Carry out the command line and end the process."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    status = carried_out(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _seen_enough()
    sys.exit(status)


if __name__ == "__main__":
    main()
