"""How deep a body is nested is told from its brackets alone wherever that is safe, and always as by looking into it."""

from __future__ import annotations

import json
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
