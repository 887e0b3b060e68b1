"""What was agreed and known in an account, as a reader would say it."""

from __future__ import annotations

from typing import Any

from contractlang.declaration import BlankDecl, PartyDecl, QuestionDecl, StateDecl, ThingDecl
from engine.documents.markup import Html, element
from engine.terms import Terms
from engine.voice import Voice


def agreed(terms: Terms, voice: Voice) -> Html | None:
    """Return blanks, states at first, attributes, readings and answers in words; None where there are none."""
    rows: list[tuple[str, str]] = []
    for name, value in (*terms.blanks.items(), *terms.states.items(), *terms.answers.items()):
        rows.append((voice.plain(name), _value(name, value, voice)))
    for name, value in terms.attributes.items():
        owner, _, attribute = name.partition(".")
        rows.append(
            (f"{voice.plain(owner)} · {voice.param(attribute)}", _attribute(owner, attribute, value, voice))
        )
    for name, option in terms.readings.items():
        rows.append((voice.plain(name), voice.option(name, option)))
    rows = list(dict.fromkeys(rows))
    if not rows:
        return None
    return element(
        "dl",
        *(element(tag, each) for row in rows for tag, each in zip(("dt", "dd"), row, strict=True)),
        class_="agreed",
    )


def _value(name: str, value: Any, voice: Voice) -> str:
    if value is None or value == "blank":
        return voice.pick("left blank", "留空")
    declared = voice.program.declarations.get(name)
    if isinstance(declared, StateDecl | QuestionDecl) and declared.options:
        return voice.option(declared.name, value)
    if isinstance(declared, BlankDecl | StateDecl | QuestionDecl):
        return voice.value(value, declared.kind)
    return voice.value(value, None)


def _attribute(owner: str, attribute: str, value: Any, voice: Voice) -> str:
    declared = voice.program.declarations.get(owner)
    kinds = (
        {each.name: each.kind for each in declared.attributes}
        if isinstance(declared, PartyDecl | ThingDecl)
        else {}
    )
    return voice.value(value, kinds.get(attribute))
