"""Supplements that are laid beside the agreements that are shipped."""

from __future__ import annotations

from pathlib import Path

from contractlang.contract import Contract
from contractlang.load import load_text

CONTRACTS = Path(__file__).parents[2] / "contracts"


def laid(text: str) -> Contract:
    """Return the supplement that a text is."""
    loaded = load_text(text, "practice.contract", [CONTRACTS])
    assert not loaded.errors, [each.message.en for each in loaded.errors]
    return next(loaded.contracts[name] for name in loaded.asked)
