"""What every part of the loop is written with: lines of code, and what is said of a norm whatever it asks."""

from __future__ import annotations

from contractlang.norms import Who
from engine.bulk.kernel.lower import Draft, is_there
from engine.bulk.kernel.plan import FAR, JOINT, Asked, Lane
from engine.bulk.kernel.said import Place, Unsaid
from engine.event import BOTH
from engine.program import Rule


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

    def mark(self) -> tuple[int, int]:
        """Return how much is written, so that what follows can be taken back."""
        return len(self.lines), self.depth

    def back(self, mark: tuple[int, int]) -> None:
        """Take back what was written since a mark."""
        del self.lines[mark[0] :]
        self.depth = mark[1]


class Writer:
    """What is written about one draft, and what was found out while it was."""

    def __init__(self, draft: Draft, asked: tuple[Asked, ...]) -> None:
        self.draft, self.asked = draft, asked
        self.program, self.speller = draft.program, draft.speller
        self.references: set[str] = set()
        self.codes: dict[str, int] = {}
        self.leaving: set[int] = set()
        self.apart: set[str] = set()
        self.unsure: set[str] = set()
        self.entangled = False
        self.exercises: dict[tuple[int, str], str] = {}
        self.noted: dict[tuple[int, str], str] = {}

    def refers(self, name: str) -> None:
        """A column names occurrences."""
        self.references.add(name)

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

    def open_over(self, rule: Rule, at: Place, act: str) -> list[str]:
        """Spell that nothing which prevails over a norm closes it to an act (for a state to be kept: puts it to sleep).

        Raises Unsaid.
        """
        found = []
        for index, when, _ in rule.prevailed_by:
            over = self.program.rules[index]
            if not over.is_act and not (over.is_prohibition and index in self.program.by_act.get(act, ())):
                continue
            if not over.is_act:
                raise Unsaid("a norm over which a prohibition prevails")
            exercised = self.exercised(over)
            if exercised:
                condition = "" if when is None else f"{self.speller.flag(when, at)} and "
                found.append(f"not ({condition}({exercised}))")
        return found

    def exercised(self, rule: Rule) -> str:
        """Spell whether a power stands exercised: it was a basis of what set a state to the value that it still has."""
        if not is_there(self.draft, rule):
            return ""
        if not rule.sets or any(document for _, document in rule.sets):
            raise Unsaid(f"whether {rule.norm.id} stands exercised, which sets no state in fact")
        return " or ".join(self.exercise(rule.index, state) for state, _ in rule.sets)

    def exercise(self, index: int, state: str) -> str:
        """Return the variable that tells whether a power stands exercised as to one state."""
        return self.exercises.setdefault((index, state), f"ex_{len(self.exercises)}")

    def breached_for(self, rule: Rule, who: str) -> str:
        """Return the variable that tells whether there was a breach that empowers, by another than `who`."""
        if rule.norm.bearer is not Who.OTHER:
            who = ""
        return self.noted.setdefault((rule.index, who), f"nb_{len(self.noted)}")

    def noting(self, text: Text, index: int, by: str, at: Place) -> None:
        """Write that a breach of a norm, by a party (its number), has begun: for those norms that are then in term."""
        for rule in self.draft.empowering:
            if index not in rule.on_breach_of:
                continue
            in_term = self.in_force(rule, at)
            self.flush(text)
            text.deeper(f"if {in_term}:")
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

    def empowered(self, rule: Rule, who: str) -> list[str]:
        """Return the condition that there was a breach that empowers an actor (a party's name, or a column's cell)."""
        if rule not in self.draft.empowering:
            return []
        names = (*self.speller.parties, BOTH)
        if rule.norm.bearer is not Who.OTHER:
            return [self.breached_for(rule, "")]
        if who in names:
            return [self.breached_for(rule, who)]
        each = [f"({who} == {self.speller.party(n)} and {self.breached_for(rule, n)})" for n in names]
        return [f"({' or '.join(each)})"]

    def borne(self, rule: Rule, who: str) -> list[str]:
        """Return the condition that an actor bears the norm, or shares in bearing it."""
        bearer = rule.norm.bearer
        if not isinstance(bearer, str):
            return []
        number = self.speller.party(bearer)
        return [f"({who} == {number} or {who} == {JOINT})"]

    def triggers(self, rule: Rule) -> tuple[str, ...]:
        """Return the occurrences that give rise to a duty."""
        return tuple(name for name, touch in self.program.touches.items() if rule.index in touch.instances)

    def flush(self, text: Text) -> None:
        """Write the statements that the expressions just spelled stand on."""
        text.add(*self.speller.before)
        self.speller.before.clear()

    def looked_up(self, text: Text, table: str, day: str) -> None:
        text.add(f"y = look({table}, {day} - base)", "if y < 0: why = 1")

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
        # In the last row a condition may still come true.
        top = "rc - 1" if lane.by_row else "kc"
        text.add(f"while lo{n} < {top} and ({over}): lo{n} += 1")

    def after(self, lane: Lane) -> list[Lane]:
        """Return the lanes of what arises by a breach of a lane."""
        return [each for each in self.draft.lanes if each.source == lane.number]

    def follows(self, lane: Lane) -> bool:
        """Tell whether anything follows from breaches of a lane."""
        return (
            bool(self.after(lane))
            or lane.rule.index in self.draft.dreaded
            or any(lane.rule.index in each.on_breach_of for each in self.draft.empowering)
        )

    def breached(self, text: Text, lane: Lane, key: str, now: str) -> None:
        """Write that an instance of an eager lane is breached from now on."""
        n = lane.number
        text.add(f"s{n}[{key}] = 3", f"b{n}[{key}] = {now}", f"v{n} += 1")
        if self.follows(lane):
            text.add(f"fl[f1] = {n}", f"fk[f1] = {key}", "f1 += 1")

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
