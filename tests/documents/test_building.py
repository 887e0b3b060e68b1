"""A site of contracts alone, built by the command and served while a contract is edited."""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.cli import carried_out
from engine.documents.building import Unbuildable, configured, served

TEXT = """\
| agreement studio 画室 "Studio"
| party owner 甲方, member 乙方
| act lock 锁门 by owner, needs basis

1.1 The owner may lock the door.
| owner may lock
"""
WAIT_SECONDS = 60


@pytest.fixture
def contract(tmp_path: Path) -> Path:
    """A contract file in a folder of its own."""
    (tmp_path / "contracts").mkdir()
    file = tmp_path / "contracts" / "studio.contract"
    file.write_text(TEXT, "utf-8")
    return file


def test_the_command_builds_a_site_of_contracts(contract: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = contract.parents[1] / "site"
    assert carried_out(["docs", "build", str(contract.parent), "-o", str(out), "--strict"]) == 0
    assert str(out) in capsys.readouterr().out
    page = (out / "contracts" / "en" / "studio.html").read_text("utf-8")
    assert 'id="1.1"' in page
    assert "owner has the power to lock" in page
    assert (out / "index.html").is_file()


def test_only_a_site_gives_way_to_a_site(contract: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, out = contract.parent, contract.parents[1] / "site"
    assert carried_out(["docs", "build", str(folder), "-o", str(folder)]) == 2
    assert "holds files that are no site" in capsys.readouterr().err
    assert contract.read_text("utf-8") == TEXT
    assert [carried_out(["docs", "build", str(folder), "-o", str(out)]) for _ in range(2)] == [0, 0]


def test_a_folder_without_contracts_makes_no_site(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("build", "serve"):
        assert carried_out(["docs", command, str(tmp_path)]) == 2
        assert "no .contract file in it" in capsys.readouterr().err


def test_what_cannot_be_built_is_refused(
    contract: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(contract.parent)
    assert carried_out(["docs", "build"]) == 2
    assert "which contracts?" in capsys.readouterr().err
    contract.write_text(TEXT.replace("may lock\n", "may fly\n"), "utf-8")
    assert carried_out(["docs", "build", str(contract)]) == 2
    assert "studio.contract:6:" in capsys.readouterr().err
    (contract.parent / "mkdocs.yml").write_text("site_name: x\nplugins: [none-such]\n", "utf-8")
    assert carried_out(["docs", "build"]) == 2
    assert "mkdocs.yml" in capsys.readouterr().err


class Served:
    """A site that is being served, and what it has told."""

    def __init__(self, address: str, told: list[str]) -> None:
        self.address, self.told = address, told

    def page(self, path: str) -> str:
        """Return a page as it is shown."""
        with urllib.request.urlopen(f"{self.address}{path}", timeout=WAIT_SECONDS) as answer:
            return answer.read().decode()

    def until(self, path: str, words: str) -> None:
        """Wait until a page holds some words."""
        end = time.monotonic() + WAIT_SECONDS
        while words not in self.page(path):
            assert time.monotonic() < end, f"{words} is not on {path}; told: {self.told}"
            time.sleep(0.05)


@pytest.fixture
def site(contract: Path, tmp_path: Path) -> Iterator[Served]:
    """A site served on some free port."""
    told: list[str] = []
    with (
        configured([contract.parent], [], contract, None, tmp_path / "kept", strict=False) as config,
        served(config, "127.0.0.1", 0, told.append) as server,
    ):
        thread = threading.Thread(target=server.serve, daemon=True)
        thread.start()
        end = time.monotonic() + WAIT_SECONDS
        while not server.serve_thread.is_alive():
            assert time.monotonic() < end
            time.sleep(0.02)
        yield Served(f"http://127.0.0.1:{server.server_address[1]}/", told)
    thread.join(WAIT_SECONDS)


def test_an_edit_is_shown_and_what_hangs_on_it_follows(site: Served, contract: Path) -> None:
    page = "contracts/en/studio.html"
    assert "owner has the power to lock" in site.page(page)
    contract.write_text(
        TEXT.replace("The owner may", "At night the owner may").replace("| owner may", "| member may"),
        "utf-8",
    )
    site.until(page, "At night the owner may lock")
    assert "member has the power to lock" in site.page(page)
    # Registers follow, and so does a page for a document that was not there.
    (contract.parent / "second.contract").write_text(TEXT.replace("studio 画室", "second 第二"), "utf-8")
    site.until("contracts/en/index.html", "second.html")
    assert "owner has the power to lock" in site.page("contracts/en/second.html")


def test_the_search_follows_an_edit(site: Served, contract: Path) -> None:
    index = "search/search_index.json"
    assert "trapdoor" not in site.page(index)
    contract.write_text(TEXT.replace("the door", "the trapdoor"), "utf-8")
    site.until("contracts/en/studio.html", "trapdoor")
    site.until(index, "trapdoor")
    found = json.loads(site.page(index))["docs"]
    here = [each for each in found if each["location"].startswith("contracts/en/studio.html#")]
    assert any("trapdoor" in each["text"] for each in here)
    assert not any("the door" in each["text"] for each in here)
    places = [each["location"] for each in found]
    assert len(places) == len(set(places))
    # What is taken back is found no longer; nothing waits.
    contract.write_text(TEXT, "utf-8")
    end = time.monotonic() + WAIT_SECONDS
    while "trapdoor" in site.page(index):
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_slip_leaves_the_pages_as_they_were(site: Served, contract: Path) -> None:
    page = "contracts/en/studio.html"
    contract.write_text(TEXT + "| owner may fly\n", "utf-8")
    end = time.monotonic() + WAIT_SECONDS
    while not site.told:
        assert time.monotonic() < end
        time.sleep(0.05)
    assert "studio.contract:7" in site.told[-1]
    assert "1.1 The owner may lock the door." in site.page(page)
    contract.write_text(TEXT.replace("the door", "the gate"), "utf-8")
    site.until(page, "the gate")


def test_what_is_edited_before_anything_is_watched_is_shown_too(contract: Path, tmp_path: Path) -> None:
    with (
        configured([contract.parent], [], contract, None, tmp_path / "kept", strict=False) as config,
        served(config, "127.0.0.1", 0, print) as server,
    ):
        contract.write_text(TEXT.replace("the door", "the gate"), "utf-8")
        threading.Thread(target=server.serve, daemon=True).start()
        while not server.serve_thread.is_alive():
            time.sleep(0.02)
        Served(f"http://127.0.0.1:{server.server_address[1]}/", []).until(
            "contracts/en/studio.html", "the gate"
        )


def test_settings_without_our_plugin_are_refused(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text("# x\n", "utf-8")
    (tmp_path / "mkdocs.yml").write_text("site_name: x\nplugins: []\n", "utf-8")
    with (
        configured([], [], tmp_path / "mkdocs.yml", None, None, strict=False) as config,
        pytest.raises(Unbuildable, match="not among its plugins"),
        served(config, "127.0.0.1", 0, print),
    ):
        pass
