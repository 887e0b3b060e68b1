"""`contract ask`: a question written out, or made from options, and its decision."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from contractlang.diagnostic import Language
from engine.commands import clock
from engine.commands.common import (
    Answers,
    AsOf,
    Inputs,
    Json,
    KnownAt,
    Lang,
    Layers,
    LedgerPath,
    Readings,
    Refused,
    Settings,
    print_json,
    speak,
)
from engine.commands.given import Given, Opened, instant_of, known_of, language_of, pairs_of
from engine.errors import BadEvent, BadQuestion, meant, no_act, no_party
from engine.render import Screen, show_explanation

if TYPE_CHECKING:
    from engine.lawtext import LawText
    from engine.program import Program
    from engine.question import Question


_FIELD = typer.Option(
    "--field", metavar="NAME=VALUE", help="A value of the act, or of a trigger still to come."
)
_NORM = typer.Option(metavar="NORM", help="Is the party in breach of this clause or norm?")
_STATE = typer.Option(metavar="STATE", help="What is this state: agreement, service, …?")
_AMOUNT = typer.Option(metavar="SUM", help="How much is this sum, or unpaid on this clause?")
_DOCUMENT = typer.Option(metavar="NAME", help="Which agreement is meant, where there are several.")
_DEADLINE = typer.Option(metavar="NORM", help="When does the time for this clause end, or the agreement?")
_LAW_TEXT = typer.Option(
    "--law-text", metavar="DIR", help="Show the articles cited as they stand in your folder of statutes."
)
_BARRED = typer.Option(metavar="NORM", help="Is the claim from this clause time-barred?")


def ask(
    inputs: Inputs, ledger: LedgerPath = None,
    party: Annotated[str | None, typer.Option(metavar="PARTY", help="Who would do it, or is in breach.")] = None,
    act: Annotated[str | None, typer.Option(metavar="ACT", help="May, or must, the party do this act?")] = None,
    field: Annotated[list[str] | None, _FIELD] = None,
    norm: Annotated[str | None, _NORM] = None,
    state: Annotated[str | None, _STATE] = None,
    amount: Annotated[str | None, _AMOUNT] = None,
    deadline: Annotated[str | None, _DEADLINE] = None,
    renewed: Annotated[bool, typer.Option("--renewed", help="Was the agreement renewed?")] = False,
    arrived: Annotated[str | None, typer.Option(metavar="EVENT", help="Has this notice arrived?")] = None,
    bears: Annotated[str | None, typer.Option(metavar="EVENT", help="Who bears the loss from this event?")] = None,
    time_barred: Annotated[str | None, _BARRED] = None,
    about: Annotated[str | None, typer.Option(metavar="EVENT", help="For which trigger: the event's id.")] = None,
    document: Annotated[str | None, _DOCUMENT] = None,
    as_of: AsOf = None, known_at: KnownAt = None, settings: Settings = None, readings: Readings = None,
    answers: Answers = None, layers: Layers = None, lang: Lang = None,
    prose: Annotated[bool, typer.Option("--prose", help="One paragraph instead of an outline.")] = False,
    law_text: Annotated[str | None, _LAW_TEXT] = None,
    json_: Json = False,
) -> None:  # fmt: skip
    """Decide a question about an account, with reasons.

    The question is written out, as in `contract ask voip-1 a.jsonl "2026-09-12 provider may suspend_service"`, or given
    by options. Without a day it is about today. Several agreements may be given for one account; the law of the layers
    that --layers names, else those of the ledger's first line, governs beside them.

    JSON: question (kind, as_of and what it asks), decision (as `contract schema` describes it), explanation (the lines
    in both languages); with --law-text also law_text (document, clause, file, text; null where it was not found).
    """
    from engine import explain

    given = Given.of(inputs, ledger)
    speak(_language_of(given.question))
    texts = _law_text(law_text)
    opened = Opened(given, settings, readings, answers, layers)
    known = known_of(known_at)
    wanted = {
        "act": act, "norm": norm, "state": state, "amount": amount, "deadline": deadline, "arrived": arrived,
        "bears": bears, "time_barred": time_barred, "renewed": "yes" if renewed else None,
    }  # fmt: skip
    named = {name: value for name, value in wanted.items() if value is not None}
    if given.question:
        if named:
            raise Refused(
                "ask one question: written out, or by options", zh="请只问一个问题：写出来，或用选项"
            )
        question, known_there = _written(opened.program, given.question, as_of)
        known = known_there if known_there is not None else known
    else:
        if len(named) != 1:
            raise Refused(
                'what is the question? write it out, as in "2026-09-12 provider may suspend_service",',
                "or give one of --act, --norm (each with --party), --state, --amount, --deadline, --renewed,",
                "--arrived, --bears, --time-barred",
                zh='要问什么？请写出来，例如 "2026-09-12 甲方 可否 暂停服务"，\n'
                "或给出其一：--act、--norm（均须 --party）、--state、--amount、--deadline、--renewed、\n"
                "--arrived、--bears、--time-barred",
            )
        ((kind, name),) = named.items()
        at = instant_of(as_of, "--as-of") if as_of is not None else clock.now()
        question = _question(
            opened.program, kind, name, at, party, about, document, pairs_of(field, "--field")
        )
    decision = opened.account.answer(question, known)
    sources = opened.loaded.sources
    if json_:
        print_json(explain.as_json(decision, question, opened.program, sources, texts))
        return
    language = language_of(opened.loaded, lang or _language_of(given.question))
    if prose:
        Screen.of().line(explain.prose(decision, question, opened.program, language, sources, texts))
        return
    lines = explain.outline(decision, question, opened.program, language, sources, texts)
    show_explanation(Screen.of(), lines, decision.answer)


def _law_text(folder: str | None) -> LawText | None:
    """Return the user's folder of statutes; refuse one that is not there."""
    from engine.lawtext import LawText

    if folder is None:
        return None
    if not Path(folder).is_dir():
        raise Refused(
            f"--law-text {folder}: no such folder", zh=f"--law-text {folder}：没有这一文件夹", where=folder,
            field="--law-text",
        )  # fmt: skip
    return LawText(Path(folder))


def _written(program: Program, text: str, as_of: str | None) -> tuple[Question, int | None]:
    """Return the question that a line asks; a line without a day is about `as_of`, else about now."""
    from engine.cases import question_of
    from engine.dates import iso

    if not re.match(r"\d{4}-", text):
        # A bare day is its last instant, for the line as for the option.
        when = as_of.replace("T", " ") if as_of is not None else iso(clock.now())[:16].replace("T", " ")
        text = f"{when} {text}"
    elif as_of is not None:
        raise Refused("the question names its day; leave out --as-of", zh="问题已写明日期；请去掉 --as-of")
    try:
        return question_of(program, text)
    except ValueError as wrong:
        zh = f"问题：{getattr(wrong, 'zh', wrong)}"
        raise Refused(f"question: {wrong}", zh=zh, field="question") from None
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
            raise Refused(
                f"--{kind} needs --party: whose?", zh=f"--{kind} 须有 --party：谁的？", field="party"
            )
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
    from contractlang.declaration import OccurrenceDecl, PartyDecl, StateDecl
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
    if what == "state":
        en, zh = meant(near)
        raise BadQuestion(what, f"no state is called `{word}`{en}", f"没有名为`{word}`的状态{zh}")
    raise no_party(word, near) if what == "party" else no_act(word, near)


def _fields_of(program: Program, act: str, fields: Mapping[str, str]) -> Mapping[str, Any]:
    """Return the typed values of an act."""
    from engine.event import BOTH
    from engine.written_events import event_from

    if not fields:
        return {}
    declared = program.acts.get(act)
    by = declared.actor if declared is not None and isinstance(declared.actor, str) else BOTH
    raw = {"id": "?", "name": act, "at": "2000-01-01T00:00", "by": by, **fields}
    try:
        return event_from(program, raw, "question").fields
    except BadEvent as wrong:
        raise BadQuestion(wrong.field, wrong.reason, wrong.zh) from None


def _trigger_of(program: Program, norm: str, fields: Mapping[str, str]) -> Mapping[str, Any]:
    """Return the typed fields of a trigger that is still to come, for the norm whose deadline is asked."""
    from contractlang.norms import OnOccurrence
    from engine.position import Position
    from engine.standings import find_rules
    from engine.terms import Terms
    from engine.written_events import event_from

    rules = find_rules(Position.opening(program, Terms()), norm, None)
    name = next((r.norm.trigger.name for r in rules if isinstance(r.norm.trigger, OnOccurrence)), None)
    if name is None:
        raise BadQuestion(
            "field",
            f"`{norm}` arises from no event: leave out --field",
            f"`{norm}`不因事件产生：请去掉 --field",
        )
    kept = {key: value for key, value in fields.items() if key != "at"}
    try:
        made = event_from(
            program, {"id": "?", "name": name, "at": fields.get("at", "2000-01-01T00:00"), **kept}, "trigger"
        )
    except BadEvent as wrong:
        raise BadQuestion(wrong.field, wrong.reason, wrong.zh) from None
    return {**made.fields, **({"at": made.occurred_at} if "at" in fields else {})}


def _language_of(question: str) -> Language | None:
    """Return the language in which a question is written, by its little words; None where there are none."""
    if re.search(r"可否|应否|违反|末日|金额|已续期|到达", question):
        return "zh"
    return (
        "en"
        if re.search(r"\b(?:may|must|in breach of|last day of|amount|renewed|arrived)\b", question)
        else None
    )
