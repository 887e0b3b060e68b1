"""A server that tells its address can be stopped."""

from __future__ import annotations

import signal
from typing import Any

import uvicorn

from engine.service.listening import Listener


async def _app(_scope: Any, _receive: Any, _send: Any) -> None:
    """Answer nobody."""


def test_who_reads_the_address_can_stop_the_server() -> None:
    listener = Listener(uvicorn.Config(_app, port=0, log_config=None, lifespan="off"))
    heard: list[Any] = []

    def told() -> None:
        heard.append(signal.getsignal(signal.SIGINT))
        listener.should_exit = True

    listener.told = told
    listener.stopped = lambda: heard.append("stopped")
    listener.run()
    assert heard == [listener.handle_exit, "stopped"]


def test_who_asks_for_nothing_is_told_nothing() -> None:
    listener = Listener(uvicorn.Config(_app, port=0, log_config=None, lifespan="off"))
    listener.should_exit = True
    listener.run()
    assert listener.started
