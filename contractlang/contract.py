"""One checked document: all that its text declares and means, clause by clause."""

from __future__ import annotations

from typing import Any, Literal

from contractlang.declaration import Declaration, RelationDecl
from contractlang.norms import AmountRule, Bar, Fill, Life, LossRule, Norm, Priority, Rank, Remark
from contractlang.records import dataclass
from contractlang.source import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceNote:
    """Where a clause of a law was read, and how far that was checked against other copies."""

    clause: str
    citation: str
    mark: Literal["consistent", "single", "partial", "memory"]
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a supplement does to a clause of the document that it amends."""

    how: Literal["replaces", "repeals"]
    target: str
    clause: str
    span: Span


@dataclass(frozen=True, slots=True)
class ClauseText:
    """One clause as printed: its number, its lines, where they stand, and whether it is only a heading.

    It is `accounted` for when something beneath it says what it means, or why that is not said.
    """

    number: str
    lines: tuple[str, ...]
    span: Span | None
    is_heading: bool
    accounted: bool = True

    @property
    def text(self) -> str:
        """The clause's text, its lines joined."""
        return "\n".join(self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """One checked document: everything its text declares and means.

    `declarations` holds what is visible in it, its own and its vocabularies'. `layer` is the layer of law to which a
    law belongs (`local:HN`), and `contract` for what parties agree. A supplement's `changes` tell which clauses of the
    document it amends it replaces or repeals; `retroactive` that it also judges what arose before it. `text_hash`
    covers the printed text, `meaning_hash` the norms and declarations without their places.
    """

    name: str
    alias: str
    title: str
    kind: Literal["agreement", "law", "vocabulary", "supplement"]
    amends: str | None
    rank: Rank
    valid_from: Any
    valid_to: Any
    truncated: bool
    uses: tuple[str, ...]
    governed_by: tuple[str, ...]
    clauses: tuple[ClauseText, ...]
    declarations: dict[str, Declaration]
    relations: tuple[RelationDecl, ...]
    norms: tuple[Norm, ...]
    amounts: tuple[AmountRule, ...]
    losses: tuple[LossRule, ...]
    priorities: tuple[Priority, ...]
    bars: tuple[Bar, ...]
    life: tuple[Life, ...]
    remarks: tuple[Remark, ...]
    path: str
    chinese: bool
    text_hash: str
    meaning_hash: str
    layer: str = "contract"
    version: str = ""
    fills: tuple[Fill, ...] = ()
    sources: tuple[SourceNote, ...] = ()
    changes: tuple[Change, ...] = ()
    retroactive: bool = False

    @property
    def base(self) -> str:
        """The document's name without its version, as a supplement or a setting calls it."""
        return base_name(self.name)

    def clause(self, number: str) -> ClauseText | None:
        """Return the clause with that number, or None."""
        return next((each for each in self.clauses if each.number == number), None)

    def named(self, label: str) -> tuple[Norm, ...]:
        """Return the norms with that label, alternatives of a reading included."""
        return tuple(norm for norm in self.norms if norm.label == label)


def version_name(name: str, version: str) -> str:
    """Return what a version of a document is called: `voip-1@2`; the first goes without a number."""
    return name if version in ("", "1") else f"{name}@{version}"


def base_name(name: str) -> str:
    """Return the name of a document without its version: `voip-1@2` is a version of `voip-1`."""
    return name.partition("@")[0]
