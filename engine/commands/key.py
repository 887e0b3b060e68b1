"""`contract key`: API keys made, listed and revoked; a key is shown once and kept as a hash."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from contractlang.suggest import nearest
from engine.commands.clock import now
from engine.commands.common import Json, Refused, print_json
from engine.render import Screen

RIGHTS = ("ask", "record", "publish", "audit")
key = typer.Typer(name="key", no_args_is_help=True, help="Make, list and revoke the keys of callers.")
Address = Annotated[
    str, typer.Argument(metavar="STORE", help="A SQLite file, or postgresql://user@host/name.")
]
Tenant = Annotated[str, typer.Option("--tenant", metavar="NAME", help="Whose callers these are.")]
_NAME = typer.Option("--name", metavar="NAME", help="For people: who calls with it.")
_RIGHTS = typer.Option("--rights", metavar="A,B", help="Of ask, record, publish, audit.")
_PREFIX = typer.Argument(metavar="PREFIX", help="What `contract key list` shows of it.")
_DAYS = typer.Option("--days", metavar="N", min=1, help="For so many days; for ever if left out.")


@key.command()
def new(
    store: Address,
    tenant: Tenant = "main",
    name: Annotated[str, _NAME] = "caller",
    rights: Annotated[str, _RIGHTS] = "ask",
    days: Annotated[int | None, _DAYS] = None,
    json_: Json = False,
) -> None:
    """Make a key and print it, this once.

    JSON: key, prefix, tenant, name, rights.
    """
    from engine.store import open_store
    from engine.store.apikeys import new_key

    wanted = frozenset(each.strip() for each in rights.split(","))
    if not wanted <= set(RIGHTS):
        raise Refused(
            f"--rights {rights}: write some of {', '.join(RIGHTS)}, with commas between", field="rights"
        )
    at = now()
    shown, kept = new_key(tenant, name, wanted, at, None if days is None else at + days * 86_400_000_000)
    opened = open_store(store, create=False)
    try:
        _need_tenant(tenant, opened.tenants())
        opened.add_key(kept)
    finally:
        opened.close()
    if json_:
        print_json(
            {"key": shown, "prefix": kept.prefix, "tenant": tenant, "name": name, "rights": sorted(wanted)}
        )
    else:
        Screen.of().line(shown)


def _need_tenant(tenant: str, known: Sequence[str]) -> None:
    """Refuse a tenant that the store does not have: say which it has, and how another comes into it."""
    if tenant in known:
        return
    near = nearest(tenant, known)
    there = f"did you mean `{near}`?" if near else f"there are: {', '.join(known) or 'none'}"
    raise Refused(
        f"--tenant {tenant}: the store has no such tenant; {there}",
        "for a new tenant, start `contract serve` once with it in the configuration",
        field="tenant",
    )


@key.command(name="list")
def list_(store: Address, tenant: Tenant = "main", json_: Json = False) -> None:
    """List a tenant's keys by their prefixes; what proves them is not kept.

    JSON: keys (prefix, name, rights, made_at, expires_at, revoked_at).
    """
    from engine.dates import iso
    from engine.store import open_store

    opened = open_store(store, create=False)
    try:
        _need_tenant(tenant, opened.tenants())
        keys = opened.keys(tenant)
    finally:
        opened.close()
    rows = [
        {
            "prefix": each.prefix, "name": each.name, "rights": sorted(each.rights), "made_at": iso(each.made_at),
            "expires_at": None if each.expires_at is None else iso(each.expires_at),
            "revoked_at": None if each.revoked_at is None else iso(each.revoked_at),
        }
        for each in keys
    ]  # fmt: skip
    if json_:
        print_json({"keys": rows})
        return
    screen = Screen.of()
    for each in keys:
        over = "" if each.revoked_at is None else f", revoked {iso(each.revoked_at)}"
        rights = ", ".join(sorted(each.rights))
        screen.line(f"{each.prefix}  {each.name}: {rights}; made {iso(each.made_at)}{over}")


@key.command()
def revoke(store: Address, prefix: Annotated[str, _PREFIX]) -> None:
    """Revoke a key by its prefix; a server heeds it within seconds."""
    from engine.store import open_store

    opened = open_store(store, create=False)
    try:
        opened.revoke_key(prefix, now())
    finally:
        opened.close()
    Screen.of().line(f"{prefix}: revoked")
