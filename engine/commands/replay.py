"""`contract replay`: a whole portfolio through contracts."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.commands.common import FOUND, Json, KnownAt, Layers, Paths, Refused, Settings, many, print_json
from engine.commands.given import governed, instant_of, known_of, layers_named, pairs_of, usable
from engine.render import Screen, progress

Events = Annotated[
    list[str], typer.Option("--events", metavar="FILE", help="Events: .parquet, .csv, .jsonl, .xes, .duckdb#table.")
]  # fmt: skip
Accounts = Annotated[
    str | None, typer.Option("--accounts", metavar="FILE", help="Accounts: a row each, with their settings.")
]
Mapping = Annotated[
    str | None,
    typer.Option("--mapping", metavar="FILE", help="How the columns of another's table are events."),
]
Day = Annotated[str, typer.Option("--as-of", metavar="DAY", help="The day or instant asked about.")]
Out = Annotated[str, typer.Option("--out", metavar="DIR", help="Where the tables go.")]
Ask = Annotated[
    list[str] | None,
    typer.Option("--ask", metavar="QUESTION", help='Ask of every account: "provider may suspend_service".'),
]
Jobs = Annotated[int, typer.Option("--jobs", min=0, help="Processes; 0, as by default, is one a core.")]
Buckets = Annotated[int, typer.Option("--buckets", min=1, max=4096, help="Into how many parts accounts go.")]
Limit = Annotated[
    str, typer.Option("--rejects", metavar="SHARE", help="Fail if more of the rows are set aside.")
]


def replay(
    inputs: Paths, events: Events, as_of: Day, out: Out, accounts: Accounts = None, mapping: Mapping = None,
    ask: Ask = None, known_at: KnownAt = None, settings: Settings = None, layers: Layers = None,
    jobs: Jobs = 0, buckets: Buckets = 64, rejects: Limit = "1%", json_: Json = False,
) -> None:  # fmt: skip
    """Take a portfolio through contracts: every account of the tables, asked the same on the same day.

    Writes accounts.parquet (states, breaches, what is unpaid, each answer), happenings.parquet, rejects.parquet and
    summary.html. A run that was cut short goes on where it was. Exit status 1 if more rows were set aside than allowed.

    JSON: accounts, events, rejects, undetermined, out.
    """
    from engine.bulk.mapping import BadMapping
    from engine.bulk.page import summary
    from engine.bulk.run import Job, Unlike, run
    from engine.bulk.tables import BadTable, Table

    share = _share(rejects)
    instant_of(as_of, "--as-of")
    try:
        job = Job(
            Table.called(accounts) if accounts else None,
            tuple(map(Table.called, events)),
            Path(out),
            buckets,
            jobs or os.cpu_count() or 1,
        )
        make = partial(
            portfolio, tuple(inputs), layers_named(layers), as_of, known_at, tuple(ask or ()),
            tuple(pairs_of(settings, "--set").items()), mapping,
        )  # fmt: skip
        held = make()
        asked = {
            "documents": [list(v) for v in held.programs.of(held.agreements, held.layers).versions],
            "layers": list(held.layers), "as_of": as_of, "known_at": known_at, "asked": list(held.asked),
            "settings": dict(held.settings), "mapping": Path(mapping).read_text("utf-8") if mapping else None,
        }  # fmt: skip
        with progress() as tell:
            counts = run(job, make, asked, tell)
    except BadTable as wrong:
        raise Refused(str(wrong), where=wrong.where) from None
    except (BadMapping, Unlike) as wrong:
        raise Refused(str(wrong), field=getattr(wrong, "field", "out")) from None
    page = job.out / "summary.html"
    page.write_text(summary(job.out, held, counts, as_of), "utf-8")
    rows = counts.events + counts.rejects
    too_many = rows > 0 and counts.rejects / rows > share
    if json_:
        print_json(
            {
                "accounts": counts.accounts, "events": counts.events, "rejects": counts.rejects,
                "undetermined": counts.undetermined, "out": str(job.out),
            }
        )  # fmt: skip
    else:
        line = Screen.of().line
        line(f"{many(counts.accounts, 'account')}, {many(counts.events, 'event')}: {page}")
        if counts.rejects:
            line(f"{many(counts.rejects, 'row')} set aside: {job.out / 'rejects.parquet'}")
    if too_many:
        raise typer.Exit(FOUND)


def portfolio(
    inputs: tuple[str, ...], layers: tuple[str, ...], as_of: str, known_at: str | None, asked: tuple[str, ...],
    settings: tuple[tuple[str, Any], ...], mapping: str | None,
) -> Any:  # fmt: skip
    """Return what is the same for all accounts; each process makes its own."""
    from contractlang.norms import base_name
    from engine.account import Account
    from engine.bulk.fold import Portfolio
    from engine.bulk.mapping import Mapped
    from engine.errors import BadQuestion
    from engine.event import Ledger
    from engine.governing import Programs
    from engine.history import powers_of
    from engine.terms import Terms

    loaded = usable(inputs, layers)
    documents = {name: loaded.contracts[name] for name in loaded.asked}
    agreements = tuple(dict.fromkeys(base_name(c.name) for c in documents.values() if c.kind == "agreement"))
    layers = ("contract", *sorted({*layers} - {"contract"}))
    program = governed(loaded, agreements, layers)
    if not asked:
        asked = tuple(f"{party} may {act}" for party, act in powers_of(Account(program, Terms(), Ledger())))
    at = instant_of(as_of, "--as-of")
    day = as_of.strip().replace("T", " ")
    made = Portfolio(
        Programs(documents), agreements, layers, at, day, known_of(known_at), asked, dict(settings),
        Mapped.read(Path(mapping)) if mapping else Mapped(),
    )  # fmt: skip
    try:
        made.questions(agreements, program)
    except BadQuestion as wrong:
        raise Refused(f"--ask: {wrong.reason}", field="--ask") from None
    return made


def _share(written: str) -> float:
    text = written.strip()
    try:
        found = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        found = -1.0
    if not 0 <= found <= 1:
        raise Refused(f"--rejects {written}: write a share, such as 1% or 0.01", field="--rejects")
    return found
