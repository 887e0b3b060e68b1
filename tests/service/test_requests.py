"""What is told of a body by counting (how deep it is, that nothing stands in it twice) is so by looking into it."""

from __future__ import annotations

import json
from contextlib import nullcontext
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.service.config import Limits
from engine.service.problems import Problem
from engine.service.requests import read_json

LIMITS = Limits(depth=4)
texts = st.text(st.sampled_from('[]{}"\\∀孛x'), max_size=4)


def bodies() -> st.SearchStrategy[Any]:
    """Return JSON in which brackets stand everywhere, also in texts and names."""
    return st.recursive(
        texts,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
        max_leaves=12,
    )


def depth(value: Any) -> int:
    """Return how deep something is nested."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(depth, inner), default=0)


@settings(max_examples=200)
@given(said=bodies(), encoding=st.sampled_from(("utf-8", "utf-16-le", "utf-32")), ascii=st.booleans())
def test_what_is_nested_too_deep_is_refused_and_nothing_else(said: Any, encoding: str, ascii: bool) -> None:
    body = json.dumps(said, ensure_ascii=ascii).encode(encoding)
    if depth(said) > LIMITS.depth:
        with pytest.raises(Problem, match="nested more than 4 deep"):
            read_json(body, LIMITS)
    else:
        assert read_json(body, LIMITS) == said


def test_brackets_in_texts_hide_no_depth() -> None:
    """By brackets alone these look flat: those in the texts close what is open."""
    hidden = '["]",' * 9 + '""' + ',"["]' * 9
    for encoding in ("utf-8", "utf-16-le"):
        for written in (hidden, hidden.replace('"]"', '"∀]∀"').replace('"["', '"∀[∀"')):
            with pytest.raises(Problem, match="nested more than 4 deep"):
                read_json(written.encode(encoding), LIMITS)


@st.composite
def objects(draw: st.DrawFn) -> tuple[str, bool]:
    """Return JSON written by hand, and whether a key stands twice in one of its objects."""
    twice = False

    def written(depth: int) -> str:
        nonlocal twice
        kind = draw(st.sampled_from(("object", "list", "text", "number") if depth else ("object", "list")))
        if kind == "text":
            return json.dumps(draw(texts), ensure_ascii=draw(st.booleans()))
        if kind == "number":
            return draw(st.sampled_from(("1", "null", "-2.5", "true")))
        inner = [written(depth + 1) for _ in range(draw(st.integers(0, 3) if depth < 3 else st.just(0)))]
        if kind == "list":
            return f"[{','.join(inner)}]"
        keys = [draw(st.sampled_from(("a", "b", '"', "a:", "孛"))) for _ in inner]
        twice = twice or len(set(keys)) != len(keys)
        said = (json.dumps(each, ensure_ascii=draw(st.booleans())) for each in keys)
        between = draw(st.sampled_from((":", " : ", "\n:")))
        return f"{{{','.join(f'{key}{between}{value}' for key, value in zip(said, inner, strict=True))}}}"

    return written(0), twice


@settings(max_examples=400)
@given(said=objects(), encoding=st.sampled_from(("utf-8", "utf-16-le")), exact=st.booleans())
def test_what_stands_twice_is_refused_and_nothing_else(
    said: tuple[str, bool], encoding: str, exact: bool
) -> None:
    body, twice = said
    refused = pytest.raises(Problem, match="stands twice in one object") if twice else nullcontext()
    with refused:
        read_json(body.encode(encoding), LIMITS, exact)


def test_the_key_that_stands_twice_is_named() -> None:
    for body in (b'{"amount": 1, "amount": 2}', rb'[{"x": {"amount": "", "\u0061mount": "\""}}]'):
        with pytest.raises(Problem, match="`amount` stands twice"):
            read_json(body, LIMITS)
