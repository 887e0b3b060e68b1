"""pandas, which pyarrow imports wherever it is installed, and of which nothing here makes use."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

import pyarrow


class _Absent(MetaPathFinder):
    """Finds no pandas."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname == "pandas":
            raise ModuleNotFoundError("pandas is not looked for", name=fullname)
        return None


def spare_pandas() -> None:
    """Keep pyarrow from importing pandas, in a process that is ours alone: that takes longer than a million events.

    pyarrow looks for it once, and knows of no pandas in this process then; whoever else imports it finds it. Does
    nothing where pandas is there already.
    """
    if "pandas" in sys.modules:
        return
    absent = _Absent()
    sys.meta_path.insert(0, absent)
    try:
        pyarrow.array([None])
    finally:
        sys.meta_path.remove(absent)
