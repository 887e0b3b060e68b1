"""What was agreed and known in an account, and under which law it is asked about, as a reader would say it."""

from __future__ import annotations

from typing import Any

from contractlang.norms import BlankDecl, PartyDecl, QuestionDecl, StateDecl, ThingDecl
from engine.documents.markup import Html, element
from engine.governing import CONTRACT
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


def under_called(under: str, voice: Voice) -> str:
    """Return what a question was asked under: layers (`contract+civil`), or a reading and its option (`lend=any`)."""
    reading, chosen, option = under.partition("=")
    if chosen:
        return f"{voice.plain(reading)}{voice.pick(': ', '：')}{voice.option(reading, option)}"
    return layers_called(tuple(under.split("+")), voice)


_LAYERS = {
    "civil": ("contracts in general", "民事一般规定"), "sector": ("telecommunications", "电信"),
    "consumer": ("consumers", "消费者保护"), "cyber": ("networks and data", "网络与数据"),
    "local:HN": ("Henan", "河南"),
}  # fmt: skip
"""The layers of the laws that are shipped, as a reader calls them; another layer goes by its own name."""


def layers_called(layers: tuple[str, ...], voice: Voice) -> str:
    """Return beside which law something is asked."""
    law = [each for each in layers if each != CONTRACT]
    if not law:
        return voice.pick("by the agreement alone", "仅依协议")
    en, zh = (
        between.join(_LAYERS.get(each, (each, each))[place] for each in law)
        for place, between in ((0, ", "), (1, "、"))
    )
    return voice.pick(f"beside the law on {en}", f"结合法律：{zh}")
