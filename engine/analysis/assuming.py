"""What is taken for granted of every history that is looked at: a check that asks whether a finding is still there.

It is said in a table, in the words of the contracts: answers, which acts are asked about, what never happens, and how
long ago something happened, or a day that it names was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from contractlang.norms import OccurrenceDecl, QuestionDecl
from engine.settings import typed

if TYPE_CHECKING:
    from engine.analysis.world import World

_DAY = 24 * 60
_MINUTES = {"days": _DAY, "hours": 60, "minutes": 1}


@dataclass(frozen=True)
class Since:
    """How long ago an act or event was, or the day in one of its fields: at least, or at most, so many minutes.

    What is at least so long ago has happened; what is at most so long ago may not have happened at all. It is reckoned
    back from the question, or from another act or event, `until` that happened.
    """

    event: str
    name: str
    least: int | None
    most: int | None
    until: str = ""


@dataclass(frozen=True)
class Assuming:
    """Facts about every history that is looked at.

    `blanks` are typed values by declared names (None of them is a gap); a blank is filled with a whole
    number `between` the first and the second of one of some pairs, both included.
    """

    answers: Mapping[str, Any] = field(default_factory=dict)
    never: tuple[str, ...] = ()
    since: tuple[Since, ...] = ()
    acts: tuple[str, ...] = ()
    without_layers: tuple[str, ...] = ()
    blanks: Mapping[str, Any] = field(default_factory=dict)
    between: Mapping[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)

    @property
    def is_of_values(self) -> bool:
        """Whether nothing but values of blanks is assumed: of that, worlds note what they look at."""
        return self == Assuming(blanks=self.blanks)

    @staticmethod
    def of(given: Mapping[str, Any]) -> Assuming:
        """Return what a table says: `answers`, `never`, `since`, `acts`, `without_layers`. Raises ValueError."""
        unknown = set(given) - {"answers", "never", "since", "acts", "without_layers"}
        if unknown:
            raise ValueError(f"nothing is assumed by `{'`, `'.join(sorted(unknown))}`")
        since = tuple(_since(each) for each in given.get("since", ()))
        never, acts, without = (
            tuple(map(str, given.get(name, ()))) for name in ("never", "acts", "without_layers")
        )
        return Assuming(dict(given.get("answers", {})), never, since, acts, without)

    def and_also(self, other: Assuming) -> Assuming:
        """Return both together."""
        return Assuming(
            {**self.answers, **other.answers}, self.never + other.never, self.since + other.since,
            self.acts + other.acts, self.without_layers + other.without_layers,
            {**self.blanks, **other.blanks}, {**self.between, **other.between},
        )  # fmt: skip

    def hold(self, world: World) -> None:
        """Let it hold in every history of a world. What the documents do not know is left out."""
        import z3

        program = world.program
        for name, value in self.answers.items():
            declared = program.declarations.get(name)
            if isinstance(declared, QuestionDecl) and declared.kind.name == "flag":
                world.hold(world.left_open.answer(name).term == bool(typed(value, declared.kind, name)))
        for name in self.never:
            for each in world.of_kind(name) if name in program.touches else ():
                world.hold(z3.Not(each.here))
        for name, stretches in self.between.items():
            blank = world.left_open.blank(name, None, world.now, {})
            world.hold(
                blank.known,
                z3.Or(*(z3.And(blank.term >= least, blank.term <= most) for least, most in stretches)),
            )
        for wanted in self.since:
            declared = program.declarations.get(wanted.event)
            if not isinstance(declared, OccurrenceDecl):
                continue
            for each in world.of_kind(wanted.event):
                at = each.at
                if wanted.name:
                    at = each.fields[wanted.name].term
                    day = any(p.name == wanted.name and p.kind.name == "day" for p in declared.params)
                    at = at * _DAY if day else at
                ends = world.of_kind(wanted.until) if wanted.until in program.touches else ()
                for end in [each.at for each in ends] if wanted.until else [world.now.at]:
                    if wanted.least is not None:
                        world.hold(each.here, end - at >= wanted.least)
                    if wanted.most is not None:
                        world.hold(z3.Implies(each.here, end - at <= wanted.most))


def _since(given: Mapping[str, Any]) -> Since:
    event, _, name = str(given["of"]).partition(".")
    least, most = (_minutes(given.get(each)) for each in ("at_least", "at_most"))
    return Since(event, name, least, most, str(given.get("until", "")))


def _minutes(written: Any) -> int | None:
    """Return how many minutes a text such as `31 days` or `24 hours` is."""
    if written is None:
        return None
    count, _, unit = str(written).partition(" ")
    if not count.isdigit() or unit not in _MINUTES:
        raise ValueError(f"`{written}` is no time such as `31 days` or `24 hours`")
    return int(count) * _MINUTES[unit]
