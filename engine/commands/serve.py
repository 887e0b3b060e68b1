"""`contract serve`: the decision service, everything with one command."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.commands.common import SHIPPED, SUFFIX, Refused
from engine.commands.given import found_at, kept_loads

if TYPE_CHECKING:
    from engine.service.running import Running

_CONFIG = typer.Option("--config", "-c", metavar="FILE", help="A YAML file; without it one tenant is served.")
_STORE = typer.Option("--store", metavar="STORE", help="A SQLite file, or postgresql://user@host/name.")
_DESK = typer.Option(
    "--desk", metavar="FOLDER", help="Edit the contracts of a folder too, in the browser, at /desk."
)
_LOG = typer.Option("--log-level", metavar="LEVEL", help="debug, info, warning or error.")


def serve(
    config: Annotated[str | None, _CONFIG] = None,
    store: Annotated[str | None, _STORE] = None,
    host: Annotated[str | None, typer.Option("--host", metavar="HOST", help="Where to listen.")] = None,
    port: Annotated[int | None, typer.Option("--port", metavar="PORT", help="Where to listen.")] = None,
    desk: Annotated[str | None, _DESK] = None,
    log_level: Annotated[str, _LOG] = "info",
) -> None:
    """Answer questions and take events over HTTP: AuthZEN 1.0 and CloudEvents 1.0. Ctrl-C stops it.

    Without --config there is one tenant with the agreements that come with the program, kept in contract.db; its key is
    that of the variable CONTRACT_KEY, or made and printed once. What is set up by half is refused.
    """
    from engine.kept import Documents
    from engine.service.config import KEY_VARIABLE, BadConfig, embedded, read_config
    from engine.service.running import Running

    given = {"store": store, "host": host, "port": port}
    try:
        if config is None:
            told = embedded(("voip-1", "voip-2", "sale"), desk, **given)
        elif desk is not None:
            raise Refused(
                "--desk: say it in the file, for each tenant: `desk: FOLDER`", where="--desk", field="desk"
            )
        else:
            told = read_config(Path(config), **given)
        texts = {name: _texts(each.contracts) for name, each in told.tenants.items()}
        folder = kept_loads().folder
        running = Running(told, texts, Documents(_home(folder), kept_loads()), log_level)
        running.keys(os.environ, None if config is not None else KEY_VARIABLE)
        folders = {name: Path(each.desk) for name, each in told.tenants.items() if each.desk}
        if folders:
            _with_desks(running, folders)
        running.run()
    except BadConfig as wrong:
        raise Refused(*wrong.lines, where=config or "", field="config") from None


def _with_desks(running: Running, folders: dict[str, Path]) -> None:
    """Put the desks of the tenants before the service."""
    from engine.service.server import said
    from engine.workbench.served import AT, Desks

    # Who types is answered while a text is checked in another thread: the two take turns often.
    sys.setswitchinterval(0.0005)
    port = running.socket.getsockname()[1]
    running.before = lambda service: Desks(service, running.server, folders, SHIPPED, port)
    said(f"desk: {running.config.base_url}{AT}")


def _home(folder: Path | None) -> Path:
    """Return where the documents published are laid for the reader."""
    import tempfile

    if folder is None:
        return Path(tempfile.mkdtemp(prefix="contract-"))
    home = folder / "published"
    home.mkdir(parents=True, exist_ok=True)
    return home


def _texts(named: Iterable[str]) -> dict[str, str]:
    """Return the files that contracts named mean, and the vocabularies and laws that come with the program."""
    found: dict[str, str] = {}
    for word in named:
        path = found_at(word)
        files = sorted(path.rglob(f"*{SUFFIX}")) if path.is_dir() else [path]
        if not files:
            raise Refused(f"{path}: no {SUFFIX} file in it", where=str(path))
        for each in files:
            found[f"{path.name}/{each.relative_to(path)}" if path.is_dir() else each.name] = each.read_text(
                "utf-8-sig"
            )
    for folder in ("vocabulary", "law"):
        for each in sorted((SHIPPED / folder).glob(f"*{SUFFIX}")):
            if all(not name.endswith(f"/{each.name}") and name != each.name for name in found):
                found[f"{folder}/{each.name}"] = each.read_text("utf-8-sig")
    return found
