"""`contract store`: what is done to a store as a whole: brought up to date, backed up, its log shortened."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from engine.commands.audit import Address, Tenant
from engine.commands.common import Json, Refused, many, print_json
from engine.errors import NoStore, Unready
from engine.render import Screen

store = typer.Typer(
    name="store",
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Make a store; bring it up to date; back it up; shorten its log.",
)  # fmt: skip


@store.command()
def new(store: Address, json_: Json = False) -> None:
    """Make a store where there is none. `contract serve` does so at its first start.

    JSON: store, tables (their version).
    """
    from engine.store import open_store

    try:
        open_store(store, create=False).close()
    except NoStore:
        open_store(store).close()
    except Unready:
        raise Refused(f"{_shown(store)}: an older store is there: `contract store upgrade`") from None
    else:
        raise Refused(f"{_shown(store)}: a store is there already")
    _tell_tables(store, json_)


@store.command()
def upgrade(store: Address, json_: Json = False) -> None:
    """Bring a store's tables up to what this program knows. `contract serve` does so as it starts.

    JSON: store, tables (their version).
    """
    from engine.store import upgrade_store

    upgrade_store(store)
    _tell_tables(store, json_)


def _tell_tables(store: str, json_: bool) -> None:
    from engine.store.tables import LATEST

    if json_:
        print_json({"store": _shown(store), "tables": LATEST})
    else:
        Screen.of().line(f"{_shown(store)}: tables {LATEST}")


@store.command()
def backup(
    store: Annotated[str, typer.Argument(metavar="STORE", help="A SQLite file, in use or not.")],
    to: Annotated[str, typer.Argument(metavar="FILE", help="Where the copy goes; nothing may be there.")],
    json_: Json = False,
) -> None:
    """Copy a SQLite store as it is at one moment, while it is used. Of PostgreSQL, `pg_dump` does so.

    JSON: store, copy, bytes.
    """
    from engine.store.sqlite import back_up

    if store.partition(":")[0] in ("postgresql", "postgres"):
        raise Refused(f"{_shown(store)}: a PostgreSQL database is copied by `pg_dump --format=custom`")
    size = back_up(Path(store.removeprefix("sqlite:")), Path(to))
    if json_:
        print_json({"store": store, "copy": to, "bytes": size})
    else:
        Screen.of().line(f"{to}: {size:,} bytes")


@store.command()
def shorten(
    store: Address,
    before: Annotated[
        str, typer.Option("--before", metavar="DAY", help="What was asked before this day goes.")
    ],
    tenant: Tenant = None,
    json_: Json = False,
) -> None:
    """Delete what is old in the log of decisions, while the store is used. Ledgers are kept for good.

    JSON: store, before, forgotten (how many decisions).
    """
    from engine.dates import iso, parse_day, start_of
    from engine.store import open_store

    try:
        day = start_of(parse_day(before))
    except ValueError as wrong:
        raise Refused(f"--before: {wrong}") from None
    opened = open_store(store, create=False)
    try:
        books = [opened.of(name) for name in (opened.tenants() if tenant is None else [tenant])]
        forgotten = sum(some for each in books for some in iter(partial(each.forget_decisions, day), 0))
    finally:
        opened.close()
    if json_:
        print_json({"store": _shown(store), "before": iso(day), "forgotten": forgotten})
    else:
        Screen.of().line(f"{_shown(store)}: {many(forgotten, 'decision')} gone")


def _shown(address: str) -> str:
    """Return an address without the password in it."""
    before, mark, after = address.rpartition("@")
    scheme, slashes, user = before.partition("://")
    return f"{scheme}{slashes}{user.partition(':')[0]}{mark}{after}" if mark and slashes else address
