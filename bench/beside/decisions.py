"""One decision, in this process, asked of other engines of rules: may the seller dun this customer today?

Every engine is given what a caller holds, a `Debtor`, and makes its own input of it within the time that is measured.
The others are told the rule over figures worked out of the invoices, since none of them keeps an account; ours reads
the contract of tests/bulk/receivables. An engine whose answers are not the oracle's is not measured.
"""

from __future__ import annotations

import gc
import json
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from contractlang.load import load
from engine.compile import compile_program
from engine.dates import start_of
from engine.decide import decide
from engine.event import Event, event
from engine.position import Position, advance, elapse
from engine.question import May
from engine.terms import Terms

CONTRACT = Path(__file__).parents[2] / "tests" / "bulk" / "receivables"
TODAY = date(2026, 10, 15)
HOUR = 3_600_000_000
ASKED, ROUNDS = 300, 5


@dataclass(frozen=True, slots=True)
class Debtor:
    """A customer: each invoice with its amount in cents, its due day and what is paid; and the day asked about."""

    invoices: tuple[tuple[int, date, int], ...]
    today: date


Decide = Callable[[Debtor], bool]


class Wrong(Exception):
    """An engine answers otherwise than the oracle. The message names both."""


def oracle(debtor: Debtor) -> bool:
    """Tell whether the seller may dun: an invoice is not settled in full, and its due day is past."""
    return any(paid < amount and due < debtor.today for amount, due, paid in debtor.invoices)


def debtors(many: int, seed: int = 1) -> list[Debtor]:
    """Return customers at random; about half of them may be dunned."""
    chance = Random(seed)
    made = []
    for _ in range(many):
        invoices = []
        for _ in range(chance.randrange(6)):
            amount, due = chance.randrange(100, 99_999), TODAY + timedelta(days=chance.randrange(-40, 40))
            invoices.append((amount, due, chance.choice((amount, amount, amount, 0, amount - 1))))
        made.append(Debtor(tuple(invoices), TODAY))
    return made


def figures(debtor: Debtor) -> dict[str, int]:
    """Return what the others are told: what is unpaid, and since how many days the oldest of it is due."""
    unpaid = [(due, amount - paid) for amount, due, paid in debtor.invoices if paid < amount]
    late = (debtor.today - min(due for due, _ in unpaid)).days if unpaid else -1
    return {"unpaid": sum(left for _, left in unpaid), "days_late": late}


# The engines ------------------------------------------------------------------------------------------------------


def ours() -> Iterator[tuple[str, Callable[[list[Debtor]], Decide]]]:
    """Yield our own: of an account that is kept, and of one that is read from its events each time."""
    program = compile_program([load([CONTRACT]).contracts["receivables"]])
    asked_at = start_of(TODAY) + 12 * HOUR

    def position(debtor: Debtor) -> Position:
        found = Position.opening(program, Terms())
        for each in events(debtor):
            found = advance(found, each)
        return found

    def read_anew(_: list[Debtor]) -> Decide:
        return lambda debtor: decide(position(debtor), May("seller", "dun", asked_at)).answer == "permitted"

    def kept(asked: list[Debtor]) -> Decide:
        # As the service keeps it: what fell due by the day has been taken.
        positions = {id(debtor): elapse(position(debtor), start_of(TODAY)) for debtor in asked}
        return lambda debtor: (
            decide(positions[id(debtor)], May("seller", "dun", asked_at)).answer == "permitted"
        )

    yield "contract engine, account kept", kept
    yield "contract engine, account read from its events", read_anew


def events(debtor: Debtor) -> list[Event]:
    """Return what happened to a debtor."""
    found = []
    for place, (amount, due, paid) in enumerate(debtor.invoices):
        at = start_of(date(2026, 8, 1)) + place * HOUR
        found.append(event(f"i{place}", "invoiced", None, at, fields={"amount": amount, "due": due}))
        if paid:
            fields = {"amount": paid, "invoice": f"i{place}"}
            found.append(event(f"s{place}", "settle", "customer", at + 40 * HOUR, fields=fields))
    return sorted(found, key=lambda each: each.effect_at)


def zen() -> Decide:
    """GoRules' engine: a decision of one expression."""
    from zen import ZenDecisionContent, ZenEngine

    place = {"position": {"x": 0, "y": 0}}
    rule = [{"id": "x", "key": "allowed", "value": "unpaid > 0 and days_late > 0"}]
    content = {
        "contentType": "application/vnd.gorules.decision",
        "nodes": [
            {"id": "in", "name": "in", "type": "inputNode", **place},
            {
                "id": "rule",
                "name": "rule",
                "type": "expressionNode",
                "content": {"expressions": rule},
                **place,
            },
            {"id": "out", "name": "out", "type": "outputNode", **place},
        ],
        "edges": [
            {"id": "1", "sourceId": "in", "targetId": "rule", "type": "edge"},
            {"id": "2", "sourceId": "rule", "targetId": "out", "type": "edge"},
        ],
    }
    decision = ZenEngine().create_decision(ZenDecisionContent(json.dumps(content)))
    return lambda debtor: bool(decision.evaluate(figures(debtor))["result"]["allowed"])


def cedar() -> Decide:
    """Cedar, its policies parsed beforehand."""
    import cedarpy

    policies = cedarpy.PolicySet.from_str(
        'permit(principal, action == Action::"dun", resource)'
        " when { context.unpaid > 0 && context.days_late > 0 };"
    )
    who = {"principal": 'Party::"seller"', "action": 'Action::"dun"', "resource": 'Account::"customer"'}
    nobody = cedarpy.Entities.from_json_str("[]")
    return lambda debtor: bool(
        cedarpy.is_authorized({**who, "context": figures(debtor)}, policies, nobody).allowed
    )


def durable() -> Decide:
    """durable_rules: a rule that a fact sets off; what sets off none is said not to be handled."""
    from durable.engine import MessageNotHandledException
    from durable.lang import m, post, ruleset, when_all

    fired: list[str] = []
    with ruleset("dunning"):

        @when_all((m.unpaid > 0) & (m.days_late > 0))
        def allowed(c: Any) -> None:
            fired.append(c.m.id)

    def decided(debtor: Debtor) -> bool:
        fired.clear()
        with suppress(MessageNotHandledException):
            post("dunning", figures(debtor))
        return bool(fired)

    return decided


def casbin() -> Decide:
    """Casbin, by attributes."""
    from casbin import Enforcer, Model

    model = Model()
    model.load_model_from_text(
        "[request_definition]\nr = sub, obj, act\n[policy_definition]\np = act\n"
        "[policy_effect]\ne = some(where (p.eft == allow))\n"
        "[matchers]\nm = r.act == p.act && r.obj.unpaid > 0 && r.obj.days_late > 0\n"
    )
    enforcer = Enforcer(model)
    enforcer.add_policy("dun")

    class Account:
        def __init__(self, unpaid: int, days_late: int) -> None:
            self.unpaid, self.days_late = unpaid, days_late

    return lambda debtor: bool(enforcer.enforce("seller", Account(**figures(debtor)), "dun"))


def cel() -> Decide:
    """The Common Expression Language (cel-rust), compiled beforehand."""
    import cel

    program = cel.compile("unpaid > 0 && days_late > 0")
    return lambda debtor: bool(program.execute(figures(debtor)))


PEERS: dict[str, Callable[[], Decide]] = {
    "CEL (common-expression-language)": cel,
    "zen-engine": zen,
    "cedarpy": cedar,
    "pycasbin": casbin,
    "durable-rules": durable,
}


def measured() -> list[tuple[str, float]]:
    """Return each engine with the CPU microseconds of one decision; raises Wrong where one is not the oracle's.

    Engines take turns, so that what else the machine does falls on all of them.
    """
    asked = debtors(ASKED)
    wanted = [oracle(each) for each in asked]
    ready: dict[str, Decide] = {name: make(asked) for name, make in ours()}
    ready |= {name: make() for name, make in PEERS.items()}
    for name, decided in ready.items():
        for debtor, expected in zip(asked, wanted, strict=True):
            if (found := decided(debtor)) is not expected:
                raise Wrong(f"{name} says {found} of {debtor}, and the oracle {expected}")
    taken: dict[str, list[float]] = {name: [] for name in ready}
    for _ in range(ROUNDS):
        for name, decided in ready.items():
            gc.collect()
            begun = time.process_time()
            for debtor in asked:
                decided(debtor)
            taken[name].append((time.process_time() - begun) / len(asked) * 1e6)
    return [(name, statistics.median(each)) for name, each in taken.items()]
