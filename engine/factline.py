"""The facts of an account in their order, and the position that each leads to, reached as far as was asked.

A line that goes on from another shares the positions of it, so a fact that comes last costs its own work alone.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import chain
from operator import is_

from engine.errors import Unreached
from engine.event import ALLEGED, BUILT_IN, DAWN, ESTABLISHED, START, Event, Instant, order_of
from engine.grown import Grown
from engine.position import Position, advance, before_first, elapse
from engine.program import Program
from engine.question import May, Question
from engine.simultaneous import is_act
from engine.terms import Terms
from engine.told import Asked, Kept, Memory
from engine.unordered import together

MOST_SINCE = 48
"""How many positions between the last fact and a question are kept."""


class FactLine:
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
            if not goes_on(each, last):
                return False
            last = each.effect_at
        return True

    def followed_by(self, events: tuple[Event, ...]) -> FactLine:
        """Return the line with events that come after all facts; every position that was reached is kept."""
        groups = self.groups.followed_by([each] for each in events)
        shared = groups.shares_with(self.groups)
        return FactLine(
            # What follows is established.
            self.facts.followed_by(events), self.undated, self.alleges, groups,
            self.instants.followed_by(each.effect_at for each in events),
            self.reached if shared else self.reached[: len(self.groups) + 1], self.begins, self.told,
        )  # fmt: skip

    def with_late(self, facts: tuple[Event, ...]) -> FactLine:
        """Return the line with some facts more, each in its place; what was reached before the first of them is kept,
        and what came after them where they leave nothing behind.

        They say nothing of other facts, and are established.
        """
        groups, instants = list(self.groups), list(self.instants)
        for fact in facts:
            place = bisect_left(instants, fact.effect_at)
            if place < len(groups) and instants[place] == fact.effect_at:
                groups[place] = sorted([*groups[place], fact], key=order_of)
            else:
                groups.insert(place, [fact])
                instants.insert(place, fact.effect_at)
        first = bisect_left(instants, min(fact.effect_at for fact in facts))
        return FactLine(
            Grown(chain.from_iterable(groups)), self.undated, self.alleges, Grown(groups), Grown(instants),
            [*self.reached[: first + 1], *self._passed_by(groups, first)], self.begins, self.told,
        )  # fmt: skip

    def _passed_by(self, groups: list[list[Event]], first: int) -> Iterator[Position]:
        """Yield the positions after groups from a place on, as long as what these have that this line lacks leaves
        nothing behind: then what comes after it does what it did here.
        """
        before, place = self.reached[min(first, len(self.reached) - 1)], first
        for group in groups[first:]:
            if place + 1 >= len(self.reached) or place >= len(self.groups) or len(group) > 1:
                return
            (fact,) = group
            if group is self.groups[place]:
                before = self.reached[place + 1].following(before, fact)
                yield before
                place += 1
            else:
                stood = elapse(before, fact.effect_at)
                before = advance(before, fact)
                yield before
                if not before.is_like(stood):
                    return

    def share(self, other: FactLine) -> None:
        """Take over the positions of another line of the same account, as far as the facts are the same."""
        same = 0
        for mine, others in zip(self.groups, other.groups, strict=False):
            if same + 1 >= len(other.reached) or not _are_same(mine, others):
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

    def after_facts(self, until: Instant) -> Position:
        """Return the position after all facts up to an instant, at the instant of the last of them."""
        count = self.instants.up_to(until)
        self._reach(count)
        return self.reached[count]

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


def fact_line_of(
    program: Program, terms: Terms, facts: tuple[Event, ...], begun: Position | None = None
) -> FactLine:
    """Return facts in order, with nothing reached but where they begin."""
    dated = Grown(each for each in facts if each.occurred_at is not None)
    groups = Grown(groups_of(dated))
    return FactLine(
        dated, tuple(each for each in facts if each.occurred_at is None),
        any(each.standing is ALLEGED for each in dated), groups, Grown(group[0].effect_at for group in groups),
        [Position.opening(program, terms) if begun is None else begun], None if begun is None else begun.now, {},
    )  # fmt: skip


def goes_on(fact: Event, after: Instant) -> bool:
    """Tell whether a fact comes after an instant and says nothing of what came before."""
    return (
        fact.name not in BUILT_IN
        and "ground" not in fact.fields
        and fact.occurred_at is not None
        and fact.effect_at > after
        and fact.standing is ESTABLISHED
    )


def _are_same(mine: list[Event], others: list[Event]) -> bool:
    """Tell whether facts of one instant lead to the same position: what they say and what they are hashed as."""
    if len(mine) == len(others) and all(map(is_, mine, others)):
        return True
    return mine == others and [each.digest for each in mine] == [each.digest for each in others]


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
    if len(group) == 1 or in_order(group):
        for each in group:
            position = advance(position, each)
        return position
    return together(position, group)


def in_order(group: list[Event]) -> bool:
    """Tell whether facts of one instant have an order: that of one source's sequence numbers."""
    return len({each.source for each in group}) == 1 and all(each.sequence is not None for each in group)
