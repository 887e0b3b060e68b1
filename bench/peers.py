"""Other programs that decide, behind the same HTTP server and under the same load as the service.

They decide about facts that they are given: whether a fee is overdue, whether an agreement is in force. The service
works these out from a ledger, for the instant that is asked about, and gives reasons in two languages; they say yes
or no. So this compares what a caller waits for, not what is done. Each is first held against an oracle, in every case
of the facts, and over HTTP against the service.

`make peers` installs them (`requirements/bench.txt`; nothing else needs them) and runs this.
"""

from __future__ import annotations

import json
import statistics
import sys
import urllib.request
from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec
from itertools import product
from typing import Any, NamedTuple

from pydantic_core import from_json, to_json

from bench.constant import listen
from bench.service import ACCOUNTS, ACTS, EVALUATION, KEY, Process, question, serving, singles


class Facts(NamedTuple):
    """What a peer is told of an account."""

    in_force: bool
    overdue: bool


class Rule(NamedTuple):
    """Who may do what, if which facts hold."""

    party: str
    act: str
    needs: tuple[str, ...]


RULES = (
    Rule("provider", "suspend_service", ("in_force", "overdue")),
    Rule("provider", "terminate", ("in_force", "overdue")),
    Rule("provider", "change_ui", ("in_force",)),
    Rule("user", "place_call", ("in_force",)),
)
"""What agreement 1 says of the acts of `bench.service`, given those facts and nothing more; the rest is not allowed."""

Decide = Callable[[str, str, str], bool]
"""Whether a party may do an act on an account, which is known by its name."""


def oracle(accounts: Mapping[str, Facts]) -> Decide:
    """Return what the rules say, read as plainly as can be."""

    def decide(party: str, act: str, account: str) -> bool:
        facts = accounts[account]._asdict()
        return any((party, act) == rule[:2] and all(facts[each] for each in rule.needs) for rule in RULES)

    return decide


def cedar(accounts: Mapping[str, Facts]) -> Decide:
    """Return what Cedar says, policies and entities read once."""
    cedarpy = import_module("cedarpy")
    policies = cedarpy.PolicySet.from_str("\n".join(
        f'permit(principal == Party::"{rule.party}", action == Action::"{rule.act}", resource) '
        f"when {{ {' && '.join(f'resource.{each}' for each in rule.needs)} }};"
        for rule in RULES
    ))  # fmt: skip
    entities = cedarpy.Entities.from_json_str(json.dumps([
        {"uid": {"type": "Account", "id": name}, "attrs": facts._asdict(), "parents": []}
        for name, facts in accounts.items()
    ]))  # fmt: skip

    def decide(party: str, act: str, account: str) -> bool:
        asked = {
            "principal": {"type": "Party", "id": party}, "action": {"type": "Action", "id": act},
            "resource": {"type": "Account", "id": account}, "context": {},
        }  # fmt: skip
        return bool(cedarpy.is_authorized(asked, policies, entities).allowed)

    return decide


CASBIN = """
[request_definition]
r = sub, act, obj
[policy_definition]
p = sub, act, rule
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.sub == p.sub && r.act == p.act && eval(p.rule)
"""


def casbin(accounts: Mapping[str, Facts]) -> Decide:
    """Return what Casbin says, with a rule over attributes for each act."""
    library = import_module("casbin")
    model = library.Model()
    model.load_model_from_text(CASBIN)
    enforcer = library.Enforcer(model)
    for rule in RULES:
        enforcer.add_policy(rule.party, rule.act, " and ".join(f"r.obj.{each}" for each in rule.needs))

    def decide(party: str, act: str, account: str) -> bool:
        return bool(enforcer.enforce(party, act, accounts[account]))

    return decide


def zen(accounts: Mapping[str, Facts]) -> Decide:
    """Return what ZEN says: one decision table, the first row that fits."""
    library = import_module("zen")
    columns = ("party", "act", *Facts._fields)
    rows = []
    for number, rule in enumerate(RULES):
        row = {"party": f'"{rule.party}"', "act": f'"{rule.act}"', "allowed": "true", "_id": f"r{number}"}
        rows.append(row | {each: "true" if each in rule.needs else "" for each in Facts._fields})
    rows.append({**dict.fromkeys(columns, ""), "allowed": "false", "_id": "else"})
    table = {
        "hitPolicy": "first", "rules": rows,
        "inputs": [{"id": each, "name": each, "type": "expression", "field": each} for each in columns],
        "outputs": [{"id": "allowed", "name": "allowed", "type": "expression", "field": "allowed"}],
    }  # fmt: skip
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in"},
        {"id": "table", "type": "decisionTableNode", "name": "table", "content": table},
        {"id": "out", "type": "outputNode", "name": "out"},
    ]
    edges = [
        {"id": f"{source}-{target}", "type": "edge", "sourceId": source, "targetId": target}
        for source, target in (("in", "table"), ("table", "out"))
    ]
    decision = library.ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges}))

    def decide(party: str, act: str, account: str) -> bool:
        told = decision.evaluate({"party": party, "act": act, **accounts[account]._asdict()})
        return bool(told["result"]["allowed"])

    return decide


PEERS = {"cedarpy": cedar, "casbin": casbin, "zen": zen}


def check(name: str) -> None:
    """Hold a peer against the oracle, in every case of the facts. Raises SystemExit where they differ."""
    accounts = {str(facts): facts for facts in (Facts(*each) for each in product((False, True), repeat=2))}
    wanted, found = oracle(accounts), PEERS[name](accounts)
    for party, act, account in product(("provider", "user"), sorted({act for _, act in ACTS}), accounts):
        if found(party, act, account) is not wanted(party, act, account):
            raise SystemExit(f"{name}: may {party} {act}, {account}? It does not say what the rules say")


def accounts_of_bench() -> dict[str, Facts]:
    """Return what the ledgers of `bench.service` come to from 12 April on: a third of the accounts are in arrears."""
    return {f"a{n}": Facts(True, n % 3 == 0) for n in range(ACCOUNTS)}


def serve(name: str) -> None:
    """Answer evaluations on a free port, told on standard error; set up as `bench.constant`."""
    decide = PEERS[name](accounts_of_bench())

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        asked = from_json(body)
        told = to_json(
            {"decision": decide(asked["subject"]["id"], asked["action"]["name"], asked["resource"]["id"])}
        )
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(told))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": told})

    listen(answer)


def asked(server: Process, number: int) -> bool:
    """Return what a server says to one question."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{server.port}{EVALUATION}", json.dumps(question(number)).encode(),
        {"Content-Type": "application/json", "Authorization": f"Bearer {KEY}"},
    )  # fmt: skip
    with urllib.request.urlopen(request) as answer:
        return bool(json.load(answer)["decision"])


def main() -> None:
    """Print a row for the service and for each peer: questions a second, server CPU, against a constant answer."""
    there = [name for name in PEERS if find_spec(name) is not None]
    if len(there) < len(PEERS):
        print(f"not installed (`make peers` installs them): {', '.join(PEERS.keys() - set(there))}")
    for name in there:
        check(name)
    with serving("off") as ours:
        servers = {"contract": ours}
        try:
            servers["constant answer"] = Process(["-m", "bench.constant", "40"])
            for name in there:
                servers[name] = Process(["-m", "bench.peers", name])
                wrong = [n for n in range(2 * len(ACTS) * 3) if asked(servers[name], n) is not asked(ours, n)]
                if wrong:
                    raise SystemExit(f"{name}: it does not answer as the service does: {question(wrong[0])}")
            found: dict[str, list[dict[str, float]]] = {name: [] for name in servers}
            for turn in range(4):
                for name, server in servers.items():
                    told = server.load(singles(2_000, 10_000 * turn))
                    if turn:  # The first is to warm up.
                        found[name].append(told)
        finally:
            for name, server in servers.items():
                if name != "contract":
                    server.stop()
    plain = statistics.median(each["cpu"] for each in found["constant answer"])
    for name, each in found.items():
        cpu = statistics.median(one["cpu"] for one in each)
        rate = statistics.median(one["requests"] / one["wall"] for one in each)
        print(f"{name:<16} {rate:>8,.0f}/s  {cpu:>6.0f} us CPU  x {cpu / plain:.1f} of a constant answer")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        serve(sys.argv[1])
    else:
        main()
