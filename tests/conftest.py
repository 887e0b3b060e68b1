"""What the tests share: the real contracts, made ready once, and the rule that in CI a skip fails."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest

from contractlang.load import Loaded, load
from engine.cli import carried_out
from engine.compile import compile_program
from engine.governing import Programs
from engine.paper.pdf import chinese_font
from engine.paper.printed import UnreadablePaper
from engine.program import Program
from tests.postgres import Cluster, cluster
from tests.postgres import programs as postgres_programs

# How long one example takes says nothing here: speeds are measured in bench/, and machines are shared.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

ROOT = Path(__file__).parents[1]
CONTRACTS = ROOT / "contracts"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="session", autouse=True)
def _own_surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Commands keep what they load in a folder of the test run, and take the machine for an English one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONTRACT_CACHE", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("LC_ALL", "C.UTF-8")
        yield


@pytest.fixture(scope="session")
def loaded() -> Loaded:
    """Both agreements and the sale, with their vocabularies."""
    return load([CONTRACTS / "voip-1", CONTRACTS / "voip-2", CONTRACTS / "sale"], [CONTRACTS / "vocabulary"])


@pytest.fixture(scope="session")
def voip_1(loaded: Loaded) -> Program:
    """Agreement 1 made ready."""
    return compile_program([loaded.contracts["voip-1"]])


@pytest.fixture(scope="session")
def voip_2(loaded: Loaded) -> Program:
    """Agreement 2 made ready."""
    return compile_program([loaded.contracts["voip-2"]])


@pytest.fixture(scope="session")
def both(loaded: Loaded) -> Program:
    """Both agreements together, for one account."""
    return compile_program([loaded.contracts["voip-1"], loaded.contracts["voip-2"]])


@pytest.fixture(scope="session")
def programs() -> Programs:
    """What is in force for an account of either agreement or both, under the layers of law asked for."""
    documents = load(
        [CONTRACTS / "voip-1", CONTRACTS / "voip-2", CONTRACTS / "law"], [CONTRACTS / "vocabulary"]
    )
    return Programs({name: documents.contracts[name] for name in documents.asked})


@pytest.fixture(scope="session")
def sale(loaded: Loaded) -> Program:
    """The sale made ready."""
    return compile_program([loaded.contracts["sale"]])


@pytest.fixture
def contract(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Carry out a command as the program does, and return its status, output and errors."""
    monkeypatch.setenv("COLUMNS", "140")

    def run(*arguments: str) -> tuple[int, str, str]:
        status = carried_out(arguments)
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return status, out, err

    return run


@pytest.fixture(scope="session")
def vectors() -> Path:
    """The folder of test vectors from elsewhere; skipped by name where it is not."""
    folder = os.environ.get("CONTRACT_VECTORS", "")
    if not folder or not Path(folder).is_dir():
        pytest.skip("CONTRACT_VECTORS names no folder: vectors from elsewhere are not run")
    return Path(folder)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A PostgreSQL cluster; skipped by name where its programs are not installed (`make system` installs them)."""
    if postgres_programs() is None:
        pytest.skip("PostgreSQL is not installed: its tests are not run")
    # Nobody cuts the power of a test; what a crash of its processes leaves behind needs no fsync.
    with cluster("-c fsync=off") as made:
        yield made


@pytest.fixture(params=["sqlite", "postgresql"])
def lasting(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a store that outlives its process, on a disk."""
    if request.param == "sqlite":
        return str(tmp_path / "store.db")
    postgres: Cluster = request.getfixturevalue("postgres")
    return postgres.database()


@pytest.fixture(scope="session")
def font() -> str:
    """The font with Chinese letters of this machine; skipped by name where it has none (`make system` installs one)."""
    try:
        return chinese_font()
    except UnreadablePaper as wrong:
        pytest.skip(f"{wrong}: nothing is printed")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    """Where CONTRACT_NO_SKIPS is set (CI), a skipped test fails: nothing is left out silently there."""
    outcome = yield
    report = outcome.get_result()
    without_vectors = "vectors" in getattr(item, "fixturenames", ()) and not os.environ.get(
        "CONTRACT_VECTORS"
    )
    if without_vectors:
        return  # What is not part of the project may be elsewhere, or nowhere.
    if report.skipped and os.environ.get("CONTRACT_NO_SKIPS") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped where no skip is allowed: {report.longrepr}"
