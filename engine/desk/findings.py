"""Findings of the analysis, found beside the conversation: another process looks, so that nobody who types waits."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import dataclass
from typing import Any

from contractlang.source import Span
from engine.desk.papers import Understood

LONGEST = 300
"""Seconds after which a search is given up."""


@dataclass(frozen=True)
class Found:
    """One finding, where it touches a clause of a file."""

    key: str
    kind: str
    span: Span
    clause: str
    en: str
    zh: str


async def look(path: str, layers: str) -> list[Any] | None:
    """Return the findings about the agreement in a file as `contract analyse` gives them; None where there are none
    to be had. What is saved is analysed."""
    command = [sys.executable, "-m", "engine.cli", "analyse", path, "--json"]
    if layers:
        command += ["--layers", layers]
    process = await asyncio.create_subprocess_exec(
        *command,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        stdin=asyncio.subprocess.DEVNULL,
    )
    try:
        out, _ = await asyncio.wait_for(process.communicate(), LONGEST)
    except (TimeoutError, asyncio.CancelledError):
        process.kill()
        await process.wait()
        raise
    try:
        told = json.loads(out)
    except ValueError:
        return None
    return list(told["findings"]) if "findings" in told else None


def placed(findings: list[Any], paper: Understood) -> list[Found]:
    """Return the findings that touch a file, each at its clause there as the file is now."""
    found = []
    contract = paper.contract
    for finding in findings:
        if finding.get("accepted"):
            continue
        for clause in finding["clauses"]:
            if clause["document"] not in (contract.name, contract.base):
                continue
            span = _span(paper, clause.get("norm") or "", clause["clause"])
            if span is not None:
                said = finding["sentence"]
                found.append(
                    Found(finding["key"], finding["kind"], span, clause["clause"], said["en"], said["zh"])
                )
                break
    return found


def _span(paper: Understood, norm: str, number: str) -> Span | None:
    for each in paper.contract.norms:
        if each.id == norm and each.span.path == paper.source.path:
            return each.span
    clause = paper.contract.clause(number)
    if clause is None or clause.span is None:
        return None
    return Span(
        clause.span.path, clause.span.start, clause.span.start + len(clause.lines[0] if clause.lines else "")
    )
