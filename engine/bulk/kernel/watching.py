"""Norms that a condition brings to something: states to be kept, and duties that arise each time it comes true.

They are looked at after every event and every window that ends, as `engine/upkeep.py` and `edge` in `engine/duties.py`
do. What one of them gives rise to stands under the row of the last event. One that the plan cannot have beyond its
condition is watched all the same: an account in which the condition comes true is the engine's.
"""

from __future__ import annotations

from engine.bulk.kernel.acting import told
from engine.bulk.kernel.held import Held, all_of
from engine.bulk.kernel.lasting import Lasting
from engine.bulk.kernel.lower import norms_in, steady
from engine.bulk.kernel.plan import Lane
from engine.bulk.kernel.said import Place, Unsaid
from engine.bulk.kernel.writer import Text
from engine.program import Rule


class Watching(Lasting):
    """Writes what conditions bring."""

    waiting: frozenset[int] = frozenset()
    """Norms that are still to be looked at: nothing may hang on their status yet."""

    def watches(self, text: Text) -> None:
        """Write that everything with a condition is looked at again, at the instant `m`."""
        for lane in self.in_order():
            self.entangled = True
            mark = text.mark()
            try:
                self.keeps(text, lane) if lane.kept else self.turns(text, lane)
            except Unsaid as wrong:
                text.back(mark)
                self.speller.before.clear()
                self.draft.reasons.append((lane.norm, str(wrong)))
            self.waiting -= {lane.rule.index}
        for rule, why in self.draft.watched:
            self.entangled = True
            try:
                self.leaves(text, rule, why)
            except Unsaid:
                self.speller.before.clear()
                self.draft.reasons.append((rule.norm.id, why))

    def in_order(self) -> list[Lane]:
        """Return the norms that conditions bring to something, each after those whose status it reads."""
        order = self.draft.program.order
        found = [lane for lane in self.draft.lanes if lane.by_row and lane.source is None]
        self.waiting = frozenset(lane.rule.index for lane in self.draft.lanes if lane.by_row)
        return sorted(found, key=lambda lane: order["norm", lane.rule.index])

    def steadily(self, rule: Rule, at: Place) -> tuple[Held, Held]:
        """Spell the conditions of a norm, and whether it is in force; what time alone turns is open. Raises Unsaid."""
        asking = [
            rule.when,
            rule.unless,
            rule.since,
            rule.until,
            rule.keeps,
            *(w for _, w, _ in rule.prevailed_by),
            *(w for w, _ in rule.voided),
        ]
        read = {index for made in asking for norms in norms_in(made) for index in norms.indexes}
        if read & self.waiting:
            raise Unsaid("a condition that hangs on what another condition brings, in a circle")
        return all_of(self.conditions(rule, at)), self.in_force(rule, at)

    def keeps(self, text: Text, lane: Lane) -> None:
        """Write that a state is kept, or is not."""
        n, rule, at = lane.number, lane.rule, Place("m", rolls=lane.rule.rolls, steady=True)
        holds, force = self.steadily(rule, at)
        assert rule.keeps is not None
        if not steady(rule.keeps):
            raise Unsaid("a condition that time alone turns")
        kept = self.speller.flag(rule.keeps, at)
        awake = all_of([holds, force, self.open_over(rule, at, "")])
        self.flush(text)
        text.add(f"kept = {kept}")
        if not awake.is_plain:
            # What is kept, and what is broken already, is so however that is.
            text.deeper(f"if not kept and mk{n} < 0:")
            self.settled(text, awake)
            text.out()
        text.deeper(f"if mk{n} >= 0:")
        text.deeper("if kept:")
        text.add(f"s{n}[mk{n}] = 4", f"z{n}[mk{n}] = m", f"v{n} -= 1", f"u{n} += 1", f"mk{n} = -1")
        text.out(2)
        text.deeper(f"elif not kept and ({awake.sure}):")
        text.add("k = rc - 1")
        text.add(f"if k < rb or s{n}[k] != 0: why = 6")
        text.deeper("else:")
        self.breached(text, lane, "k", "m")
        text.add(f"mk{n} = k")
        text.out(2)
        self.draft.step(rule, f"is broken while not {kept}, if {told(awake)}")

    def turns(self, text: Text, lane: Lane) -> None:
        """Write that a duty arises when its conditions come true, and goes when they cease."""
        n, rule, at = lane.number, lane.rule, Place("m", rolls=lane.rule.rolls, steady=True)
        holding, force = self.steadily(rule, at)
        if holding.is_open:
            raise Unsaid(holding.why)
        # Whether it goes hangs on its conditions alone, once it has arisen.
        if not holding.is_plain:
            text.add(
                f"if op{n} and ({holding.maybe}) and not ({holding.sure}): why = {self.speller.gives_up(holding)}"
            )
        whole = all_of([holding, force])
        told_of = told(whole)
        self.settled(text, whole)
        text.add(f"holds = {holding.sure}", f"turned = holds and ({force.sure})")
        text.deeper(f"if op{n} and not holds:")
        text.deeper(f"for j in range(lo{n}, rc):")
        text.add(f"if s{n}[j] == 1 or s{n}[j] == 5: s{n}[j] = 0")
        text.out()
        text.add(f"op{n} = False")
        text.out()
        text.deeper(f"if turned != tr{n}:")
        text.add(f"tr{n} = turned")
        text.deeper("if turned:" if rule.conditional else f"if turned and not ar{n}:")
        text.add(f"op{n} = True", f"ar{n} = True", "k = rc - 1")
        text.add(f"if k < rb or s{n}[k] != 0: why = 6")
        text.deeper("else:")
        mark = text.mark()
        try:
            self.arises(text, lane, at, "k", told_of)
        except Unsaid as wrong:
            text.back(mark)
            self.speller.before.clear()
            text.add("why = 6")
            self.draft.step(rule, f"left to the engine once {told_of}: {wrong}")
        text.out(3)

    def leaves(self, text: Text, rule: Rule, why: str) -> None:
        """Write that an account is the engine's once a norm applies that the plan does not have."""
        at = Place("m", rolls=rule.rolls, steady=True)
        holding, force = self.steadily(rule, at)
        if holding.is_open:
            raise Unsaid(holding.why)
        whole = all_of([holding, force])
        self.flush(text)
        text.add(f"if {whole.maybe}: why = 6")
        self.draft.step(rule, f"left to the engine once {whole.maybe}: {why}")
