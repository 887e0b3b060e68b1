"""What every part of the loop is written with: lines of code, and what is said of a norm whatever it asks."""

from __future__ import annotations

from engine.bulk.kernel.held import FALSE, TRUE, Held
from engine.bulk.kernel.lower import Draft, scans
from engine.bulk.kernel.plan import FAR, Asked, Lane
from engine.bulk.kernel.said import Unsaid


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
        self.agreement = next(c for c in self.program.contracts if c.kind == "agreement")
        self.references: set[str] = set()
        self.codes: dict[str, int] = {}
        self.leaving: set[int] = set()
        self.apart: set[str] = set()
        self.unsure: set[str] = set()
        self.entangled = False
        self.noted: dict[tuple[int, str], str] = {}
        self.forbid: dict[int, list[str]] = {}

    def refers(self, name: str) -> None:
        """A column names occurrences."""
        self.references.add(name)

    def flush(self, text: Text) -> None:
        """Write the statements that the expressions just spelled stand on."""
        text.add(*self.speller.before)
        self.speller.before.clear()

    def settled(self, text: Text, held: Held) -> str:
        """Write that an account in which a condition is open is the engine's; return when it surely holds.

        Raises Unsaid where it is open in every account.
        """
        if held.is_open:
            raise Unsaid(held.why)
        self.flush(text)
        if held.sure == FALSE and held.maybe != FALSE:
            text.add(f"if {held.maybe}: why = {self.speller.gives_up(held)}")
        elif not held.is_plain:
            unsure = held.maybe if held.maybe == TRUE else f"({held.maybe})"
            text.add(f"if {unsure} and not ({held.sure}): why = {self.speller.gives_up(held)}")
        return held.sure

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
            or any(lane.rule.index in each.on_breach_of and not scans(each) for each in self.draft.empowering)
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
