"""How many questions and events a second the service takes over HTTP, and what each costs the server in CPU.

The load comes from a process of its own (`bench/loading.py`), over loopback. Beside each figure stands a constant
answer of the same size by the same HTTP server (`bench/constant.py`), measured alternately in the same run: rates
differ from machine to machine, the ratio of the server's CPU should not. Every question is about another instant, and
the accounts and acts take turns. What an act comes to on an account, until that may change, is kept with the account
(`engine/told.py`), so most questions find it; beside them are measured those of which each is the first about its act
on an account where nothing is kept, and the first since something happened there that bears on none of these acts. The
log of requests is at `warning`: at `info`, the default, a line is written for each.

`python -m bench.service` prints all of it, with `off`, `fast` or `durable` questions alone, the log of decisions in
that mode, with `events` events alone; with `builds` questions to both builds in turns, the log off (`make native`).
"""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import product
from pathlib import Path

from bench.builds import both, environment

KEY = "contract_0123456789abcdef_" + "A" * 43
ACCOUNTS = 200
CONNECTIONS = 16
BATCH, REPORTED = 50, 500
ACTS = (
    ("provider", "suspend_service"), ("user", "place_call"), ("provider", "terminate"), ("provider", "resume_service"),
    ("user", "sue"), ("provider", "change_ui"), ("user", "transfer_account"), ("provider", "restrict_service"),
    ("user", "terminate"),
)  # fmt: skip
JSON, ONE, MANY = "application/json", "application/cloudevents+json", "application/cloudevents-batch+json"
EVALUATION, EVALUATIONS = "/access/v1/evaluation", "/access/v1/evaluations"
Row = tuple[str, str, str]
Requests = Sequence[tuple[str, str, object]]
Turn = tuple[Requests, Sequence[Requests]]
"""What is measured, and what is sent before it, in this order."""


class Process:
    """A server in a process of its own."""

    def __init__(self, command: list[str], **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, *command], stderr=subprocess.PIPE, text=True, env={**os.environ, **environment}
        )
        assert self.process.stderr is not None
        self.port, said = 0, ""
        while not self.port:
            line = self.process.stderr.readline()
            said += line
            if not line:
                raise SystemExit(f"the server did not start:\n{said}")
            found = re.search(r"listening on http://127\.0\.0\.1:(\d+)", line)
            self.port = int(found[1]) if found else 0

    def cpu(self) -> float:
        """Return the CPU seconds of all its threads so far, as Linux counts them to the nanosecond."""
        threads = Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(each.read_text().split()[0]) for each in threads) / 1e9

    def load(self, requests: Requests, connections: int = CONNECTIONS, rate: float = 0) -> dict[str, float]:
        """Send requests; return what the load generator says, and the server's CPU for each in microseconds."""
        lines = "\n".join(
            f"{path}\t{KEY}\t{kind}\t{json.dumps(body, ensure_ascii=False)}" for path, kind, body in requests
        )
        before = self.cpu()
        command = [sys.executable, "-m", "bench.loading", str(self.port), str(connections), str(rate)]
        done = subprocess.run(command, input=lines, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(done.stderr)
        found: dict[str, float] = json.loads(done.stdout)
        return found | {"cpu": 1e6 * (self.cpu() - before) / len(requests)}

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.communicate(timeout=30)


@contextmanager
def serving(mode: str, **environment: str) -> Iterator[Process]:
    """Run a service whose log of decisions is in that mode, with accounts, a third of which are in arrears."""
    with tempfile.TemporaryDirectory() as folder, configured(Path(folder), mode, **environment) as server:
        for requests in accounts("a"):
            server.load(requests)
        yield server


@contextmanager
def configured(folder: Path, mode: str, **environment: str) -> Iterator[Process]:
    """Run a service on the store of a folder, whose log of decisions is in that mode."""
    config = folder / "service.yaml"
    config.write_text(
        f"store: {folder}/store.db\nport: 0\nlog_decisions: {mode}\ndeadlines_every_s: 3600\n"
        "tenants:\n  main:\n    contracts: [voip-1]\n"
        "    keys: [{name: bench, variable: BENCH_KEY, rights: [ask, record]}]\n"
    )
    command = ["-m", "engine.cli", "serve", "--config", str(config), "--log-level", "warning"]
    server = Process(command, BENCH_KEY=KEY, CONTRACT_CACHE=f"{folder}/cache", **environment)
    try:
        yield server
    finally:
        server.stop()


def accounts(of: str) -> Iterator[Requests]:
    """Yield what opens accounts whose names begin so, then what happened on them."""
    names = [f"{of}{n}" for n in range(ACCOUNTS)]
    terms = {"agreements": ["voip-1"], "settings": {"有效期": "2年"}}
    yield [("/accounts", JSON, {"account": name, **terms}) for name in names]
    yield [("/events", MANY, life(name, n % 3 == 0)) for n, name in enumerate(names)]


def event(account: str, id: str, name: str, time: str, **data: str) -> dict[str, object]:
    """Return a CloudEvent."""
    return {"specversion": "1.0", "id": f"{account}-{id}", "source": "bench", "type": name, "subject": account,
            "time": f"2026-{time}+08:00", "data": data}  # fmt: skip


def life(account: str, unpaid: bool) -> list[dict[str, object]]:
    """Return what happened on an account until the middle of April."""
    bill = event(
        account,
        "bill",
        "invoice_issued",
        "04-01T09:00:00",
        period="2026-03",
        amount="58.00",
        due="2026-04-10",
    )
    begun = [
        event(account, "1", "sign", "03-02T10:00:00", by="provider"),
        event(account, "2", "sign", "03-02T10:05:00", by="user"),
        event(account, "3", "activate_service", "03-02T12:00:00"),
        bill,
    ]
    paid = event(account, "paid", "pay", "04-09T18:00:00", amount="58.00", bill=f"{account}-bill")
    return begun if unpaid else [*begun, paid]


def question(number: int, of: str = "a") -> dict[str, object]:
    """Return one question of many about accounts whose names begin so, no two about the same instant."""
    party, act = ACTS[number % len(ACTS)]
    seconds, fraction = divmod(number * 7_919_777, 1_000_000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    day = 12 + hours // 24 % 15
    return {
        "subject": {"type": "party", "id": party}, "action": {"name": act},
        "resource": {"type": "account", "id": f"{of}{number * 7 % ACCOUNTS}"},
        "context": {"as_of": f"2026-04-{day}T{hours % 24:02}:{minutes:02}:{seconds:02}.{fraction:06}"},
    }  # fmt: skip


def singles(count: int, first: int = 0, of: str = "a") -> Requests:
    """Return so many evaluations."""
    return [(EVALUATION, JSON, question(first + n, of)) for n in range(count)]


def batches(count: int, size: int, first: int = 0) -> Requests:
    """Return so many batches of evaluations."""
    return [
        (EVALUATIONS, JSON, {"evaluations": [question(first + n * size + m) for m in range(size)]})
        for n in range(count)
    ]


def reached(of: str) -> Requests:
    """Return a question about each of such accounts, of no act that is measured: what happened on them is taken."""
    return [
        (EVALUATION, JSON, {**question(len(ACTS) * n, of), "action": {"name": "renew"}})
        for n in range(ACCOUNTS)
    ]


def usages(turn: int) -> Requests:
    """Return what has something happen on every account that leaves its trace, later than that of an earlier turn; of
    the acts that are asked about none hangs on it.
    """
    minute, second = divmod(turn, 60)
    made = [
        event(
            f"a{n}", f"t{turn}", "usage", f"04-11T23:{minute:02}:{second:02}", period="2026-03", minutes="5"
        )
        for n in range(ACCOUNTS)
    ]
    return [("/events", MANY, made)]


def compared(servers: Sequence[Process], before: Requests, turns: Sequence[Turn]) -> list[dict[str, float]]:
    """Return for each server the median of some turns, the rate, and the ratio of its CPU to that of a constant answer
    of the size of those that it gives before them; in every turn all of them are asked, one after the other.
    """
    warm = [each.load(before) for each in servers]
    constant = Process(["-m", "bench.constant", str(int(warm[0]["bytes"]))])
    found: list[list[dict[str, float]]] = [[] for _ in servers]
    try:
        for requests, prepared in turns:
            for server, sent in product(servers, prepared):
                server.load(sent)
            loads = [each.load(requests) for each in servers]
            plain = constant.load(requests)["cpu"]
            for each, load in zip(found, loads, strict=True):
                each.append(load | {"ratio": load["cpu"] / plain, "rate": len(requests) / load["wall"]})
    finally:
        constant.stop()
    return [{name: statistics.median(turn[name] for turn in each) for name in each[0]} for each in found]


def asked(mode: str) -> list[Row]:
    """Return the figures of questions, with the log of decisions in that mode."""
    with serving(mode) as server:
        return figures_of(f"log {mode}", [server])


def asked_of_both() -> list[Row]:
    """Return the figures of questions to both builds, without a log of decisions."""
    with ExitStack() as open_:
        builds = both()
        servers = [open_.enter_context(serving("off", **environment(each))) for each in builds]
        return figures_of("log off", servers, builds)


def figures_of(log: str, servers: Sequence[Process], names: Sequence[str] = ("",)) -> list[Row]:
    """Return the figures of questions to servers, one by one and in batches."""
    # Each act of each account comes once.
    once = singles(ACCOUNTS * len(ACTS))
    opened = [(singles(len(once), of=of), [*accounts(of), reached(of)]) for of in "bcd"]
    firsts = compared(servers, once, opened)
    again = compared(servers, once, [(singles(len(once), 10_000 * n), [usages(n)]) for n in range(3)])
    ones = compared(servers, once, [(singles(3_000, 10_000 * n), ()) for n in range(3, 6)])
    lots = compared(servers, batches(60, BATCH), [(batches(60, BATCH, 100_000 * n), ()) for n in range(1, 4)])
    rows = []
    for server, name, *each, one, many in zip(servers, names, firsts, again, ones, lots, strict=True):
        paced = server.load(singles(3_000, 900_000), rate=one["rate"] / 2)
        rows += figures(f"{name}, {log}" if name else log, each, one, many, paced)
    return rows


def figures(
    how: str, firsts: Sequence[dict[str, float]], one: dict[str, float], many: dict[str, float], paced: dict[str, float]
) -> list[Row]:  # fmt: skip
    """Return the rows of what was found of one server."""
    each, each_of_many = f"({one['cpu']:.0f} us)", f"({many['cpu'] / BATCH:.0f} us)"
    first, again = firsts
    each_first, each_again = f"({first['cpu']:.0f} us)", f"({again['cpu']:.0f} us)"
    return [
        (f"evaluation over HTTP, {how}: wall (CPU)", f"{one['rate']:,.0f}/s {each}", "3,000/s or more"),
        ("  server CPU against a constant answer", f"x {one['ratio']:.1f}", "within 3"),
        ("  the first of its act on its account", f"{first['rate']:,.0f}/s {each_first}", ""),
        ("  server CPU of that against a constant answer", f"x {first['ratio']:.1f}", ""),
        ("  the first since something happened there that bears on none", f"{again['rate']:,.0f}/s {each_again}", ""),
        ("  server CPU of that against a constant answer", f"x {again['ratio']:.1f}", ""),
        ("  p99 at half that rate, requests due evenly", f"{1000 * paced['p99']:.1f} ms", "under 10 ms"),
        (f"  in batches of {BATCH}: wall (CPU)", f"{BATCH * many['rate']:,.0f}/s {each_of_many}", "20,000/s or more"),
        ("  server CPU of a batch against a constant answer", f"x {many['ratio']:.1f}", ""),
    ]  # fmt: skip


def happened(count: int, first: int = 0) -> list[dict[str, object]]:
    """Return so many calls, the accounts in turn."""
    found = []
    for n in range(first, first + count):
        time = f"04-16T{n // 3600 % 24:02}:{n // 60 % 60:02}:{n % 60:02}"
        found.append(event(f"a{n % ACCOUNTS}", f"c{n}", "place_call", time, by="user", to="10010"))
    return found


def in_batches(events: Sequence[object]) -> Requests:
    """Return what reports events, many at a time."""
    return [("/events", MANY, events[n : n + REPORTED]) for n in range(0, len(events), REPORTED)]


def out_of_order(requests: Requests) -> Requests:
    """Return requests of which each second one is sent before the one before it."""
    return [requests[n ^ 1] for n in range(len(requests))]


def recorded() -> list[Row]:
    """Return the figures of events that are durable when they are answered."""
    with serving("off") as server:
        one = server.load([("/events", ONE, each) for each in happened(2_000)], connections=64)
        many = server.load(in_batches(happened(10_000, 2_000)), connections=4)
        late = server.load(out_of_order(in_batches(happened(10_000, 12_000))), connections=1)
    rate = one["requests"] / one["wall"]
    rate_of_many, rate_of_late = (REPORTED * each["requests"] / each["wall"] for each in (many, late))
    each, each_of_many, each_of_late = (
        f"({cpu:.0f} us)" for cpu in (one["cpu"], many["cpu"] / REPORTED, late["cpu"] / REPORTED)
    )
    return [
        ("durable events over HTTP, 64 at a time: wall (CPU)", f"{rate:,.0f}/s {each}", "1,500/s or more"),
        (f"  in batches of {REPORTED}: wall (CPU)", f"{rate_of_many:,.0f}/s {each_of_many}", "20,000/s or more"),
        ("  the same, each second batch before the one before it", f"{rate_of_late:,.0f}/s {each_of_late}", ""),
    ]  # fmt: skip


def rows() -> list[Row]:
    """Return the figures of a service on SQLite."""
    return [*asked("off"), *asked("fast"), *asked("durable"), *recorded()]


def chosen(part: str) -> list[Row]:
    """Return the figures of one part."""
    if part == "builds":
        return asked_of_both()
    return recorded() if part == "events" else asked(part)


if __name__ == "__main__":
    for row in chosen(sys.argv[1]) if sys.argv[1:] else rows():
        print(f"{row[0]:<72}  {row[1]:>22}  {row[2]}")
