"""A server that does nothing: every request gets the same bytes, by the same HTTP server, set up alike."""

from __future__ import annotations

import socket
import sys
from typing import Any

import uvicorn


def main(size: int) -> None:
    """Listen on a free port, told on standard error, and answer JSON of that size."""
    body = b'{"decision":true,"context":"' + b"x" * max(0, size - 30) + b'"}'
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    listen(answer)


def listen(answer: Any) -> None:
    """Serve an ASGI application on a free port, told on standard error, by the HTTP server of the service."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen(2048)
    print(f"listening on http://127.0.0.1:{listening.getsockname()[1]}", file=sys.stderr, flush=True)
    config = uvicorn.Config(
        answer, log_config=None, access_log=False, server_header=False, date_header=False, proxy_headers=False,
        ws="none", lifespan="off",
    )  # fmt: skip
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main(int(sys.argv[1]))
