"""What an evaluation costs the service layer by layer, and how long callers wait, without HTTP and without a network.

CPU of one thread, in this process, so that it says something on a busy machine too. The layers are measured in turn,
each with questions of its own, no two about the same instant; of many turns the least counts. The waiting is that of
a queue: requests that come evenly at half the rate that can be served, each taking as long as it took here, memory
being looked through as in a service that runs.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from bench.service import ACCOUNTS, JSON, KEY, MANY, Row, life, question
from contractlang.cache import Cache
from engine.kept import Documents
from engine.service import asking, authzen
from engine.service.answers import context_of
from engine.service.app import application
from engine.service.clock import now
from engine.service.config import Config
from engine.service.requests import Here, read_json
from engine.service.rim import Rim
from engine.service.running import COLLECTED_AFTER
from engine.service.server import Server
from engine.service.watch import begin_logging
from engine.store import open_store
from engine.store.apikeys import given_key
from tests.service.serving import CONTRACTS, texts_of

TURNS, AT_ONCE, WAITING = 60, 90, 8_000
Layer = Callable[[bytes], Awaitable[object]]


def rows() -> list[Row]:
    """Return the figures."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_rows(Path(folder)))


async def _rows(folder: Path) -> list[Row]:
    begin_logging("error")
    texts = {"main": texts_of(CONTRACTS / "voip-1", CONTRACTS / "vocabulary")}
    config = Config.model_validate({
        "store": "memory:", "port": 0, "log_decisions": "off", "tenants": {"main": {"contracts": ["given"]}},
    })  # fmt: skip
    server = Server(config, open_store("memory:"), texts, Documents(folder, Cache(None)))
    key = given_key(KEY, "main", "bench", frozenset(("ask", "record")), now())
    assert key is not None
    server.store.add_key(key)
    rim = application(server)
    for number in range(ACCOUNTS):
        name = f"a{number}"
        opened = {"account": name, "agreements": ["voip-1"], "settings": {"有效期": "2年"}}
        await _posted(rim, "/accounts", JSON, opened)
        await _posted(rim, "/events", MANY, life(name, number % 3 == 0))
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTED_AFTER)
    try:
        return [*await _layers(rim, server), _waiting(rim)]
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


async def _posted(rim: Rim, path: str, kind: str, body: object) -> None:
    content = json.dumps(body).encode()
    statuses = []

    async def send(message: object) -> None:
        statuses.append(message)

    scope = {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"",
        "headers": _headers(content, kind), "root_path": "", "scheme": "http", "server": ("bench", 1),
    }  # fmt: skip
    await rim(scope, Here(content), send)
    assert statuses[0]["status"] == 200, statuses  # type: ignore[index]


def _headers(content: bytes, kind: str = JSON) -> list[tuple[bytes, bytes]]:
    length = str(len(content)).encode()
    authorization = b"Bearer " + KEY.encode()
    return [(b"host", b"bench"), (b"authorization", authorization), (b"content-type", kind.encode()),
            (b"content-length", length)]  # fmt: skip


async def _layers(rim: Rim, server: Server) -> list[Row]:
    tenant = server.tenants["main"]

    def told(body: bytes) -> object:
        return authzen.single(read_json(body, tenant.limits))

    async def read(body: bytes) -> object:
        return told(body)

    def put(body: bytes) -> tuple[object, ...]:
        asked = authzen.single(read_json(body, tenant.limits))
        held = tenant.accounts.here(asked.account)
        assert held is not None
        party, act = tenant.party_of(held.opening, *asked.subject), tenant.act_called(held.opening, asked.act)
        assert party is not None
        assert act is not None
        question, _ = asking.may(held.opening.program, party, act, asked, asking.instant(held, asked, 0))
        return held, question, asked

    async def found(body: bytes) -> object:
        return put(body)

    async def decided(body: bytes) -> object:
        held, question, _ = put(body)
        return held.account.decide(question)  # type: ignore[attr-defined]

    async def worded(body: bytes) -> object:
        held, question, asked = put(body)
        decision = held.account.decide(question)  # type: ignore[attr-defined]
        return context_of(decision, question, held.opening.words, held.token, asked.as_of)  # type: ignore[arg-type, attr-defined]

    async def answered(body: bytes) -> object:
        return await asking.evaluate(tenant, authzen.single(read_json(body, tenant.limits)), now())

    async def whole(body: bytes) -> object:
        return await rim.answer(b"/access/v1/evaluation", _headers(body), body)

    layers: Sequence[tuple[str, Layer]] = (
        ("the body read as JSON and as a question", read), ("account, party and act found", found),
        ("the decision", decided), ("reasons, receipt and the rest as JSON", worded),
        ("the answer, its id and what the log would keep", answered),
        ("caller, limits, figures, head of the answer", whole),
    )  # fmt: skip
    least = [float("inf")] * len(layers)
    for turn in range(TURNS):
        for place, (_, layer) in enumerate(layers):
            bodies = _bodies(AT_ONCE, (turn * len(layers) + place) * AT_ONCE)
            begun = time.thread_time()
            for each in bodies:
                await layer(each)
            least[place] = min(least[place], 1e6 * (time.thread_time() - begun) / AT_ONCE)
    shares = [one - other for one, other in zip(least, [0.0, *least], strict=False)]
    found_rows = [
        (f"  {name}", f"{share:.0f} us", "") for (name, _), share in zip(layers, shares, strict=True)
    ]
    return [("an evaluation without HTTP, server CPU", f"{least[-1]:.0f} us", ""), *found_rows]


def _bodies(count: int, first: int) -> list[bytes]:
    return [json.dumps(question(first + number)).encode() for number in range(count)]


def _waiting(rim: Rim) -> Row:
    """Return how long callers would wait at half the rate that can be served."""
    taken: list[float] = []
    for body in _bodies(WAITING, 1_000_000):
        headers = _headers(body)
        begun = time.thread_time()
        try:
            rim.answer(b"/access/v1/evaluation", headers, body).send(None)
        except StopIteration:
            taken.append(time.thread_time() - begun)
    every = 2 * sum(taken) / len(taken)
    waits, free = [], 0.0
    for number, each in enumerate(taken):
        free = max(free, number * every) + each
        waits.append(free - number * every)
    waits.sort()
    p99, longest = waits[len(waits) * 99 // 100], waits[-1]
    return (
        "p99 (longest) in a queue at half that rate",
        f"{1e3 * p99:.1f} ms ({1e3 * longest:.1f})",
        "under 10 ms",
    )


if __name__ == "__main__":
    for row in rows():
        sys.stdout.write(f"{row[0]:<52}  {row[1]:>18}  {row[2]}\n")
