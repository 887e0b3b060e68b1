"""What a scenario asks, what it expects and what was computed, as a reader of either language would say it."""

from __future__ import annotations

import re

from contractlang.declaration import BlankDecl, Declaration, PartyDecl, QuestionDecl, ReadingDecl, StateDecl
from engine.analysis.under import layers_called
from engine.cases import ANSWERS as WRITTEN
from engine.naming import ANSWERS
from engine.program import Program
from engine.question import Question, StateOf
from engine.voice import Voice

_PARTS = re.compile(
    r"^(?P<answer>.*?)(?:\s*(?:\bmissing\b|缺)\s*(?P<missing>.*?))?(?:\s*\bcould be\b\s*(?P<cases>.*))?$"
)
_UNDATED = re.compile(r"^F-([A-Z]+)-([A-Z_]+)-DATE$")
# What scenario files say of an agreement's life, and of a duty.
_OF_FILES = {"effective": "in_force", "not_effective": "draft", "in force": "in_force"}
_BREACHES = {
    "breached": ("breached", "违反"),
    "no breach": ("no breach", "未违反"),
    "obliged": ANSWERS["required"],
}


def beneath(layers: tuple[str, ...], variant: str, voice: Voice) -> str:
    """Return under which law a question is asked, and what is otherwise than in the history above."""
    said = [layers_called(layers, voice)]
    name, chosen, value = variant.partition("=")
    if chosen:
        declared = called(name, voice.program)
        told = value if declared is None else _value(declared, value, voice)
        said.append(
            f"{name if declared is None else voice.plain(declared.name)}{voice.pick(': ', '：')}{told}"
        )
    return voice.pick("; ", "；").join(said)


def _value(declared: Declaration, value: str, voice: Voice) -> str:
    """Return a value as a scenario file writes it: an option by its name or outside name, yes, no, or itself."""
    if value == "blank":
        return voice.pick("left blank", "留空")
    if value in ("true", "yes", "false", "no"):
        return voice.pick(*ANSWERS["yes" if value in ("true", "yes") else "no"])
    options = declared.options if isinstance(declared, ReadingDecl | QuestionDecl | StateDecl) else ()
    found = next(
        (each.name for each in options if value in (each.name, each.alias, getattr(each, "external", ""))),
        None,
    )
    return voice.option(declared.name, found) if found is not None else value.replace("_", " ")


def called(name: str, program: Program) -> Declaration | None:
    """Return the blank, reading, question or state that a scenario means by a name, or by its id outside."""
    for each in program.declarations.values():
        is_asked = isinstance(each, BlankDecl | ReadingDecl | QuestionDecl | StateDecl)
        if is_asked and name in (each.name, each.alias, each.external):
            return each
    return None


def answer_said(answer: str, question: Question | None, voice: Voice) -> str:
    """Return an answer as a scenario has it, in words: the answer, what it waits for, what it could be."""
    found = _PARTS.match(answer)
    if found is None:
        return answer
    said = _one(found["answer"].strip(), question, voice)
    between = voice.pick(", ", "、")
    if found["missing"]:
        items = [_item(each.strip(), voice) for each in re.split("[,，、]", found["missing"])]
        said += voice.pick("; it hangs on ", "；取决于") + between.join(items)
    if found["cases"]:
        cases = [_one(each.strip(), question, voice) for each in found["cases"].split(",")]
        said += voice.pick("; could be ", "；可能为") + between.join(cases)
    return said


def _one(answer: str, question: Question | None, voice: Voice) -> str:
    plain = WRITTEN.get(answer, answer)
    if isinstance(question, StateOf):
        option = _OF_FILES.get(plain, plain)
        declared = voice.program.declarations.get(question.state)
        options = {each.name for each in declared.options} if isinstance(declared, StateDecl) else set()
        if option in options or (question.state == "agreement" and option not in ANSWERS):
            return voice.option(question.state, option)
    if plain in ANSWERS or plain in _BREACHES:
        return voice.pick(*{**ANSWERS, **_BREACHES}[plain])
    if isinstance(voice.program.declarations.get(plain), PartyDecl):
        return voice.who(plain)
    return re.sub(r"^(\d{4}-\d{2}-\d{2})T(?=\d)", r"\1 ", plain)


def _item(name: str, voice: Voice) -> str:
    """Return what an answer waits for, with the id that scenarios have for it."""
    declared = called(name, voice.program)
    if (dated := _UNDATED.match(name)) is not None:
        who, act = dated[1].lower(), dated[2].lower()
        return voice.pick(
            f"the day on which {voice.who(who)} did {voice.plain(act)} ({name})",
            f"{voice.who(who)}{voice.plain(act)}的日期（{name}）",
        )
    if declared is None:
        return name
    said = voice.plain(declared.name)
    return (
        said
        if name in (declared.name, declared.alias)
        else voice.pick(f"{said} ({name})", f"{said}（{name}）")
    )
