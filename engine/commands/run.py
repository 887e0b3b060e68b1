"""`contract run`: a ledger taken through contracts."""

from __future__ import annotations

from pathlib import Path

from engine.commands.common import (
    Answers,
    AsOf,
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


def run(
    inputs: Inputs, ledger: LedgerPath = None, as_of: AsOf = None, known_at: KnownAt = None, settings: Settings = None,
    readings: Readings = None, answers: Answers = None, layers: Layers = None, lang: Lang = None, json_: Json = False,
) -> None:  # fmt: skip
    """Take a ledger through contracts: what happened, what came of it, and where the account stands.

    Without --as-of it looks as far as today, or as the last entry of the ledger where that is later.

    The law of the layers that --layers names, else those of the ledger's first line, governs beside the agreements.

    JSON: account, agreements, layers, as_of, history (at, events, happenings with code, bad and text in both
    languages), standing (states, last_days, duties, breaches, powers).
    """
    from engine.account_standing import standing
    from engine.history import history
    from engine.render import show_history, show_standing
    from engine.telling import as_json

    given = Given.of(inputs, ledger)
    given.no_question()
    opened = Opened(given, settings, readings, answers, layers)
    until = instant_of(as_of, "--as-of") if as_of is not None else opened.latest()
    known = known_of(known_at)
    entries = history(opened.account, until, known)
    end = standing(opened.account, until, known)
    if json_:
        head = {
            "account": opened.book.account, "agreements": list(opened.agreements), "layers": list(opened.layers),
        }  # fmt: skip
        print_json(head | as_json(opened.account, entries, end))
        return
    screen, voice = Screen.of(), opened.voice(lang)
    at = voice.as_of(until)
    account = opened.book.account or Path(given.ledger).stem
    screen.heading(" · ".join(filter(None, (account, *map(", ".join, (opened.agreements, opened.law))))))
    screen.line()
    show_history(screen, entries, voice)
    screen.line()
    screen.heading(voice.pick(f"standing on {at}", f"{at}的状况"))
    show_standing(screen, end, voice)
