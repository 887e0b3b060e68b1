"""How a contract version comes into use: proposed, held against check, scenarios and analysis, approved, published.

The three gates are the program's own commands, run in a process of their own, so that callers are answered meanwhile
and a draft is judged here as it is at its author's desk.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

from contractlang.norms import Contract
from engine.dates import day_of, iso, start_of
from engine.errors import Conflict, Damaged, StoreError
from engine.event import Instant
from engine.service.library import CONFIGURED, number_of
from engine.service.problems import Problem, pointer, problem_at
from engine.service.server import Server
from engine.service.tenant import Tenant
from engine.store import ContractRow

SUFFIX = ".contract"
LOOKED_EVERY_S = 1.0
LONGEST_S = 600
MOST_TOLD = 20_000
_PROGRAM = "import sys; from engine.cli import main; sys.exit(main())"


async def propose(tenant: Tenant, raw: Mapping[str, Any], by: str, now: Instant) -> ContractRow:
    """Keep a version that passes its gates as a candidate, with what they said. Raises Problem, also with their report.

    What does not pass is not kept: it can be mended, and proposed again under its name.
    """
    name, version = _text(raw, "name"), _text(raw, "version")
    if name == CONFIGURED:
        raise Problem("bad_request", "that name is taken", "/name")
    files = _files(raw)
    effective = _day(raw, now)
    laid = {f"{name}@{version}/{file}": text for file, text in files.items() if file.endswith(SUFFIX)}
    report = await _gates(tenant, f"{name}@{version}", files)
    _must_pass(report)
    contract = _version_of(tenant, laid, name, version)
    report["fit"] = True
    content = json.dumps(laid, ensure_ascii=False, sort_keys=True).encode()
    row = ContractRow(
        name, version, content, contract.text_hash, contract.meaning_hash, effective,
        json.dumps(report, ensure_ascii=False).encode(), by, now,
    )  # fmt: skip
    try:
        return await asyncio.to_thread(tenant.books.propose, row)
    except Conflict as wrong:
        raise problem_at(wrong, "/files") from None


def _version_of(tenant: Tenant, laid: Mapping[str, str], name: str, version: str) -> Contract:
    """Return the version that files hold, read beside what is in use. Raises Problem."""
    try:
        contracts = tenant.library.with_files(laid).contracts
    except Damaged as wrong:
        raise Problem("refused", str(wrong), "/files") from None
    for each in contracts.values():
        if (each.base, number_of(each)) == (name, version):
            return each
    raise Problem("bad_request", f"the files hold no version `{version}` of `{name}`", "/files")


def _must_pass(report: Mapping[str, Any]) -> None:
    """Raise Problem where a gate was not passed."""
    failed = [gate for gate, each in report.items() if isinstance(each, dict) and not each["passed"]]
    if failed:
        raise Problem("refused", f"it did not pass: {', '.join(failed)}", "/files", report=report)


async def approve(tenant: Tenant, name: str, version: str, by: str, now: Instant) -> ContractRow:
    """Note that another person than who proposed it agrees. Raises Problem."""
    row = await asyncio.to_thread(tenant.books.contract, name, version)
    if row.proposed_by == by:
        raise Problem("not_allowed", "who proposed a version does not approve it: another person does")
    return await asyncio.to_thread(tenant.books.approve, name, version, by, now)


async def publish(tenant: Tenant, name: str, version: str, now: Instant) -> ContractRow:
    """Bring a version into use; accounts opened from its day on may sign it. Raises Problem where it is not fit."""
    row = await asyncio.to_thread(tenant.books.contract, name, version)
    _must_pass(json.loads(row.report))
    if tenant.part.second_person and all(each.by == row.proposed_by for each in row.approvals):
        raise Problem("refused", "another person than who proposed it has to approve it first")
    row = await asyncio.to_thread(tenant.books.publish, name, version, now)
    await asyncio.to_thread(tenant.library.refresh)
    tenant.accounts.forget()
    return row


class Publications:
    """Notices what other servers on the same database have published."""

    def __init__(self, server: Server) -> None:
        self._server = server

    async def run(self) -> None:
        """Look once a second, until cancelled."""
        shared = [each for each in self._server.tenants.values() if each.shared]
        while shared:
            for tenant in shared:
                try:
                    if await tenant.renew():
                        self._server.log.info(
                            "publications", tenant=tenant.name, told="another server published"
                        )
                except StoreError as wrong:
                    self._server.log.warning("publications", tenant=tenant.name, error=str(wrong))
            await asyncio.sleep(LOOKED_EVERY_S)


def told(row: ContractRow) -> dict[str, Any]:
    """Return a version as callers are told it."""
    return {
        "name": row.name, "version": row.version, "effective_on": row.effective_on.isoformat(),
        "text_hash": row.text_hash, "meaning_hash": row.meaning_hash, "files": sorted(json.loads(row.texts)),
        "proposed_by": row.proposed_by, "proposed_at": iso(row.proposed_at),
        "approvals": [{"by": each.by, "at": iso(each.at)} for each in row.approvals],
        "published_at": None if row.published_at is None else iso(row.published_at), "report": json.loads(row.report),
    }  # fmt: skip


async def _gates(tenant: Tenant, home: str, files: Mapping[str, str]) -> dict[str, Any]:
    """Run check, the scenarios and the analysis over files that stand beside what is in use."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, text in {
            **tenant.library.texts,
            **{f"{home}/{file}": text for file, text in files.items()},
        }.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        own = [f"{home}/{file}" for file in files if file.endswith(SUFFIX)]
        cases = [f"{home}/{file}" for file in files if file.endswith(".md")]
        report = {"check": await _run(root, "check", *own)}
        if report["check"]["passed"]:
            if cases:
                report["scenarios"] = await _run(root, "test", *cases)
            else:
                report["scenarios"] = {
                    "passed": False,
                    "said": "no scenarios: send a scenarios.md beside the text",
                }
            report["analysis"] = await _run(root, "analyse", "--gate", *own)
        return report


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


def _files(raw: Mapping[str, Any]) -> dict[str, str]:
    files = raw.get("files")
    if not isinstance(files, dict) or not any(str(name).endswith(SUFFIX) for name in files):
        raise Problem(
            "bad_request",
            f"an object of file names and texts is wanted, a {SUFFIX} file among them",
            "/files",
        )
    for name, text in files.items():
        inside = PurePosixPath(name)
        safe = len(inside.parts) == 1 and name.isprintable() and name not in (".", "..") and len(name) < 120
        if not safe or not name.endswith((SUFFIX, ".md", ".yaml")):
            raise Problem(
                "bad_request",
                f"a name such as `voip-1{SUFFIX}` or `scenarios.md` is wanted",
                pointer("files", name),
            )
        if not isinstance(text, str):
            raise Problem("bad_request", "a text is wanted", pointer("files", name))
    return files


def _day(raw: Mapping[str, Any], now: Instant) -> date:
    written = raw.get("effective_on")
    if written is None:
        return day_of(now)
    try:
        found = date.fromisoformat(written)
        start_of(found)
    except (TypeError, ValueError):
        raise Problem("bad_request", "write a day such as 2026-12-01", "/effective_on") from None
    return found


def _text(raw: Mapping[str, Any], name: str) -> str:
    value = raw.get(name)
    if not isinstance(value, str) or not value or "/" in value or "@" in value:
        raise Problem("bad_request", "a text without `/` and `@` is wanted", f"/{name}")
    return value
