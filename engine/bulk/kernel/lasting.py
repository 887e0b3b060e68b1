"""The life of an agreement in the loop: how it takes effect, lasts, is renewed and ends (engine/lifetime.py).

`lend` is the instant at which it ends; where a reading or a calendar leaves that open, the earliest, and `vague` tells
so: an account that goes on until then is the engine's. `again` is when one that has expired is in force once more.
"""

from __future__ import annotations

from contractlang.expression import Const, Happened
from contractlang.norms import Who
from contractlang.values import Period
from engine.bulk.kernel.acting import Acting
from engine.bulk.kernel.held import FALSE, TRUE, Held, all_of, any_of, held, plain
from engine.bulk.kernel.plan import DAY, EAST, FAR, MISSING, Step
from engine.bulk.kernel.said import Place, Unsaid, parts_of
from engine.bulk.kernel.writer import Text
from engine.conditions import AndE, AnswerE, NotE, OrE
from engine.program import LifeRule, Rule, Touch
from engine.quantities import ConstE
from engine.statuses import HappenedE

MONTHS = """
def months_after(day, count, eve):
    shifted = day + 719468
    era = shifted // 146097
    rest = shifted - era * 146097
    year = (rest - rest // 1460 + rest // 36524 - rest // 146096) // 365
    rest -= 365 * year + year // 4 - year // 100
    month = (5 * rest + 2) // 153
    date = rest - (153 * month + 2) // 5 + 1
    months = (year + era * 400) * 12 + month + count
    year = months // 12
    month = months - year * 12
    last = 31
    if month == 1 or month == 3 or month == 6 or month == 8:
        last = 30
    if month == 11:
        last = 28
        leap = year + 1
        if leap // 4 * 4 == leap and (leap // 100 * 100 != leap or leap // 400 * 400 == leap):
            last = 29
    if date > last:
        date = last
        eve = 0
    era = year // 400
    year -= era * 400
    return era * 146097 + year * 365 + year // 4 - year // 100 + (153 * month + 2) // 5 + date - 719469 - eve
"""
"""The day that corresponds to another some months later, or its eve; counted from March, so that February is last."""

_LIFE = {HappenedE, AndE, OrE, NotE, ConstE, AnswerE}

Look = tuple[LifeRule, Held, set[str]]
"""A sentence by which the agreement takes effect, or ends; when it does; the occurrences that it waits for."""


class Lasting(Acting):
    """Writes what becomes of the agreement itself."""

    def life_rules(self, how: str) -> list[LifeRule]:
        """Return what is said on one point of the agreement's life."""
        return [each for each in self.program.life.get(self.agreement.base, ()) if each.life.how == how]

    def has_end(self) -> bool:
        """Tell whether the agreement may have a last day."""
        return bool(self.life_rules("lasts") or self.life_rules("renews"))

    def unborn(self, text: Text) -> None:
        """Write how the life of the agreement begins."""
        text.add(
            f"life = {0 if self.life_rules('takes_effect') else 1}", f"since = {MISSING}", f"lend = {FAR}"
        )
        text.add("vague = False", f"again = {FAR}")

    def ages(self, text: Text, until: str) -> None:
        """Write that an agreement begins again, or expires, as far as that is due."""
        if self.life_rules("renews"):
            text.deeper(f"if again <= {until}:")
            text.add("if life == 2: life = 1", f"again = {FAR}")
            text.out()
        if self.has_end():
            text.deeper(f"if life == 1 and lend <= {until}:")
            text.add("life = 2", "if vague: why = 1")
            text.out()

    def ages_next(self, text: Text) -> None:
        """Write when the agreement next expires, or begins again, into `due` if that is sooner."""
        if self.life_rules("renews"):
            text.add("if again < due: due = again")
        if self.has_end():
            text.add("if life == 1 and lend < due: due = lend")

    def lives(self, text: Text, touch: Touch, looks: list[Look]) -> None:
        """Write that the agreement takes effect, or ends, by an occurrence."""
        for rule, condition, names in looks:
            if not names & set(touch.names):
                continue
            begins = rule.life.how == "takes_effect"
            stands = self.settled(text, all_of([plain(f"life == {0 if begins else 1}"), condition]))
            text.deeper(f"if {stands}:")
            if begins:
                text.add("life = 1", "since = t")
                self.term(text)
                self.ends_at_once(text, looks)
            else:
                text.add("life = 3")
            text.out()

    def ends_at_once(self, text: Text, looks: list[Look]) -> None:
        """Write that what ends an agreement may be there already when it takes effect: nothing arises in between."""
        ends = [condition for rule, condition, _ in looks if rule.life.how == "ends"]
        if ends:
            text.add(f"if {self.settled(text, any_of(ends))}: life = 3")

    def life_looks(self) -> list[Look]:
        """Return the sentences by which the agreement takes effect, or ends."""
        found = []
        for rule in (*self.life_rules("takes_effect"), *self.life_rules("ends")):
            try:
                holds = self.stands(rule)
                if holds.maybe == FALSE:
                    continue
                names = {part.name for part in parts_of(rule.value) if isinstance(part, HappenedE)}
                if {type(part) for part in parts_of(rule.value)} - _LIFE or not names:
                    raise Unsaid("an agreement that takes effect, or ends, by more than what happens")
                condition = all_of([holds, held(self.speller, rule.value, Place("t"))])
            except Unsaid as wrong:
                self.draft.reasons.append((rule.life.clause, str(wrong)))
                continue
            found.append((rule, condition, names))
        return found

    def stands(self, rule: LifeRule) -> Held:
        """Spell whether a sentence on the agreement's life is in force."""
        return plain(TRUE) if rule.holds is None else held(self.speller, rule.holds, Place("t"))

    # -- how long

    def lasting(self) -> LifeRule | None:
        """Return the sentence that says how long the agreement lasts; None if none does. Raises Unsaid."""
        for rule in self.life_rules("lasts"):
            if rule.holds is not None and rule.life.document != self.agreement.name:
                raise Unsaid("a law that says how long an agreement lasts")
            if rule.holds is None or self.speller.fixed(rule.holds):
                return rule
        return None

    def counts_first(self, rule: LifeRule) -> bool:
        """Tell whether the first day of the term counts. Raises Unsaid."""
        return rule.first_day is not None and bool(self.speller.fixed(rule.first_day))

    def term(self, text: Text) -> None:
        """Write the last day of an agreement that takes effect now."""
        try:
            rule = self.lasting()
            if rule is None:
                return
            period = self.speller.fixed(rule.value)
            if not isinstance(period, Period):
                raise Unsaid("an agreement without a fixed term")
            if period.unit in ("hours", "minutes", "seconds"):
                raise Unsaid("an agreement that lasts for hours")
            first = self.counts_first(rule) and period.count > 0
        except Unsaid as wrong:
            clauses = [each.life.clause for each in self.life_rules("lasts")]
            self.draft.reasons.append((clauses[0], str(wrong)))
            return
        how = "term, first day counted" if first else "term"
        rolls = False if rule.rolls is None else rule.rolls
        table = self.speller.table(how, period, rolls, "following", f"{period} later, as a term ends")
        self.ends_with(text, table.name, f"(t + {EAST}) // {DAY}")

    def ends_with(self, text: Text, table: str, day: str) -> None:
        """Write the end that a table of terms has for a day."""
        text.add(f"lend = look({table}, {day} - base)", "if lend == -1: why = 1", "vague = lend < 0")
        text.add("if vague: lend = -lend")

    def renews(self, text: Text, name: str, touch: Touch, bases: list[tuple[str, Rule]]) -> None:
        """Write that an act renews the agreement: its new last day, and from when it is in force again."""
        standing = [(rule, holds) for rule in touch.renews if (holds := self.stands(rule)).maybe != FALSE]
        if not standing or not bases:
            return
        if len(standing) > 1 or any(each.state == "agreement" for each in touch.declared.sets):
            raise Unsaid("an act that renews an agreement twice, or renews and ends it")
        ((renewal, holds),) = standing
        if renewal.where is not None or not _by_anybody(renewal, touch, bases):
            raise Unsaid("a renewal that asks by whom, or what of, the act is")
        text.add("renewed = False")
        for variable, rule in bases:
            text.add(f"if {self.concerned(text, variable, rule)}: renewed = True")
        text.deeper(f"if {self.settled(text, all_of([plain('renewed'), holds]))}:")
        fields = {param.kind.name: param.name for param in touch.declared.params}
        starts, lasts = (self.given(fields.get(kind), kind) for kind in ("day", "duration"))
        text.add(f"if again < {FAR}: why = 8", "y = t")
        text.deeper(f"if {starts} != {MISSING}:")
        text.add(f"y = {starts} * {DAY} - {EAST}")
        text.out()
        text.deeper(f"elif life == 1 and lend > t and lend < {FAR}:")
        term = self.lasting()
        eve = DAY if term is not None and self.counts_first(term) else 0
        text.add(f"y = lend - 1 + {eve}", "if vague: why = 1")
        text.out()
        text.add(f"lend = {FAR}", "vague = False")
        text.deeper(f"if {lasts} != {MISSING}:")
        self.ends_after(text, lasts)
        text.add("if lend <= t: why = 8")
        text.out()
        text.deeper("if life == 2:")
        text.add("if y <= t: life = 1", "else: again = y")
        text.out(2)
        clause = renewal.life.clause
        self.draft.steps.append(Step(clause, clause, f"{name} with a basis renews the agreement"))

    def given(self, name: str | None, kind: str) -> str:
        """Spell a field of the act at hand; what the act cannot have is missing."""
        return str(MISSING) if name is None else f"c_{self.speller.kept_in(name, kind)}[i]"

    def ends_after(self, text: Text, months: str) -> None:
        """Write the end of a term of some months from the instant `y`, counted as the agreement's own is."""
        rule = self.lasting()
        rolls = False if rule is None or rule.rolls is None else rule.rolls
        eve = int(rule is not None and self.counts_first(rule))
        table = self.speller.table(
            "term's last day", None, rolls, "following", "the end of a term on that day"
        )
        self.ends_with(text, table.name, f"months_after((y + {EAST}) // {DAY}, {months}, {eve})")


def _by_anybody(renewal: LifeRule, touch: Touch, bases: list[tuple[str, Rule]]) -> bool:
    """Tell whether an act that has a basis is by whom the renewal names."""
    said = renewal.life.value
    if not isinstance(said, Happened):
        return False
    by = said.by.value if isinstance(said.by, Const) else said.by
    together = all(rule.norm.bearer is Who.BOTH for _, rule in bases)
    return by is None or by == touch.declared.actor or (by == Who.BOTH.value and together)
