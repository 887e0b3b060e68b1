"""What the analysis says could be typed can be: every line that it suggests is read in the place that it names."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from contractlang.load import Workspace, load, load_text
from contractlang.loaded import Loaded
from engine.analysis import analyse
from engine.analysis.finding import read_back
from engine.analysis.lines import Mend, Texts
from engine.analysis.mending import mends
from engine.governing import Programs

CONTRACTS = Path(__file__).parents[2] / "contracts"
SHIPPED = sorted(CONTRACTS.glob("*/findings*.json"))
NOT_READABLE = {
    # The law's own norm rests on labels or definitions that only that law has.
    "gap/required by law",
}


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    """All that is shipped, with its files."""
    names = ("voip-1", "voip-2", "sale", "lease", "law")
    return load([CONTRACTS / name for name in names], [CONTRACTS / "vocabulary"])


def is_read(path: str, text: str) -> bool:
    """Tell whether a file can be read with that text."""
    return not Workspace([CONTRACTS]).check(path, text).errors


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_mend_of_a_shipped_finding_is_read_in_its_place(path: Path, loaded: Loaded) -> None:
    found = [read_back(each) for each in json.loads(path.read_text("utf-8"))["findings"]]
    read: dict[str, int] = {}
    for finding in found:
        sort = finding.key.split(":")[0]
        for ways in filter(None, mends(finding, loaded.contracts, loaded.sources)):
            texts = [mend.applied(loaded.sources[mend.path].text) for mend in ways]
            works = [mend for mend, text in zip(ways, texts, strict=True) if is_read(mend.path, text)]
            assert works or sort in NOT_READABLE, [mend.said.en for mend in ways]
            for mend in works:
                read[sort] = read.get(sort, 0) + 1
                assert all(line in mend.applied(loaded.sources[mend.path].text) for line in lines_in(mend))
    assert read


def lines_in(mend: Mend) -> list[str]:
    """Return what a mend says is typed; what it strikes is typed no more."""
    return [] if mend.what == "strike" else re.findall("`([^`]*)`", mend.said.zh)[:1]


CLUB = """| agreement club
| party host, guest
| event bell
| act enter by guest, needs basis
| act sing by guest

1.1 A guest may enter.
| entry: guest may enter
1.2 After the bell nobody enters.
| guest must not enter when bell is done
| guest may sing
1.3 Nobody sings after the bell.
| guest must not sing when bell is done
"""
OTHER = """| agreement house
| party host, guest
| event bell
| act enter by guest, needs basis

1.1 Nobody enters this house.
| guest must not enter
"""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_priority_that_is_suggested_is_read_and_ends_the_clash(language: str, tmp_path: Path) -> None:
    paths = [tmp_path / "club.contract", tmp_path / "house.contract"]
    for path, text in zip(paths, (CLUB, OTHER), strict=True):
        path.write_text(text, "utf-8")
    both = load(paths, [])
    for agreements in (("club",), ("club", "house")):
        conflicts = list(analyse(Programs(both.contracts), agreements, only=frozenset(["conflict"])))
        assert len(conflicts) == len(agreements) + 1
        for each in conflicts:
            (said,) = each.settles
            number, line = re.findall(
                r"(?:beneath |写在)([^,之]*?)(?:, |之下：)`([^`]*)`", getattr(said, language)
            )[0]
            assert each.clauses[0].clause in number
            source = both.sources[both.contracts[each.clauses[0].document].path]
            beneath = Texts(both.contracts, both.sources).line(each.clauses[0])
            assert beneath is not None
            text = f"{source.text[: beneath.end]}\n{line}{source.text[beneath.end :]}"
            mended = load_text(text, source.path)
            assert not mended.errors, (line, [wrong.message.en for wrong in mended.errors])
            held = {**both.contracts, **mended.contracts}
            again = analyse(Programs(held), agreements, only=frozenset(["conflict"]))
            assert each.key not in {other.key for other in again}
