"""A server that is killed again and again while many callers report events, and what must be true of what it leaves.

What is sent is a function of its name, so that anybody can send it again. Callers use the client, which sends again by
itself what got no answer; beside that they send again what was acknowledged long ago.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
import urllib.request
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from contractclient import Client, Entity, Event, Question, Recorded

from contractlang.cache import Cache
from engine.dates import iso, parse_as_of
from engine.kept import Documents, account_of, derive, published
from engine.question import May
from engine.service.answers import Words, context_of
from engine.service.clock import now
from engine.service.config import Config
from engine.service.running import Running
from engine.service.server import Server
from engine.service.watch import begin_logging
from engine.store import Store, open_store
from engine.store.apikeys import new_key
from tests.service import hastened
from tests.service.serving import CONTRACTS, texts_of

ROOT = Path(__file__).parents[2]
SAID = "server.log"
"""The file in which everything stands that the servers have said on standard error."""
MOST_SAID = 20_000
WRITERS = 6
ACCOUNTS = ("a", "b", "c")
LONG_AGO = datetime(2026, 4, 2, 9, tzinfo=UTC)
ASKED = (
    ("provider", "suspend_service"),
    ("user", "place_call"),
    ("provider", "terminate"),
    ("user", "terminate"),
)


def config_of(address: str, port: int, mode: str) -> Config:
    """Return the configuration of the server that is killed."""
    tenants = {"main": {"contracts": ["given"]}}
    return Config.model_validate(
        {
            "store": address,
            "port": port,
            "log_decisions": mode,
            "tenants": tenants,
            "deadlines_every_s": 0.2,
        }
    )


def texts() -> dict[str, dict[str, str]]:
    """Return the contracts of its one tenant."""
    return {"main": texts_of(CONTRACTS / "voip-1", CONTRACTS / "vocabulary")}


def batch(base: str) -> list[Event]:
    """Return the events that belong to a name: one, or four that stand or fall together. Some come late."""
    chance = zlib.crc32(base.encode())
    ids = [f"{base}/{part}" for part in range(4)] if chance % 4 == 0 else [base]
    account = ACCOUNTS[chance % 7 % 3]
    at = LONG_AGO + timedelta(seconds=chance % 9999)
    if chance % 5 == 0:
        return [
            Event(account, "usage", "test", at.isoformat(), {"period": "2026-04", "minutes": 1 + n}, each)
            for n, each in enumerate(ids)
        ]
    return [
        Event(account, "place_call", "test", at.isoformat(), {"by": "user", "to": each}, each) for each in ids
    ]


class Callers:
    """Many callers at work, and what they were answered: each time by any of the servers. `batch` says what they send,
    `pause_s` how long they wait before they send more."""

    def __init__(
        self, *servers: Killable, batch: Callable[[str], list[Event]] = batch, pause_s: float = 0
    ) -> None:
        self._servers, self.batch, self._pause_s = servers, batch, pause_s
        self.answered = Counter[Killable]()
        self.acknowledged: dict[str, list[Recorded]] = {}
        self.decided: list[str] = []
        self.faults: list[str] = []
        self._over = False
        self._threads = [threading.Thread(target=self._work, args=(n,)) for n in range(WRITERS)]

    def _work(self, writer: int) -> None:
        try:
            with contextlib.ExitStack() as open_:
                self._report([open_.enter_context(each.client()) for each in self._servers], writer)
        except Exception:
            self.faults.append(f"caller {writer}:\n{traceback.format_exc()}")

    def _report(self, clients: Sequence[Client], writer: int) -> None:
        chosen, number = random.Random(writer), 0
        while not self._over:
            bases = [f"{writer}-{number}"]
            if number and chosen.random() < 0.4:
                bases.append(f"{writer}-{chosen.randrange(number)}")
            for base in bases:
                place = chosen.randrange(len(clients))
                told = clients[place].record_all(self.batch(base))
                self.answered[self._servers[place]] += 1
                before = self.acknowledged.setdefault(base, told)
                assert before == told, f"{base} was acknowledged as {before}, and then as {told}"
            if chosen.random() < 0.3:
                party, act = chosen.choice(ASKED)
                asked = Question(Entity("party", party), act, chosen.choice(ACCOUNTS))
                answer = chosen.choice(clients).evaluate(asked)
                self.decided.append(answer.decision_id)
            number += 1
            time.sleep(self._pause_s)

    def must_be_content(self) -> None:
        """Raise AssertionError with everything that callers found wrong."""
        assert not self.faults, "\n\n".join(self.faults)

    @contextlib.contextmanager
    def at_work(self) -> Iterator[None]:
        """Have everybody at work meanwhile."""
        for each in self._threads:
            each.start()
        try:
            yield
        finally:
            self._over = True
            for each in self._threads:
                each.join(150)


class Killable:
    """A server that can be killed and is back in the twinkling of an eye: a process forks it that has read all."""

    def __init__(self, address: str, folder: Path, mode: str, clock: str = "") -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self._maker = subprocess.Popen(
            [sys.executable, "-m", "tests.service.killing", address, str(port), str(folder), mode, clock],
            cwd=ROOT,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT / "client")},
        )  # fmt: skip
        self.key, self.url, self._child = self._line(), f"http://127.0.0.1:{port}", 0

    def _line(self) -> str:
        assert self._maker.stdout is not None
        return self._maker.stdout.readline().strip()

    def client(self) -> Client:
        """Return a caller, who waits until it is back."""
        return Client(self.url, self.key, timeout_s=5, within_s=120)

    def start(self) -> None:
        """Start it; it answers soon after."""
        print("start", file=self._maker.stdin, flush=True)
        self._child = int(self._line())

    def kill(self) -> None:
        """Kill it."""
        os.kill(self._child, signal.SIGKILL)
        assert self._line() == "gone"

    def __enter__(self) -> Killable:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        assert self._maker.stdin is not None
        assert self._maker.stdout is not None
        self._maker.stdin.close()
        self._maker.stdout.close()
        self._maker.wait(10)


@contextlib.contextmanager
def what_it_said(folder: Path) -> Iterator[None]:
    """Have a check that fails tell what the servers said last."""
    try:
        yield
    except BaseException as wrong:
        said = folder / SAID
        told = said.read_text("utf-8", "replace")[-MOST_SAID:] if said.exists() else "nothing"
        wrong.add_note(f"what the servers said on standard error:\n{told}")
        raise


def kill_often(address: str, folder: Path, times: int, within_s: float) -> Callers:
    """Kill the server so often, at random instants; return what its callers were told."""
    chosen = random.Random(times)
    with Killable(address, folder, "durable") as server:
        callers = _begun(server)
        with callers.at_work():
            for _ in range(times):
                # Now and then before anything is answered, mostly in the midst of it.
                if chosen.random() < 0.8:
                    _answered(callers)
                time.sleep(chosen.random() * within_s)
                server.kill()
                server.start()
            _answered(callers)
        server.kill()
        server.start()
        check_answers(address, folder, server)
    return callers


def kill_one_of_two(address: str, folder: Path, times: int, within_s: float) -> Callers:
    """Have callers report to two servers on one database, and kill now the one and now the other, which is gone for a
    while; return what they were told."""
    with Killable(address, folder, "durable") as one, Killable(address, folder, "durable") as other:
        callers = _begun(one, other)
        with callers.at_work():
            kill_either(callers, one, other, times, within_s)
        for each in (one, other):
            check_answers(address, folder, each)
    return callers


def kill_either(callers: Callers, one: Killable, other: Killable, times: int, within_s: float) -> None:
    """Kill now the one and now the other of two servers, mostly after it has answered somebody since it was started: on
    a busy machine it would else answer nobody for ever."""
    chosen = random.Random(times)
    for _ in range(times):
        gone = chosen.choice((one, other))
        _answered(callers, gone if chosen.random() < 0.8 else None)
        time.sleep(chosen.random() * within_s)
        gone.kill()
        time.sleep(chosen.random() * within_s)
        gone.start()
        callers.answered[gone] = 0
    _answered(callers)


def _begun(*servers: Killable) -> Callers:
    """Open the accounts, and return who will report to those servers."""
    open_accounts(*servers)
    return Callers(*servers)


def open_accounts(*servers: Killable) -> None:
    """Open the accounts that callers report to."""
    with servers[0].client() as client:
        for account in ACCOUNTS:
            client.open_account(account, ["voip-1"], settings={"有效期": "2年"})
            client.record_all(begun(account))


def lost_by_a_kill(address: str, folder: Path, questions: int) -> tuple[int, int]:
    """Ask a server whose log is fast, and kill it; return how many records it said a crash would lose, and lost."""
    with Killable(address, folder, "fast") as server, server.client() as client:
        client.open_account("a", ["voip-1"], settings={"有效期": "2年"})
        asked = Question(Entity("party", "provider"), "suspend_service", "a")
        decided = {client.evaluate(asked).decision_id for _ in range(questions)}
        request = urllib.request.Request(
            f"{server.url}/metrics", headers={"Authorization": f"Bearer {server.key}"}
        )
        with urllib.request.urlopen(request, timeout=10) as figures:
            told = re.search(r"^contract_decisions_waiting (\S+)$", figures.read().decode(), re.M)
        server.kill()
        store = open_store(address)
        kept = {each.id for each in store.of("main").decisions(0, 2 * questions)}
        store.close()
        server.start()
    assert told is not None
    return int(float(told[1])), len(decided - kept)


def _answered(callers: Callers, server: Killable | None = None) -> None:
    """Wait until somebody was answered; where a server is named, by that one, since it was started.

    Raises AssertionError where a caller found something wrong.
    """
    count = len(callers.acknowledged)
    while not callers.faults:
        if callers.answered[server] if server is not None else len(callers.acknowledged) > count:
            break
        time.sleep(0.002)
    callers.must_be_content()


def begun(account: str) -> list[Event]:
    """Return the beginning of an account whose first bill is due on 10 April."""
    bill = {"period": "2026-03", "amount": "58.00", "due": "2026-04-10"}
    return [
        Event(account, "sign", "test", "2026-03-02T10:00:00+08:00", {"by": "provider"}, f"{account}-1"),
        Event(account, "sign", "test", "2026-03-02T10:05:00+08:00", {"by": "user"}, f"{account}-2"),
        Event(account, "activate_service", "test", "2026-03-02T12:00:00+08:00", {}, f"{account}-3"),
        Event(account, "invoice_issued", "test", "2026-04-01T09:00:00+08:00", bill, f"{account}-bill"),
    ]


def check_kept(store: Store, callers: Callers) -> int:
    """Hold the store against what was acknowledged; return how many events were."""
    callers.must_be_content()
    books = store.of("main")
    entries = [each for account in ACCOUNTS for each in books.entries(account)]
    kept = {each.id: each for each in entries}
    assert len(kept) == len(entries), "an event was counted twice"
    told = [each for some in callers.acknowledged.values() for each in some]
    for each in told:
        there = kept[each.id]
        assert each.account == there.account
        assert each.revision == f"{there.revision}-{there.hash[:4].hex()}", "acknowledged, and not kept so"
        assert each.recorded_at == datetime.fromisoformat(iso(there.recorded_at))
    for base in {id.partition("/")[0] for id in kept if not id.startswith(ACCOUNTS)}:
        assert all(each.id in kept for each in callers.batch(base)), "half of a batch is there"
    assert [each.fault for each in store.audit()] == [None] * len(ACCOUNTS)
    logged = Counter[str]()
    number = 0
    while page := books.decisions(number, 500):
        logged.update(each.id for each in page)
        number = page[-1].number
    assert set(callers.decided) <= set(logged), "an answer was given whose record is not kept"
    assert set(logged.values()) <= {1}
    return len(told)


def check_answers(address: str, folder: Path, server: Killable) -> None:
    """Hold what a server answers, once it is back, against what follows from the store, replayed from scratch."""
    store = open_store(address)
    books = store.of("main")
    documents = Documents(folder / "documents", Cache(folder / "cache"))
    programs = documents.of(published(books.contracts(), now()))
    with server.client() as client:
        for name in ACCOUNTS:
            entries = books.entries(name)
            account = account_of(books.account(name).opening, entries, programs)
            token = f"{entries[-1].revision}-{entries[-1].hash[:4].hex()}"
            assert client.account(name)["revision"] == token
            for party, act in ASKED:
                for day in ("2026-04-02", "2026-04-12", "2026-06-01"):
                    found = client.evaluate(Question(Entity("party", party), act, name, as_of=day))
                    question = May(party, act, parse_as_of(day))
                    wanted = context_of(
                        account.decide(question), question, Words(account.program), token, question.at
                    )
                    assert found.context == json.loads(wanted), (name, party, act, day)
    for row in books.decisions(0, 20):
        assert derive(books, documents, row) == row.answer
    store.close()


def main(address: str, port: str, folder: str, mode: str, clock: str) -> None:
    """Make a store and its key, which is printed; for each line read, start a server that can be killed, by a clock of
    its own if one is given."""
    begin_logging("error")
    config, given = config_of(address, int(port), mode), texts()
    documents = Documents(Path(folder) / "documents", Cache(Path(folder) / "cache"))
    store = open_store(address)
    # Everything is read and made ready here, once, and not by every server anew.
    Server(config, store, given, documents)
    shown, kept = new_key("main", "test", ("ask", "record", "audit"), now())
    store.add_key(kept)
    store.close()
    gc.collect()
    gc.freeze()
    print(shown, flush=True)
    for _ in sys.stdin:
        child = os.fork()
        if child:
            print(child, flush=True)
            os.waitpid(child, 0)
            print("gone", flush=True)
            continue
        os.dup2(os.open(Path(folder) / SAID, os.O_WRONLY | os.O_CREAT | os.O_APPEND), 2)
        if clock:
            hastened.run_by(clock)
        Running(config, given, documents, "error").run()
        os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
