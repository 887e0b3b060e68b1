"""What the OpenAPI page promises holds, whatever is sent: schemathesis tries every address, with every check it has.

What is left out, and why, stands in `schemathesis.toml`.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.service.serving import CONTRACTS, Live, serving, texts_of

SETTINGS = Path(__file__).with_name("schemathesis.toml")


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    texts = texts_of(CONTRACTS / "voip-1", CONTRACTS / "vocabulary")
    limits = {"depth": 16, "body_bytes": 50_000}
    with serving(tmp_path_factory.mktemp("schema"), {"main": texts}, limits=limits) as found:
        opened = {"account": "A-1001", "agreements": ["voip-1"], "settings": {"有效期": "2年"}}
        assert found.client().post("/accounts", json=opened).status_code == 200
        yield found


def tried(live: Live, folder: Path, *more: str) -> str:
    """Have every address tried; return what was found wrong, all of it where anything was."""
    command = [
        sys.executable, "-m", "schemathesis.cli", "--config-file", str(SETTINGS), "run", f"{live.url}/openapi.json",
        "-H", f"Authorization: Bearer {live.key()}", "--no-color", *more,
    ]  # fmt: skip
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_every_address_does_as_its_page_says(live: Live, tmp_path: Path) -> None:
    """As far as ten seconds go; `make soak` goes all the way."""
    assert tried(live, tmp_path, "--phases", "examples,coverage", "--seed", "1", "--max-time", "10") == ""


@pytest.mark.soak
def test_every_address_does_as_its_page_says_for_long(live: Live, tmp_path: Path) -> None:
    phases = "examples,coverage,fuzzing,stateful"
    assert tried(live, tmp_path, "--phases", phases, "--max-examples", "150") == ""
