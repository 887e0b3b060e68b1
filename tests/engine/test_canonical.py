"""Canonical JSON is what the standard library writes with sorted keys, whichever way it is written."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.canonical import canonical

texts = st.text(st.characters(exclude_categories=["Cs"]))
plain = st.none() | st.booleans() | st.integers() | texts
values = st.recursive(
    plain | st.floats(allow_nan=False), lambda inner: st.lists(inner) | st.dictionaries(texts, inner)
)


@given(st.dictionaries(texts, plain) | st.dictionaries(texts, values))
def test_every_object_is_written_as_the_standard_library_writes_it(told: dict[str, Any]) -> None:
    wanted = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    assert canonical(told) == wanted
    if not any(isinstance(each, dict | list | float) for each in told.values()):
        assert canonical(told, plain=True) == wanted


def test_half_a_character_has_no_bytes() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        canonical({"a": "\ud800"})
