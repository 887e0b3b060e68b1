"""What a version is led through before it may come into use: check, its scenarios, the analysis.

The gates are the program's own commands, run in a process of their own, so that callers are answered meanwhile and a
draft is judged here as it is at its author's desk.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from contractlang.load import names_in_head, used_by
from contractlang.loaded import SUFFIX

LONGEST_S = 600
MOST_TOLD = 20_000
_PROGRAM = "import sys; from engine.cli import main; sys.exit(main())"


async def report_on(files: Mapping[str, str], home: str, in_use: Mapping[str, str]) -> dict[str, Any]:
    """Return what each gate says of files that are laid in a folder of that name beside those in use."""
    beside = await asyncio.to_thread(rested_on, files, in_use)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        own = {f"{home}/{file}": text for file, text in files.items()}
        under = {f"{home}/{file}": text for file, text in beside.items()}
        for name, text in {**in_use, **under, **own}.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        texts = [name for name in own if name.endswith(SUFFIX)]
        cases = [name for name in own if name.endswith(".md")]
        report = {"check": await _run(root, "check", *texts)}
        if report["check"]["passed"]:
            if cases:
                report["scenarios"] = await _run(root, "test", *cases)
            else:
                report["scenarios"] = {
                    "passed": False,
                    "said": "no scenarios: send a scenarios.md beside the text",
                }
            report["analysis"] = await _run(root, "analyse", "--gate", *texts, *under)
        return report


def rested_on(files: Mapping[str, str], in_use: Mapping[str, str]) -> dict[str, str]:
    """Return those files in use that these use or amend, and what they rest on in turn, by names that are free.

    Of several versions of an agreement it is the one that came into use last.
    """
    where = {called: name for name, text in in_use.items() for called in names_in_head(text)}
    waiting = [text for file, text in files.items() if file.endswith(SUFFIX)]
    known = {called for text in waiting for called in names_in_head(text)}
    found: dict[str, str] = {}
    while waiting:
        for called in used_by(waiting.pop()):
            if called in known or called not in where:
                continue
            text = in_use[where[called]]
            file = PurePosixPath(where[called]).name
            found[f"in-use-{file}" if file in files else file] = text
            known |= names_in_head(text)
            waiting.append(text)
    return found


async def _run(root: Path, *words: str) -> dict[str, Any]:
    # Nothing of what the server was told stands in the environment of a process that reads drafts.
    kept = {
        name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "CONTRACT_CACHE") if name in os.environ
    }
    kept["PYTHONPATH"] = os.pathsep.join(sys.path)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _PROGRAM, *words, cwd=root, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        env={**kept, "NO_COLOR": "1", "COLUMNS": "120", "PYTHONUTF8": "1"},
    )  # fmt: skip
    try:
        out, _ = await asyncio.wait_for(process.communicate(), LONGEST_S)
    except TimeoutError:
        process.kill()
        await process.wait()
        return {"passed": False, "said": f"it was not done within {LONGEST_S} seconds"}
    return {"passed": process.returncode == 0, "said": out.decode("utf-8", "replace").strip()[-MOST_TOLD:]}
