"""The compiled build (`make native`): it passes the tests of the build that it is made of, and says what it lacks."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def test_a_compiler_that_is_not_there_is_named() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tools.native"],
        cwd=ROOT, env={**os.environ, "CC": "cc-of-nobody"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "`cc-of-nobody` is needed" in done.stderr


@pytest.mark.soak
@pytest.mark.skipif(shutil.which("cc") is None, reason="a C compiler is needed")
def test_what_is_compiled_passes_the_tests_of_its_source() -> None:
    done = subprocess.run(["make", "native-test"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]
