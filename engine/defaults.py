"""Which option of a reading is taken where the account chooses none: docs/semantics.md, "What is open"."""

from __future__ import annotations

from contractlang.declaration import ReadingDecl
from contractlang.expression import And, Const, Expr, IsBlank, Not, Or
from engine.terms import Terms


def default_of(reading: ReadingDecl, gaps: frozenset[str], terms: Terms) -> str | None:
    """Return the default of a layer asked for, else the one that holds in all; of several the first written."""
    held = [
        (default.layer, option.name)
        for option in reading.options
        for default in option.defaults
        if default.when is None or _is_so(default.when, gaps, terms)
    ]
    of_layers = [name for layer, name in held if layer in terms.layers]
    return next(iter([*of_layers, *(name for layer, name in held if layer is None)]), None)


def _is_so(condition: Expr, gaps: frozenset[str], terms: Terms) -> bool:
    """Tell whether a condition is true that asks of blanks alone, as the account has them."""
    match condition:
        case IsBlank(name):
            return name not in terms.answers and (name in gaps or terms.blanks.get(name) is None)
        case And(parts):
            return all(_is_so(each, gaps, terms) for each in parts)
        case Or(parts):
            return any(_is_so(each, gaps, terms) for each in parts)
        case Not(part):
            return not _is_so(part, gaps, terms)
        case _:
            assert isinstance(condition, Const)
            return bool(condition.value)
