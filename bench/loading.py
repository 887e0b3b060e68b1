"""A load generator in a process of its own: requests from standard input, as JSON lines, over some connections at once.

With a rate, each request has an instant at which it is due and its time is counted from then, so that a server which
falls behind shows it. Prints one JSON object.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Iterator

import uvloop


async def main(port: int, connections: int, rate: float) -> None:
    """Send everything; print how long it took in all, and for each request, in seconds."""
    bodies = [line.split("\t", 3) for line in sys.stdin.read().splitlines()]
    heads = [
        (
            f"POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {key}\r\nContent-Type: {kind}\r\n"
            f"Content-Length: {len(body.encode())}\r\n\r\n{body}"
        ).encode()
        for path, key, kind, body in bodies
    ]
    opened = [await asyncio.open_connection("127.0.0.1", port, limit=2**24) for _ in range(connections)]
    taken: list[float] = []
    sizes = [0]
    begun = time.perf_counter()
    queue = iter(enumerate(heads))

    async def caller(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, own: Iterator) -> None:
        for number, request in own:
            due = time.perf_counter()
            if rate:
                due = begun + number / rate
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            size = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
            body = await reader.readexactly(size)
            taken.append(time.perf_counter() - due)
            sizes[0] += size
            if not head.startswith(b"HTTP/1.1 200"):
                raise SystemExit(f"not answered: {head!r} {body!r}")

    await asyncio.gather(*(caller(*each, queue) for each in opened))
    wall = time.perf_counter() - begun
    taken.sort()
    print(json.dumps({
        "wall": wall, "requests": len(taken), "bytes": sizes[0] // len(taken),
        "p50": taken[len(taken) // 2], "p99": taken[len(taken) * 99 // 100],
    }))  # fmt: skip
    for _, writer in opened:
        writer.close()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
