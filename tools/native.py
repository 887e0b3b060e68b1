"""Compiles what decisions and events spend their time in: the same sources as a second build, in build/native.

mypyc makes C of typed Python, and the compiler of the machine an extension module of each file. They lie in a copy of
the project, beside the files they are made of: what is changed here runs from here as it is changed.

What is compiled holds types to be true. Where the checker takes a value for narrower than it is (an attribute that was
set to None, and is set again by what is called meanwhile), the build raises TypeError: `make native-test` looks for it.
"""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "build" / "native"
COPIED = ("contractlang", "engine", "contracts", "client", "tests", "bench", "docs")
FILES = (
    "pyproject.toml",
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "Makefile",
    "mkdocs.yml",
)

# What others make by hand or name in a pickle is left as it is, and what is never called often.
ENGINE = """
    account alleged answering bases canonical choice conditions dates deadlines decide dispatch duties
    evaluate evaluator factline force happenings in_force instances intake judge lifetime logged looks making
    may position prevailing program quantities ranking recall scene simultaneous statuses step sums taken
    told unordered upkeep windows working_days written_events
"""
SERVICE = "access answers asking atonce authzen cloudevents direct ids recording requests rim tenant watch"
MODULES = (
    *(f"engine/{name}.py" for name in ENGINE.split()),
    *(f"engine/service/{name}.py" for name in SERVICE.split()),
)
DIRECT = ["-fvisibility=hidden", "-fno-semantic-interposition", "-fno-plt"]
"""Nothing else calls what is in the library: it may call itself without looking up where that is, a tenth quicker."""


def main() -> None:
    """Copy the project and compile the copy; say by name what is missing."""
    compiler = (os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc").split()[0]
    if shutil.which(compiler) is None:
        sys.exit(
            f"native:  the C compiler `{compiler}` is needed, and is not there (Debian: gcc); CC names another"
        )
    header = Path(sysconfig.get_path("include")) / "Python.h"
    if not header.is_file():
        sys.exit(f"native:  the headers of Python are needed: {header} is not there (Debian: python3-dev)")
    copy()
    os.chdir(TARGET)
    compile_here()


def copy() -> None:
    """Lay a copy of the project, without what was compiled of another state of it."""
    shutil.rmtree(TARGET, ignore_errors=True)
    for name in COPIED:
        shutil.copytree(ROOT / name, TARGET / name, ignore=shutil.ignore_patterns("__pycache__", "*.so"))
    for name in FILES:
        shutil.copy2(ROOT / name, TARGET / name)


def compile_here() -> None:
    """Compile the modules of the copy in which we are."""
    from mypyc.build import mypycify
    from setuptools import Distribution

    options = ["--config-file", "pyproject.toml", "--follow-imports=silent"]
    modules = mypycify(
        [*options, *MODULES], opt_level="2", debug_level="0", multi_file=True, group_name="engine_native"
    )
    for each in modules:
        each.extra_compile_args = [*each.extra_compile_args, *DIRECT]
    command: Any = Distribution({"name": "native", "ext_modules": modules}).get_command_obj("build_ext")
    command.inplace = True
    command.ensure_finalized()
    build = command.build_extensions

    def build_together() -> None:
        command.compiler.compile = partial(together, command.compiler.compile)
        build()

    command.build_extensions = build_together
    command.run()


def together(compile: Callable[..., list[str]], sources: list[str], **how: Any) -> list[str]:
    """Compile as many files at once as there are processors: nearly all of them are of one library."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = pool.map(lambda each: compile([each], **how), sources)
        return [made for each in found for made in each]


if __name__ == "__main__":
    main()
