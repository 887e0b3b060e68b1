"""Accepted findings: with reason and day on their page and in the register, and open again when the norms change."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from engine.analysis.accepted import FILE
from engine.cli import carried_out
from engine.documents.acceptances import PATH
from engine.documents.shelf import Shelf
from engine.documents.site import write

CONTRACTS = Path(__file__).parents[2] / "contracts"
ACCEPTED = [
    (path, entry)
    for path in sorted(CONTRACTS.glob(f"*/{FILE}"))
    for entry in yaml.safe_load(path.read_text("utf-8"))
]
STUDIO = """\
| agreement studio 画室
| party owner 甲方, member 乙方
| act paint 作画 by member
| act clean 打扫 by member
| act shut_out 停用 by owner, needs basis

1.1 The member does not paint the walls.
| member must not paint
1.2 The member cleans.
| cleaning: member must clean within 3 days of 2026-03-01
1.3 Who does not clean may be shut out.
| upon breach of cleaning, owner may shut_out
"""
KEY = "gap/no consequence:studio/1.1"


def test_what_is_shipped_has_some() -> None:
    assert ACCEPTED


@pytest.mark.parametrize(("path", "entry"), ACCEPTED, ids=lambda each: str(each)[-30:])
def test_one_that_is_shipped_stands_on_its_page_and_in_the_register(
    path: Path, entry: dict[str, object], made: dict[str, str]
) -> None:
    for language, word in (("en", "accepted on"), ("zh", "已于")):
        page = made[f"{language}/findings-{path.parent.name}.md"]
        own = next(
            each for each in page.split('<div class="finding"') if f"<code>{entry['finding']}</code>" in each
        )
        assert 'class="accepted"' in own
        assert word in own
        assert str(entry["date"]) in own
        assert str(entry["reason"]) in own
        row = next(each for each in made[f"{language}/{PATH}"].split("<tr>") if str(entry["reason"]) in each)
        assert str(entry["date"]) in row
        (name,) = re.findall(rf'href="findings-{path.parent.name}\.html#([\w-]+)"', row)
        assert f'id="{name}"' in own[:60]
        assert 'class="bad"' not in row


def built(folder: Path) -> tuple[str, str]:
    """Return the page of findings and the register of a folder of contracts."""
    pages = folder / "pages"
    write(Shelf.of([folder / "studio"]), pages, languages=("en",))
    return (pages / "en" / "findings-studio.md").read_text("utf-8"), (pages / "en" / PATH).read_text("utf-8")


def test_it_is_open_again_when_the_norms_change(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    contract = tmp_path / "studio" / "studio.contract"
    contract.parent.mkdir()
    contract.write_text(STUDIO, "utf-8")
    assert "<p>None.</p>" in built(tmp_path)[1]
    assert (
        carried_out(["analyse", str(contract), "--accept", KEY, "--reason", "paint can be washed off"]) == 0
    )
    page, register = built(tmp_path)
    assert "paint can be washed off" in page
    assert 'class="accepted"' in page
    assert "<td>accepted</td>" in register
    # Another clause may change: the decision does not rest on it.
    contract.write_text(STUDIO.replace("within 3 days", "within 5 days"), "utf-8")
    page, register = built(tmp_path)
    assert 'class="accepted"' in page
    assert "<td>accepted</td>" in register
    # Its own norm changes, and not one word of the text.
    contract.write_text(
        STUDIO.replace("member must not paint", "member must not paint before 2027-01-01"), "utf-8"
    )
    page, register = built(tmp_path)
    assert 'class="accepted"' not in page
    assert "the wording has changed since, so it is open again" in page
    assert '<td class="bad">open again' in register
    assert carried_out(["analyse", str(contract), "--gate"]) == 1
    # The breach has a consequence now, and nothing is found.
    contract.write_text(STUDIO.replace("upon breach of cleaning", "upon breach of any norm"), "utf-8")
    page, register = built(tmp_path)
    assert "paint can be washed off" not in page
    assert "not found any longer" in register
