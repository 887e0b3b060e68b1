"""A file of somebody's is written whole or not at all."""

from __future__ import annotations

import errno
import os
from datetime import date
from pathlib import Path

import pytest

from engine.analysis.accepted import Acceptance, add
from engine.cli import carried_out
from engine.whole import write_whole


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(file: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", refused)


def test_on_a_full_disk_a_file_stays_as_it_was_and_is_named(tmp_path: Path, full: None) -> None:
    path = tmp_path / "accepted.yaml"
    path.write_text("[]\n", "utf-8")
    with pytest.raises(OSError, match="No space left") as raised:
        add(path, Acceptance("gap/x", "why not", date(2026, 5, 4), ""))
    assert raised.value.filename == str(path)
    assert path.read_text("utf-8") == "[]\n"
    assert list(tmp_path.iterdir()) == [path]


def test_on_a_full_disk_nothing_is_left_of_a_new_file(
    tmp_path: Path, full: None, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "sale.docx"
    assert carried_out(["docs", "word", "sale", "-o", str(out)]) == 2
    assert capsys.readouterr().err == f"{out}: No space left on device\n"
    assert not list(tmp_path.iterdir())


def test_a_file_keeps_its_rights_and_a_link_its_file(tmp_path: Path) -> None:
    path, link = tmp_path / "a", tmp_path / "b"
    path.write_bytes(b"1")
    path.chmod(0o640)
    link.symlink_to(path)
    write_whole(link, b"2")
    assert (link.is_symlink(), path.read_bytes(), path.stat().st_mode & 0o777) == (True, b"2", 0o640)


def test_a_new_file_has_the_rights_of_any_new_file(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_whole(tmp_path / "new.yaml", b"[]\n")
    finally:
        os.umask(before)
    assert (tmp_path / "new.yaml").stat().st_mode & 0o777 == 0o640


def test_what_is_no_file_keeps_its_place(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_whole(pipe, b"3")
    assert (os.read(reader, 9), pipe.is_fifo()) == (b"3", True)
    os.close(reader)
