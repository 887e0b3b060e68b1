"""How duties arise, until when they run, and which an act discharges (engine/duties.py)."""

from __future__ import annotations

from dataclasses import replace

from contractlang.declaration import OccurrenceDecl
from contractlang.norms import Reasonable, Who
from contractlang.values import Period
from engine.bulk.kernel.held import Held, all_of, answer_of, any_of, held, negated, plain
from engine.bulk.kernel.lower import is_there, norms_in
from engine.bulk.kernel.occurred import column, triggering
from engine.bulk.kernel.opening import Opening
from engine.bulk.kernel.plan import DAY, EAST, ELAPSED, FAR, JOINT, MISSING, MOST, Lane
from engine.bulk.kernel.said import Place, Unsaid
from engine.bulk.kernel.standing import late
from engine.bulk.kernel.writer import Text
from engine.conditions import AnswerE
from engine.evaluator import Evaluator
from engine.program import Rule, Touch
from engine.quantities import BoundE


class Owing(Opening):
    """Writes what becomes of duties."""

    def instances(self, text: Text, name: str, touch: Touch) -> None:
        """Write the duties to which an occurrence gives rise."""
        lanes = [lane for index in touch.instances for lane in self.draft.of(index)]
        if not lanes:
            return
        text.add("k = kc", "kc += 1", "row[k] = i")
        for lane in lanes:
            rule = lane.rule
            rows = {rule.variable: ("i", triggering(self.speller, rule))}
            at = Place("t", rows, rolls=rule.rolls)
            self.broken_by(text, lane, at) if lane.kept else self.arises(text, lane, at, "k")

    def broken_by(self, text: Text, lane: Lane, at: Place) -> None:
        """Write that a state to be kept for an occurrence is broken by it, or never. Raises Unsaid."""
        rule = lane.rule
        assert rule.keeps is not None
        parts = [self.in_force(rule, at), *self.conditions(rule, at)]
        if rule.trigger_where is not None:
            parts.append(held(self.speller, rule.trigger_where, at))
        condition = self.settled(text, all_of([*parts, negated(held(self.speller, rule.keeps, at))]))
        text.deeper(f"if {condition}:")
        self.breached(text, lane, "k", at.now)
        text.out()
        self.draft.step(rule, f"is broken at once if {condition}")

    def arises(self, text: Text, lane: Lane, at: Place, key: str, seen: str = "") -> None:
        """Write that an instance arises, if the norm then applies; `seen` was looked at before. Raises Unsaid."""
        n, rule, speller = lane.number, lane.rule, self.speller
        asking = (rule.when, rule.unless, rule.trigger_where, rule.where, rule.amount, rule.since, rule.until)
        if any(True for made in asking for _ in norms_in(made)):
            self.entangled = True
            if lane.source is not None:
                raise Unsaid(f"{rule.norm.id}: what follows from a breach only as other duties stand")
        if rule.not_before is not None:
            raise Unsaid(f"{rule.norm.id}: a window with a beginning")
        condition = seen
        if not seen:
            parts = [self.in_force(rule, at), *self.conditions(rule, at)]
            if rule.trigger_where is not None:
                parts.append(held(speller, rule.trigger_where, at))
            condition = self.settled(text, all_of(parts))
        text.deeper("if True:" if seen else f"if {condition}:")
        told = self.window(text, rule, at)
        if lane.owes:
            assert rule.amount is not None
            said = speller.spell(rule.amount, at)
            if said.kind != "number":
                raise Unsaid(f"what is owed is a {said.kind}")
            self.flush(text)
            text.add(f"x = {said.text}", f"if x < 0 or x > {MOST}: why = 2")
            text.add(f"o{n}[{key}] = x", f"p{n}[{key}] = 0")
            told += f"; owed {said.text}"
        text.add(f"e{n}[{key}] = y")
        if lane.owes:
            text.add(f"if x == 0: s{n}[{key}] = 2; z{n}[{key}] = {at.now}")
            text.deeper("else:")
        else:
            text.deeper("if True:")
        text.add(f"s{n}[{key}] = 1")
        if lane.eager:
            self.begins(text, lane, key, at.now)
        text.out(2)
        broken = None if lane.source is None else self.draft.lanes[lane.source].norm
        self.draft.step(
            rule,
            f"arises if {condition}; ends {told}"
            if broken is None
            else f"arises by a breach of {broken} if {condition}; ends {told}",
        )

    def window(self, text: Text, rule: Rule, at: Place) -> str:
        """Write the end of a window into `y`; return it in words."""
        speller = self.speller
        limit = type(rule.limit).__name__
        if rule.limit is None:
            text.add(f"y = {FAR}")
            return "never"
        if limit == "AtOnce":
            text.add(f"y = {at.now} + 1000000")
            return "at once"
        if isinstance(rule.limit, Reasonable):
            return self.in_numbers(text, rule, at) if rule.numbered else self.reasonable(text, rule, at)
        assert rule.limit_value is not None
        if limit == "Within":
            return self.within(text, rule, at)
        said = speller.spell(rule.limit_value, at)
        self.flush(text)
        if said.kind == "instant":
            text.add(f"y = {said.text} + {1 if limit == 'ByDay' else 0}")
            return f"at {said.text}"
        if said.kind != "day":
            raise Unsaid(f"a window that ends with a {said.kind}")
        if limit == "BeforeDay":
            text.add(f"y = {said.text} * {DAY} - {EAST}")
            return f"before day {said.text}"
        rolls = False if rule.rolls is None else rule.rolls
        table = speller.table("day", None, rolls, rule.roll, "the end of that day")
        self.looked_up(text, table.name, said.text)
        return f"with day {said.text} ({table.name})"

    def reasonable(self, text: Text, rule: Rule, at: Place) -> str:
        """Write the end of a reasonable time: none as long as the answer is yes, and past if it is no."""
        assert isinstance(rule.limit, Reasonable)
        question = rule.limit.question
        about = (
            BoundE(rule.variable)
            if rule.variable in at.rows and self.program.questions[question].about
            else None
        )
        is_prompt = self.settled(text, answer_of(self.speller, AnswerE(question, about), at))
        text.add(f"y = {FAR} if {is_prompt} else {at.now}")
        return f"within a reasonable time ({is_prompt})"

    def in_numbers(self, text: Text, rule: Rule, at: Place) -> str:
        """Write the end of a reasonable time as laws in force say in numbers, the earliest; else as is found."""
        ends, is_told = self.speller.name("y"), self.speller.name("r")
        text.add(f"{ends} = {FAR}", f"{is_told} = False")
        told = []
        for index in rule.numbered:
            other = self.program.rules[index]
            if not is_there(self.draft, other):
                continue
            here = replace(at, rows={**at.rows, **self.renamed(other, at)}, rolls=other.rolls)
            speaks = [self.in_force(other, here)]
            binds = self.has_same_trigger(other, at)
            if binds and other.trigger_where is not None:
                speaks.append(held(self.speller, other.trigger_where, here))
            text.deeper(f"if {self.settled(text, all_of(speaks))}:")
            text.add(f"{is_told} = True")
            if binds:
                told.append(self.window(text, other, here))
                text.add(f"if y < {ends}: {ends} = y")
            text.out()
        text.deeper(f"if not {is_told}:")
        found = self.reasonable(text, rule, at)
        text.out()
        text.add(f"else: y = {ends}")
        return f"{found}, unless a law says in numbers: {', '.join(told)}"

    @staticmethod
    def renamed(rule: Rule, at: Place) -> dict[str, tuple[str, tuple[str, ...]]]:
        """Return what is bound under the name that a norm has for it."""
        return dict(zip([rule.variable], at.rows.values(), strict=False))

    def has_same_trigger(self, rule: Rule, at: Place) -> bool:
        """Tell whether what is bound gives rise to a duty of a norm, too. Raises Unsaid where only some of it does."""
        fits = {name in triggering(self.speller, rule) for _, names in at.rows.values() for name in names}
        if len(fits) > 1:
            raise Unsaid(f"{rule.norm.id}: a reasonable time in numbers for some occurrences only")
        return fits == {True}

    def within(self, text: Text, rule: Rule, at: Place) -> str:
        speller = self.speller
        assert rule.limit_value is not None
        period = speller.fixed(rule.limit_value)
        if not isinstance(period, Period):
            raise Unsaid("a window without a fixed length")
        if rule.limit_of is None:
            start, kind = at.now, "instant"
        else:
            start, kind = self.origin(text, rule.limit_of, at)
        if period.unit in ELAPSED:
            length = period.count * ELAPSED[period.unit]
            if kind == "day":
                start = f"(({start} + 1) * {DAY} - {EAST})"
            text.add(f"y = {start} + {length}")
            return f"{period} from {start}"
        day = f"(({start} + {EAST}) // {DAY})" if kind == "instant" else start
        table = speller.table("end", period, rule.rolls, rule.roll, f"{period} later")
        self.looked_up(text, table.name, day)
        return f"{period} after day {day} ({table.name})"

    def origin(self, text: Text, made: Evaluator, at: Place) -> tuple[str, str]:
        """Spell from what a period counts: a day, an instant, or when an occurrence that is bound took effect."""
        if isinstance(made, BoundE) and made.name in at.rows:
            return f"at[{at.rows[made.name][0]}]", "instant"
        said = self.speller.spell(made, at)
        self.flush(text)
        if said.kind not in ("day", "instant"):
            raise Unsaid(f"a period counted from a {said.kind}")
        return said.text, said.kind

    def discharges(self, text: Text, name: str, touch: Touch) -> None:
        """Write which duties an act does, as `engine/duties.py` looks for them."""
        declared = touch.declared
        lanes = [lane for index in touch.discharges for lane in self.draft.of(index)]
        if not lanes:
            return
        per = declared.per
        if per is not None:
            self.refers(per)
        amount = None
        if declared.accumulates:
            said = column(self.speller, declared.accumulates, "money", "i", (name,))
            amount = said.text
            text.add(f"if {amount} > {MOST} or {amount} < 0: why = 2")
            unnamed = f"c_{per}[i] == {MISSING}" if per is not None else "True"
            text.deeper(f"if {unnamed}:")
            self.appropriates(text, name, lanes, amount)
            text.out()
            text.deeper("else:")
        for lane in lanes:
            self.discharge(text, name, declared, lane, amount)
        if declared.accumulates:
            text.out()

    def discharge(
        self, text: Text, name: str, declared: OccurrenceDecl, lane: Lane, amount: str | None
    ) -> None:
        """Write the discharge of what an act names, or, where it can name nothing, of all that are not over."""
        n, rule = lane.number, lane.rule
        if rule.about_field is not None:
            self.refers(rule.about_field)
            text.add(f"k = c_{rule.about_field}[i]")
            text.deeper("if k >= k0 and k < kc:")
        else:
            self.unsure.add(name)
            self.skipping(text, lane)
            text.deeper(f"for k in range(lo{n}, {lane.top}):")
        conditions = [f"(s{n}[k] == 1 or s{n}[k] == 3 or s{n}[k] == 5)"]
        conditions += [each.sure for each in self.borne(rule, "who[i]")]
        if lane.source is not None and declared.per is not None:
            if self.draft.lanes[lane.source].source is not None:
                raise Unsaid(f"{rule.norm.id}: an act that names a breach of what arose by a breach")
            conditions.append(f"(c_{declared.per}[i] == {MISSING} or c_{declared.per}[i] == k)")
        conditions += self.where(rule, lane, name, "k")
        if rule.norm.bearer is Who.BOTH:
            conditions.append(self.joined(name).sure)
        self.flush(text)
        text.deeper(f"if {' and '.join(conditions)}:")
        self.performs(text, lane, "k", amount)
        text.out(2)
        self.draft.step(
            rule, f"{name} discharges it" + (f", adding up {declared.accumulates}" if amount else "")
        )

    def joined(self, name: str) -> Held:
        """Spell that all who must join in an act at hand have done so."""
        ways = [plain(f"who[i] == {JOINT}")]
        for party in self.program.bound_parties:
            others = (each for each in self.program.bound_parties if each != party)
            did = [plain(self.speller.happening(name, each)) for each in others]
            ways.append(all_of([plain(f"who[i] == {self.speller.party(party)}"), *did]))
        return any_of(ways)

    def where(self, rule: Rule, lane: Lane, name: str, key: str) -> list[str]:
        """Return what must hold of the act that discharges."""
        if rule.where is None:
            return []
        rows: dict[str, tuple[str, tuple[str, ...]]] = {"@act": ("i", (name,))}
        debts = {}
        if lane.source is None:
            rows[rule.variable] = (f"row[{key}]", triggering(self.speller, rule))
        else:
            debts[rule.variable] = (self.draft.lanes[lane.source], key)
        return [self.speller.flag(rule.where, Place("t", rows, debts, rolls=rule.rolls))]

    def performs(self, text: Text, lane: Lane, key: str, amount: str | None) -> None:
        """Write one performance towards an instance; it is done once what is owed is reached."""
        n = lane.number
        if amount is not None and lane.owes:
            text.add(f"x = p{n}[{key}] + {amount}")
            text.deeper(f"if x < o{n}[{key}]:")
            text.add(f"p{n}[{key}] = x")
            text.out()
            text.deeper("else:")
            text.add(f"p{n}[{key}] = o{n}[{key}]")
        else:
            text.deeper("if True:")
        text.deeper(f"if {late(lane, key, 't')}:")
        text.add(f"s{n}[{key}] = 4")
        if lane.eager:
            text.add(f"v{n} -= 1", f"u{n} += 1")
        text.out()
        text.deeper("else:")
        text.add(f"s{n}[{key}] = 2", f"d{n} = True")
        text.out()
        text.add(f"z{n}[{key}] = t")
        text.out()

    def appropriates(self, text: Text, name: str, lanes: list[Lane], amount: str) -> None:
        """Write the appropriation of a payment that names nothing: late ones first, then the earlier window, and
        those that are equal in proportion.
        """
        owing = [lane for lane in lanes if lane.owes]
        if len(owing) != 1:
            text.add("why = 3" if owing else "pass")
            return
        (lane,) = owing
        n, rule = lane.number, lane.rule
        if not isinstance(rule.norm.bearer, str):
            raise Unsaid(f"{rule.norm.id}: a payment that names nothing, where more is asked of it")
        is_open = [f"(s{n}[k] == 1 or s{n}[k] == 3 or s{n}[k] == 5)"]
        is_open += [each.sure for each in self.borne(rule, "who[i]")]
        is_open += self.where(rule, lane, name, "k")
        arisen = f"at[{lane.row_of('k')}]" if lane.source is None else f"b{lane.source}[k]"
        other = arisen.replace("[k]", "[y]")
        if self.speller.before:
            self.speller.before.clear()
            raise Unsaid(f"{rule.norm.id}: a payment that names nothing, where more is asked of it")
        self.skipping(text, lane)
        text.add(f"x = {amount}")
        text.deeper("while x > 0 and why == 0:")
        text.add(f"r0 = 2; r1 = {FAR}; g = 0; y = -1")
        text.deeper(f"for k in range(lo{n}, {lane.top}):")
        text.deeper(f"if {' and '.join(is_open)}:")
        text.add(f"j0 = 0 if {late(lane, 'k', 't')} else 1", f"j1 = e{n}[k]")
        text.add("if j0 < r0 or (j0 == r0 and j1 < r1): r0 = j0; r1 = j1; g = 0; y = -1")
        text.deeper("if j0 == r0 and j1 == r1:")
        # The last of several takes what rounding leaves, so their order must be plain.
        text.add(f"if y >= 0 and {other} >= {arisen}: why = 3")
        text.add(f"g += o{n}[k] - p{n}[k]", "y = k")
        text.out(3)
        text.add("if g <= 0 or why != 0: break")
        text.add("h = min(x, g)", "l = 0")
        text.deeper(f"for k in range(lo{n}, y + 1):")
        same = [*is_open, f"(0 if {late(lane, 'k', 't')} else 1) == r0", f"e{n}[k] == r1"]
        text.deeper(f"if {' and '.join(same)}:")
        text.add(f"j = o{n}[k] - p{n}[k]")
        text.add("if h > 3000000000 or j > 3000000000: why = 2; break")
        text.add("j1 = h - l if k == y else h * j // g", "l += j1", "r = x")
        text.deeper("if j1 > 0:")
        self.performs(text, lane, "k", "j1")
        text.out()
        text.add("x = r")
        text.out(2)
        text.add("x -= h")
        text.out()
        self.draft.step(
            rule,
            f"{name} that names nothing is appropriated: late first, then by its end, then in proportion",
        )
