"""`contract audit`: is everything still as it was recorded?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.commands.common import FINE, FOUND, Json, Refused, many, print_json
from engine.render import Screen

if TYPE_CHECKING:
    from engine.store import Audited, Store

Address = Annotated[
    str, typer.Argument(metavar="STORE", help="A SQLite file, or postgresql://user@host/name.")
]
Tenant = Annotated[str | None, typer.Option(metavar="NAME", help="Only this tenant.")]
_SINCE = typer.Option(
    "--since",
    metavar="FILE",
    help="What an earlier audit printed with --json: all of it must still be there.",
)


def audit(
    store: Address, tenant: Tenant = None, since: Annotated[str | None, _SINCE] = None, json_: Json = False
) -> None:
    """Follow the hash chain of every account, and name the first entry of each that is not as it was recorded.

    Who can write the whole database can write whole new chains. Keep what `--json` prints where they cannot write, and
    give it to the next audit with `--since`: each chain must then run through the head that it had.

    JSON: accounts (tenant, account, revision, head, fault: revision and reason, or null), faults (how many). Exit
    status 1 if there is a fault.
    """
    from engine.store import open_store

    before = _heads(since) if since is not None else {}
    opened = open_store(store, create=False)
    try:
        found = [_as_json(each) for each in opened.audit(tenant)]
        for each in found:
            head = before.pop((each["tenant"], each["account"]), None)
            if each["fault"] is None and head is not None:
                each["fault"] = _changed(opened, each, *head)
    finally:
        opened.close()
    found += [_gone(*name, revision) for name, (revision, _) in before.items() if tenant in (None, name[0])]
    faults = [each for each in found if each["fault"] is not None]
    if json_:
        print_json({"accounts": found, "faults": len(faults)})
    else:
        _tell(found, faults, since)
    raise typer.Exit(FOUND if faults else FINE)


def _as_json(each: Audited) -> dict[str, Any]:
    fault = None if each.fault is None else {"revision": each.fault.revision, "reason": each.fault.reason}
    return {
        "tenant": each.tenant, "account": each.account, "revision": each.revision, "head": each.head.hex(),
        "fault": fault,
    }  # fmt: skip


def _heads(path: str) -> dict[tuple[str, str], tuple[int, str]]:
    """Return what an earlier audit found: tenant and account to revision and head."""
    try:
        told = json.loads(Path(path).read_text("utf-8"))
        return {(e["tenant"], e["account"]): (int(e["revision"]), str(e["head"])) for e in told["accounts"]}
    except (ValueError, KeyError, TypeError, UnicodeDecodeError):
        raise Refused(
            f"{path}: not what `contract audit --json` prints", where=path, field="--since"
        ) from None


def _changed(store: Store, each: dict[str, Any], revision: int, head: str) -> dict[str, Any] | None:
    """Return the fault that an account's chain does not run through the head that it had."""
    books = store.of(each["tenant"])
    if revision > each["revision"]:
        return {
            "revision": each["revision"] + 1, "reason": f"the account was at revision {revision} at the earlier audit"
        }  # fmt: skip
    if revision:
        (entry,) = books.entries(each["account"], after=revision - 1, until=revision)
        there = entry.hash.hex()
    else:
        from engine.store.chain import opened

        row = books.account(each["account"])
        there = opened(each["tenant"], row.name, row.opening, row.opened_at).hex()
    if there == head:
        return None
    return {"revision": revision, "reason": "the chain is another one than at the earlier audit"}


def _gone(tenant: str, account: str, revision: int) -> dict[str, Any]:
    fault = {
        "revision": 0,
        "reason": f"the account is gone; it was at revision {revision} at the earlier audit",
    }
    return {"tenant": tenant, "account": account, "revision": 0, "head": "", "fault": fault}


def _tell(found: list[dict[str, Any]], faults: list[dict[str, Any]], since: str | None) -> None:
    screen = Screen.of()
    for each in faults:
        where = f"{each['tenant']}, account `{each['account']}`, revision {each['fault']['revision']}"
        screen.line(f"broken: {where}: {each['fault']['reason']}")
    tenants: dict[str, list[dict[str, Any]]] = {}
    for each in found:
        tenants.setdefault(each["tenant"], []).append(each)
    for tenant, accounts in tenants.items():
        broken = sum(each["fault"] is not None for each in accounts)
        entries = sum(each["revision"] for each in accounts)
        what = f"{many(len(accounts), 'account')}, {entries:,} {'entry' if entries == 1 else 'entries'}"
        as_before = " and runs through its earlier head" if since is not None else ""
        holds = f"{many(broken, 'chain')} broken" if broken else f"every chain holds{as_before}"
        screen.line(f"{tenant}: {what}: {holds}")
    if not found:
        screen.line("nothing is kept there")
