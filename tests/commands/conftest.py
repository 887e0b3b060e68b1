"""What the tests of commands share."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def wrong_contract(tmp_path: Path) -> str:
    path = tmp_path / "wrong.contract"
    path.write_text(
        "| agreement wrong\n| party buyer, seller\n1. One.\n| buyer must dance\n| seller must sing\n", "utf-8"
    )
    return str(path)
