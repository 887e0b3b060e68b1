"""How the questions of a run are answered at the end of an account (engine/may.py)."""

from __future__ import annotations

from contractlang.norms import Obligation, Permission, Power, Prohibition, Who
from engine.bulk.forbidden import is_limited, written
from engine.bulk.kernel.acting import told
from engine.bulk.kernel.held import FALSE, TRUE, Held, all_of, any_of, negated, plain
from engine.bulk.kernel.lower import is_there, prohibits
from engine.bulk.kernel.plan import MOST_FORBIDDING, SAID, Asked
from engine.bulk.kernel.said import Place, Unsaid
from engine.bulk.kernel.watching import Watching
from engine.bulk.kernel.writer import Text
from engine.force import ADMINISTRATIVE
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
        speaking: list[Held] = []
        forbidding: list[tuple[str, Rule]] = []
        opening: list[tuple[str, Rule]] = []
        for rule in self.program.restored_by[asked.act]:
            self.restores(text, rule, asked, opening)
        limiting: list[tuple[str, Rule]] = []
        for rule in self.program.speaking[asked.act][asked.party].order:
            if not is_there(self.draft, rule):
                continue
            if isinstance(rule.norm, Prohibition):
                prohibits(rule)
                self.asks_prohibition(text, rule, asked, forbidding)
            elif rule.bound_each:
                raise Unsaid(f"{rule.norm.id}: bound from or until a day of what it is upon")
            elif isinstance(rule.norm, Obligation):
                self.asks_duty(text, rule, asked, opening, speaking)
            else:
                self.asks(text, rule, asked, opening, limiting, speaking)
        self.weighs(text, asked, forbidding, opening)
        wide = len(self.asked)
        asking = [name for name, rule in opening if not isinstance(rule.norm, Permission | Power)]
        closed = self.unopened(text, speaking) if act.needs_basis else "0"
        text.add(
            "y = (5 if opens else 3) if clash else "
            f"(2 if {' or '.join(asking) or 'False'} else 1) if opens else {closed}"
        )
        told = [*forbidding, *limiting]
        if len(told) > MOST_FORBIDDING:
            raise Unsaid("more norms may forbid it than the kernel tells apart")
        self.forbid[place] = [written((rule.norm.document, rule.norm.id)) for _, rule in told]
        if told:
            text.deeper("if y == 3 or y == 5:")
            text.add(*(f"if {name}: y += {SAID << bit}" for bit, (name, _) in enumerate(told)))
            text.out()
        text.add(f"answer[a * {wide} + {place}] = y")

    def unopened(self, text: Text, speaking: list[Held]) -> str:
        """Write whether any norm speaks of an act that none is open to, and spell the answer: closed, or no basis.

        Which of several speaks is no matter, so one that surely does settles it for those of which that is open.
        """
        speaks = any_of(speaking)
        text.add("speaks = False")
        self.flush(text)
        text.deeper("if not opens and not clash:")
        text.add(f"speaks = {self.settled(text, speaks)}")
        text.out()
        return "(3 if speaks else 4)"

    def asked_at(self, asked: Asked) -> Place:
        """Return where a question about an act is looked at."""
        return Place("asof", end=True, who=str(self.speller.party(asked.party)), asked=asked.act)

    def weighs(
        self, text: Text, asked: Asked, forbidding: list[tuple[str, Rule]], opening: list[tuple[str, Rule]]
    ) -> None:
        """Write what is left open once prohibitions have prevailed, and whether one is left that nothing tolerates."""
        at = self.asked_at(asked)
        kept = {}
        for name, rule in opening:
            over = [all_of([plain(f), self.beats(by, rule, at)]) for f, by in forbidding]
            still = all_of([plain(name), *(negated(each) for each in over)])
            text.add(f"{name} = {self.settled(text, still)}")
            kept[name] = rule
        text.add(f"opens = {' or '.join(kept) or 'False'}", "clash = False")
        for name, by in forbidding:
            lets = [
                all_of(
                    [plain(each), plain(TRUE) if by.weight == ADMINISTRATIVE else self.beats(rule, by, at)]
                )
                for each, rule in opening
            ]
            left = all_of([plain(name), negated(any_of(lets))])
            text.add(f"clash = clash or ({self.settled(text, left)})")

    def restores(self, text: Text, rule: Rule, asked: Asked, opening: list[tuple[str, Rule]]) -> None:
        """Write that an act is required of who has broken what he must keep, and would restore it."""
        if not is_there(self.draft, rule) or rule.norm.bearer not in (asked.party, Who.BOTH):
            return
        if rule.index in self.speller.broken:
            raise Unsaid(f"it may restore {rule.norm.id}, {self.speller.broken[rule.index]}")
        if rule.norm.trigger is not None and (
            rule.when is not None or rule.unless is not None or rule.excepts
        ):
            raise Unsaid(f"{rule.norm.id}: whether it applies to each occurrence is not asked")
        name, at = f"ob{rule.index}", self.asked_at(asked)
        broken = any_of([plain(f"v{lane.number} > 0") for lane in self.draft.of(rule.index)])
        awake = self.open_over(rule, at, asked.act)
        asks = all_of([broken, awake, self.in_force(rule, at), *self.conditions(rule, at)])
        text.add(f"{name} = {self.settled(text, asks)}")
        opening.append((name, rule))
        self.draft.step(rule, "is restored by the act that is asked about")

    def asks_prohibition(
        self, text: Text, rule: Rule, asked: Asked, forbidding: list[tuple[str, Rule]]
    ) -> None:
        """Write whether a prohibition forbids the act that is asked about."""
        at = self.asked_at(asked)
        found = self.forbidding(rule, at)
        if found.maybe == FALSE:
            return
        name = f"fb{rule.index}"
        text.add(f"{name} = {self.settled(text, found)}")
        forbidding.append((name, rule))
        self.draft.step(rule, f"{rule.act_name}: {told(found)}")

    def asks(
        self, text: Text, rule: Rule, asked: Asked, opening: list[tuple[str, Rule]],
        limiting: list[tuple[str, Rule]], speaking: list[Held],
    ) -> None:  # fmt: skip
        """Write whether a permission or power is open to the act that is asked about, and what limit closes it."""
        at = self.asked_at(asked)
        force = self.in_force(rule, at)
        free, limits = self.open_unlimited(rule, at, asked.act), self.limits(rule, at, asked.act)
        found = all_of([free, *(negated(closes) for _, closes in limits)])
        if is_limited(rule):
            before: list[Held] = []
            for number, (by, closes) in enumerate(limits):
                closed = all_of([force, free, *before, closes])
                before.append(negated(closes))
                if closed.maybe != FALSE:
                    name = f"lm{rule.index}_{number}"
                    text.add(f"{name} = {self.settled(text, closed)}")
                    limiting.append((name, by))
        whole = all_of([force, found])
        name = f"ob{rule.index}"
        if whole.maybe != FALSE:
            text.add(f"{name} = {self.settled(text, whole)}")
            opening.append((name, rule))
            speaks = all_of([force, negated(found)])
        else:
            speaks = force
        speaking.append(all_of([speaks, *_heard(rule)]))
        self.draft.step(rule, f"{rule.act_name}: {told(whole)}")

    def asks_duty(
        self, text: Text, rule: Rule, asked: Asked, opening: list[tuple[str, Rule]], speaking: list[Held]
    ) -> None:
        """Write what a duty to do the act says of it: one that is owed requires it, though its agreement has ended."""
        if rule.index in self.speller.broken:
            raise Unsaid(f"it asks about {rule.norm.id}, {self.speller.broken[rule.index]}")
        if rule.where is not None:
            raise Unsaid(f"{rule.norm.id}: how the act is to be done is not asked")
        at = self.asked_at(asked)
        if any(each is rule for each, _ in self.draft.watched):
            # It never applies in an account that is the kernel's.
            return
        force, ended = self.in_force(rule, at), self.in_force(rule, at, owed=True)
        # What arose by a condition asks for nothing while that does not hold.
        still = [] if rule.norm.trigger is not None else self.conditions(rule, at)
        still += [self.open_over(rule, at, asked.act)]
        still += [negated(closes) for _, closes in self.limits(rule, at, asked.act)]
        self.flush(text)
        text.add("y = 0")
        for lane in self.draft.of(rule.index):
            n = lane.number
            self.skipping(text, lane)
            text.deeper(f"for k in range(lo{n}, {lane.top}):")
            text.add(f"if s{n}[k] == 1 or s{n}[k] == 3: y = 1; break")
            text.out()
        name = f"ob{rule.index}"
        owed = self.settled(text, all_of([plain("y == 1"), ended, *still]))
        text.add(f"{name} = {owed}")
        opening.append((name, rule))
        speaking.append(all_of([plain(f"not {name}"), force, *_heard(rule)]))
        self.draft.step(rule, f"{rule.act_name} is required while it is owed")


def _heard(rule: Rule) -> list[Held]:
    """Return what else it takes that a norm is heard: a law's, that the agreement is in force."""
    return [] if rule.home else [plain("life == 1")]
