"""What the solver finds on small contracts is what all histories on a small grid of times show, and no more.

Contracts are generated: permissions, prohibitions and duties on a few acts, with conditions on events, states and
duties late or broken, and priorities. Every ledger on a grid is asked about every act.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import product

import pytest

from contractlang.load import load_text
from engine.account import Account
from engine.analysis import analyse
from engine.analysis.finding import Finding
from engine.analysis.witness import History
from engine.dates import parse_instant
from engine.event import Ledger
from engine.governing import Programs
from engine.intake import checked
from engine.program import Program
from engine.question import May
from engine.settings import terms_from
from engine.written_events import event_from

HEAD = """| agreement small
| party host, guest
| event bell
| event gong
| act enter by guest, needs basis
| act smoke by guest
| act sweep by guest
| state door: open | closed
| act shut by host, sets door to closed
"""
ATOMS = (
    "bell is done", "gong is done", "sweep is done", "door is closed", "sweeping is overdue", "sweeping is in breach",
    "shut is done", "sweeping is overdue for more than 7 days", "guest is in breach", "host is in breach of keeping",
)  # fmt: skip
HAPPENINGS = (("bell", None), ("gong", None), ("sweep", "guest"), ("shut", "host"))
DAYS = (None, 0, 2, 8)
"""On which days something happens, if it does: a Monday, a Wednesday, and the Tuesday of the next week."""
ASKED = (0, 3, 9, 22)


@dataclass
class Small:
    """A generated contract: its norms by label, and which of them prevails over which."""

    norms: dict[str, str] = field(default_factory=dict)
    prevails: set[tuple[str, str]] = field(default_factory=set)

    def text(self) -> str:
        """Return it as it is written."""
        lines = [HEAD]
        for number, (label, norm) in enumerate(self.norms.items(), 1):
            lines.append(f"1.{number} Clause {number}.\n| {label}: {norm}\n")
        lines += [f"| {one} prevails over {other}\n" for one, other in sorted(self.prevails)]
        return "".join(lines)


def condition(draw: random.Random) -> str:
    """Return a condition of one or two parts."""
    parts = [
        ("not " if draw.random() < 0.35 else "") + draw.choice(ATOMS) for _ in range(draw.choice((1, 1, 2)))
    ]
    return draw.choice((" and ", " or ")).join(f"({each})" for each in parts)


def small(seed: int) -> Small:
    """Return the contract of a seed."""
    draw, made = random.Random(seed), Small()
    # A duty that the conditions speak of; what it asks for may be forbidden too.
    made.norms["sweeping"] = (
        f"for each {draw.choice(('bell', 'gong'))} as it, guest must sweep within {draw.choice((1, 2, 4))} days"
    )
    made.norms["keeping"] = f"host must keep door is open{draw.choice(('', ' when bell is done'))}"
    for number in range(draw.choice((1, 2))):
        act = draw.choice(("enter", "smoke"))
        when = f" when {condition(draw)}" if draw.random() < 0.7 else ""
        made.norms[f"may{number}"] = f"guest may {act}{when}"
    for number in range(draw.choice((1, 2))):
        act = draw.choice(("enter", "smoke", "sweep"))
        made.norms[f"not{number}"] = f"guest must not {act} when {condition(draw)}"
    names = list(made.norms)
    for _ in range(draw.choice((0, 0, 1))):
        one, other = draw.sample(names[2:], 2)
        if one[:3] != other[:3]:
            made.prevails.add((one, other))
    return made


def moment(day: int, hour: int, minute: int = 0) -> str:
    """Return a moment of a day of the grid."""
    return (datetime(2026, 3, 2, hour, minute) + timedelta(days=day)).strftime("%Y-%m-%dT%H:%M")


def ledgers(program: Program) -> Iterator[Account]:
    """Yield an account for every ledger on the grid."""
    terms = terms_from(program, {}, ("contract",))
    for days in product(DAYS, repeat=len(HAPPENINGS)):
        entries = [
            {"id": f"e{n}", "name": name, "at": moment(day, 9, 5 * n), **({"by": by} if by else {})}
            for n, ((name, by), day) in enumerate(zip(HAPPENINGS, days, strict=True)) if day is not None
        ]  # fmt: skip
        events = [event_from(program, each, "grid") for each in entries]
        yield Account(program, terms, checked(program, events) if events else Ledger())


def label(norm: str) -> str:
    """Return the label of a norm whose id has its clause."""
    return norm.split(":")[-1]


def by_hand(made: Small, program: Program) -> tuple[set[tuple[str, str]], list[tuple[set[str], set[str]]]]:
    """Return which pairs clash in some ledger of the grid, and which norms open and which forbid an act together."""
    clashing: set[tuple[str, str]] = set()
    together: list[tuple[set[str], set[str]]] = []
    for account in ledgers(program):
        for act, day in product(("enter", "smoke", "sweep"), ASKED):
            decision = account.decide(May("guest", act, parse_instant(moment(day, 17)), {}))
            named: dict[str, list[str]] = {"permits": [], "requires": [], "forbids": []}
            for reason in decision.reasons:
                if reason.code in named:
                    named[reason.code].append(label(reason.args[1]))
            opens = named["permits"] + named["requires"]
            together.append((set(opens), set(named["forbids"])))
            if decision.answer == "conflicting":
                clashing |= {
                    pair
                    for pair in product(opens, named["forbids"])
                    if not {pair, pair[::-1]} & made.prevails
                }
    return clashing, together


def searched(text: str) -> tuple[list[Finding], Program]:
    """Return what the search finds of a contract."""
    loaded = load_text(text, "small.contract")
    assert not loaded.errors, [each.message.en for each in loaded.errors]
    programs = Programs(loaded.contracts)
    wanted = frozenset(("conflict", "dead", "redundant"))
    return list(analyse(programs, ("small",), only=wanted)), programs.of(("small",), ("contract",))


def compared(seed: int) -> None:
    """Compare search and grid on one contract."""
    made = small(seed)
    findings, program = searched(made.text())
    assert not [each.key for each in findings if each.kind == "unknown"], made.text()
    found = {
        tuple(label(clause.norm) for clause in each.clauses): each
        for each in findings if each.kind == "conflict"
    }  # fmt: skip
    clashing, together = by_hand(made, program)
    assert clashing <= found.keys(), made.text()
    for each in findings:
        norm, *others = (label(clause.norm) for clause in each.clauses)
        for opens, forbids in together:
            match each.key.split(":")[0]:
                case "dead":
                    assert norm not in opens | forbids, made.text()
                case "dead/shadowed":
                    assert norm not in forbids or opens & set(others), made.text()
                case "redundant/implied":
                    for side in (opens, forbids):
                        assert norm not in side or side & set(others), made.text()
                case kind:
                    assert kind == "conflict"
    for pair, each in found.items():
        # What the grid is too coarse for, the engine says of the witness.
        shown = each.witness
        assert shown is not None
        history = History(
            tuple(map(dict, shown.entries)), dict(shown.settings), dict(shown.readings), dict(shown.answers),
            dict(shown.asked),
        )  # fmt: skip
        assert history.ask(program, ("contract",)).answer == "conflicting", (pair, made.text())
        assert not {pair, pair[::-1]} & made.prevails, made.text()


@pytest.mark.parametrize("seed", range(4))
def test_the_search_finds_what_the_grid_shows(seed: int) -> None:
    compared(seed)


@pytest.mark.soak
@pytest.mark.parametrize("hundred", range(20))
def test_the_search_finds_what_the_grid_shows_at_length(hundred: int) -> None:
    for seed in range(100 * hundred, 100 * hundred + 100):
        compared(seed)
