"""What an act does by happening: its basis, the prohibitions it breaks, the states it sets (engine/happenings.py)."""

from __future__ import annotations

from contractlang.norms import Obligation, Permission, Power, Prohibition, Who
from engine.bulk.kernel.held import FALSE, Held, all_of, held, negated
from engine.bulk.kernel.lower import in_law, is_there
from engine.bulk.kernel.owing import Owing
from engine.bulk.kernel.plan import DAY, FAR, JOINT, Lane
from engine.bulk.kernel.said import Place, Unsaid
from engine.bulk.kernel.spell import LIVES
from engine.bulk.kernel.writer import Text
from engine.program import Rule, Touch


def told(found: Held) -> str:
    """Return a condition as a line of the plan tells it."""
    if found.is_plain:
        return found.sure
    if all(each.code for each in found.doubts):
        return f"{found.sure}; folded in each case where {found.maybe}: {found.why}"
    return f"{found.sure}; left to the engine where {found.maybe}: {found.why}"


class Acting(Owing):
    """Writes what acts do."""

    def forbids(self, text: Text, rule: Rule, name: str) -> None:
        """Write that an act breaks a prohibition."""
        place = self.draft.prohibitions.index(rule)
        rows = {"@act": ("i", (name,))}
        if rule.self_triggered:
            rows[rule.variable] = ("i", (name,))
        at = Place("t", rows, rolls=rule.rolls, who="who[i]")
        found = all_of([self.forbidding(rule, at), self.not_let(rule, at, name)])
        condition = self.settled(text, found)
        text.deeper(f"if {condition}:")
        text.add(f"x{place}[i] = 1", f"n_{rule.index} += 1", f"if who[i] == {JOINT}: why = 4")
        if (
            any(
                isinstance(self.program.norms[each], Obligation)
                for each in self.program.on_breach.get(rule.index, ())
            )
            or rule.index in self.draft.dreaded
        ):
            text.add("why = 4")
        text.out()
        self.draft.step(rule, f"{name} breaks it: {told(found)}")

    def not_let(self, rule: Rule, at: Place, name: str) -> Held:
        """Spell that nothing prevails over a prohibition that is open to the act."""
        found = []
        for index, when, _ in rule.prevailed_by:
            if index in self.program.by_act[name]:
                here = Place(at.now, {"@act": at.rows["@act"]}, who=at.who)
                lets = [self.wholly_open(self.program.rules[index], here, name)]
                if when is not None:
                    lets.append(held(self.speller, when, here))
                found.append(negated(all_of(lets)))
        for duty in self.program.restored_by[name]:
            if self.beats(duty, rule, at).maybe != FALSE:
                raise Unsaid(f"{rule.norm.id}: what breaks it may restore {duty.norm.id}, which prevails")
        return all_of(found)

    def bases(self, text: Text, name: str, at: Place) -> list[tuple[str, Rule]]:
        """Write on which norms an act rests; return the variables that tell it."""
        found = []
        for index in self.program.by_act[name]:
            rule = self.program.rules[index]
            if isinstance(rule.norm, Prohibition) or not is_there(self.draft, rule):
                continue
            variable = f"g_{index}"
            if isinstance(rule.norm, Power | Permission):
                here = Place(at.now, at.rows, at.debts, at.end, rolls=rule.rolls, who="who[i]")
                basis = all_of([self.in_force(rule, here), self.open_to(rule, here, name)])
                if rule.norm.bearer is Who.BOTH:
                    basis = all_of([basis, self.joined(name)])
                if basis.maybe == FALSE:
                    continue
                text.add(f"{variable} = {self.settled(text, basis)}")
            else:
                raise Unsaid(f"{rule.norm.id}: a duty as the basis of an act")
            self.draft.step(rule, f"is the basis of {name}: {told(basis)}")
            found.append((variable, rule))
        touch = self.program.touches[name]
        if touch.renews or any(in_law(self.program, effect.state) for effect in touch.declared.sets):
            for duty in self.program.restored_by[name]:
                if is_there(self.draft, duty):
                    raise Unsaid(f"{duty.norm.id}: a duty as the basis of an act")
        return found

    def effects(self, text: Text, name: str, touch: Touch, bases: list[tuple[str, Rule]]) -> None:
        """Write what an occurrence does to states, and to duties that it suspends or resumes."""
        for effect in touch.declared.sets:
            self.unsure.add(name)
            for each in (effect.since, effect.until):
                if each is not None:
                    self.draft.without.setdefault(name, set()).add(each)
            if effect.option is None:
                raise Unsaid(f"it sets `{effect.state}` to a value of its own")
            if effect.state == "agreement":
                if bases:
                    # All bases are looked at before what they change.
                    text.add("alters = life")
                    for variable, rule in bases:
                        text.add(
                            f"if {self.concerned(text, variable, rule)}: alters = {LIVES[effect.option]}"
                        )
                    text.add("life = alters")
            elif in_law(self.program, effect.state):
                raise Unsaid(f"it sets the state in law `{effect.state}`")
            else:
                variable, word = self.speller.state_variable(effect.state), self.speller.word(effect.option)
                self.exercised_by(text, effect.state, f"{variable} != {word}", bases)
                text.add(f"{variable} = {word}")
        turned = [index for _, rule in bases for index in (*rule.suspends, *rule.resumes)]
        if len(set(turned)) != len(turned):
            raise Unsaid("an act by which several norms suspend or resume one duty")
        for variable, rule in bases:
            assert isinstance(rule.norm, Power | Permission)
            for index in rule.suspends:
                for lane in self.draft.of(index):
                    self.suspends(text, variable, rule, lane)
            for index in rule.resumes:
                for lane in self.draft.of(index):
                    self.resumes(text, variable, rule, lane)

    def concerned(self, text: Text, variable: str, rule: Rule) -> str:
        """Spell that the basis of an act is in the agreement, or concerns it (`agreements_meant`)."""
        homes = {self.program.rules[each].home for each in rule.on_breach_of}
        if rule.home or homes == {self.agreement.base}:
            return variable
        if "" in homes and len(homes) > 1:
            number = self.speller.opens("whether a breach of the law concerns the agreement")
            text.add(f"if {variable} and life != 1: why = {number}")
        return f"{variable} and life == 1"

    def exercised_by(self, text: Text, state: str, changes: str, bases: list[tuple[str, Rule]]) -> None:
        """Write which powers stand exercised once a state is set: those on which it rests, and if it had that value
        before, those on which it rested.
        """
        by = {rule.index: variable for variable, rule in bases}
        for index in sorted(self.draft.tracked):
            if (state, "") in self.program.rules[index].sets:
                stands = self.speller.exercise(index, state)
                if index in by:
                    if (index, state) in self.speller.used_since:
                        since = self.speller.used_since[index, state]
                        text.add(f"if {by[index]} and ({changes} or not {stands}): {since} = t")
                    text.add(f"{stands} = {by[index]} or ({stands} and not ({changes}))")
                else:
                    text.add(f"if {changes}: {stands} = False")

    def clock_of(self, lane: Lane) -> str | None:
        """Return how the clock of a duty goes on once powers have suspended it; None if none does. Raises Unsaid."""
        clocks = {
            p.norm.clock.value for p in self.program.rules
            if lane.rule.index in p.suspends and isinstance(p.norm, Power)
        }  # fmt: skip
        if len(clocks) > 1:
            raise Unsaid(f"{lane.norm}: two powers suspend it, and its clock does not go on alike")
        return next(iter(clocks), None)

    def suspends(self, text: Text, variable: str, rule: Rule, lane: Lane) -> None:
        n, clock = lane.number, self.clock_of(lane)
        text.deeper(f"if {variable}:")
        self.skipping(text, lane)
        text.deeper(f"for j in range(lo{n}, {lane.top}):")
        text.add(f"if s{n}[j] == 1: s{n}[j] = 5; w{n}[j] = t")
        text.out(2)
        self.draft.step(rule, f"suspends {lane.norm}; the clock {clock}")

    def resumes(self, text: Text, variable: str, rule: Rule, lane: Lane) -> None:
        n, clock = lane.number, self.clock_of(lane)
        if clock is None:
            return
        text.deeper(f"if {variable}:")
        self.skipping(text, lane)
        text.deeper(f"for j in range(lo{n}, {lane.top}):")
        text.deeper(f"if s{n}[j] == 5:")
        if clock == "stops":
            text.add(f"if e{n}[j] < {FAR}: e{n}[j] = t + (e{n}[j] - w{n}[j])")
        elif clock == "extends":
            text.add(f"if e{n}[j] < {FAR}: e{n}[j] += -(-(t - w{n}[j]) // {DAY}) * {DAY}")
        text.add(f"s{n}[j] = 1")
        self.begins(text, lane, "j", "t")
        text.out(3)
        self.draft.step(rule, f"resumes {lane.norm}; the clock {clock}")
