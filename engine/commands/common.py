"""What all commands share: how they end, their options, and how they refuse."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import Annotated, Any

import typer

from contractlang.diagnostic import Language

CONTRACT = "contract"  # The layer of what the parties agreed.
FINE, FOUND, REFUSED, BROKEN, INTERRUPTED = 0, 1, 2, 3, 130
# The contracts that come with the program: beside its packages, in a checkout as when installed.
SHIPPED = Path(__file__).resolve().parents[2] / "contracts"
SUFFIX = ".contract"


_SPOKEN: ContextVar[Language | None] = ContextVar("spoken", default=None)
_OTHERWISE: ContextVar[Language] = ContextVar("otherwise", default="en")


def speak(language: Language | None) -> Language | None:
    """Speak this language from now on, also of what goes wrong; the first that is known holds."""
    if language is not None and _SPOKEN.get() is None:
        _SPOKEN.set(language)
    return language


def spoken() -> Language:
    """Return the language to speak: that asked for, else that of the question or the agreement, else the machine's."""
    return _SPOKEN.get() or _OTHERWISE.get()


def begin(otherwise: Language) -> None:
    """Begin a command on a machine of this language: nothing is known yet of what is asked, and in which one."""
    _SPOKEN.set(None)
    _OTHERWISE.set(otherwise)


class Refused(Exception):
    """The command cannot be carried out: everything that is wrong, as lines for people and as values for machines.

    `zh` says the lines in Chinese, where a reader of contracts may meet them.
    """

    def __init__(
        self, *lines: str, zh: str = "", where: str = "", field: str = "",
        diagnostics: Sequence[Mapping[str, Any]] = (),
    ) -> None:  # fmt: skip
        super().__init__("\n".join(lines))
        self.lines, self.where, self.field, self.diagnostics = lines, where, field, diagnostics
        self.zh = zh

    def said(self) -> Sequence[str]:
        """Return the lines in the language that is spoken."""
        return self.zh.splitlines() if self.zh and spoken() == "zh" else self.lines


Paths = Annotated[
    list[str],
    typer.Argument(
        metavar="CONTRACTS...", help="Contract files or folders; names such as voip-1 are those shipped."
    ),
]
Inputs = Annotated[
    list[str],
    typer.Argument(metavar="INPUTS...", help="Contracts, the ledger (JSON Lines), and for `ask` a question."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead.")]
LedgerPath = Annotated[
    str | None, typer.Option("--ledger", "-l", metavar="FILE", help="The ledger; - is standard input.")
]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of", metavar="DAY", help="The day or instant asked about; a bare day is its last instant."
    ),
]
KnownAt = Annotated[
    str | None, typer.Option("--known-at", metavar="DAY", help="With the knowledge of that day or instant.")
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="Fill a blank, or say what a state is at first."),
]
Readings = Annotated[
    list[str] | None, typer.Option("--reading", metavar="RS-X=OPTION", help="Take a reading in an option.")
]
Answers = Annotated[
    list[str] | None,
    typer.Option("--answer", metavar="D-X=VALUE", help="Answer a question, whatever it is about."),
]
Layers = Annotated[
    str | None,
    typer.Option("--layers", metavar="A,B", help="The layers of law asked for, such as contract,civil."),
]
Lang = Annotated[
    Language | None,
    typer.Option("--lang", callback=speak, help="Speak this language; by default that of the agreement."),
]


def print_json(value: Mapping[str, Any]) -> None:
    text = json.dumps({"version": 1, **value}, ensure_ascii=False, indent=2, default=str)
    sys.stdout.write(text + "\n")


def one_line(wrong: BaseException) -> str:
    return " ".join(str(wrong).split()) or type(wrong).__name__


def many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
