"""Conditions of which something may be open: when they surely hold, and when they may.

Where the two are the same text the condition is plain. Where they differ, an account in which it may hold and does not
surely is the engine's, from the moment at which that matters: so an open question, or an expression that no plan can
have, keeps only those accounts out of the kernel in which the rest of the condition is true.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from contractlang.kinds import FLAG
from engine.bulk.kernel.plan import JOINT, OF_ROW, Issue
from engine.bulk.kernel.said import Place, Unsaid, parts_of, variable_of
from engine.bulk.kernel.standing import exercised, used_for
from engine.conditions import ActorE, AndE, AnswerE, CompareE, NotE, OrE, PlacedE
from engine.evaluator import Evaluator
from engine.event import ASKED
from engine.force import ValidE
from engine.quantities import BlankE, BoundE, ConstE
from engine.scene import Unknown
from engine.statuses import UsedE

if TYPE_CHECKING:
    from engine.bulk.kernel.spell import Speller

TRUE, FALSE = "True", "False"


@dataclass(frozen=True, slots=True)
class Doubt:
    """One thing that is open of a condition: why, in which accounts, and what the loop leaves of those.

    Without a `code` of its own it is never settled: accounts in which it matters are the engine's.
    """

    why: str
    when: str = TRUE
    code: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """When a condition surely holds, and when it may; `doubts` tell what is open of it."""

    sure: str
    maybe: str
    doubts: tuple[Doubt, ...] = ()

    @property
    def is_plain(self) -> bool:
        """Tell whether nothing of it is open."""
        return self.sure == self.maybe

    @property
    def is_open(self) -> bool:
        """Tell whether nothing of it is known in any account."""
        return self.sure == FALSE and self.maybe == TRUE

    @property
    def why(self) -> str:
        """What is open of it, in words: of several, one that no answer settles."""
        return next(
            (each.why for each in self.doubts if not each.code), self.doubts[0].why if self.doubts else ""
        )


def plain(text: str) -> Held:
    """Return a condition of which nothing is open."""
    return Held(text, text)


def opened(why: str) -> Held:
    """Return a condition of which nothing is known."""
    return Held(FALSE, TRUE, (Doubt(why),))


def negated(held: Held) -> Held:
    """Return the opposite of a condition."""
    return Held(_not(held.maybe), _not(held.sure), held.doubts)


def all_of(parts: Iterable[Held]) -> Held:
    """Return that all conditions hold."""
    found = tuple(parts)
    return _joining(" and ", found)


def any_of(parts: Iterable[Held]) -> Held:
    """Return that one of several conditions holds."""
    found = tuple(parts)
    return _joining(" or ", found)


def _joining(word: str, parts: tuple[Held, ...]) -> Held:
    sure, maybe = _joined(word, (each.sure for each in parts)), _joined(word, (each.maybe for each in parts))
    if sure == maybe:
        # One part decides, whatever is open in the others.
        return plain(sure)
    return Held(sure, maybe, tuple(dict.fromkeys(doubt for each in parts for doubt in each.doubts)))


def _not(text: str) -> str:
    return {TRUE: FALSE, FALSE: TRUE}.get(
        text, f"not {text}" if _is_wrapped(text) or text.isidentifier() else f"not ({text})"
    )


def _joined(word: str, texts: Iterable[str]) -> str:
    neutral, decisive = (TRUE, FALSE) if word == " and " else (FALSE, TRUE)
    found = [each for each in dict.fromkeys(texts) if each != neutral]
    if decisive in found:
        return decisive
    if len(found) < 2:
        return found[0] if found else neutral
    return word.join(f"({each})" if _is_joined(each) else each for each in found)


def _is_joined(text: str) -> bool:
    return (" or " in text or " and " in text or text.startswith("not ")) and not _is_wrapped(text)


def _is_wrapped(text: str) -> bool:
    """Tell whether a text stands in parentheses as a whole."""
    if not text.startswith("("):
        return False
    depth = 0
    for place, mark in enumerate(text):
        depth += (mark == "(") - (mark == ")")
        if depth == 0:
            return place == len(text) - 1
    return False


def held(speller: Speller, made: Evaluator, place: Place) -> Held:
    """Spell a condition, open where something in it is."""
    match made:
        case NotE():
            return negated(held(speller, made.part, place))
        case AndE():
            return all_of([held(speller, each, place) for each in made.parts])
        case OrE():
            return any_of([held(speller, each, place) for each in made.parts])
        case PlacedE():
            return held(speller, made.part, replace(place, named={**place.named, made.variable: made.place}))
        case ValidE():
            return valid(speller, made, place)
        case ActorE():
            if not place.who:
                return plain(FALSE)
            number = speller.party(made.party)
            return plain(f"({place.who} == {number} or {place.who} == {JOINT})")
        case AnswerE():
            return answer(speller, made, place)
        case CompareE() if (open_ := comparison(speller, made)) is not None:
            return open_
        case UsedE() if made.norms.variable is None:
            return any_of([used(speller, index, made.longer, place) for index in made.norms.indexes])
        case _:
            return leaf(speller, made, place)


def leaf(speller: Speller, made: Evaluator, place: Place) -> Held:
    """Spell a condition that has no parts."""
    from engine.bulk.kernel.lower import steady

    kept = list(speller.before)
    try:
        if place.steady and not steady(made):
            raise Unsaid("a condition that time alone turns")
        text = speller.flag(made, place)
    except Unsaid as wrong:
        speller.before[:] = kept
        return opened(str(wrong))
    return plain(text)


def answer(speller: Speller, made: AnswerE, place: Place) -> Held:
    """Spell the answer to a question."""
    try:
        return answer_of(speller, made, place)
    except Unsaid as wrong:
        return opened(str(wrong))


def used(speller: Speller, index: int, longer: Evaluator | None, place: Place) -> Held:
    """Spell that a power stands exercised, and has for longer than a period."""
    kept = list(speller.before)
    try:
        rule = speller.program.rules[index]
        stands = exercised(speller, rule)
        if not stands or longer is None:
            return plain(stands or FALSE)
        if place.steady:
            raise Unsaid("a condition that time alone turns")
        return plain(used_for(speller, rule, longer, place))
    except Unsaid as wrong:
        speller.before[:] = kept
        return opened(str(wrong))


def valid(speller: Speller, made: ValidE, place: Place) -> Held:
    """Spell that a sentence is in force by its days. That is so all through an account, or the engine takes it."""
    if made.unknown is not None:
        # Outside of its days nobody knows what the law said.
        speller.known_from.update(() if made.begins is None else (made.begins,))
        speller.known_until.update(() if made.ends is None else (made.ends,))
        return plain(TRUE)
    days = []
    if made.begins is not None:
        speller.bounds.add(made.begins)
        days.append(plain(f"{place.now} >= {made.begins}"))
    if made.ends is not None:
        speller.bounds.add(made.ends)
        days.append(plain(f"{place.now} < {made.ends}"))
    return all_of(days)


def answer_of(speller: Speller, made: AnswerE, place: Place) -> Held:
    """Spell the answer to a question of yes or no as a condition, which is open where an account does not tell it.

    Raises Unsaid.
    """
    question, about = made.question, made.about
    declared = speller.program.questions[question]
    presumed = speller.presumption(made, place)
    is_settled = presumed is not None and question not in speller.spoken_of
    if is_settled or question in speller.terms.answers or declared.kind != FLAG:
        return plain(speller.flag(made, place))
    name = variable_of(about, place, speller.program.touches) if isinstance(about, BoundE) else ""
    if name in place.rows:
        issue = Issue(question, by_row=True, presumed=presumed)
        return unsettled(speller, issue, place.rows[name][0])
    subject = subject_of(speller, question, about, name, place)
    return unsettled(speller, Issue(question, subject, presumed=presumed))


def unsettled(speller: Speller, issue: Issue, row: str = "") -> Held:
    """Spell an issue as a condition: about what stands in a row, or the same in the whole account."""
    called = f"asked{len(speller.issues)}" + (f"_{issue.name}" if issue.name.isascii() else "")
    cell = f"{speller.issues.setdefault(issue, called)}[{row or 'a'}]"
    code = f"(({row} + 1) << {OF_ROW}) + {speller.opens(issue)}" if row else str(speller.opens(issue))
    return Held(f"({cell} == 1)", f"({cell} != 0)", (Doubt(issue.reason, f"{cell} == 2", code),))


def comparison(speller: Speller, made: CompareE) -> Held | None:
    """Spell how an open blank compares with what is the same in all accounts, as a condition that is open; nothing
    where a comparison is another.
    """
    if not all(
        isinstance(part, ConstE | BlankE) for each in (made.left, made.right) for part in parts_of(each)
    ):
        return None
    for part in (*parts_of(made.left), *parts_of(made.right)):
        if isinstance(part, BlankE) and (part.kind.name == "duration" or speller.is_filled_by_law(part.name)):
            return None
    left, right = (each.value(speller.scene()) for each in (made.left, made.right))
    if not isinstance(left, Unknown) and not isinstance(right, Unknown):
        return None
    item = made.item(left, right)
    return unsettled(speller, Issue(item.name, item.about, kind=item.kind))


def subject_of(
    speller: Speller, question: str, about: Evaluator | None, name: str, place: Place
) -> str | None:
    """Return what a question is about, if that is the same in all accounts. Raises Unsaid."""
    if about is None:
        return None
    if name in place.named:
        return place.named[name]
    if name == "@act" and place.end:
        return ASKED
    if name in speller.program.things:
        return name
    raise Unsaid(Issue(question).reason)
