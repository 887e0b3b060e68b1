"""The compiled build (`make native`): it passes the tests of the build that it is made of, and says what it lacks."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from bench.builds import environment
from tools.native import MODULES

ROOT = Path(__file__).parents[1]
HEADER = Path(sysconfig.get_path("include")) / "Python.h"
needs_a_compiler = pytest.mark.skipif(
    shutil.which("cc") is None or not HEADER.is_file(),
    reason="a C compiler and the headers of Python are needed",
)


def test_a_compiler_that_is_not_there_is_named() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tools.native"],
        cwd=ROOT, env={**os.environ, "CC": "cc-of-nobody"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "`cc-of-nobody` is needed" in done.stderr


@pytest.mark.parametrize("module", MODULES)
def test_what_is_compiled_works_nothing_out_anew_at_every_look(module: str) -> None:
    """A compiled class keeps nothing for a `cached_property`."""
    assert "@cached_property" not in (ROOT / module).read_text("utf-8")


@pytest.mark.soak
@needs_a_compiler
def test_what_is_compiled_passes_the_tests_of_its_source() -> None:
    done = subprocess.run(["make", "native-test"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]


@needs_a_compiler
def test_both_builds_say_the_same_in_the_same_bytes() -> None:
    built = subprocess.run(["make", "native"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout[-4000:] + built.stderr[-4000:]
    plain, compiled = answers("interpreted"), answers("compiled")
    assert len(plain) > 10_000
    assert compiled == plain


def answers(build: str) -> list[str]:
    """Return what a build answers to thousands of questions."""
    done = subprocess.run(
        [sys.executable, ROOT / "tests" / "both_builds.py"],
        env={**os.environ, **environment(build)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stderr.strip() == build
    return done.stdout.splitlines()
