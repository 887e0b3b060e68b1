"""What is wrong with a contract text, as data.

A diagnostic says where, what, which other clauses take part and what to type instead, in both languages; `render.py`
chooses the language of the file and draws it. Nothing here raises: diagnostics are gathered and shown together.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Literal, NamedTuple

from contractlang.source import Span

Language = Literal["zh", "en"]
"""A language that people are spoken to in."""


class Severity(Enum):
    """How much a diagnostic matters: an error stops the contract from being asked anything."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Said(NamedTuple):
    """One sentence in both languages of the project."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Label:
    """A further place that takes part, and the role it plays."""

    span: Span
    text: Said


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing wrong, or worth saying, about a contract text."""

    code: str
    severity: Severity
    message: Said
    span: Span
    labels: tuple[Label, ...] = ()
    help: Said | None = None


def error(
    code: str, span: Span, en: str, zh: str, help: Said | None = None, labels: tuple[Label, ...] = ()
) -> Diagnostic:
    """Return an error; the two sentences say the same."""
    return Diagnostic(code, Severity.ERROR, Said(en, zh), span, labels, help)


def warning(
    code: str, span: Span, en: str, zh: str, help: Said | None = None, labels: tuple[Label, ...] = ()
) -> Diagnostic:
    """Return a warning; the two sentences say the same."""
    return Diagnostic(code, Severity.WARNING, Said(en, zh), span, labels, help)
