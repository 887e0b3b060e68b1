"""What goes on beside requests goes on, also where a mistake of ours ends it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from engine.service.deadlines import Deadlines
from tests.service.serving import CONTRACTS, serving, texts_of


def test_deadlines_are_begun_again_where_they_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wake, failed = Deadlines.wake, list[int]()

    async def wrong(self: Deadlines, *given: Any) -> tuple[int, bool]:
        if len(failed) < 2:
            failed.append(1)
            raise ZeroDivisionError
        return await wake(self, *given)

    monkeypatch.setattr(Deadlines, "wake", wrong)
    texts = {"main": texts_of(CONTRACTS / "voip-1", CONTRACTS / "vocabulary")}
    with serving(tmp_path, texts, deadlines_every_s=0.01) as live:
        client, until = live.client(), time.monotonic() + 60
        while client.get("/ready").status_code != 200:
            assert time.monotonic() < until
            time.sleep(0.02)
        assert len(failed) == 2
        assert client.get("/ready").json()["deadlines_until"] > "2026"
