"""What the analysis found: its kind, the sentences that take part, in words, and a dated history that shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

Kind = Literal["conflict", "competing", "against", "dead", "redundant", "gap", "agreements", "unknown"]
"""`conflict`: a norm permits or requires what another forbids. `competing`: two remedies of one breach, in no order.
`against`: the law takes from an agreed norm what it gives. `dead`: a norm that no history brings to apply. `redundant`:
two sentences that say the same. `gap`: something that no sentence settles. `agreements`: two agreements in one account
that clash. `unknown`: what could not be decided within the limit."""


class Said(NamedTuple):
    """A sentence in both languages."""

    en: str
    zh: str


NOTHING = Said("", "")


class Clause(NamedTuple):
    """A sentence that takes part: its document, its clause, and the norm's id where it is a norm."""

    document: str
    clause: str
    norm: str = ""


@dataclass(frozen=True)
class Witness:
    """A dated history that shows a finding, and what the engine says of it.

    `entries` are ledger entries as in a JSON Lines ledger; `settings`, `readings` and `answers` those of the account;
    `asked` is the question put to the engine, and `verdicts` its answer under each set of layers asked.
    """

    entries: tuple[Mapping[str, Any], ...]
    settings: Mapping[str, Any]
    readings: Mapping[str, str]
    answers: Mapping[str, Any]
    asked: Mapping[str, Any]
    verdicts: Mapping[str, str]


@dataclass(frozen=True)
class Finding:
    """One finding. `bound` says what was searched; `settles` what would settle it."""

    kind: Kind
    clauses: tuple[Clause, ...]
    sentence: Said
    witness: Witness | None = None
    settles: tuple[Said, ...] = ()
    bound: Said | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What the finding is called: the same as long as its kind, what it is of that kind, and its clauses are."""
        what = f"/{self.detail['what']}" if "what" in self.detail else ""
        return f"{self.kind}{what}:" + "+".join(
            f"{each.document}/{each.norm or each.clause}" for each in self.clauses
        )


def read_back(held: Mapping[str, Any]) -> Finding:
    """Return a finding that was told as JSON, without its history."""
    what = {"what": held["what"]} if held.get("what") else {}
    return Finding(
        held["kind"],
        tuple(Clause(each["document"], each["clause"], each["norm"] or "") for each in held["clauses"]),
        Said(**held["sentence"]),
        settles=tuple(Said(**each) for each in held["settles"]),
        detail={**what, **held["detail"]},
    )
