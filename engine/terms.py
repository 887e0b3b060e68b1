"""What was agreed for one account beside the text: what fills the blanks, which readings and answers are taken.

Terms are given, not folded: they come with the account, and with every question about it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from engine.calendars import default_calendar
from engine.working_days import Calendar


@dataclass(frozen=True)
class Terms:
    """The settings of an account.

    `blanks` maps declared names to typed values (None: known to be blank); `readings` to options; `answers` gives one
    answer to a question whatever it is about; `states` what a state is at first; `attributes` those of parties
    (`user.is_consumer`). `layers` are the layers of law asked for beside the contract, `versions` those of the
    agreements that the account signed, where it was not the one of its first day.
    """

    blanks: Mapping[str, Any] = field(default_factory=dict)
    readings: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)
    states: Mapping[str, Any] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    layers: tuple[str, ...] = ("contract",)
    versions: Mapping[str, str] = field(default_factory=dict)
    calendar: Calendar = field(default_factory=default_calendar)

    def with_(self, **more: Mapping[str, Any]) -> Terms:
        """Return the terms with some settings added: `blanks`, `readings`, `answers`, `states`, `attributes`."""
        kept = {name: {**getattr(self, name), **more.get(name, {})} for name in _MAPS}
        return Terms(**kept, layers=self.layers, versions=self.versions, calendar=self.calendar)

    @cached_property
    def sealed(self) -> str:
        """A hash of everything set, for receipts."""
        plain = {
            name: {key: str(value) for key, value in sorted(getattr(self, name).items())} for name in _MAPS
        }
        told = [plain, list(self.layers), *([dict(self.versions)] if self.versions else [])]
        text = json.dumps(told, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


_MAPS = ("blanks", "readings", "answers", "states", "attributes")
