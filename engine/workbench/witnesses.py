"""The history that shows a finding, as the lines of a scenario: opened in the builder, changed, and saved as a case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from contractlang.declaration import BlankDecl, OccurrenceDecl, QuestionDecl, ReadingDecl
from engine.errors import EngineError
from engine.workbench.folder import BadFile
from engine.workbench.opened import Opened
from engine.workbench.scenes import asked, written

_WHEN = ("id", "name", "at", "by", "recorded_at", "arrives")


def lines(opened: Opened, witness: Mapping[str, Any], layers: tuple[str, ...]) -> dict[str, Any]:
    """Return a witness, as `contract analyse --json` tells it, as settings, ledger, day and the question asked of it.

    Raises BadFile where it is no history that the contract can take.
    """
    try:
        ledger = [_entry(opened, each) for each in witness["entries"]]
        question = dict(witness["asked"])
        settings, more = _settings(opened, witness)
        day, act = str(question["at"])[:10], question.get("act")
        moment = str(question["at"]).replace("T", " ")
        made: dict[str, Any] = {
            "settings": settings,
            "ledger": ledger + [f"{moment} {each}" for each in more],
            "day": day,
        }
    except (KeyError, TypeError, AttributeError) as wrong:
        raise BadFile("witness", f"no witness: {wrong}") from None
    if set(layers) - {"contract"}:
        made["settings"].append(f"layers = {', '.join(layers)}")
    if "sum" in question:
        about = f"({question['about']})" if "about" in question else ""
        line = f"{moment} {'金额' if opened.chinese else 'amount'} {question['sum']}{about}"
    elif act is None:
        return made | {"question": None, "answer": None}
    else:
        fields = [
            f"{_field(opened, act, name)}={_value(opened, value)}"
            for name, value in question.items()
            if name not in (*_WHEN, "act")
        ]
        verb = "可否" if opened.chinese else "may"
        line = " ".join(
            [moment, written(opened, str(question.get("by"))), verb, written(opened, act), *fields]
        )
    try:
        answer = asked(opened, {**made, "question": line})["answer"]
    except EngineError:
        # What the law alone knows is asked under its layers only.
        answer = None
    return made | {"question": line, "answer": answer}


def _entry(opened: Opened, entry: Mapping[str, Any]) -> str:
    moment = str(entry["at"]).replace("T", " ")
    by = [written(opened, str(entry["by"]))] if entry.get("by") else []
    name = str(entry["name"])
    times = [
        f"{word}={entry[key]}"
        for key, word in (("recorded_at", "recorded"), ("arrives", "arrives"))
        if key in entry
    ]
    fields = [
        f"{_field(opened, name, key)}={_value(opened, value)}"
        for key, value in entry.items()
        if key not in _WHEN
    ]
    return " ".join([moment, *by, written(opened, name), *fields, *times])


def _field(opened: Opened, act: str, name: str) -> str:
    declared = opened.program.declarations.get(act)
    for each in declared.params if isinstance(declared, OccurrenceDecl) else ():
        if each.name == name and each.alias and each.name.isascii() is opened.chinese:
            return each.alias
    return name


def _said(opened: Opened, value: Any) -> Any:
    """Return a value as it is written, yes and no in the contract's language."""
    if isinstance(value, bool):
        return ("是" if value else "否") if opened.chinese else "yes" if value else "no"
    return value


def _value(opened: Opened, value: Any) -> str:
    said = str(_said(opened, value)).replace('"', "")
    return f'"{said}"' if not said or any(letter.isspace() for letter in said) else said


def _settings(opened: Opened, witness: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Return the settings of a witness; and, as entries, the answers to questions that settings have no name for."""
    declared = opened.program.declarations
    found: list[str] = []
    for name, value in witness["settings"].items():
        if value is not None and (name.partition(".")[0] in declared or name in declared):
            called = written(opened, name) if isinstance(declared.get(name), BlankDecl) else name
            found.append(f"{called} = {_said(opened, value)}")
    for name, value in witness["readings"].items():
        each = declared.get(name)
        if isinstance(each, ReadingDecl) and each.external.startswith("RS-"):
            found.append(f"{each.external} = {value}")
    entries: list[str] = []
    for line in _answers(opened, witness["answers"]):
        (entries if line.startswith("answer ") else found).append(line)
    return found, entries


def _answers(opened: Opened, answers: Mapping[str, Any]) -> Iterator[str]:
    """Yield answers as settings by their outside name, or as entries where two questions share one."""
    questions = opened.program.questions.values()
    for name, value in answers.items():
        each = opened.program.declarations.get(name)
        if isinstance(each, QuestionDecl) and value is not None:
            alone = sum(other.external == each.external for other in questions) == 1
            if each.external.startswith("D-") and alone:
                yield f"{each.external} = {_said(opened, value)}"
            else:
                yield f"answer question={each.name} value={_value(opened, value)}"
