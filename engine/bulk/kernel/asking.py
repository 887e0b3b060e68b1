"""How the questions of a run are answered at the end of an account (engine/may.py)."""

from __future__ import annotations

from contractlang.norms import Obligation, Prohibition
from engine.bulk.kernel.lower import empowers, is_there, prohibits
from engine.bulk.kernel.plan import Asked
from engine.bulk.kernel.said import Place, Unsaid
from engine.bulk.kernel.watching import Watching
from engine.bulk.kernel.writer import Text
from engine.program import Rule


class Asking(Watching):
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
        text.add("forb = False", "opens = False", "req = False", "speaks = False")
        for effect in act.sets:
            for rule in self.program.restorers.get((effect.state, effect.option), ()):
                self.restores(text, rule, asked.party)
        for rule in self.program.speaking[asked.act][asked.party].order:
            if not is_there(self.draft, rule):
                continue
            if isinstance(rule.norm, Prohibition):
                prohibits(rule)
                self.asks(text, rule, asked, "forb = True")
            elif isinstance(rule.norm, Obligation):
                self.asks_duty(text, rule)
            else:
                empowers(rule)
                self.asks(text, rule, asked, "opens = True", "speaks = True")
        wide = len(self.asked)
        closed = "(3 if speaks else 4)" if act.needs_basis else "0"
        text.add(
            f"answer[a * {wide} + {place}] = (5 if opens else 3) if forb else "
            f"(2 if req else 1) if opens else {closed}"
        )

    def restores(self, text: Text, rule: Rule, party: str) -> None:
        """Write that an act is required of who has broken what he must keep, and would restore it."""
        if not is_there(self.draft, rule) or rule.norm.bearer != party:
            return
        if rule.index in self.speller.broken:
            raise Unsaid(f"it may restore {rule.norm.id}, {self.speller.broken[rule.index]}")
        for lane in self.draft.of(rule.index):
            text.add(f"if v{lane.number} > 0: opens = True; req = True")
        self.draft.step(rule, "is restored by the act that is asked about")

    def asks(self, text: Text, rule: Rule, asked: Asked, then: str, other: str = "") -> None:
        """Write what a norm without instances says of the act that is asked about."""
        at = Place("asof", end=True, rolls=rule.rolls is not None)
        force = self.in_force(rule, at)
        self.flush(text)
        text.deeper(f"if {force}:")
        conditions = self.conditions(rule, at)
        for each in (rule.where, rule.trigger_where):
            if each is not None:
                conditions.append(self.speller.flag(each, at))
        if not isinstance(rule.norm, Prohibition):
            conditions += [*self.open_over(rule, at, asked.act), *self.empowered(rule, asked.party)]
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
        if any(each is rule for each, _ in self.draft.watched):
            # It never applies in an account that is the kernel's.
            return
        force = self.in_force(rule, at)
        # What arose by a condition asks for nothing while that does not hold.
        still = [] if rule.norm.trigger is not None else self.conditions(rule, at)
        self.flush(text)
        text.add("y = 0")
        for lane in self.draft.of(rule.index):
            n = lane.number
            self.skipping(text, lane)
            text.deeper(f"for k in range(lo{n}, {lane.top}):")
            text.add(f"if s{n}[k] == 1 or s{n}[k] == 3: y = 1; break")
            text.out()
        ended = force.replace("life == 1", "life != 0")
        owed = " and ".join(["y == 1", ended, *still])
        text.add(f"if {owed}: opens = True; req = True", f"elif {force}: speaks = True")
        self.draft.step(rule, f"{rule.act_name} is required while it is owed")
