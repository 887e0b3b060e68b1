"""`contract schema`, `contract demo` and `--version`: the program about itself."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.commands.common import SHIPPED, Json, print_json
from engine.commands.given import kept_loads
from engine.render import Screen


def schema(json_: Json = False) -> None:
    """Print the JSON Schemas of a decision, an event, a norm and a position."""
    from engine.wire import schemas

    print_json({"schemas": schemas()})


def demo(json_: Json = False) -> None:
    """Show the program at work: several accounts of each agreement, questions with their explanations, findings.

    JSON: accounts (as `contract run` prints them, with the questions asked), diagnostics (as of `contract check`).
    """
    from engine.demo import demonstrate

    demonstrate(SHIPPED, Screen.of(), kept_loads().load, as_json=json_)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import PackageNotFoundError, version

        try:
            typer.echo(f"contract {version('contract-engine')}")
        except PackageNotFoundError:
            typer.echo("contract (not installed)")
        raise typer.Exit


def program(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass
