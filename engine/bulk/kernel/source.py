"""The plan of a draft written as Python: one function over columns, the same text for plain Python and for LLVM.

For each account the loop takes its events in order. Before each, what time alone brings is done (an agreement expires,
the windows of eager lanes end); then what the occurrence does, in the order of `engine/position.py`: its basis, the
prohibitions it breaks, states, the agreement's beginning, the duties it discharges, those to which it gives rise, and
what follows from breaches that began with it.
"""

from __future__ import annotations

from collections.abc import Iterator

from contractlang.declaration import StateDecl
from contractlang.norms import Maintenance
from engine.bulk.kernel.asking import Asking
from engine.bulk.kernel.held import all_of, any_of
from engine.bulk.kernel.lasting import MONTHS, Look
from engine.bulk.kernel.lower import Draft, has_effects, scans
from engine.bulk.kernel.plan import FAR, NARROW, NONE, Asked, Lane, Plan, arguments, per_lane
from engine.bulk.kernel.said import Place, Unsaid
from engine.bulk.kernel.writer import Text
from engine.program import Rule, Touch

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


def written(draft: Draft, asked: tuple[Asked, ...]) -> Plan:
    """Return the plan of a draft with its loop written; what cannot be is added to the draft's reasons."""
    return _Loop(draft, asked).plan()


class _Loop(Asking):
    """Writes the loop of one draft."""

    def plan(self) -> Plan:
        draft, speller = self.draft, self.speller
        dreaded = self.draft.dreaded
        self.leaving |= {lane.number for lane in draft.lanes if lane.rule.index in dreaded and not lane.eager}
        for name, declared in self.program.declarations.items():
            if isinstance(declared, StateDecl) and not declared.in_law and declared.options:
                speller.state_variable(name)
        # What has happened is only counted where something asks for it, and that is known after the first writing.
        body, questions = self.branches(), self.questions()
        self.loop(Text(), body, questions)
        draft.steps.clear()
        self.codes.clear()
        body, questions = self.branches(), self.questions()
        things = frozenset(
            name for name, touch in self.program.touches.items()
            if name not in draft.left and any(draft.of(index) for index in touch.instances)
        )  # fmt: skip
        source = self.loop(Text(), body, questions)
        tables = tuple(speller.tables.values())
        kinds = dict(sorted({**speller.kinds, **dict.fromkeys(self.references, "reference")}.items()))
        names = arguments(
            kinds, speller.issues.values(), tables, tuple(draft.lanes), tuple(draft.prohibitions),
            len(speller.walks),
        )  # fmt: skip
        helpers = f"{HELPERS}\n{MONTHS}" if "months_after" in source else HELPERS
        given = (f"{each}: Halves" if each in NARROW else each for each in names)
        head = f"def fold({', '.join(given)}):\n"
        return Plan(
            document=self.agreement.name, source=f"{helpers}\n\n{head}{source}", codes=self.codes, left=draft.left,
            kinds=kinds, needs={n: frozenset(f) for n, f in speller.needs.items()},
            without={n: frozenset(f) for n, f in draft.without.items()}, things=things,
            references=frozenset(self.references), apart=self.independent(), words=speller.words,
            parties=speller.parties, states=tuple(speller.states.items()), lanes=tuple(draft.lanes),
            prohibitions=tuple(draft.prohibitions), tables=tables, asked=self.asked, steps=tuple(draft.steps),
            readings=speller.readings, opened=tuple(speller.opened), issues=speller.issues,
            presumed=frozenset(speller.presumed),
            doubled=speller.doubled, walks=len(speller.walks),
            forbid=tuple(tuple(self.forbid.get(place, ())) for place in range(len(self.asked))),
        )  # fmt: skip

    def independent(self) -> frozenset[str]:
        """Return the occurrences of which several at one instant come to the same in every order."""
        return frozenset() if self.entangled else frozenset(self.apart - self.unsure)

    def loop(self, text: Text, body: list[str], questions: list[str]) -> str:
        draft = self.draft
        eager = [lane for lane in draft.lanes if lane.eager]
        text.depth = 1
        text.deeper("for a in range(len(first) - 1):")
        text.add("kc = things[a]", "k0 = kc", "rb = first[a]", "rc = rb", "why = 0", "t = asof", "m = 0")
        self.cleared(text)
        self.unborn(text)
        for name, options in self.speller.states.items():
            initial = draft.terms.states.get(name, options[0])
            text.add(f"{self.speller.state_variable(name)} = {self.speller.word(str(initial))}")
        for variable in self.speller.happened.values():
            text.add(f"{variable} = False")
        for variable in (*self.speller.last.values(), *(f"walked{n}" for n in self.speller.walks.values())):
            text.add(f"{variable} = -1")
        for lane in draft.lanes:
            n = lane.number
            text.add(f"lo{n} = {lane.bottom}", f"v{n} = 0", f"u{n} = 0", f"d{n} = False")
        watching = self.watching()
        for lane in draft.lanes:
            if lane.by_row and lane.source is None:
                n = lane.number
                text.add(f"mk{n} = -1" if lane.kept else f"tr{n} = False; op{n} = False; ar{n} = False")
        for variable in (*self.speller.exercises.values(), *self.noted.values()):
            text.add(f"{variable} = False")
        for variable in self.speller.used_since.values():
            text.add(f"{variable} = 0")
        for rule in draft.prohibitions:
            text.add(f"n_{rule.index} = 0")
        if eager:
            text.add("hn = 0", "f0 = 0", "f1 = 0")
        self.in_time(text)
        if watching:
            self.beginning(text)
        if watching:
            self.moments(text, body, eager)
        else:
            self.events(text, body, eager)
        text.deeper("if why == 0:")
        text.add("t = asof")
        if not watching:
            self.passing(text, eager, "asof")
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
        text.add("life_[a] = life", "since_[a] = since", f"lend_[a] = {FAR} if vague else lend")
        for place, name in enumerate(self.speller.states):
            wide = len(self.speller.states)
            text.add(f"state_[a * {wide} + {place}] = {self.speller.state_variable(name)}")
        text.out()
        text.add("gone[a] = why")
        text.out(2)
        return "\n".join(text.lines) + "\n"

    def cleared(self, text: Text) -> None:
        """Write what empties the room of an account: it is near at hand when the account is looked at."""
        draft = self.draft
        things, rows = ["row[k] = -1"], [f"x{place}[i] = 0" for place in range(len(draft.prohibitions))]
        for lane in draft.lanes:
            laid, key = (rows, "i") if lane.by_row else (things, "k")
            laid += [f"{letter}{lane.number}[{key}] = {NONE}" for letter in per_lane(lane)]
        rows += [f"walk{number}[i] = -1" for number in self.speller.walks.values()]
        for key, begins, laid in (("k", "things", things), ("i", "first", rows)):
            if laid:
                text.deeper(f"for {key} in range({begins}[a], {begins}[a + 1]):")
                text.add(*laid)
                text.out()

    def watching(self) -> bool:
        """Tell whether conditions are looked at again whenever something happens."""
        return bool(self.draft.watched) or any(lane.by_row for lane in self.draft.lanes)

    def events(self, text: Text, body: list[str], eager: list[Lane]) -> None:
        """Write the loop over the events of an account where nothing is watched between them but windows."""
        text.deeper("for i in range(first[a], first[a + 1]):")
        text.add("t = at[i]", "if t > asof: break")
        self.passing(text, eager, "t")
        text.add("c = code[i]")
        text.add(*body)
        if eager:
            self.following(text, "t")
        text.add("if why != 0: break")
        text.out()

    def moments(self, text: Text, body: list[str], eager: list[Lane]) -> None:
        """Write the loop over the moments of an account: its events, and before each what time alone brings.

        After every moment the conditions are looked at again, until nothing follows from breaches any more.
        """
        text.deeper("for i in range(rb, first[a + 1] + 1):")
        text.add("ends = i == first[a + 1] or at[i] > asof", "t = asof if ends else at[i]")
        text.deeper("while why == 0:")
        text.add(f"due = {FAR}")
        if eager:
            text.add("if hn > 0: due = hk[0]")
        self.ages_next(text)
        text.deeper("if due <= t:")
        text.add("m = max(m, due)")
        if eager:
            self.falling_due(text, eager)
        self.ages(text, "m")
        text.out()
        text.add("elif ends: break")
        text.deeper("else:")
        text.add("m = t", "c = code[i]", "rc = i + 1", *body)
        text.out()
        text.deeper("while why == 0:")
        if eager:
            self.following(text, "m")
        self.watches(text)
        text.add("if f0 == f1: break" if eager else "break")
        text.out()
        text.add("if due > t: break")
        text.out()
        text.add("if ends or why != 0: break")
        text.out()

    def falling_due(self, text: Text, eager: list[Lane]) -> None:
        """Write the windows that end at the instant `m`, or before it."""
        text.deeper("while hn > 0 and hk[0] <= m:")
        text.add("l = hv[0] & 63", "k = hv[0] >> 6", "hn = pop(hk, hv, hn)")
        word = "if"
        for lane in eager:
            if lane.kept:
                continue
            n = lane.number
            text.deeper(f"{word} l == {n}:")
            text.deeper(f"if s{n}[k] == 1 and e{n}[k] <= m:")
            self.breached(text, lane, "k", "m")
            text.out(2)
            word = "elif"
        text.out()

    def passing(self, text: Text, eager: list[Lane], until: str) -> None:
        """Write what time alone brings up to an instant, that instant included."""
        if eager:
            text.deeper(f"while hn > 0 and hk[0] <= {until}:")
            text.add("m = hk[0]")
            self.falling_due(text, eager)
            self.ages(text, "m")
            self.following(text, "m")
            text.out()
        self.ages(text, until)

    def following(self, text: Text, now: str) -> None:
        """Write what follows from the breaches that began at this instant."""
        broken = [lane for lane in self.draft.lanes if lane.eager and self.follows(lane)]
        if not broken:
            return
        text.deeper("while f0 < f1:")
        text.add("l = fl[f0]", "k = fk[f0]", "f0 += 1")
        for place, lane in enumerate(broken):
            text.deeper(f"{'if' if place == 0 else 'elif'} l == {lane.number}:")
            if lane.rule.index in self.draft.dreaded:
                text.add("why = 4")
            self.noting(text, lane.rule.index, str(self.speller.party(lane.bearer)), Place(now))
            for each in self.after(lane):
                debts = {each.rule.variable: (lane, "k")}
                mark = text.mark()
                try:
                    self.arises(text, each, Place(now, {}, debts, rolls=each.rule.rolls), "k")
                except Unsaid as wrong:
                    text.back(mark)
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

    def branch(self, name: str, touch: Touch, life: list[Look]) -> list[str]:
        """Return what one kind of occurrence does. Raises Unsaid where the plan cannot have it."""
        text = Text()
        self.apart.add(name)
        act = ("i", (name,))
        before = Place("t", {"@act": act})
        bases: list[tuple[str, Rule]] = []
        if touch.declared.shows:
            raise Unsaid("an occurrence that shows a state")
        if has_effects(self.draft, touch):
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
        for last, variable in self.speller.last.items():
            if last in touch.names:
                self.unsure.add(name)
                text.add(f"{variable} = i")
        for walked, number in self.speller.walks.items():
            if walked in touch.names:
                self.unsure.add(name)
                text.add(f"walk{number}[i] = walked{number}", f"walked{number} = i")
        self.effects(text, name, touch, bases)
        self.renews(text, name, touch, bases)
        self.lives(text, touch, life)
        self.discharges(text, name, touch)
        self.instances(text, name, touch)
        for index in touch.prohibitions:
            rule = self.program.rules[index]
            if rule in self.draft.prohibitions and any(
                index in each.on_breach_of and not scans(each) for each in self.draft.empowering
            ):
                text.deeper(f"if x{self.draft.prohibitions.index(rule)}[i] == 1:")
                self.noting(text, index, "who[i]", Place("t"))
                text.out()
        return text.lines

    def in_time(self, text: Text) -> None:
        """Write that an account during which a law begins or ends, or whose law is not known, is the engine's."""
        speller = self.speller
        outside = [f"asof < {max(speller.known_from)}"] if speller.known_from else []
        outside += [f"asof >= {min(speller.known_until)}"] if speller.known_until else []
        begun = [f"at[rb] < {each} <= asof" for each in sorted(speller.bounds)]
        begun += [f"at[rb] < {max(speller.known_from)}"] if speller.known_from else []
        if begun:
            outside.append(f"(rb < first[a + 1] and ({' or '.join(begun)}))")
        if outside:
            text.add(f"if {' or '.join(outside)}: why = 7")

    def beginning(self, text: Text) -> None:
        """Write that what a law's condition brings before anything has happened makes the account the engine's."""
        rules = [lane.rule for lane in self.draft.lanes if lane.by_row and lane.source is None]
        rules += [rule for rule, _ in self.draft.watched]
        found = []
        for rule in rules:
            if not rule.home and not isinstance(rule.norm, Maintenance):
                try:
                    at = Place("m", rolls=rule.rolls, steady=True)
                    found.append(all_of(self.steadily(rule, at)))
                except Unsaid:
                    continue
        if found:
            text.add("m = at[rb] if rb < first[a + 1] else asof")
            self.flush(text)
            text.add(f"if rb < first[a + 1] and ({any_of(found).maybe}): why = 6")
            text.add("m = 0")
