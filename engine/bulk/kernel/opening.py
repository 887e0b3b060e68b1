"""Whether a norm is in force, applies, or is open to an act, as conditions that may be open (engine/judge.py)."""

from __future__ import annotations

from dataclasses import replace

from contractlang.norms import OnBreach, Who
from engine.bulk.kernel.held import (
    FALSE,
    TRUE,
    Doubt,
    Held,
    all_of,
    any_of,
    held,
    negated,
    opened,
    plain,
)  # fmt: skip
from engine.bulk.kernel.lower import is_there, prohibits, scans, voids_for_a_time
from engine.bulk.kernel.plan import JOINT, Lane
from engine.bulk.kernel.said import Place, Unsaid
from engine.bulk.kernel.standing import exercised
from engine.bulk.kernel.writer import Text, Writer
from engine.event import BOTH
from engine.program import Lapse, Rule


class Opening(Writer):
    """Spells what opens a norm, and what closes it."""

    def in_term(self, rule: Rule, at: Place, owed: bool = False) -> Held:
        """Spell whether a norm's agreement is in force (for what is `owed`: or has been), and the norm is bound."""
        found = []
        if rule.home:
            found.append(plain("life != 0" if rule.norm.survives or owed else "life == 1"))
        if rule.since is not None:
            found.append(held(self.speller, rule.since, at))
        if rule.until is not None:
            found.append(negated(held(self.speller, rule.until, at)))
        return all_of(found)

    def in_force(self, rule: Rule, at: Place, owed: bool = False) -> Held:
        """Spell whether a norm is in force. Raises Unsaid."""
        found = [self.in_term(rule, at, owed)]
        if rule.valid is not None:
            found.append(held(self.speller, rule.valid, at))
        for index in rule.yields_to:
            other = self.program.rules[index]
            if is_there(self.draft, other):
                found.append(negated(self.in_force(other, at)))
        for when, _ in rule.voided:
            found.append(negated(plain(TRUE) if when is None else held(self.speller, when, at)))
        return all_of(found)

    def arising(self, rule: Rule, at: Place) -> Held:
        """Spell whether a norm is in force when that happens which it waits for.

        Its days are no part of this (`valid`), nor is what is so throughout: that is asked with everything else.
        """
        found = [self.in_term(rule, at)]
        for index in rule.yields_to:
            other = self.program.rules[index]
            if is_there(self.draft, other):
                found.append(negated(self.in_force(other, at)))
        return all_of([*found, *(negated(held(self.speller, when, at)) for when in voids_for_a_time(rule))])

    def conditions(self, rule: Rule, at: Place) -> list[Held]:
        """Spell the conditions of a norm, and that nothing applies to which it gives way."""
        found = [] if rule.when is None else [held(self.speller, rule.when, at)]
        if rule.unless is not None:
            found.append(negated(held(self.speller, rule.unless, at)))
        for index in rule.excepts:
            other = self.program.rules[index]
            if not is_there(self.draft, other):
                continue
            if other.norm.trigger is not None:
                found.append(opened("a norm that gives way to what is there for each occurrence"))
            else:
                found.append(negated(all_of([self.in_force(other, at), *self.conditions(other, at)])))
        return found

    def wheres(self, rule: Rule, at: Place) -> list[Held]:
        """Spell what must hold of the act, and of what the norm waits for."""
        asked = (rule.where, rule.trigger_where)
        return [held(self.speller, each, at) for each in asked if each is not None]

    def open_over(self, rule: Rule, at: Place, act: str) -> Held:
        """Spell that nothing which prevails over a norm closes it to an act (a state to be kept: puts it to sleep)."""
        found = []
        for index, when, _ in rule.prevailed_by:
            over = self.program.rules[index]
            if over.is_act:
                closes = self.stands_exercised(over)
            elif over.is_prohibition and index in self.program.by_act.get(act, ()):
                closes = self.forbidding(over, at)
            else:
                continue
            found.append(
                negated(all_of([closes] if when is None else [held(self.speller, when, at), closes]))
            )
        return all_of(found)

    def beats(self, rule: Rule, over: Rule, at: Place) -> Held:
        """Spell whether a norm prevails over another: stated, or since it weighs more (`engine.prevailing.beats`)."""
        if (rule.restores or over.restores) and rule.weight > over.weight:
            return plain(TRUE)
        found = [
            plain(TRUE) if when is None else held(self.speller, when, at)
            for index, when, _ in over.prevailed_by if index == rule.index
        ]  # fmt: skip
        return any_of(found)

    def stands_exercised(self, rule: Rule) -> Held:
        """Spell whether a power stands exercised."""
        try:
            return plain(exercised(self.speller, rule) or FALSE)
        except Unsaid as wrong:
            return opened(str(wrong))

    def forbidding(self, rule: Rule, at: Place) -> Held:
        """Spell whether a prohibition applies to the act at hand; what prevails over it is another question."""
        try:
            if not is_there(self.draft, rule):
                return plain(FALSE)
            prohibits(rule)
            at = replace(at, rolls=rule.rolls)
            if rule.self_triggered:
                if "@act" not in at.rows:
                    return opened("a prohibition of what the question does not tell")
                at = replace(at, rows={**at.rows, rule.variable: at.rows["@act"]})
            parts = [self.in_force(rule, at), *self.borne(rule, at.who), *self.conditions(rule, at)]
            return all_of([*parts, *self.wheres(rule, at)])
        except Unsaid as wrong:
            return opened(str(wrong))

    def open_to(self, rule: Rule, at: Place, act: str) -> Held:
        """Spell whether a permission or power that is in force is open to an act by `at.who`."""
        limits = [negated(closes) for _, closes in self.limits(rule, at, act)]
        return all_of([self.open_unlimited(rule, at, act), *limits])

    def limits(self, rule: Rule, at: Place, act: str) -> list[tuple[Rule, Held]]:
        """Spell when each limit closes a permission or power, with the first of the norms that it is limited to."""
        at = replace(at, rolls=rule.rolls)
        found = []
        for indexes, when, _ in rule.limited_to:
            others = [self.program.rules[each] for each in indexes]
            closed = [negated(self.wholly_open(each, at, act)) for each in others]
            limit = [] if when is None else [held(self.speller, when, at)]
            found.append((others[0], all_of([*limit, *closed])))
        return found

    def open_unlimited(self, rule: Rule, at: Place, act: str) -> Held:
        """Spell the same, the limits left out."""
        at = replace(at, rolls=rule.rolls)
        found = [*self.borne(rule, at.who)]
        if rule.limit or rule.not_before:
            found.append(opened("a permission or power with a window"))
        for lapse in rule.lapses:
            found.append(self.not_lapsed(lapse, at))
        found.append(self.open_over(rule, at, act))
        if rule.norm.trigger is None:
            if rule.norm.bearer is Who.OTHER:
                return plain(FALSE)
            return all_of([*found, *self.conditions(rule, at), *self.wheres(rule, at)])
        if not isinstance(rule.norm.trigger, OnBreach):
            return all_of([*found, *self.waited_for(rule, at)])
        if scans(rule):
            if self.arising(rule, at) != plain(TRUE):
                found.append(opened("a power that may not have been in force when the breach began"))
            return all_of([*found, self.scanned(rule, at)])
        return all_of(
            [*found, *self.conditions(rule, at), *self.wheres(rule, at), self.empowered(rule, at.who)]
        )

    def wholly_open(self, rule: Rule, at: Place, act: str) -> Held:
        """Spell whether a norm is in force and open to an act."""
        try:
            if not is_there(self.draft, rule):
                return plain(FALSE)
            if not rule.is_act or rule.is_obligation:
                return opened("a limit that is no permission")
            return all_of([self.in_force(rule, at), self.open_to(rule, at, act)])
        except Unsaid as wrong:
            return opened(str(wrong))

    def waited_for(self, rule: Rule, at: Place) -> list[Held]:
        """Spell that what a permission waits for has happened: which of several, is open."""
        names = [n for n, touch in self.program.touches.items() if rule.trigger_name in touch.names]
        happened = [plain(self.speller.happening(name, None)) for name in names]
        what = opened("a permission or power for each occurrence")
        return [any_of(happened), what, *self.conditions(rule, at)]

    def not_lapsed(self, lapse: Lapse, at: Place) -> Held:
        """Spell that a power has not lapsed, which is open once there is that from which its time runs."""
        if lapse.event:
            happened = self.speller.happening(lapse.event, None)
            return Held(f"not {happened}", TRUE, (Doubt("a power that lapses", happened),))
        return opened("a power that lapses")

    # -- what is open for a breach

    def scanned(self, rule: Rule, at: Place) -> Held:
        """Spell that there is a breach for which a power is open, each looked at by itself."""
        sure, maybe = self.speller.name("r"), self.speller.name("r")
        lines, doubts = [f"{sure} = False", f"{maybe} = False"], list[Doubt]()
        kept = self.speller.before
        for index in sorted(rule.on_breach_of):
            for lane in self.draft.of(index):
                self.speller.before = []
                here = replace(at, debts={**at.debts, rule.variable: (lane, "j")})
                whole = all_of(
                    [
                        self.of_other(rule, lane, at.who),
                        *self.conditions(rule, here),
                        *self.wheres(rule, here),
                    ]
                )
                inner, self.speller.before = self.speller.before, kept
                if whole.maybe == FALSE:
                    continue
                if not (lane.eager or at.end):
                    whole = opened("a breach that is known at the end only")
                doubts += whole.doubts
                n = lane.number
                breached = f"s{n}[j] == 3 or s{n}[j] == 4"
                lines += [f"for j in range({lane.bottom}, {lane.top}):", f"    if {breached}:"]
                lines += [f"        {line}" for line in inner]
                if whole.sure != FALSE:
                    lines.append(f"        if {whole.sure}: {sure} = True")
                lines.append(f"        if {whole.maybe}: {maybe} = True")
            if index in self.speller.hits:
                here = replace(at, rows=dict(at.rows))
                whole = all_of([*self.conditions(rule, here), *self.wheres(rule, here)])
                if whole.maybe != FALSE:
                    doubts.append(Doubt("a power for the breach of a prohibition"))
                    lines.append(f"if n_{index} > 0: {maybe} = True")
        kept += lines
        return Held(sure, maybe, tuple(dict.fromkeys(doubts))) if doubts else plain(sure)

    def of_other(self, rule: Rule, lane: Lane, who: str) -> Held:
        """Spell that the breach is by another than the actor, for a power of the other party."""
        if rule.norm.bearer is not Who.OTHER:
            return plain(TRUE)
        if not who:
            return opened("whose breach it is")
        return plain(f"{who} != {self.speller.party(lane.bearer)}")

    def breached_for(self, rule: Rule, who: str) -> str:
        """Return the variable that tells whether there was a breach that empowers, by another than `who`."""
        if rule.norm.bearer is not Who.OTHER:
            who = ""
        return self.noted.setdefault((rule.index, who), f"nb_{len(self.noted)}")

    def noting(self, text: Text, index: int, by: str, at: Place) -> None:
        """Write that a breach of a norm, by a party (its number), has begun: for those norms that are then in term."""
        for rule in self.draft.empowering:
            if index not in rule.on_breach_of or scans(rule):
                continue
            arises = self.settled(text, self.arising(rule, at))
            text.deeper(f"if {arises}:")
            if rule.norm.bearer is Who.OTHER:
                # Of a breach by nobody that is a party it is not told who the others are.
                text.add(f"if {by} < {JOINT}: why = 6")
                for party in (*self.speller.parties, BOTH):
                    text.add(
                        f"if {by} != {self.speller.party(party)}: {self.breached_for(rule, party)} = True"
                    )
            else:
                text.add(f"{self.breached_for(rule, '')} = True")
            text.out()

    def empowered(self, rule: Rule, who: str) -> Held:
        """Return the condition that there was a breach that empowers an actor (a number, or a column's cell)."""
        if rule not in self.draft.empowering:
            return opened("a power for each breach, of which it was not known that it matters")
        names = (*self.speller.parties, BOTH)
        if rule.norm.bearer is not Who.OTHER:
            return plain(self.breached_for(rule, ""))
        for name in names:
            if who == str(self.speller.party(name)):
                return plain(self.breached_for(rule, name))
        each = [f"({who} == {self.speller.party(n)} and {self.breached_for(rule, n)})" for n in names]
        return plain(f"({' or '.join(each)})")

    def borne(self, rule: Rule, who: str) -> list[Held]:
        """Return the condition that an actor bears the norm, or shares in bearing it."""
        bearer = rule.norm.bearer
        if not isinstance(bearer, str) or not who:
            return []
        number = self.speller.party(bearer)
        if who.lstrip("-").isdigit():
            return [plain(str(int(who) in (number, JOINT)))]
        return [plain(f"({who} == {number} or {who} == {JOINT})")]
