"""Files of a folder: none outside it, none half written, and nobody's edit lost."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.workbench.folder import ABSENT, BadFile, Changed, Folder

OUTSIDE = (
    "", "/etc/passwd.md", "../x.md", "a/../../x.md", "a//b.md", "./a.md", "a/./b.md", ".hidden.md", ".git/x.md",
    "a\\b.md", "x.py", "a\0.md", "link.md", "way/x.md",
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A folder with one contract, and links that lead out of it."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "x.md").write_text("secret")
    root = tmp_path / "in"
    (root / "a").mkdir(parents=True)
    (root / "a" / "a.contract").write_text("| agreement a\n")
    (root / "link.md").symlink_to(tmp_path / "out" / "x.md")
    (root / "way").symlink_to(tmp_path / "out")
    return Folder(root)


def test_only_texts_below_the_folder_are_listed(folder: Folder) -> None:
    assert folder.files() == ["a/a.contract"]


@pytest.mark.parametrize("path", OUTSIDE)
def test_nothing_outside_is_read_or_written(folder: Folder, path: str) -> None:
    with pytest.raises(BadFile):
        folder.read(path)
    with pytest.raises(BadFile):
        folder.save(path, "x", ABSENT)


def test_whoever_saves_second_is_given_the_newer_text(folder: Folder) -> None:
    begun = folder.read("a/a.contract")
    folder.save("a/a.contract", "first\n", begun.revision)
    with pytest.raises(Changed) as wrong:
        folder.save("a/a.contract", "second\n", begun.revision)
    assert wrong.value.now.text == "first\n"
    merged = folder.save("a/a.contract", "first\nsecond\n", wrong.value.now.revision)
    assert folder.read("a/a.contract") == merged


def test_a_new_file_does_not_overwrite_one_that_is_there(folder: Folder) -> None:
    with pytest.raises(Changed):
        folder.save("a/a.contract", "new\n", ABSENT)
    assert folder.save("b/c/new.contract", "new\n", ABSENT).text == "new\n"
    assert "b/c/new.contract" in folder.files()


def test_a_file_that_was_removed_is_not_brought_back_unasked(folder: Folder) -> None:
    begun = folder.read("a/a.contract")
    os.unlink(folder.root / "a" / "a.contract")
    with pytest.raises(Changed) as wrong:
        folder.save("a/a.contract", "x\n", begun.revision)
    assert wrong.value.now.revision == ABSENT


def test_line_ends_the_mark_and_the_mode_stay(folder: Folder) -> None:
    where = folder.root / "a" / "a.contract"
    where.write_bytes(b"\xef\xbb\xbfone\r\ntwo\r\n")
    where.chmod(0o640)
    begun = folder.read("a/a.contract")
    assert begun.text == "one\ntwo\n"
    folder.save("a/a.contract", "one\nthree\n", begun.revision)
    assert where.read_bytes() == b"\xef\xbb\xbfone\r\nthree\r\n"
    assert where.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in where.parent.iterdir()] == ["a.contract"]


def test_what_is_no_text_is_refused_with_its_line(folder: Folder) -> None:
    (folder.root / "a" / "a.contract").write_bytes(b"one\n\xff\n")
    with pytest.raises(BadFile, match="line 2"):
        folder.read("a/a.contract")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=60))
def test_what_is_saved_is_what_is_read(folder: Folder, text: str) -> None:
    text = text.removeprefix("\ufeff")
    begun = folder.read("a/a.contract")
    saved = folder.save("a/a.contract", text, begun.revision)
    assert folder.read("a/a.contract") == saved
    assert saved.text == text
