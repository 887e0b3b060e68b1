"""What an author asserts of agreements: `never provider may suspend_service while user did pay`.

The contrary is laid beside an agreement, as a sentence of a supplement that is there for this question alone: where
it clashes with what another sentence permits, requires or forbids, the assertion does not hold in that history. That
sentence stands apart: nothing prevails over it, voids it or gives way to it, and it weighs as much as the sentence
that it is held against, be that law or agreed.

That something happens in the end is asked of those who keep to the agreement: `eventually C within P of E` fails if
there is a history in which P has passed since E, C is not so, and no party is or was in breach.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from contractlang.contract import Contract
from contractlang.declaration import PartyDecl
from engine.analysis.clashes import clashes
from engine.analysis.finding import Finding, Said
from engine.analysis.searcher import Searcher
from engine.analysis.tally import Tally
from engine.program import Program, Rule

DOCUMENT = "property"
"""What the supplement is called, in findings too."""
PROBE = "property_fails"
"""The act that is open where something has not come about in its time."""

FORMS = (
    "`never PARTY may ACT …`, `always PARTY may ACT …`, `eventually … within … of …`, `绝不 甲方 可以 …`,"
    " `始终 甲方 可以 …` or `终将 …，自 … 起 限 … 内`"
)
_NEVER = ((r"never\s+(.+?)\bmay\b(.+)", r"\1must not\2"), (r"绝不\s*(.+?)可以(.+)", r"\1不得\2"))
_ALWAYS = ((r"always\s+(.+?\bmay\b.+)", r"\1"), (r"始终\s*(.+?可以.+)", r"\1"))
_EVENTUALLY = (
    r"eventually\s+(?P<so>.+)\s+within\s+(?P<time>.+?)\s+of\s+(?P<of>\S+)",
    r"终将\s*(?P<so>.+?)\s*[，,]\s*自\s*(?P<of>\S+?)\s*起\s*限?\s*(?P<time>.+?)\s*内",
)
_DONE = re.compile(r"\S+\s+(?:did|已)\s+(?P<act>[^\s()（）]+)")


class BadProperty(ValueError):
    """The text asserts nothing that can be asked."""


def supplement(text: str, agreement: Contract) -> str:
    """Return the document that says the contrary of what is asserted. Raises BadProperty."""
    text = " ".join(text.split())
    head = f"| supplement {DOCUMENT} to {agreement.base}\n"
    for pattern in _EVENTUALLY:
        found = re.fullmatch(pattern, text)
        if found is not None:
            return head + _not_in_time(text, found, agreement)
    for pattern, contrary in (*_NEVER, *_ALWAYS):
        found = re.fullmatch(pattern, text)
        if found is not None:
            norm = found.expand(contrary).replace(" while ", " when ")
            return f"{head}1. {text}\n| {norm}\n"
    raise BadProperty(f"`{text}`: write it as {FORMS}")


def _not_in_time(text: str, found: re.Match[str], agreement: Contract) -> str:
    """Return the sentences that make an act open, and forbid it, once a time has passed and something is not so."""
    parties = [each.name for each in agreement.declarations.values() if isinstance(each, PartyDecl)]
    if not parties:
        raise BadProperty(f"`{text}`: the agreement has no parties who could keep to it")
    so, time, of = found["so"], found["time"], found["of"]
    # What was done before does not count; `(it)` says for itself of what it was done.
    done = _DONE.fullmatch(so)
    so = f"({so} and {done['act']}.at >= it.at)" if done is not None else f"({so})"
    kept = " and ".join(f"not {each} is in breach" for each in parties)
    fails = f"{time} after it.at < now and not {so} and {kept}"
    return (
        f"| act {PROBE} by {parties[0]}\n1. {text}\n"
        f"| for each {of} as it, when {fails}, {parties[0]} may {PROBE}\n| {parties[0]} must not {PROBE}\n"
    )


def is_said(place: tuple[str, str]) -> bool:
    """Tell whether a clause is that of the assertion."""
    return place[0].partition("@")[0] == DOCUMENT


def failures(program: Program, layers: tuple[str, ...], text: str, tally: Tally) -> Iterator[Finding]:
    """Yield histories in which an assertion does not hold: one for each sentence that stands against it.

    The program is this question's alone; the sentence of the assertion is set apart in it.
    """
    own = [rule for rule in program.rules if is_said((rule.document, ""))]
    acts = {rule.act_name for rule in own}
    others = [rule for rule in program.rules if rule not in own and rule.act_name in acts]
    for weight in sorted({rule.weight for rule in others or own}, reverse=True):
        _set_apart(program.rules, own, weight)
        for each in clashes(Searcher(program, layers, is_said, tally=tally)):
            yield _told(each, text)


def _set_apart(rules: Iterable[Rule], own: list[Rule], weight: int) -> None:
    """Let nothing take from some norms, and let them take from none but by standing against what weighs as much."""
    indexes = {rule.index for rule in own}
    for rule in rules:
        rule.yields_to = tuple(index for index in rule.yields_to if index not in indexes)
    for rule in own:
        rule.weight = weight
        rule.yields_to = ()
        for held in (rule.prevailed_by, rule.voided, rule.limited_to, rule.lapses):
            held.clear()
    for rule in rules:
        rule.ranked()


def _told(finding: Finding, text: str) -> Finding:
    """Return a clash with the assertion as what it is: a history in which that does not hold."""
    if finding.kind == "unknown":
        return finding
    others = [each for each in finding.clauses if not is_said((each.document, each.clause))]
    if others or finding.witness is None:
        return dataclasses.replace(finding, settles=())
    on = datetime.fromisoformat(str(finding.witness.asked["at"])).date()
    said = Said(
        f"on {on} the time is over and it is not so, though nobody is or was in breach: `{text}`",
        f"至{on}期限已过而未实现，且无人违约：`{text}`",
    )
    return dataclasses.replace(finding, sentence=said, settles=())
