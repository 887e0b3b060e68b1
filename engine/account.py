"""One account: its documents, terms and ledger, and every answer about it.

Positions are kept for each fact, so a question about the past starts from what was reached then, and a late fact
re-derives only what comes after it. Everything is a function of what was given: nothing is stored, no clock is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from contractlang.declaration import OccurrenceDecl
from contractlang.expression import Answer, Not
from contractlang.norms import Maintenance, Norm, Prohibition
from contractlang.numerals import plain_number
from engine.decide import decide
from engine.decision import Decision
from engine.errors import BadQuestion, Unreached
from engine.event import ALLEGED, BUILT_IN, DAWN, ESTABLISHED, START, Event, Instant, Ledger, event
from engine.grown import Grown
from engine.position import Position, advance, before_first, elapse
from engine.program import Program
from engine.question import May, Question, about_of
from engine.simultaneous import before_act, in_orders, is_act
from engine.terms import Terms
from engine.told import Asked, Kept, Memory
from engine.undated import Way, answered, combined, placed, ways
from engine.unordered import together
from engine.walk import walk

MOST_SINCE = 48
"""How many positions between the last fact and a question are kept."""


class Begun(NamedTuple):
    """What a ledger without its first entries goes on from: the position after them, and when the last was recorded."""

    position: Position
    recorded_at: Instant


@dataclass
class Account:
    """The relationship whose ledger is kept.

    With `begun` the ledger holds only what came after a position that was reached before (`engine/snapshot.py`).
    What `reaches` denies, such an account cannot tell: asked nevertheless, it raises Unreached.
    """

    program: Program
    terms: Terms
    ledger: Ledger
    _lines: dict[Instant | None, _Line] = field(default_factory=dict, repr=False)
    begun: Begun | None = None

    def reaches(self, at: Instant, known_at: Instant | None = None, about: str | None = None) -> bool:
        """Tell whether the entries that are here suffice for questions about an instant, with that knowledge, and about
        an event.
        """
        begun = self.begun
        return begun is None or (
            at > begun.position.now
            and (known_at is None or known_at >= begun.recorded_at)
            and (not about or self._has(about))
        )

    def goes_on_with(self, events: Iterable[Event]) -> bool:
        """Tell whether events only go on from what was reached, whatever their order among themselves."""
        return self.begun is None or all(_goes_on(each, self.begun.position.now) for each in events)

    def latest(self) -> Position | None:
        """Return the position after all facts, for others to go on from; None where what comes may bear on it."""
        line = self.line()
        if line.undated or line.alleges:
            return None
        return line.after_all()

    def decide(self, question: Question, known_at: Instant | None = None) -> Decision:
        """Return the answer to a question, with the knowledge of `known_at` (None: everything). Raises BadQuestion."""
        line = self.line(known_at)
        if not line.undated:
            at = question.at
            place = line.instants.up_to(at)
            reached = line.after(place, at)
            if reached.now != at or not line.has_act_of(question, place):
                return decide(reached, question, known_at)
        lines, exact = self._lines_tried(line, question.at)

        def shared(ask: Callable[[Position], Decision]) -> Decision:
            found = {way: _in_orders(each, question, ask) for way, each in lines.items()}
            return combined(question, line.undated, found, exact)

        def asked(reached: Position) -> Decision:
            return decide(reached, question, known_at)

        def under(reading: str, option: str) -> Decision:
            return shared(lambda reached: asked(reached.taking(reading, option)))

        told = shared(asked)
        by_default = self.program.taken(self.terms).by_default
        assumes = tuple(
            (reading, default)
            for reading, default in told.assumes
            if any(answered(under(reading, option)) != answered(told) for option in by_default[reading][2])
        )
        return told._replace(assumes=assumes)

    def answer(self, question: Question, known_at: Instant | None = None) -> Decision:
        """Return the answer to a question that somebody wrote, which may be about an event that nobody has reported.

        Nothing is unpaid on that, but by mistake. Raises BadQuestion.
        """
        self._need_event(question)
        return self.decide(question, known_at)

    def _need_event(self, question: Question) -> None:
        about = about_of(question)
        if not about or self._has(about):
            return
        if self.begun is not None:
            raise Unreached("the event asked about may be one of the entries that are not here")
        # What a norm arises from need not be an event: it may be a month.
        cells = self.position_at(question.at).cells
        if not any(key[0] in ("IO", "BO") and about in listed for key, listed in cells.items()):
            raise BadQuestion(
                "about", f"the account has no event `{about}`", f"账户没有编号为`{about}`的事件"
            )

    def _has(self, id: str) -> bool:
        return any(each.id == id for each in self.ledger)

    def what_if(self, events: Iterable[Event]) -> Account:
        """Return a copy of the account to which those events have happened; nothing is stored."""
        return Account(self.program, self.terms, Ledger((*self.ledger, *events)), begun=self.begun)

    def recorded(self, events: Iterable[Event]) -> Account:
        """Return the account to which those events were recorded; what they do not touch is not derived again."""
        more = tuple(events)
        account = Account(self.program, self.terms, self.ledger.with_events(more), begun=self.begun)
        line = self._lines.get(None)
        if line is not None and not (line.undated or line.alleges):
            if line.is_followed_by(more):
                account._lines[None] = line.followed_by(more)
            else:
                account.line().share(line)
        return account

    def position_at(self, at: Instant, known_at: Instant | None = None) -> Position:
        """Return where every norm stands at an instant."""
        return elapse(self.line(known_at).before(at + 1), at)

    def under_way(self, at: Instant, known_at: Instant | None = None) -> list[list[Event]]:
        """Return the facts that had happened by an instant and take effect later, those of one instant together."""
        line = self.line(known_at)
        ahead = (each for group in line.groups[line.instants.up_to(at) :] for each in group)
        return groups_of(each for each in ahead if each.occurred_at is not None and each.occurred_at <= at)

    def line(self, known_at: Instant | None = None) -> _Line:
        """Return the facts known then, and the positions that they lead to."""
        line = self._lines.get(known_at)
        if line is None:
            begun = self.begun
            if begun is not None and (
                not self.goes_on_with(self.ledger) or (known_at is not None and known_at < begun.recorded_at)
            ):
                raise Unreached("what is asked hangs on entries that are not here")
            facts = with_allegations(self.program, self.ledger.as_known(known_at))
            line = _line_of(self.program, self.terms, facts, None if begun is None else begun.position)
            self._lines[known_at] = line
        return line

    def _lines_tried(self, line: _Line, until: Instant) -> tuple[dict[Way, _Line], bool]:
        """Return a line for every place that the undated facts could take, and whether these are all that differ."""
        if not line.undated:
            return {(): line}, True
        tried, exact = ways(line.undated, line.starts(), line.turns(until), until)
        return {
            way: _line_of(self.program, self.terms, placed(line.facts, line.undated, way)) for way in tried
        }, exact


class _Line:
    """Facts in order, and the position after each group of simultaneous ones, reached as far as was asked."""

    def __init__(
        self, facts: Grown[Event], undated: tuple[Event, ...], alleges: bool, groups: Grown[list[Event]],
        instants: Grown[Instant], reached: list[Position], begins: Instant | None, told: dict[Asked, Kept],
    ) -> None:  # fmt: skip
        self.facts, self.undated, self.alleges = facts, undated, alleges
        self.groups, self.instants = groups, instants
        # After so many groups, position by position; shared with the lines that follow, it may go on further than here.
        self.reached = reached
        self.since: list[Position] = []
        self.begins, self.told = begins, told

    def starts(self) -> dict[str, Instant]:
        """Return for facts of unknown days, by their ids, when what they name happened: they came after that."""
        happened = {each.id: each.effect_at for each in self.facts}
        touches = self.reached[0].program.touches
        return {
            each.id: max(happened.get(str(each.fields.get(name)), START) for name in touch.abouts)
            for each in self.undated
            if (touch := touches.get(each.name)) is not None and touch.abouts
        }

    def is_followed_by(self, events: tuple[Event, ...]) -> bool:
        """Tell whether those events come after all facts, in their order, and say nothing of what came before."""
        last = self.instants[-1] if self.instants else self.begins or START
        for each in events:
            plain = each.name not in BUILT_IN and "ground" not in each.fields
            if not plain or each.occurred_at is None or each.effect_at <= last:
                return False
            last = each.effect_at
            if each.standing is not ESTABLISHED:
                return False
        return True

    def followed_by(self, events: tuple[Event, ...]) -> _Line:
        """Return the line with events that come after all facts; every position that was reached is kept."""
        groups = self.groups.followed_by([each] for each in events)
        shared = groups.shares_with(self.groups)
        return _Line(
            # What follows is established.
            self.facts.followed_by(events), self.undated, self.alleges, groups,
            self.instants.followed_by(each.effect_at for each in events),
            self.reached if shared else self.reached[: len(self.groups) + 1], self.begins, self.told,
        )  # fmt: skip

    def share(self, other: _Line) -> None:
        """Take over the positions of another line of the same account, as far as the facts are the same."""
        same = 0
        for mine, others in zip(self.groups, other.groups, strict=False):
            if mine != others or same + 1 >= len(other.reached):
                break
            same += 1
        self.reached, self.since, self.told = other.reached[: same + 1], [], other.told

    def before(self, at: Instant) -> Position:
        """Return the position after all facts before `at`.

        Raises Unreached for what lies before the position that was begun with.
        """
        return self.after(self.instants.up_to(at - 1), at - 1)

    def after(self, count: int, until: Instant) -> Position:
        """Return the position after so many groups of facts, all of those up to an instant; see `before`."""
        if self.begins is not None and until <= self.begins:
            raise Unreached("what is asked lies before the entries that are here")
        self._reach(count)
        found = self.reached[count] if count < len(self.groups) else self._since_last(until)
        if found.told is None:
            found.told = Memory(self.told)
        return found

    def _reach(self, count: int) -> None:
        """Take the facts up to so many groups."""
        reached = self.reached
        while len(reached) <= count:
            last = reached[-1]
            reached.append(take(last, self.groups[len(reached) - 1]))
            # Of what has become the past few ask again.
            last.told = None

    def has_act_of(self, question: Question, count: int) -> bool:
        """Tell whether the act that a question is about is done at the instant asked about, in the last of the groups
        of facts up to then.
        """
        if count == 0 or self.instants[count - 1] != question.at or not isinstance(question, May):
            return False
        return any(is_act(question, each) for each in self.groups[count - 1])

    def at_instant(self, at: Instant) -> list[Event]:
        """Return the facts that take effect at an instant."""
        place = self.instants.up_to(at) - 1
        return self.groups[place] if place >= 0 and self.instants[place] == at else []

    def after_some(self, at: Instant, some: list[Event]) -> Position:
        """Return the position after what comes before an instant, and some of the facts at it."""
        before = self.before(at)
        if some:
            return take(before, some)
        return before_first(before, self.at_instant(at)[0]) if before.now < DAWN else elapse(before, at)

    def after_all(self) -> Position:
        """Return the position after all facts, at the instant of the last."""
        self._reach(len(self.groups))
        return self.reached[len(self.groups)]

    def _since_last(self, until: Instant) -> Position:
        """Return the position after all facts, and after what time alone has brought since, up to `until`.

        Most questions are about now. Each of these steps is taken once, as `elapse` takes them.
        """
        since = self.since = self.since or [self.reached[len(self.groups)]]
        while len(since) <= MOST_SINCE and (agenda := since[-1].agenda) and agenda[0][0] <= until:
            since.append(elapse(since[-1], agenda[0][0]))
        place = len(since) - 1
        while place and since[place].now > until:
            place -= 1
        return since[place]

    def turns(self, until: Instant) -> set[Instant]:
        """Return the instants up to `until` at which something happens or time alone brings something."""
        self.before(until + 1)
        found = {each for each in self.instants if each <= until}
        for position, end in zip(self.reached, [*self.instants, until], strict=False):
            last = min(end, until)
            while position.agenda and (at := position.agenda[0][0]) <= last:
                found.add(at)
                position = elapse(position, at)
        return found


def _line_of(
    program: Program, terms: Terms, facts: tuple[Event, ...], begun: Position | None = None
) -> _Line:
    """Return facts in order, with nothing reached but where they begin."""
    dated = Grown(each for each in facts if each.occurred_at is not None)
    groups = Grown(groups_of(dated))
    return _Line(
        dated, tuple(each for each in facts if each.occurred_at is None),
        any(each.standing is ALLEGED for each in dated), groups, Grown(group[0].effect_at for group in groups),
        [Position.opening(program, terms) if begun is None else begun], None if begun is None else begun.now, {},
    )  # fmt: skip


def _in_orders(line: _Line, question: Question, ask: Callable[[Position], Decision]) -> Decision:
    """Return what the answers have in common, one for each of what may come before the act asked about."""
    place = line.instants.up_to(question.at)
    if not line.has_act_of(question, place):
        return ask(line.after(place, question.at))
    group = line.groups[place - 1]
    ordered = _in_order(group)
    found = [ask(line.after_some(question.at, some)) for some in before_act(question, group, ordered)]
    return in_orders(group, found, ordered)


def _goes_on(fact: Event, after: Instant) -> bool:
    """Tell whether a fact comes after an instant and says nothing of what came before."""
    return (
        fact.name not in BUILT_IN
        and "ground" not in fact.fields
        and fact.occurred_at is not None
        and fact.effect_at > after
        and fact.standing is ESTABLISHED
    )


def groups_of(facts: Iterable[Event]) -> list[list[Event]]:
    """Return the facts in order, those of one instant together."""
    groups: list[list[Event]] = []
    for each in facts:
        if groups and groups[-1][0].effect_at == each.effect_at:
            groups[-1].append(each)
        else:
            groups.append([each])
    return groups


def take(position: Position, group: list[Event]) -> Position:
    """Return the position after the facts of one instant: in their order where they have one, else in every order."""
    if len(group) == 1 or _in_order(group):
        for each in group:
            position = advance(position, each)
        return position
    return together(position, group)


def _in_order(group: list[Event]) -> bool:
    return len({each.source for each in group}) == 1 and all(each.sequence is not None for each in group)


def with_allegations(program: Program, facts: tuple[Event, ...]) -> tuple[Event, ...]:
    """Return the facts with what their grounds allege: an act or event that the norm cited is about."""
    found: list[Event] = []
    for fact in facts:
        ground = fact.fields.get("ground")
        if isinstance(ground, str) and fact.name in program.acts:
            found += _alleged(program, fact, ground, _by(fact, facts))
        found.append(fact)
    if len(found) != len(facts):
        found.sort(key=lambda each: (each.occurred_at is None, each.effect_at))
    return tuple(found)


def _by(notice: Event, facts: tuple[Event, ...]) -> tuple[Event, ...]:
    """Return what has happened, or may have, by the time of a notice: what comes later is not what it speaks of."""
    return tuple(each for each in facts if each.occurred_at is None or each.effect_at <= notice.effect_at)


def _alleged(program: Program, notice: Event, ground: str, facts: tuple[Event, ...]) -> list[Event]:
    cited = {plain_number(word) for word in ground.split()}
    happened = {
        name for each in facts if each.name in program.touches for name in program.touches[each.name].names
    }
    meant = [
        rule
        for rule in program.rules
        if plain_number(rule.norm.id) in cited or plain_number(rule.norm.clause) in cited
    ]
    about = [_about(program, rule.norm) for rule in meant]
    if any(name in happened for name, _ in about):
        return []  # What the ground speaks of is in the ledger itself.
    for rule, (name, questions) in zip(meant, about, strict=True):
        norm = rule.norm
        if name is None:
            return []
        at = notice.effect_at - 1
        declared = program.declarations[name]
        is_act = isinstance(declared, OccurrenceDecl) and declared.is_act
        by = _accused(program, norm, notice) if is_act else None
        same = [r.norm for r in program.rules if r.norm.clause == norm.clause and r.document == rule.document]
        asked = questions or tuple(q for each in same for q in _about(program, each)[1])
        return [
            event(
                f"{notice.id}/alleged",
                name,
                by,
                at,
                recorded_at=notice.recorded_at,
                standing=ALLEGED,
                settled_by=tuple(dict.fromkeys(asked)),
            )
        ]
    return []


def _accused(program: Program, norm: Norm, notice: Event) -> str | None:
    """Return who is said to have acted: the bearer of the norm, or else the other party than who gives notice."""
    if isinstance(norm.bearer, str):
        return norm.bearer
    others = [party for party in program.bound_parties if party != notice.actor]
    return others[0] if len(others) == 1 else None


def _about(program: Program, norm: Norm) -> tuple[str | None, tuple[str, ...]]:
    """Return the act or event that a norm is about, and the questions on which its breach turns."""
    if isinstance(norm, Prohibition):
        asked = (part.question for part in walk(norm.when) if isinstance(part, Answer))
        return norm.act.name, tuple(q for q in asked if program.questions[q].presumption(done=True) is None)
    if isinstance(norm, Maintenance):
        trigger = norm.trigger
        name = getattr(trigger, "name", None) or next(
            (getattr(p, "name", None) for p in walk(norm.keeps) if type(p).__name__ == "Happened"), None
        )
        denied = (
            part.part.question
            for part in walk(norm.keeps)
            if isinstance(part, Not) and isinstance(part.part, Answer)
        )
        return name, tuple(q for q in denied if program.questions[q].presumption(done=True) is None)
    return None, ()
