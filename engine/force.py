"""The force of a sentence: how much it weighs against others, and when it is in force at all.

Mandatory law beats agreed text beats gap-filling law (docs/semantics.md, "Ranks and layers"). A rule that only
administers, enables or orders a procedure leaves what was agreed as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from contractlang.contract import Contract
from contractlang.norms import Standing
from engine.dates import end_of, start_of
from engine.decision import Item, Reason
from engine.evaluator import Evaluator
from engine.event import START, Event, Instant
from engine.scene import FLAGS, Breach, Scene

MANDATORY, AGREED, YIELDING, ADMINISTRATIVE = 3, 2, 1, 0
"""What weighs more prevails. What enables, or orders a procedure, yields to what was agreed as gap-filling law does."""


def weight(standing: Standing) -> int:
    """Return how much a sentence of that standing weighs."""
    if standing.status == "administrative":
        return ADMINISTRATIVE
    if standing.status != "binding" or standing.rank == "gap-filling":
        return YIELDING
    return MANDATORY if standing.rank == "mandatory" else AGREED


class ValidE(Evaluator):
    """The instant falls on the days on which a sentence is in force; both ends are included.

    `unknown` is the item that is open on other days, where the text that held then is not among the documents.
    """

    __slots__ = ("begins", "ends", "unknown")

    def __init__(self, first: date | None, last: date | None, unknown: Item | None) -> None:
        self.begins: Instant | None = None if first is None else start_of(first)
        self.ends: Instant | None = None if last is None else end_of(last)
        self.unknown = unknown

    def value(self, scene: Scene) -> Any:
        if self.begins is not None and scene.at < self.begins:
            scene.until(self.begins)
            return self.unknown is not None and scene.pick(self.unknown, FLAGS)
        if self.ends is not None:
            if scene.at >= self.ends:
                return self.unknown is not None and scene.pick(self.unknown, FLAGS)
            scene.until(self.ends)
        return True

    def why(self, scene: Scene) -> Reason:
        return Reason("valid", (self.begins, self.ends), bool(self.value(scene)))


@dataclass(frozen=True, slots=True)
class Part:
    """A document that is part of an agreement for some time only: a supplement, or one version of its text.

    `begins` and `ends` are its days; `takes_effect` tells that a sentence of its own says when it does; with
    `retroactive` it also judges what arose before.
    """

    name: str
    home: str
    begins: Instant
    ends: Instant | None
    takes_effect: bool
    retroactive: bool
    is_version: bool

    def since(self, scene: Scene) -> Instant | None:
        """Return since when a supplement has been in force; None while it has not begun."""
        if not self.takes_effect:
            return self.begins
        cell = scene.read(("L", self.name))
        return None if cell is None or cell.since is None else max(self.begins, cell.since)

    def governs(self, scene: Scene, moment: Instant) -> bool:
        """Tell whether what arose at that moment is judged by this text."""
        if self.is_version:
            return version_at(scene, self.home, moment) == self.name
        since = self.since(scene)
        if since is not None:
            scene.until(since)
        if self.ends is not None:
            scene.until(self.ends)
        if since is None or since > scene.at or (self.ends is not None and moment >= self.ends):
            return False
        return self.retroactive or since <= moment


def part_of(contract: Contract, home: str) -> Part:
    """Return a supplement, or a version, as part of the agreement `home`."""
    begins = START if contract.valid_from is None else start_of(contract.valid_from)
    ends = None if contract.valid_to is None else end_of(contract.valid_to)
    takes_effect = any(each.how == "takes_effect" for each in contract.life)
    is_version = contract.kind == "agreement"
    return Part(contract.name, home, begins, ends, takes_effect, contract.retroactive, is_version)


def version_at(scene: Scene, home: str, moment: Instant) -> str:
    """Return the version of an agreement that an account was under at a moment: the one it migrated to last, or the
    one it signed.
    """
    chain = scene.get(("MV", home))
    while chain is not None:
        at, version, chain = chain
        if at <= moment:
            return str(version)
    return str(scene.program.signed(scene, home))


@dataclass(frozen=True, slots=True)
class Text:
    """The text that a sentence stands in: `own`, if that is part of an agreement only for a time, and what replaces or
    repeals its clause.
    """

    own: Part | None
    replaced_by: tuple[Part, ...]

    def governs(self, scene: Scene, moment: Instant) -> bool:
        """Tell whether what arose at that moment is judged by the sentence."""
        if self.own is not None and not self.own.governs(scene, moment):
            return False
        return not any(part.governs(scene, moment) for part in self.replaced_by)


class TextE(Evaluator):
    """The sentence judges what is at hand: the trigger that is bound, or else this instant."""

    __slots__ = ("text",)

    def __init__(self, text: Text) -> None:
        self.text = text

    def value(self, scene: Scene) -> Any:
        return self.text.governs(scene, moment_of(scene.vars.get("@trigger"), scene.at))


def moment_of(bound: Any, now: Instant) -> Instant:
    """Return when what an instance is bound to arose; now, where it is bound to nothing."""
    if isinstance(bound, Event):
        return bound.effect_at
    return bound.started_at if isinstance(bound, Breach) else now
