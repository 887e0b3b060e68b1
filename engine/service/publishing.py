"""How a contract version comes into use: proposed, led through its gates, approved, published."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import date
from pathlib import PurePosixPath
from typing import Any

from contractlang.contract import Contract
from contractlang.loaded import SUFFIX
from engine.dates import day_of, iso, start_of
from engine.errors import Conflict, Damaged, StoreError
from engine.event import Instant
from engine.service.gates import report_on
from engine.service.library import CONFIGURED, number_of
from engine.service.problems import Problem, pointer, problem_at
from engine.service.requests import no_others
from engine.service.server import Server
from engine.service.tenant import Tenant
from engine.store import ContractRow

LOOKED_EVERY_S = 1.0
FIELDS = ("name", "version", "files", "effective_on")


async def propose(tenant: Tenant, raw: Mapping[str, Any], by: str, now: Instant) -> ContractRow:
    """Keep a version that passes its gates as a candidate, with what they said. Raises Problem, also with their report.

    What does not pass is not kept: it can be mended, and proposed again under its name.
    """
    no_others(raw, FIELDS)
    name, version = _text(raw, "name"), _text(raw, "version")
    if name == CONFIGURED:
        raise Problem("bad_request", "that name is taken", "/name")
    files = _files(raw)
    laid = {f"{name}@{version}/{file}": text for file, text in files.items() if file.endswith(SUFFIX)}
    said = _day(raw)
    content = json.dumps(laid, ensure_ascii=False, sort_keys=True).encode()
    # What is kept already is looked at before the gates, which take minutes.
    for before in await asyncio.to_thread(tenant.books.contracts, name):
        if before.version == version:
            _must_be(before, content, said)
    report = await report_on(files, f"{name}@{version}", tenant.library.texts)
    _must_pass(report)
    contract = _version_of(tenant, laid, name, version)
    effective = _effective(contract, said, day_of(now))
    report["fit"] = True
    row = ContractRow(
        name, version, content, contract.text_hash, contract.meaning_hash, effective,
        json.dumps(report, ensure_ascii=False).encode(), by, now,
    )  # fmt: skip
    try:
        kept = await asyncio.to_thread(tenant.books.propose, row)
    except Conflict as wrong:
        raise problem_at(wrong, "/files") from None
    _must_be(kept, content, said)
    return kept


def _must_be(kept: ContractRow, content: bytes, said: date | None) -> None:
    """Raise Problem where a version is kept with other texts, or from another day."""
    if kept.texts != content:
        name = f"{kept.name}@{kept.version}"
        raise problem_at(Conflict("contract", name, "it was proposed before, with other texts"), "/files")
    if said is not None and kept.effective_on != said:
        told = f"it was proposed before, from {kept.effective_on} on: propose it as another version"
        raise Problem("conflict", told, "/effective_on")


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
    await tenant.refresh()
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


def _effective(contract: Contract, said: date | None, today: date) -> date:
    """Return from when a version is in effect: what completes an agreement says so itself. Raises Problem."""
    if contract.kind == "agreement":
        return said or today
    if said is not None and said != contract.valid_from:
        told = f"a {contract.kind} says itself when it begins: write `valid from {said}` in it, or leave this out"
        raise Problem("bad_request", told, "/effective_on")
    return contract.valid_from or today


def _day(raw: Mapping[str, Any]) -> date | None:
    written = raw.get("effective_on")
    if written is None:
        return None
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
