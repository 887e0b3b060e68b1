"""A file of conflict checks that is shaped wrongly is refused with the entry and the field."""

from __future__ import annotations

import pytest

from engine.analysis.checks import BadChecks, checks_in


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- id: C-1", "there is no list `conflict_checks`"),
        ("conflict_checks: 3", "there is no list `conflict_checks`"),
        ("conflict_checks: [x]", "conflict_checks, entry 1: an entry has"),
        ("conflict_checks: [{id: C-1, norms: ['1.1']}]", "conflict_checks, entry 1: `expected` is missing"),
        (
            "conflict_checks: [{id: C-1, expected: gap, norms: '1.1'}]",
            "conflict_checks, entry 1: `norms` is a list",
        ),
        ("conflict_checks: [", "not YAML"),
    ],
)
def test_a_wrong_shape_is_told_with_its_entry_and_field(text: str, told: str) -> None:
    with pytest.raises(BadChecks) as wrong:
        checks_in(text)
    assert told in str(wrong.value)


def test_entries_are_returned_as_they_stand() -> None:
    assert checks_in("conflict_checks: [{id: C-1, expected: gap, norms: ['1.1']}]")[0]["id"] == "C-1"
