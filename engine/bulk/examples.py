"""What the engine says of the accounts that the page of an impact shows: their rows are read again, and it is asked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from contractlang.contract import base_name
from contractlang.diagnostic import Language
from engine.account_standing import AccountStanding, standing_of
from engine.bulk.fold import Folded, Portfolio, Taken
from engine.bulk.impact import Impact
from engine.bulk.run import Job, plain
from engine.bulk.tables import rows_of
from engine.errors import BadQuestion
from engine.event import BOTH
from engine.explain import outline
from engine.question import AmountOfSum, InBreachOf, Question, StateOf


@dataclass(frozen=True, slots=True)
class Example:
    """An account of which something differs, as the table of differences calls it."""

    kind: str
    what: str
    account: str


@dataclass(frozen=True, slots=True)
class _Side:
    """An account under one of the versions."""

    portfolio: Portfolio
    taken: Taken
    standing: AccountStanding

    @staticmethod
    def of(portfolio: Portfolio, name: str, head: str, rows: Sequence[str]) -> _Side:
        taken = portfolio.take(name, json.loads(head, parse_float=str), rows, Folded())
        assert taken is not None, "what cannot be taken is compared with nothing"
        position = taken.account.position_at(portfolio.as_of, portfolio.known_at)
        return _Side(portfolio, taken, standing_of(position))

    def told(self, questions: Iterable[Question], language: Language) -> str:
        """Return the answers with their reasons, or why there is none under this version."""
        return "\n".join(line for each in questions for line in self._lines(each, language))

    def _lines(self, question: Question, language: Language) -> Iterator[str]:
        account = self.taken.account
        try:
            decision = account.decide(question, self.portfolio.known_at)
        except BadQuestion as wrong:
            yield wrong.zh if language == "zh" else wrong.reason
            return
        # The last line is the receipt.
        for depth, line in outline(decision, question, account.program, language)[:-1]:
            yield "  " * depth + line


def explained(impact: Impact, job: Job, examples: Sequence[Example]) -> dict[Example, tuple[str, str]]:
    """Return what the engine says of each example under the old version, and under the new one. Raises BadTable."""
    names = list(dict.fromkeys(each.account for each in examples))
    heads, rows = _read(job, impact.mapped.account, names)
    sides = {
        name: [
            _Side.of(each.portfolio, name, heads.get(name, "{}"), rows[name])
            for each in (impact.old, impact.new)
        ]
        for name in names
    }
    told = {}
    for each in examples:
        old, new = sides[each.account]
        questions = list(_questions(each, old.standing, new.standing, old.portfolio.as_of))
        told[each] = old.told(questions, impact.language), new.told(questions, impact.language)
    return told


def _read(job: Job, key: str, names: Sequence[str]) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Return the row of each account in the table of accounts, and its events."""
    rows: dict[str, list[str]] = {name: [] for name in names}
    if not names:
        return {}, rows
    with TemporaryDirectory() as folder:
        for table in job.events:
            for name, row in rows_of(plain(table, Path(folder) / "events.jsonl"), key, names):
                rows[name].append(row)
    heads: dict[str, str] = {}
    for name, row in rows_of(job.accounts, "account", names) if job.accounts is not None else ():
        heads.setdefault(name, row)
    return heads, rows


def _questions(example: Example, old: AccountStanding, new: AccountStanding, at: int) -> Iterator[Question]:
    """Yield what is asked about something that differs."""
    match example.kind:
        case "breach":
            document, _, norm = example.what.partition(" ")
            breaches = (each for each in (*old.breaches, *new.breaches) if each.norm == norm)
            for party in dict.fromkeys(each.by or BOTH for each in breaches if each.document == document):
                yield InBreachOf(party, norm, at, base_name(document))
        case "unpaid":
            before, after = _unpaid(old), _unpaid(new)
            for document, norm in dict.fromkeys((*before, *after)):
                if before.get((document, norm)) != after.get((document, norm)):
                    yield AmountOfSum(norm, at, None, document)
        case _:
            name, _, of = example.what.partition(" ")
            yield StateOf(name, at, of or None)


def _unpaid(standing: AccountStanding) -> dict[tuple[str, str], int]:
    """Return what is unpaid on each duty of an agreement, or of a law."""
    found: dict[tuple[str, str], int] = {}
    for each in standing.duties:
        if each.unpaid:
            key = base_name(each.document), each.norm
            found[key] = found.get(key, 0) + each.unpaid
    return found
