"""What is kept of a load is the load: never stale, never taken from anybody else, and not missed when it is gone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from contractlang import load as reading
from contractlang.cache import MOST_ENTRIES, PROGRAM, Cache
from contractlang.flat import flattened, raised
from contractlang.loaded import Loaded

CONTRACTS = Path(__file__).parents[2] / "contracts"
WORDS = "| vocabulary words\n| party buyer, seller\n| act pay by buyer\n"
SALE = (
    "| agreement sale\n| uses words\n\n1.1 The buyer pays.\n| pay: buyer must pay within 3 days of signing\n"
)


@pytest.fixture
def sale(tmp_path: Path) -> Path:
    """A small agreement with a vocabulary beside it, and one mistake in it: nothing is called `signing`."""
    (tmp_path / "sale").mkdir()
    (tmp_path / "vocabulary").mkdir()
    (tmp_path / "vocabulary" / "words.contract").write_text(WORDS, "utf-8")
    path = tmp_path / "sale" / "sale.contract"
    path.write_text(SALE, "utf-8")
    return path


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[list[Path]]:
    """Every load that was really made."""
    made: list[list[Path]] = []
    load = reading.load

    def noted(paths: list[Path], library: list[Path]) -> Loaded:
        made.append(paths)
        return load(paths, library)

    monkeypatch.setattr(reading, "load", noted)
    return made


def entries(cache: Cache) -> list[Path]:
    assert cache.folder is not None
    return sorted(cache.folder.glob("*"))


def test_what_is_kept_of_all_contracts_is_what_was_read(cache: Cache, read: list[list[Path]]) -> None:
    """In every part, places included, and what several documents share is shared again."""
    paths = [CONTRACTS / "voip-1", CONTRACTS / "voip-2", CONTRACTS / "sale", CONTRACTS / "law"]
    first = cache.load(paths, [CONTRACTS])
    second = cache.load(paths, [CONTRACTS])
    assert len(read) == 1
    assert second == first
    assert list(second.contracts) == list(first.contracts)
    assert list(second.sources) == list(first.sources)
    assert flattened([*second.contracts.values(), second.diagnostics]) == flattened(
        [*first.contracts.values(), first.diagnostics]
    )
    one, other = second.contracts["voip-1"], second.contracts["civil_code"]
    shared = [name for name, each in one.declarations.items() if other.declarations.get(name) is each]
    assert len(shared) > 50


def test_what_is_wrong_is_kept_too(cache: Cache, sale: Path, read: list[list[Path]]) -> None:
    first, second = cache.load([sale]), cache.load([sale])
    assert len(read) == 1
    assert [each.code for each in second.errors] == [each.code for each in first.errors] != []
    assert second == first


def test_a_changed_vocabulary_makes_the_agreements_that_use_it_be_read_again(
    cache: Cache, sale: Path, read: list[list[Path]]
) -> None:
    assert cache.load([sale]).errors
    words = sale.parents[1] / "vocabulary" / "words.contract"
    words.write_text(f"{WORDS}| event signing\n", "utf-8")
    assert not cache.load([sale]).errors
    words.write_text(WORDS, "utf-8")
    assert cache.load([sale]).errors
    assert len(read) == 2  # The text is again what it was at first.


def test_a_new_neighbour_another_path_and_another_library_are_other_loads(
    cache: Cache, sale: Path, read: list[list[Path]]
) -> None:
    cache.load([sale])
    cache.load([sale], [CONTRACTS / "vocabulary"])
    cache.load([sale.parent / ".." / "sale" / "sale.contract"])
    (sale.parent / "rent.contract").write_text("| agreement rent\n", "utf-8")
    cache.load([sale])
    assert len(read) == 4


def test_another_version_of_the_program_reads_for_itself(
    cache: Cache, sale: Path, tmp_path: Path, read: list[list[Path]]
) -> None:
    program = tmp_path / "program"
    program.mkdir()
    for name in ("load.py", "grammar.lark", "grammar.tables"):
        (program / name).write_bytes((PROGRAM / name).read_bytes())
    other = Cache(cache.folder, program)
    cache.load([sale])
    other.load([sale])
    (program / "grammar.tables").write_bytes(b"other tables")
    other.load([sale])
    other.load([sale])
    assert len(read) == 3


@pytest.mark.parametrize("part", [0, 10, 41, 60, 400, -1])
@pytest.mark.parametrize("how", ["damaged", "cut off"])
def test_a_damaged_entry_is_passed_over_and_written_anew(
    cache: Cache, sale: Path, read: list[list[Path]], part: int, how: str
) -> None:
    whole = cache.load([sale])
    (entry,) = entries(cache)
    raw = bytearray(entry.read_bytes())
    if how == "damaged":
        raw[part] ^= 1
        entry.write_bytes(raw)
    else:
        entry.write_bytes(raw[:part])
    assert cache.load([sale]) == whole
    assert cache.load([sale]) == whole
    assert len(read) == 2


def test_the_entry_of_another_load_is_passed_over(cache: Cache, sale: Path, read: list[list[Path]]) -> None:
    cache.load([sale])
    (entry,) = entries(cache)
    before = entry.read_bytes()
    sale.write_text(SALE.replace("3 days", "4 days"), "utf-8")
    cache.load([sale])
    (other,) = (each for each in entries(cache) if each != entry)
    other.write_bytes(before)
    assert cache.load([sale]).contracts["sale"].clauses[0].text == "1.1 The buyer pays."
    assert len(read) == 3


def test_what_others_may_write_is_not_trusted(cache: Cache, sale: Path, read: list[list[Path]]) -> None:
    cache.load([sale])
    (entry,) = entries(cache)
    entry.chmod(0o666)
    cache.load([sale])
    assert len(read) == 2
    assert entry.stat().st_mode & 0o077 == 0
    elsewhere = entry.with_name("elsewhere")
    entry.rename(elsewhere)
    entry.symlink_to(elsewhere)
    cache.load([sale])
    assert len(read) == 3


def test_only_what_contracts_are_made_of_is_ever_made() -> None:
    with pytest.raises(KeyError):
        raised((["true"], ["system"], [[0, 0]]))
    with pytest.raises(TypeError):
        flattened([object()])


def test_where_nothing_can_be_kept_everything_is_read(
    sale: Path, tmp_path: Path, read: list[list[Path]]
) -> None:
    occupied = tmp_path / "occupied"
    occupied.write_text("a file, not a folder", "utf-8")
    for cache in (Cache(None), Cache(occupied), Cache(occupied / "below")):
        assert cache.load([sale]) == cache.load([sale])
    assert len(read) == 6


def test_a_file_that_cannot_be_read_is_not_kept(cache: Cache, tmp_path: Path) -> None:
    for path in (tmp_path / "missing.contract", tmp_path / "utf-16.contract"):
        for _ in range(2):
            assert cache.load([path]).unreadable
        path.with_name("utf-16.contract").write_bytes(b"\xff\xfe|\x00")
    assert cache.folder is not None
    assert not cache.folder.exists()


def test_the_oldest_entries_make_room(cache: Cache, sale: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contractlang.cache.MOST_ENTRIES", 3)
    for turn in range(5):
        sale.write_text(f"{SALE}| # {turn}\n", "utf-8")
        cache.load([sale])
    assert len(entries(cache)) == 3
    assert MOST_ENTRIES > 3


def test_processes_that_write_at_once_do_no_harm(cache: Cache, sale: Path, read: list[list[Path]]) -> None:
    code = (
        "import sys; from pathlib import Path; from contractlang.cache import Cache\n"
        "for _ in range(20):\n"
        "    found = Cache(Path(sys.argv[1])).load([Path(sys.argv[2])])\n"
        "    assert len(found.errors) == 1, found\n"
        "    for each in Path(sys.argv[1]).glob('[0-9a-f]*'): each.unlink(missing_ok=True)\n"
    )
    command = [sys.executable, "-c", code, str(cache.folder), str(sale)]
    running = [subprocess.Popen(command, cwd=PROGRAM.parent, stderr=subprocess.PIPE) for _ in range(3)]
    assert [each.communicate()[1] for each in running] == [b"", b"", b""]
    assert cache.load([sale]) == cache.load([sale])
    assert len(entries(cache)) == 1  # Nothing half written is left.
