"""Findings that somebody has looked at and accepted: which, why, when, and on what wording that was decided.

They stand in `accepted.yaml` beside the contract:

    - finding: gap/one end only:voip-1/八.4:善后+voip-1/八.1
      reason: 善后由双方另行约定
      date: 2026-05-04
      rests_on: 6b1f0c2d9a3e4f55

`rests_on` is made of the clauses that take part, as printed and as formalised. When one of them is changed, or the
entry has none, the finding is open again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from contractlang.contract import Contract
from engine.analysis.finding import Finding
from engine.analysis.plain import plain
from engine.errors import EngineError
from engine.regime import sentences
from engine.whole import write_whole
from engine.yaml_text import YAMLError, read_yaml

FILE = "accepted.yaml"


class BadAccepted(EngineError):
    """A file of accepted findings cannot be read: put right what the message names."""

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(f"{where}: {reason}")
        self.where, self.reason, self.field = where, reason, ""


@dataclass(frozen=True)
class Acceptance:
    """One finding accepted: the reason, the day, and the wording on which it was decided."""

    finding: str
    reason: str
    date: date
    rests_on: str
    path: str = ""


@dataclass(frozen=True)
class Accepted:
    """Everything accepted beside some contracts."""

    by_finding: Mapping[str, Acceptance]
    contracts: Mapping[str, Contract]

    @staticmethod
    def beside(contracts: Mapping[str, Contract]) -> Accepted:
        """Return what is accepted in the folders of these agreements. Raises BadAccepted for a file that is not so."""
        folders = dict.fromkeys(
            Path(each.path).parent for each in contracts.values() if each.kind in ("agreement", "supplement")
        )
        found = {}
        for path in (folder / FILE for folder in folders):
            if path.is_file():
                found.update({each.finding: each for each in read(path)})
        return Accepted(found, contracts)

    def of(self, finding: Finding) -> Acceptance | None:
        """Return the acceptance that still covers a finding; None where the wording has changed since."""
        found = self.by_finding.get(finding.key)
        return found if found is not None and found.rests_on == rests_on(finding, self.contracts) else None

    def reopened(self, finding: Finding) -> Acceptance | None:
        """Return the acceptance that a change of the wording has undone, or None."""
        found = self.by_finding.get(finding.key)
        return found if found is not None and found.rests_on != rests_on(finding, self.contracts) else None


def read(path: Path) -> list[Acceptance]:
    """Return the acceptances in a file. Raises BadAccepted for what is none."""
    try:
        entries = read_yaml(path.read_text("utf-8")) or []
    except (YAMLError, UnicodeDecodeError) as wrong:
        raise BadAccepted(str(path), " ".join(str(wrong).split())) from None
    if not isinstance(entries, list):
        raise BadAccepted(str(path), "it is a list of accepted findings")
    return [_acceptance(each, f"{path}, entry {number}") for number, each in enumerate(entries, 1)]


def _acceptance(entry: Any, where: str) -> Acceptance:
    if not isinstance(entry, dict):
        raise BadAccepted(where, "write finding, reason, date and rests_on")
    for name in ("finding", "reason"):
        if not isinstance(entry.get(name), str) or not entry[name].strip():
            raise BadAccepted(where, f"`{name}` is missing")
    if not isinstance(entry.get("date"), date):
        raise BadAccepted(where, "`date` is a day, such as 2026-05-04")
    return Acceptance(
        entry["finding"],
        entry["reason"],
        entry["date"],
        str(entry.get("rests_on", "")),
        where.split(", entry")[0],
    )


def add(path: Path, entry: Acceptance) -> None:
    """Write an acceptance into a file, in place of an earlier one of the same finding."""
    kept = [each for each in read(path) if each.finding != entry.finding] if path.is_file() else []
    rows = [
        {"finding": e.finding, "reason": e.reason, "date": e.date, "rests_on": e.rests_on}
        for e in (*kept, entry)
    ]
    write_whole(path, yaml.safe_dump(rows, allow_unicode=True, sort_keys=False, width=120, encoding="utf-8"))


def rests_on(finding: Finding, contracts: Mapping[str, Contract]) -> str:
    """Return a hash of the clauses that take part in a finding: their text, and what it was said to mean."""
    places = sorted({(each.document, each.clause) for each in finding.clauses})
    told: list[Any] = []
    for document, number in places:
        contract = contracts.get(document)
        if contract is None:
            continue
        clause = contract.clause(number)
        told.append((document, number, clause.text if clause is not None else ""))
        told += [plain(each) for each in (*sentences(contract), *contract.remarks) if each.clause == number]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]
