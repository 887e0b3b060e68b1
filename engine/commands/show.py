"""`contract show`: what governs an account on a day."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.commands import clock
from engine.commands.common import (
    Answers,
    Inputs,
    Json,
    KnownAt,
    Lang,
    Layers,
    LedgerPath,
    Readings,
    Settings,
    print_json,
)
from engine.commands.given import Given, Opened, instant_of, known_of
from engine.render import Screen

ShownAt = Annotated[
    str | None, typer.Option("--at", metavar="DAY", help="On which day; a bare day is its last instant.")
]


def show(
    inputs: Inputs, ledger: LedgerPath = None, at: ShownAt = None, known_at: KnownAt = None, settings: Settings = None,
    readings: Readings = None, answers: Answers = None, layers: Layers = None, lang: Lang = None, json_: Json = False,
) -> None:  # fmt: skip
    """Say what governs an account on a day: documents and layers, blanks, readings, questions, the calendar.

    The account is a ledger, as for `run`. Without --at it is about today.

    JSON: account, agreements, layers, as_of, documents, blanks, readings, unverified, questions, calendar; the fields
    of each stand in docs/commands.md.
    """
    from engine.regime import as_json, regime
    from engine.render import show_regime

    given = Given.of(inputs, ledger)
    given.no_question()
    opened = Opened(given, settings, readings, answers, layers)
    moment = instant_of(at, "--at") if at is not None else clock.now()
    found = regime(opened.account, moment, known_of(known_at))
    if json_:
        print_json({"account": opened.book.account, "agreements": list(opened.agreements)} | as_json(found))
        return
    screen, voice = Screen.of(), opened.voice(lang)
    account = opened.book.account or Path(given.ledger).stem
    screen.heading(f"{account} · {voice.as_of(moment)}")
    show_regime(screen, found, voice)
