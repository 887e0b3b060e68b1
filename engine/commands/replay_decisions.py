"""`contract replay-decisions`: does the log say what the engine says?"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.commands.audit import Address, Tenant
from engine.commands.common import FINE, FOUND, Json, many, print_json
from engine.commands.given import kept_loads
from engine.errors import EngineError
from engine.render import Screen

if TYPE_CHECKING:
    from engine.kept import Documents
    from engine.store import Books, DecisionRow

PAGE = 500
MOST_DIFFERENCES = 20
_DECISION = typer.Option(metavar="ID", help="Only this decision.")


def replay_decisions(
    store: Address,
    tenant: Tenant = None,
    decision: Annotated[str | None, _DECISION] = None,
    json_: Json = False,
) -> None:
    """Derive every decision of the log again, from the documents, the account and the entries of that time.

    Under the engine that gave it, an answer is the same byte for byte: what differs is a fault. Under another one
    everything but the receipt's `engine` is compared, and what differs may be what the engines read differently.

    JSON: engine (this one), decisions (how many), same (byte for byte), equal (but for the engine), differing (tenant,
    id, account, revision, engine, differences: where, logged, derived; error where it could not be derived). Exit
    status 1 if one differs.
    """
    from engine.edition import edition
    from engine.kept import Documents
    from engine.store import open_store

    counts = {"same": 0, "equal": 0}
    differing: list[dict[str, Any]] = []
    opened = open_store(store, create=False)
    try:
        with tempfile.TemporaryDirectory() as folder:
            documents = Documents(Path(folder), kept_loads())
            for name in opened.tenants() if tenant is None else [tenant]:
                books = opened.of(name)
                for row in [books.decision(decision)] if decision is not None else _logged(books):
                    outcome, told = _compared(books, documents, row)
                    if outcome in counts:
                        counts[outcome] += 1
                    else:
                        differing.append(_as_json(name, row) | told)
    finally:
        opened.close()
    total = sum(counts.values()) + len(differing)
    if json_:
        print_json({"engine": edition(), "decisions": total, **counts, "differing": differing})
    else:
        _tell(total, counts, differing, edition())
    raise typer.Exit(FOUND if differing else FINE)


def _logged(books: Books) -> Iterator[DecisionRow]:
    after = 0
    while found := books.decisions(after, PAGE):
        yield from found
        after = found[-1].number


def _compared(books: Books, documents: Documents, row: DecisionRow) -> tuple[str, dict[str, Any]]:
    """Return what came of one decision: `same`, `equal`, or `differing` with what is told of it."""
    from engine.kept import derive

    try:
        derived = derive(books, documents, row)
    except EngineError as wrong:
        return "differing", {"differences": [], "error": str(wrong)}
    if derived == row.answer:
        return "same", {}
    try:
        logged = json.loads(row.answer)
    except ValueError:
        return "differing", {"differences": [], "error": "the answer is not as it was logged"}
    found = [*differences(logged, json.loads(derived))]
    of_the_engine = [each for each in found if each["where"] == "receipt.engine"]
    others = [each for each in found if each["where"] != "receipt.engine"]
    if of_the_engine and not others:
        return "equal", {}
    if not found:
        others = [{"where": "", "logged": "the same values in other bytes", "derived": ""}]
    return "differing", {"differences": others[:MOST_DIFFERENCES], "error": None}


def differences(logged: Any, derived: Any, where: str = "") -> Iterator[dict[str, Any]]:
    """Yield where two values that were read from JSON differ, and what stands there."""
    if isinstance(logged, dict) and isinstance(derived, dict):
        for name in dict.fromkeys((*logged, *derived)):
            inside = f"{where}.{name}" if where else name
            yield from differences(logged.get(name), derived.get(name), inside)
    elif isinstance(logged, list) and isinstance(derived, list) and len(logged) == len(derived):
        for place, (one, other) in enumerate(zip(logged, derived, strict=True)):
            yield from differences(one, other, f"{where}[{place}]")
    elif logged != derived or type(logged) is not type(derived):
        yield {"where": where, "logged": logged, "derived": derived}


def _as_json(tenant: str, row: DecisionRow) -> dict[str, Any]:
    return {
        "tenant": tenant, "id": row.id, "account": row.account, "revision": row.revision, "engine": row.engine
    }  # fmt: skip


def _tell(total: int, counts: dict[str, int], differing: list[dict[str, Any]], engine: str) -> None:
    screen = Screen.of()
    for each in differing:
        where = f"account `{each['account']}` at revision {each['revision']}, engine {each['engine']}"
        screen.line(f"{each['tenant']}, decision `{each['id']}` ({where}):")
        if each["error"] is not None:
            screen.line(f"  cannot be derived: {each['error']}")
        for found in each["differences"]:
            logged, derived = (_short(found[side]) for side in ("logged", "derived"))
            screen.line(
                f"  {found['where']}: {logged} in the log, {derived} now" if found["where"] else f"  {logged}"
            )
    told = f"{many(total, 'decision')}: {counts['same']} the same byte for byte"
    if counts["equal"]:
        told += f", {counts['equal']} equal but for the engine"
    of_others = sum(each["engine"] != engine for each in differing)
    if differing:
        told += f", {len(differing)} {'differs' if len(differing) == 1 else 'differ'}"
    if of_others:
        told += f" ({of_others} of them given by another engine; this is {engine})"
    screen.line(told)


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else text[:200] + "..."
