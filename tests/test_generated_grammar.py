"""What the generators of contracts write: each construct of the grammar but those that mean nothing to an answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from random import Random

from contractlang.statements import parse_statement
from contractlang.syntax import Node
from tests.strategies import VOCABULARY as PLAUSIBLE
from tests.wild import Maker
from tests.wild.together import VOCABULARY, drafted

GRAMMAR = Path(__file__).parents[1] / "contractlang" / "grammar.lark"

TELL_NOTHING = {
    "states", "see", "not_formalised", "clause", "truncated", "governed", "claimable_by", "decided_by", "evidence",
    "thing", "excludes", "implies", "only_after",
}  # fmt: skip
"""What is for the reader, for the analysis or for the ledger, and changes no answer."""

CHINESE = {"after_zh"}
"""An order of words of its own; what is written so is read as the English is."""


def rules_in(node: Node) -> Iterator[str]:
    yield node.rule
    for part in node.parts:
        if isinstance(part, Node):
            yield from rules_in(part)


def rules_of(text: str) -> Iterator[str]:
    """Yield the rules by which the statements of a text are read."""
    for line in text.splitlines():
        got = parse_statement(line.removeprefix("|").strip()) if line.startswith("|") else None
        if isinstance(got, tuple):
            yield from rules_in(got[1])


def test_each_construct_of_the_grammar_is_written_by_a_generator() -> None:
    named = set(re.findall(r"->\s*([a-z_]+)", GRAMMAR.read_text("utf-8")))
    texts = [VOCABULARY, *(f"| {line.en}" for line in PLAUSIBLE)]
    for seed in range(400):
        texts += drafted(Random(seed))[0]
        texts += [f"| {line}" for line in Maker(Random(seed)).lines()]
    written = {rule for text in texts for rule in rules_of(text)}
    assert named - written == TELL_NOTHING | CHINESE
