"""How the questions of a run are answered at the end of an account (engine/may.py)."""

from __future__ import annotations

from contractlang.norms import Obligation, Prohibition
from engine.bulk.kernel.acting import Acting
from engine.bulk.kernel.lower import empowers, is_there, prohibits
from engine.bulk.kernel.plan import Asked
from engine.bulk.kernel.spell import Place, Unsaid
from engine.bulk.kernel.writer import Text
from engine.program import Rule


class Asking(Acting):
    """Writes answers."""

    def questions(self) -> list[str]:
        """Return how the questions are answered at the end."""
        text = Text()
        for place, asked in enumerate(self.asked):
            try:
                self.question(text, place, asked)
            except Unsaid as wrong:
                self.speller.before.clear()
                self.draft.reasons.append((f"{asked.party} may {asked.act}", str(wrong)))
        return text.lines

    def question(self, text: Text, place: int, asked: Asked) -> None:
        """Write the answer to one question (docs/semantics.md, "May and must")."""
        act = self.program.acts[asked.act]
        for effect in act.sets:
            if self.program.restorers.get((effect.state, effect.option or ""), ()):
                raise Unsaid("it may restore a state that must be kept")
        text.add("forb = False", "opens = False", "req = False", "speaks = False")
        for rule in self.program.speaking[asked.act][asked.party].order:
            if not is_there(self.draft, rule):
                continue
            if isinstance(rule.norm, Prohibition):
                prohibits(rule)
                self.asks(text, rule, "forb = True")
            elif isinstance(rule.norm, Obligation):
                self.asks_duty(text, rule)
            else:
                empowers(rule)
                self.asks(text, rule, "opens = True", "speaks = True")
        wide = len(self.asked)
        closed = "(3 if speaks else 4)" if act.needs_basis else "0"
        text.add(
            f"answer[a * {wide} + {place}] = (5 if opens else 3) if forb else "
            f"(2 if req else 1) if opens else {closed}"
        )

    def asks(self, text: Text, rule: Rule, then: str, other: str = "") -> None:
        """Write what a norm without instances says of the act that is asked about."""
        at = Place("asof", end=True, rolls=rule.rolls is not None)
        force = self.in_force(rule, at)
        self.flush(text)
        text.deeper(f"if {force}:")
        conditions = self.conditions(rule, at)
        for each in (rule.where, rule.trigger_where):
            if each is not None:
                conditions.append(self.speller.flag(each, at))
        self.flush(text)
        text.add(f"if {' and '.join(conditions) or 'True'}: {then}")
        if other:
            text.add(f"else: {other}")
        text.out()
        self.draft.step(rule, f"{rule.act_name}: {' and '.join([force, *conditions])}")

    def asks_duty(self, text: Text, rule: Rule) -> None:
        """Write what a duty to do the act says of it: one that is owed requires it, though its agreement has ended."""
        if rule.index in self.speller.broken:
            raise Unsaid(f"it asks about {rule.norm.id}, {self.speller.broken[rule.index]}")
        if rule.prevailed_by or rule.limited_to:
            raise Unsaid(
                f"{rule.norm.id}: a duty over which another norm prevails, or that is limited to one"
            )
        if rule.where is not None:
            raise Unsaid(f"{rule.norm.id}: how the act is to be done is not asked")
        at = Place("asof", end=True)
        force = self.in_force(rule, at)
        text.add("y = 0")
        for lane in self.draft.of(rule.index):
            n = lane.number
            self.skipping(text, lane)
            text.deeper(f"for k in range(lo{n}, kc):")
            text.add(f"if s{n}[k] == 1 or s{n}[k] == 3: y = 1; break")
            text.out()
        ended = force.replace("life == 1", "life != 0")
        text.add(f"if y == 1 and {ended}: opens = True; req = True", f"elif {force}: speaks = True")
        self.draft.step(rule, f"{rule.act_name} is required while it is owed")
