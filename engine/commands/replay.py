"""`contract replay`: a whole portfolio through contracts."""

from __future__ import annotations

from functools import partial

from engine.commands.common import Json, KnownAt, Layers, Paths, Settings
from engine.commands.given import layers_named, pairs_of
from engine.commands.portfolio import (
    Accounts,
    Ask,
    Buckets,
    Day,
    Events,
    Jobs,
    Limit,
    MappingFile,
    Out,
    portfolio,
    ran,
    stamp_of,
)


def replay(
    inputs: Paths, events: Events, as_of: Day, out: Out, accounts: Accounts = None, mapping: MappingFile = None,
    ask: Ask = None, known_at: KnownAt = None, settings: Settings = None, layers: Layers = None,
    jobs: Jobs = 0, buckets: Buckets = 64, rejects: Limit = "1%", json_: Json = False,
) -> None:  # fmt: skip
    """Take a portfolio through contracts: every account of the tables, asked the same on the same day.

    Writes accounts.parquet (states, breaches, what is unpaid, each answer), happenings.parquet, rejects.parquet and
    summary.html. A run that was cut short goes on where it was. Exit status 1 if more rows were set aside than allowed.

    JSON: accounts, events, rejects, undetermined, out.
    """
    from engine.bulk.page import summary

    make = partial(
        portfolio, tuple(inputs), layers_named(layers), as_of, known_at, tuple(ask or ()),
        tuple(pairs_of(settings, "--set").items()), mapping,
    )  # fmt: skip
    held = make()
    ran(
        make, stamp_of(held, as_of, known_at, mapping), lambda folder, counts: summary(folder, held, counts, as_of),
        events, accounts, out, buckets, jobs, rejects, json_,
    )  # fmt: skip
