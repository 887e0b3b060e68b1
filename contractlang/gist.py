"""What the rest of a document can see of one clause, worked out once for as long as the clause is cut the same."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from contractlang.drafting import Seen, names_of
from contractlang.heads import OF_A_CLAUSE
from contractlang.norming import REASONABLE
from contractlang.numerals import is_letter, plain_number
from contractlang.statements import NotAStatement, parse_statement
from contractlang.syntax import Clause, Cut, Statement, Word, Written

ONLY_DECLARE = {
    "document", "uses", "valid", "rank", "status", "layer", "version", "truncated", "governed", "parties", "thing",
    "type_decl", "blank", "gap", "state", "act", "event", "question", "reading", "define", "unverified", "source",
    "retroactive", "replaces", "repeals",
}  # fmt: skip
# What says nothing of what a clause demands.
_SAY_NOTHING = {*OF_A_CLAUSE, "source", "unverified"}
# What no statement sees: the force of its clause, which it has of itself, and where it was read.
_UNSEEN = {*OF_A_CLAUSE, "source"}
# What is seen without its wording.
_WORDED = {"question", "reading", "unverified"}
# What gives names by which alone it is known to others.
NAMING = {"thing", "type_decl", "blank", "gap", "state", "act", "event", "question", "reading", "unverified"}
# What is spoken of without any name: the life of an agreement, and who judges what time is reasonable.
_UNNAMED = {"agreement", "协议", REASONABLE}
_QUOTED = re.compile('"[^"]*"|“[^”]*”')


@dataclass(frozen=True, slots=True)
class Gist:
    """What one clause adds to what its document declares and names.

    `declares` is as it is written and where in its statement; `seen` is what statements elsewhere can see of that;
    `bases` are where these statements begin, from the beginning of the cut.
    """

    plain: str
    text: tuple[str, ...]
    says: bool
    declares: tuple[tuple[str, ...], ...]
    seen: tuple[Seen, ...]
    bases: tuple[int, ...]
    labels: tuple[str, ...]
    sums: tuple[tuple[str, ...], ...]
    words: frozenset[str]
    declaring_words: frozenset[str]


@lru_cache(maxsize=20_000)
def gist(cut: Cut) -> Gist:
    """Return what can be seen of a clause."""
    declaring = [each for each in cut.statements if each.body.rule in ONLY_DECLARE | {"option", "amount"}]
    return Gist(
        plain_number(cut.number) if cut.number else "",
        tuple(cut.text),
        any(each.body.rule not in _SAY_NOTHING for each in cut.statements),
        tuple((each.body.rule, *_declared(each)) for each in declaring),
        tuple(said for each in declaring if (said := _seen(each)) is not None),
        tuple(each.base for each in declaring),
        tuple(label for each in cut.statements if (label := _label(each)) is not None),
        tuple(tuple(names_of(each.body)) for each in cut.statements if each.body.rule == "amount"),
        _words(cut.statements),
        _words(declaring),
    )


def declaring(written: Written) -> Iterator[tuple[Clause, bool, Gist]]:
    """Yield the clauses that declare anything, and whether each is above all text or the first and without a number."""
    for index, clause in enumerate((written.preamble, *written.clauses)):
        told = gist(clause.cut)
        if told.declares:
            yield clause, index == 0 or (index == 1 and not clause.number), told


@lru_cache(maxsize=50_000)
def words_in(raw: str) -> frozenset[str]:
    """Return the words of a statement that can be read, and the numbers of clauses that they may be."""
    parsed = parse_statement(raw)
    assert not isinstance(parsed, NotAStatement)
    words = {each.text for each in parsed[1].words()}
    plain = {plain_number(each) for each in words}
    return frozenset(words | plain | {each[:-1] for each in plain if each[-1:].isalpha()})


def touched(before: Sequence[Seen], now: Sequence[Seen]) -> frozenset[str] | None:
    """Return the names that may stand for something else than before; None where anything may mean something else.

    What uses a name that was touched is touched itself: a definition, an act with a field of that kind.
    """
    changed = {*(Counter(before) - Counter(now)), *(Counter(now) - Counter(before))}
    if not changed:
        return None
    waiting = frozenset().union(*(each.names | each.of for each in changed))
    if any(each.rule not in NAMING | {"define"} for each in changed) or not waiting.isdisjoint(_UNNAMED):
        return None
    kept = [each for each in before if each not in changed]
    if kept != [each for each in now if each not in changed]:
        return None
    return reached(waiting, (*changed, *kept))


def reached(names: frozenset[str], seen: Sequence[Seen]) -> frozenset[str]:
    """Return `names` and those that are declared by what uses them, one after another."""
    found, waiting = frozenset[str](), names
    while waiting:
        found |= waiting
        using = [each for each in seen if not each.words.isdisjoint(waiting)]
        waiting = frozenset().union(*(each.names | each.of for each in using)) - found
    return found


def _words(statements: list[Statement]) -> frozenset[str]:
    return frozenset().union(*(words_in(each.raw) for each in statements))


def _declared(statement: Statement) -> Iterator[str]:
    """Yield what a statement declares, as it is written: of an option not the norm that stands in it."""
    body = statement.body
    if body.rule != "option":
        yield statement.raw
        return
    for part in (*body.nodes("decl_name"), *body.nodes("default")):
        yield f"{part.start} {statement.raw[part.start : part.end]}"


def _seen(statement: Statement) -> Seen | None:
    body, rule, text = statement.body, statement.body.rule, statement.raw
    if rule == "amount" or rule in _UNSEEN:
        return None
    if rule == "option":
        text = " ".join(names_of(body))
    elif rule in _WORDED:
        text = _QUOTED.sub('""', text)
    names = frozenset(names_of(body)) if rule in NAMING else frozenset[str]()
    if rule == "define":
        names = frozenset([body.words()[0].text])
    of = frozenset(word.text for part in body.nodes("kind_of") for word in part.words())
    return Seen(rule, text, names, of, words_in(statement.raw))


def _label(statement: Statement) -> str | None:
    """Return the label by which other statements can name what a statement lays down."""
    label, body = statement.label, statement.body
    if body.rule == "amount":
        return None
    if body.rule == "option":
        label = next((part for part in body.parts if isinstance(part, Word)), None)
    return label.text if label is not None and not is_letter(label.text) else None
