"""The documents of `contracts/` on a shelf, and every file that is generated from them, made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.documents.histories import files_in
from engine.documents.shelf import Shelf
from engine.documents.site import write

CONTRACTS = Path(__file__).parents[2] / "contracts"


@pytest.fixture(scope="session")
def shelf() -> Shelf:
    """Both agreements, the sale, and all the law."""
    return Shelf.of([CONTRACTS], [CONTRACTS])


@pytest.fixture(scope="session")
def made(shelf: Shelf, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Every generated file by its path, as it stands on the disk."""
    folder = tmp_path_factory.mktemp("documents")
    write(shelf, folder, files_in([CONTRACTS]))
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf-8")
        for path in folder.rglob("*")
        if path.is_file()
    }
