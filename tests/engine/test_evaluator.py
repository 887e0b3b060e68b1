"""Evaluators tell what they are made of, compiled or not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.conditions import AndE, CompareE
from engine.evaluator import Evaluator, made_of
from engine.force import ValidE
from engine.quantities import FoldE, NowE
from engine.statuses import OverdueE


def kinds(kind: type[Evaluator] = Evaluator) -> Iterator[type[Evaluator]]:
    for each in kind.__subclasses__():
        yield each
        yield from kinds(each)


def test_what_it_is_made_of_is_told_by_name() -> None:
    assert set(made_of(AndE)) == {"parts"}
    assert set(made_of(CompareE)) == {"sign", "op", "left", "right"}
    assert set(made_of(FoldE)) >= {"name", "worth", "where", "index"}
    assert set(made_of(ValidE)) == {"begins", "ends", "unknown"}
    assert set(made_of(OverdueE)) == {"norms", "longer", "spoken"}
    assert made_of(NowE) == ()


@pytest.mark.parametrize("kind", list(kinds()))
def test_nothing_of_it_is_hidden(kind: type[Evaluator]) -> None:
    assert kind.__dictoffset__ == 0
