"""The plan of a draft written as Python: one function over columns, the same text for plain Python and for numba.

For each account the loop takes its events in order. Before each, what time alone brings is done (an agreement expires,
the windows of eager lanes end); then what the occurrence does, in the order of `engine/position.py`: its basis, the
prohibitions it breaks, states, the agreement's beginning, the duties it discharges, those to which it gives rise, and
what follows from breaches that began with it.
"""

from __future__ import annotations

from collections.abc import Iterator

from contractlang.norms import Obligation, OccurrenceDecl, Permission, Power, Prohibition, StateDecl
from contractlang.values import Period
from engine.bulk.kernel.lower import Draft, empowers, has_effects, in_law, is_there, norms_in, prohibits
from engine.bulk.kernel.plan import (
    DAY,
    EAST,
    FAR,
    JOINT,
    MISSING,
    MOST,
    Asked,
    Lane,
    Plan,
    arguments,
)
from engine.bulk.kernel.spell import LIVES, Place, Unsaid, late, parts_of
from engine.program import LifeRule, Rule, Touch
from engine.statuses import HappenedE

HELPERS = """
def look(table, place):
    if place < 0 or place >= len(table):
        return -1
    return table[place]


def push(hk, hv, n, at, what):
    i = n
    while i > 0:
        up = (i - 1) >> 1
        if hk[up] <= at:
            break
        hk[i] = hk[up]
        hv[i] = hv[up]
        i = up
    hk[i] = at
    hv[i] = what
    return n + 1


def pop(hk, hv, n):
    n -= 1
    at = hk[n]
    what = hv[n]
    i = 0
    while True:
        down = 2 * i + 1
        if down >= n:
            break
        if down + 1 < n and hk[down + 1] < hk[down]:
            down += 1
        if hk[down] >= at:
            break
        hk[i] = hk[down]
        hv[i] = hv[down]
        i = down
    hk[i] = at
    hv[i] = what
    return n
"""


class Text:
    """Lines of code, and how far the next is indented."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.depth = 0

    def add(self, *lines: str) -> None:
        """Add lines at the present depth."""
        self.lines += ["    " * self.depth + line for line in lines]

    def deeper(self, head: str) -> None:
        """Begin a block."""
        self.add(head)
        self.depth += 1

    def out(self, by: int = 1) -> None:
        """End blocks."""
        self.depth -= by


def written(draft: Draft, asked: tuple[Asked, ...]) -> Plan:
    """Return the plan of a draft with its loop written; what cannot be is added to the draft's reasons."""
    return _Writer(draft, asked).plan()


class _Writer:
    """Writes the loop of one draft."""

    def __init__(self, draft: Draft, asked: tuple[Asked, ...]) -> None:
        self.draft, self.asked = draft, asked
        self.program, self.speller = draft.program, draft.speller
        self.references: set[str] = set()
        self.codes: dict[str, int] = {}
        self.leaving: set[int] = set()
        self.apart: set[str] = set()
        self.unsure: set[str] = set()
        self.entangled = False

    # -- the whole

    def plan(self) -> Plan:
        draft, speller = self.draft, self.speller
        self.agreement = next(c for c in self.program.contracts if c.kind == "agreement")
        for name, declared in self.program.declarations.items():
            if isinstance(declared, StateDecl) and not declared.in_law and declared.options:
                speller.state_variable(name)
        beginning, term = bool(self.life_rules("takes_effect")), bool(self.life_rules("lasts"))
        # What has happened is only counted where something asks for it, and that is known after the first writing.
        body, questions = self.branches(), self.questions()
        self.loop(Text(), body, questions, beginning, term)
        draft.steps.clear()
        self.codes.clear()
        body, questions = self.branches(), self.questions()
        things = frozenset(
            name for name, touch in self.program.touches.items()
            if name not in draft.left and any(draft.of(index) for index in touch.instances)
        )  # fmt: skip
        source = self.loop(Text(), body, questions, beginning, term)
        tables = tuple(speller.tables.values())
        kinds = dict(sorted({**speller.kinds, **dict.fromkeys(self.references, "reference")}.items()))
        names = arguments(kinds, tables, tuple(draft.lanes), tuple(draft.prohibitions))
        head = f"def fold({', '.join(names)}):\n"
        return Plan(
            document=self.agreement.name, source=f"{HELPERS}\n\n{head}{source}", codes=self.codes, left=draft.left,
            kinds=kinds, needs={n: frozenset(f) for n, f in speller.needs.items()},
            without={n: frozenset(f) for n, f in draft.without.items()}, things=things,
            references=frozenset(self.references), apart=self.independent(), words=speller.words,
            parties=speller.parties, states=tuple(speller.states.items()), lanes=tuple(draft.lanes),
            prohibitions=tuple(draft.prohibitions), tables=tables, asked=self.asked, steps=tuple(draft.steps),
            readings=speller.readings,
        )  # fmt: skip

    def independent(self) -> frozenset[str]:
        """Return the occurrences of which several at one instant come to the same in every order."""
        return frozenset() if self.entangled else frozenset(self.apart - self.unsure)

    def loop(self, text: Text, body: list[str], questions: list[str], draft_first: bool, term: bool) -> str:
        draft = self.draft
        eager = [lane for lane in draft.lanes if lane.eager]
        text.depth = 1
        text.deeper("for a in range(len(first) - 1):")
        text.add("kc = things[a]", "k0 = kc", "why = 0", "t = asof")
        text.add(f"life = {0 if draft_first else 1}", f"since = {MISSING}", f"lend = {FAR}")
        for name, options in self.speller.states.items():
            initial = draft.terms.states.get(name, options[0])
            text.add(f"{self.speller.state_variable(name)} = {self.speller.word(str(initial))}")
        for variable in self.speller.happened.values():
            text.add(f"{variable} = False")
        for lane in draft.lanes:
            n = lane.number
            text.add(f"lo{n} = k0", f"v{n} = 0", f"u{n} = 0", f"d{n} = False")
        for rule in draft.prohibitions:
            text.add(f"n_{rule.index} = 0")
        if eager:
            text.add("hn = 0", "f0 = 0", "f1 = 0")
        text.deeper("for i in range(first[a], first[a + 1]):")
        text.add("t = at[i]", "if t > asof: break")
        self.passing(text, eager, "t", term)
        text.add("c = code[i]")
        text.add(*body)
        if eager:
            self.following(text, "t")
        text.add("if why != 0: break")
        text.out()
        text.deeper("if why == 0:")
        text.add("t = asof")
        self.passing(text, eager, "asof", term)
        for lane in draft.lanes:
            if not lane.eager:
                n = lane.number
                text.deeper("for k in range(k0, kc):")
                text.deeper(f"if s{n}[k] == 1 and e{n}[k] <= asof:")
                text.add(f"s{n}[k] = 3")
                text.add(f"v{n} += 1")
                text.out()
                text.add(f"elif s{n}[k] == 4: u{n} += 1")
                text.out()
        for n in sorted(self.leaving):
            text.add(f"if v{n} + u{n} > 0: why = 4")
        text.add(*questions)
        text.add("life_[a] = life", "since_[a] = since", "lend_[a] = lend")
        for place, name in enumerate(self.speller.states):
            wide = len(self.speller.states)
            text.add(f"state_[a * {wide} + {place}] = {self.speller.state_variable(name)}")
        text.out()
        text.add("gone[a] = why")
        text.out(2)
        return "\n".join(text.lines) + "\n"

    # -- time

    def passing(self, text: Text, eager: list[Lane], until: str, term: bool) -> None:
        """Write what time alone brings up to an instant, that instant included."""
        if eager:
            text.deeper(f"while hn > 0 and hk[0] <= {until}:")
            text.add("m = hk[0]")
            text.deeper("while hn > 0 and hk[0] == m:")
            text.add("l = hv[0] & 63", "k = hv[0] >> 6", "hn = pop(hk, hv, hn)")
            for place, lane in enumerate(eager):
                n = lane.number
                text.deeper(f"{'if' if place == 0 else 'elif'} l == {n}:")
                text.deeper(f"if s{n}[k] == 1 and e{n}[k] <= m:")
                self.breached(text, lane, "k", "m")
                text.out(2)
            text.out()
            if term:
                text.add("if life == 1 and lend <= m: life = 2")
            self.following(text, "m")
            text.out()
        if term:
            text.add(f"if life == 1 and lend <= {until}: life = 2")

    def breached(self, text: Text, lane: Lane, key: str, now: str) -> None:
        """Write that an instance of an eager lane is breached from now on."""
        n = lane.number
        text.add(f"s{n}[{key}] = 3", f"b{n}[{key}] = {now}", f"v{n} += 1")
        if self.after(lane):
            text.add(f"fl[f1] = {n}", f"fk[f1] = {key}", "f1 += 1")

    def after(self, lane: Lane) -> list[Lane]:
        """Return the lanes of what arises by a breach of a lane."""
        return [each for each in self.draft.lanes if each.source == lane.number]

    def following(self, text: Text, now: str) -> None:
        """Write what follows from the breaches that began at this instant."""
        broken = [lane for lane in self.draft.lanes if lane.eager and self.after(lane)]
        if not broken:
            return
        text.deeper("while f0 < f1:")
        text.add("l = fl[f0]", "k = fk[f0]", "f0 += 1")
        for place, lane in enumerate(broken):
            text.deeper(f"{'if' if place == 0 else 'elif'} l == {lane.number}:")
            for each in self.after(lane):
                debts = {each.rule.variable: (lane, "k")}
                try:
                    self.arises(text, each, Place(now, {}, debts, rolls=each.rule.rolls is not None), "k")
                except Unsaid as wrong:
                    self.speller.before.clear()
                    self.leaving.add(lane.number)
                    self.speller.broken.setdefault(
                        each.rule.index, f"which the kernel does not have ({wrong})"
                    )
                    self.draft.step(each.rule, f"left to the engine once it arises: {wrong}")
                    text.add("why = 4")
            text.out()
        text.out()
        text.add("f0 = 0", "f1 = 0")

    # -- what an occurrence does

    def branches(self) -> list[str]:
        """Return what each kind of occurrence does, as branches over its code."""
        blocks: list[tuple[str, list[str]]] = []
        life = self.life_looks()
        for name, touch in self.program.touches.items():
            if name in self.draft.left:
                continue
            try:
                lines = self.branch(name, touch, life)
            except Unsaid as wrong:
                self.speller.before.clear()
                self.draft.leave(name, str(wrong))
                for index in (*touch.instances, *touch.discharges):
                    self.unsure.update(self.touching(index))
                continue
            if lines:
                blocks.append((name, lines))
        found: list[str] = []
        for place, (name, lines) in enumerate(blocks):
            self.codes[name] = place
            found.append(f"{'if' if place == 0 else 'elif'} c == {place}:  # {name}")
            found += ["    " + line for line in lines]
        return found

    def touching(self, index: int) -> Iterator[str]:
        for name, touch in self.program.touches.items():
            if index in touch.discharges:
                yield name

    def branch(self, name: str, touch: Touch, life: list[tuple[LifeRule, str, set[str]]]) -> list[str]:
        """Return what one kind of occurrence does. Raises Unsaid where the plan cannot have it."""
        text = Text()
        self.apart.add(name)
        act = ("i", (name,))
        before = Place("t", {"@act": act})
        bases: list[tuple[str, Rule]] = []
        if touch.renews or touch.declared.shows:
            raise Unsaid("an occurrence that renews an agreement, or shows a state")
        if has_effects(self.program, touch):
            bases = self.bases(text, name, before)
            self.unsure.add(name)
        for index in touch.prohibitions:
            rule = self.program.rules[index]
            if rule in self.draft.prohibitions:
                self.forbids(text, rule, name)
                self.unsure.add(name)
        for (happened, who), variable in self.speller.happened.items():
            if happened in touch.names:
                self.unsure.add(name)
                if who is None:
                    text.add(f"{variable} = True")
                else:
                    text.add(f"if who[i] == {self.speller.party(who)}: {variable} = True")
        self.effects(text, name, touch, bases)
        for _, condition, names in life:
            if names & set(touch.names):
                text.deeper(f"if life == 0 and {condition}:")
                text.add("life = 1", "since = t")
                self.term(text)
                text.out()
        self.discharges(text, name, touch)
        self.instances(text, name, touch)
        return text.lines

    def forbids(self, text: Text, rule: Rule, name: str) -> None:
        """Write that an act breaks a prohibition."""
        place = self.draft.prohibitions.index(rule)
        rows = {"@act": ("i", (name,))}
        if rule.self_triggered:
            rows[rule.variable] = ("i", (name,))
        at = Place("t", rows, rolls=rule.rolls is not None)
        conditions = [self.in_force(rule, at), *self.borne(rule, "who[i]"), *self.conditions(rule, at)]
        if rule.trigger_where is not None:
            conditions.append(self.speller.flag(rule.trigger_where, at))
        if rule.where is not None:
            conditions.append(self.speller.flag(rule.where, at))
        self.flush(text)
        text.deeper(f"if {' and '.join(conditions)}:")
        text.add(f"x{place}[i] = 1", f"n_{rule.index} += 1")
        if any(
            isinstance(self.program.norms[each], Obligation)
            for each in self.program.on_breach.get(rule.index, ())
        ):
            text.add("why = 4")
        text.out()
        self.draft.step(rule, f"{name} breaks it: {' and '.join(conditions)}")

    def bases(self, text: Text, name: str, at: Place) -> list[tuple[str, Rule]]:
        """Write on which norms an act rests; return the variables that tell it."""
        found = []
        for index in self.program.by_act[name]:
            rule = self.program.rules[index]
            if isinstance(rule.norm, Prohibition) or not is_there(self.draft, rule):
                continue
            variable = f"g_{index}"
            if isinstance(rule.norm, Power | Permission):
                empowers(rule)
                here = Place(at.now, at.rows, at.debts, at.end, rolls=rule.rolls is not None)
                conditions = [
                    self.in_force(rule, here),
                    *self.borne(rule, "who[i]"),
                    *self.conditions(rule, here),
                ]
                if rule.where is not None:
                    conditions.append(self.speller.flag(rule.where, here))
                self.flush(text)
                text.add(f"{variable} = {' and '.join(conditions)}")
            else:
                raise Unsaid(f"{rule.norm.id}: a duty as the basis of an act")
            self.draft.step(rule, f"is the basis of {name}: {' and '.join(conditions)}")
            found.append((variable, rule))
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
                    text.add(f"if {' or '.join(v for v, _ in bases)}: life = {LIVES[effect.option]}")
            elif in_law(self.program, effect.state):
                raise Unsaid(f"it sets the state in law `{effect.state}`")
            else:
                variable = self.speller.state_variable(effect.state)
                text.add(f"{variable} = {self.speller.word(effect.option)}")
        for variable, rule in bases:
            assert isinstance(rule.norm, Power | Permission)
            for index in rule.suspends:
                for lane in self.draft.of(index):
                    self.suspends(text, variable, rule, lane)
            for index in rule.resumes:
                for lane in self.draft.of(index):
                    self.resumes(text, variable, rule, lane)

    def suspends(self, text: Text, variable: str, rule: Rule, lane: Lane) -> None:
        assert isinstance(rule.norm, Power)
        n = lane.number
        clocks = {
            p.norm.clock
            for p in self.program.rules
            if lane.rule.index in p.suspends and isinstance(p.norm, Power)
        }
        if len(clocks) > 1:
            raise Unsaid(f"{lane.norm}: two powers suspend it, and its clock does not go on alike")
        text.deeper(f"if {variable}:")
        self.skipping(text, lane)
        text.deeper(f"for j in range(lo{n}, kc):")
        text.add(f"if s{n}[j] == 1: s{n}[j] = 5; w{n}[j] = t")
        text.out(2)
        self.draft.step(rule, f"suspends {lane.norm}; the clock {rule.norm.clock.value}")

    def resumes(self, text: Text, variable: str, rule: Rule, lane: Lane) -> None:
        n = lane.number
        clocks = {
            p.norm.clock.value for p in self.program.rules
            if lane.rule.index in p.suspends and isinstance(p.norm, Power)
        }  # fmt: skip
        if not clocks:
            return
        (clock,) = clocks
        text.deeper(f"if {variable}:")
        self.skipping(text, lane)
        text.deeper(f"for j in range(lo{n}, kc):")
        text.deeper(f"if s{n}[j] == 5:")
        if clock == "stops":
            text.add(f"if e{n}[j] < {FAR}: e{n}[j] = t + (e{n}[j] - w{n}[j])")
        elif clock == "extends":
            text.add(f"if e{n}[j] < {FAR}: e{n}[j] += -(-(t - w{n}[j]) // {DAY}) * {DAY}")
        text.add(f"s{n}[j] = 1")
        self.begins(text, lane, "j", "t")
        text.out(3)
        self.draft.step(rule, f"resumes {lane.norm}; the clock {clock}")

    # -- duties

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
            said = self.speller.column(declared.accumulates, "money", "i", (name,))
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

    def refers(self, name: str) -> None:
        """A column names occurrences."""
        self.references.add(name)

    def borne(self, rule: Rule, who: str) -> list[str]:
        """Return the condition that an actor bears the norm, or shares in bearing it."""
        bearer = rule.norm.bearer
        if not isinstance(bearer, str):
            return []
        number = self.speller.party(bearer)
        return [f"({who} == {number} or {who} == {JOINT})"]

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
            text.deeper(f"for k in range(lo{n}, kc):")
        conditions = [f"(s{n}[k] == 1 or s{n}[k] == 3 or s{n}[k] == 5)", *self.borne(rule, "who[i]")]
        if lane.source is not None and declared.per is not None:
            if self.draft.lanes[lane.source].source is not None:
                raise Unsaid(f"{rule.norm.id}: an act that names a breach of what arose by a breach")
            conditions.append(f"(c_{declared.per}[i] == {MISSING} or c_{declared.per}[i] == k)")
        conditions += self.where(rule, lane, name, "k")
        self.flush(text)
        text.deeper(f"if {' and '.join(conditions)}:")
        self.performs(text, lane, "k", amount)
        text.out(2)
        self.draft.step(
            rule, f"{name} discharges it" + (f", adding up {declared.accumulates}" if amount else "")
        )

    def where(self, rule: Rule, lane: Lane, name: str, key: str) -> list[str]:
        """Return what must hold of the act that discharges."""
        if rule.where is None:
            return []
        rows: dict[str, tuple[str, tuple[str, ...]]] = {"@act": ("i", (name,))}
        debts = {}
        if lane.source is None:
            rows[rule.variable] = (f"row[{key}]", self.triggers(rule))
        else:
            debts[rule.variable] = (self.draft.lanes[lane.source], key)
        return [self.speller.flag(rule.where, Place("t", rows, debts, rolls=rule.rolls is not None))]

    def triggers(self, rule: Rule) -> tuple[str, ...]:
        """Return the occurrences that give rise to a duty."""
        return tuple(name for name, touch in self.program.touches.items() if rule.index in touch.instances)

    def skipping(self, text: Text, lane: Lane) -> None:
        """Write that what is over is not looked at again."""
        n = lane.number
        over = f"s{n}[lo{n}] == 2 or s{n}[lo{n}] == 4"
        if lane.source is None:
            over += f" or s{n}[lo{n}] == 0"
        else:
            # What may still arise by a breach is not over: that of a duty that is open, or has not arisen itself.
            source = f"s{lane.source}[lo{n}]"
            never = f"{source} == 2 or {source} == 3 or {source} == 4"
            if self.draft.lanes[lane.source].source is None:
                never += f" or {source} == 0"
            over += f" or (s{n}[lo{n}] == 0 and ({never}))"
        text.add(f"while lo{n} < kc and ({over}): lo{n} += 1")

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
        is_open = [f"(s{n}[k] == 1 or s{n}[k] == 3 or s{n}[k] == 5)", *self.borne(rule, "who[i]")]
        is_open += self.where(rule, lane, name, "k")
        arisen = "at[row[k]]" if lane.source is None else f"b{lane.source}[k]"
        other = arisen.replace("[k]", "[y]")
        if self.speller.before:
            self.speller.before.clear()
            raise Unsaid(f"{rule.norm.id}: a payment that names nothing, where more is asked of it")
        self.skipping(text, lane)
        text.add(f"x = {amount}")
        text.deeper("while x > 0 and why == 0:")
        text.add(f"r0 = 2; r1 = {FAR}; g = 0; y = -1")
        text.deeper(f"for k in range(lo{n}, kc):")
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

    def instances(self, text: Text, name: str, touch: Touch) -> None:
        """Write the duties to which an occurrence gives rise."""
        lanes = [lane for index in touch.instances for lane in self.draft.of(index)]
        if not lanes:
            return
        text.add("k = kc", "kc += 1", "row[k] = i")
        for lane in lanes:
            rule = lane.rule
            rows = {rule.variable: ("i", self.triggers(rule))}
            self.arises(text, lane, Place("t", rows, rolls=rule.rolls is not None), "k")

    def arises(self, text: Text, lane: Lane, at: Place, key: str) -> None:
        """Write that an instance arises, if the norm then applies. Raises Unsaid."""
        n, rule, speller = lane.number, lane.rule, self.speller
        asking = (rule.when, rule.unless, rule.trigger_where, rule.where, rule.amount, rule.since, rule.until)
        if any(True for made in asking for _ in norms_in(made)):
            self.entangled = True
            if lane.source is not None:
                raise Unsaid(f"{rule.norm.id}: what follows from a breach only as other duties stand")
        conditions = [self.in_force(rule, at), *self.conditions(rule, at)]
        if rule.trigger_where is not None:
            conditions.append(speller.flag(rule.trigger_where, at))
        self.flush(text)
        text.deeper(f"if {' and '.join(conditions)}:")
        told = self.window(text, lane, at)
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
        source = "" if lane.source is None else f" by a breach of {self.draft.lanes[lane.source].norm}"
        self.draft.step(rule, f"arises{source} if {' and '.join(conditions)}; ends {told}")

    def begins(self, text: Text, lane: Lane, key: str, now: str) -> None:
        """Write that an instance begins: one whose window is past already is breached at once."""
        n = lane.number
        text.deeper(f"if e{n}[{key}] <= {now}:")
        self.breached(text, lane, key, now)
        text.out()
        text.deeper(f"elif e{n}[{key}] < {FAR}:")
        text.add("if hn >= len(hk): why = 5")
        text.add(f"else: hn = push(hk, hv, hn, e{n}[{key}], ({key} << 6) | {n})")
        text.out()

    def window(self, text: Text, lane: Lane, at: Place) -> str:
        """Write the end of a window into `y`; return it in words."""
        rule, speller = lane.rule, self.speller
        limit = type(rule.limit).__name__
        if rule.limit is None:
            text.add(f"y = {FAR}")
            return "never"
        if limit == "AtOnce":
            text.add(f"y = {at.now} + 1000000")
            return "at once"
        if limit == "Reasonable" or rule.limit_value is None:
            raise Unsaid("within a reasonable time")
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

    def within(self, text: Text, rule: Rule, at: Place) -> str:
        speller = self.speller
        assert rule.limit_value is not None
        period = speller.fixed(rule.limit_value)
        if not isinstance(period, Period):
            raise Unsaid("a window without a fixed length")
        hours = {"hours": 3600, "minutes": 60, "seconds": 1}
        if rule.limit_of is None:
            start, kind = at.now, "instant"
        else:
            said = speller.spell(rule.limit_of, at)
            self.flush(text)
            start, kind = said.text, said.kind
        if period.unit in hours:
            length = period.count * hours[period.unit] * 1_000_000
            if kind == "day":
                start = f"(({start} + 1) * {DAY} - {EAST})"
            text.add(f"y = {start} + {length}")
            return f"{period} from {start}"
        day = f"(({start} + {EAST}) // {DAY})" if kind == "instant" else start
        table = speller.table("end", period, rule.rolls, rule.roll, f"{period} later")
        self.looked_up(text, table.name, day)
        return f"{period} after day {day} ({table.name})"

    def looked_up(self, text: Text, table: str, day: str) -> None:
        text.add(f"y = look({table}, {day} - base)", "if y < 0: why = 1")

    def in_force(self, rule: Rule, at: Place) -> str:
        """Spell whether a norm is in force."""
        if not rule.home:
            raise Unsaid("a norm of no agreement")
        found = ["life != 0" if rule.norm.survives else "life == 1"]
        if rule.since is not None:
            found.append(self.speller.flag(rule.since, at))
        if rule.until is not None:
            found.append(f"not {self.speller.flag(rule.until, at)}")
        return " and ".join(found)

    def conditions(self, rule: Rule, at: Place) -> list[str]:
        """Spell the conditions of a norm."""
        found = [] if rule.when is None else [self.speller.flag(rule.when, at)]
        return found if rule.unless is None else [*found, f"not {self.speller.flag(rule.unless, at)}"]

    def flush(self, text: Text) -> None:
        """Write the statements that the expressions just spelled stand on."""
        text.add(*self.speller.before)
        self.speller.before.clear()

    # -- the life of the agreement

    def life_rules(self, how: str) -> list[LifeRule]:
        found = []
        for rule in self.program.life.get(self.agreement.base, ()):
            if rule.life.how == how:
                found.append(rule)
        return found

    def life_looks(self) -> list[tuple[LifeRule, str, set[str]]]:
        """Return the sentences by which the agreement takes effect, and the occurrences they wait for."""
        found = []
        for rule in self.life_rules("takes_effect"):
            clause = rule.life.clause
            try:
                if rule.holds is not None and not self.speller.fixed(rule.holds):
                    continue
                names = {part.name for part in parts_of(rule.value) if isinstance(part, HappenedE)}
                kinds = {type(part).__name__ for part in parts_of(rule.value)} - {
                    "HappenedE",
                    "AndE",
                    "OrE",
                    "ConstE",
                }
                if kinds or not names:
                    raise Unsaid("an agreement that takes effect by more than what happens")
                condition = self.speller.flag(rule.value, Place("t"))
            except Unsaid as wrong:
                self.draft.reasons.append((clause, str(wrong)))
                continue
            found.append((rule, condition, names))
        return found

    def term(self, text: Text) -> None:
        """Write the last day of an agreement that takes effect now."""
        for rule in self.life_rules("lasts"):
            try:
                if rule.holds is not None and not self.speller.fixed(rule.holds):
                    continue
                period = self.speller.fixed(rule.value)
                if not isinstance(period, Period):
                    raise Unsaid("an agreement without a fixed term")
                first = (
                    rule.first_day is not None
                    and bool(self.speller.fixed(rule.first_day))
                    and period.count > 0
                )
                rolls = False if rule.rolls is None else rule.rolls
                if period.unit in ("hours", "minutes", "seconds"):
                    raise Unsaid("an agreement that lasts for hours")
                table = self.speller.table(
                    "term, first day counted" if first else "end",
                    period,
                    rolls,
                    "following",
                    f"{period} later",
                )
            except Unsaid as wrong:
                self.draft.reasons.append((rule.life.clause, str(wrong)))
                return
            text.add(f"lend = look({table.name}, (t + {EAST}) // {DAY} - base)", "if lend < 0: why = 1")
            return

    # -- questions

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
