"""`contract diff`: two versions of one document, and what are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.commands.common import FINE, FOUND, REFUSED


def test_diff_tells_two_versions_of_one_document_from_anything_else(contract, tmp_path: Path) -> None:
    old, new = tmp_path / "old.contract", tmp_path / "new.contract"
    text = "| agreement gym\n| party owner, member\n| act enter by member, needs basis\n1. x\n| member may enter\n"
    old.write_text(text, "utf-8")
    new.write_text(text.replace("1. x", "1. y"), "utf-8")
    assert contract("diff", str(old), str(new))[0] == FINE
    new.write_text(text.replace("| member may", "| member must not"), "utf-8")
    assert contract("diff", str(old), str(new))[0] == FOUND


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ("voip-2", "two documents"), ("contracts/vocabulary/telecom.contract", "vocabulary"),
        ("voip-1@7", "no version"), ("nowhere.contract", "no such file"), ("contracts/law", "of the kind"),
    ],
)  # fmt: skip
def test_diff_refuses_what_are_no_two_versions(contract, new: str, said: str) -> None:
    status, _, stderr = contract("diff", "voip-1", new)
    assert status == REFUSED
    assert said in stderr or "which of these" in stderr
