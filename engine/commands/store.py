"""`contract store`: what is done to a store as a whole: brought up to date, backed up."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.commands.audit import Address
from engine.commands.common import Json, Refused, print_json
from engine.render import Screen

store = typer.Typer(
    name="store", no_args_is_help=True, rich_markup_mode=None, help="Bring a store up to date; back it up."
)


@store.command()
def upgrade(store: Address, json_: Json = False) -> None:
    """Make a store's tables, or bring them up to what this program knows. `contract serve` does so as it starts.

    JSON: store, tables (their version).
    """
    from engine.store import open_store

    opened = open_store(store)
    opened.close()
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


def _shown(address: str) -> str:
    """Return an address without the password in it."""
    before, mark, after = address.rpartition("@")
    scheme, slashes, user = before.partition("://")
    return f"{scheme}{slashes}{user.partition(':')[0]}{mark}{after}" if mark and slashes else address
