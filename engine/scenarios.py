"""Scenario files (YAML): dated histories of the two agreements with expected answers, run query by query.

The file's event types and actions are those of `scenarios.yaml`; `contracts/scenarios/mapping.yaml` says what they
are called in the vocabulary. A query is not applicable only where `--layers` leaves out a layer it asks for; a kind
of query that is not supported fails.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.entries import Unsupported
from engine.errors import EngineError
from engine.governing import Programs
from engine.queries import question_of
from engine.question import Question
from engine.replies import Reply
from engine.situation import Absent, Situation, Words, asked_of
from engine.yaml_text import Loader, read_yaml

PASSED, FAILED, NOT_APPLICABLE = "passed", "failed", "not applicable"
# What holds of an answer of another name. Of an act that needs no basis and of which no norm speaks, no rule grants it,
# and one may do it.
_HOLD_OF = (
    ("yes", "cured"),
    ("no_basis", "none"),
    ("none", "no_basis"),
    ("no_basis", "unregulated"),
    ("permitted", "unregulated"),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one query, or of one variant of it."""

    scenario: str
    query: str
    variant: str
    status: str
    expected: str
    got: str
    question: Question | None = None


class _AsWritten(Loader):  # type: ignore[misc]
    """YAML whose dates and decimals are texts, quoted or not, so that `58.00` and `2026-04-10` stay what they are."""


_AsWritten.yaml_implicit_resolvers = {
    letter: [(tag, form) for tag, form in resolvers if not tag.endswith((":timestamp", ":float"))]
    for letter, resolvers in Loader.yaml_implicit_resolvers.items()
}


class NotScenarios(Exception):
    """A file is no scenario file; the message says what it lacks."""


def run_file(
    text: str,
    programs: Programs,
    mapping: Words,
    layers: tuple[str, ...] | None = None,
) -> Iterator[Outcome]:
    """Yield the outcome of every query of a scenario file; `layers` leaves out queries that ask for other layers.

    Raises NotScenarios for a file that lists none.
    """
    for scenario in scenarios_in(text):
        yield from run_scenario(scenario, programs, mapping, layers)


def scenarios_in(text: str) -> list[dict[str, Any]]:
    """Return the scenarios of a file. Raises NotScenarios for a file that lists none."""
    data = read_yaml(text, _AsWritten)
    scenarios = data.get("scenarios") if isinstance(data, dict) else None
    if not isinstance(scenarios, list) or not all(isinstance(each, dict) for each in scenarios):
        raise NotScenarios("there is no list `scenarios:` of scenarios in it")
    if not scenarios:
        raise NotScenarios("its list `scenarios:` is empty, so nothing is tested")
    return scenarios


def run_scenario(
    scenario: Mapping[str, Any],
    programs: Programs,
    mapping: Words,
    layers: tuple[str, ...] | None,
) -> Iterator[Outcome]:
    """Yield the outcome of every query of one scenario."""
    for query in scenario.get("queries", ()):
        wished = query.get("layers", ("contract",))
        asked_layers = tuple(wished.replace(",", " ").split() if isinstance(wished, str) else wished)
        expect = query.get("expect", {})
        variants = [("", expect)] + [
            (key, {"answer": value}) for key, value in (expect.get("by_reading") or {}).items()
        ]
        for variant, wanted in variants:
            wanted = mapping.amended(scenario["id"], query["id"], variant, wanted)
            if layers is not None and not set(asked_layers) <= set(layers):
                yield Outcome(scenario["id"], query["id"], variant, NOT_APPLICABLE, _expected(wanted), "")
                continue
            yield _run(scenario, query, variant, wanted, asked_layers, programs, mapping)


def _run(
    scenario: Mapping[str, Any], query: Mapping[str, Any], variant: str, wanted: Mapping[str, Any],
    layers: tuple[str, ...], programs: Programs, mapping: Words,
) -> Outcome:  # fmt: skip
    try:
        documents = tuple(mapping.documents[asked_of(scenario, query)])
        program = programs.of(documents, layers)
        situation = Situation(scenario, query, variant, layers, program, mapping)
        got, missing, could_be = Reply(situation).narrowed()
        for item, otherwise in situation.open_arrivals():
            other = Reply(
                Situation(scenario, query, variant, layers, program, mapping, **otherwise)
            ).narrowed()
            if other != (got, missing, could_be):
                could_be = list(dict.fromkeys([*(could_be or [got]), *(other[2] or [other[0]])]))
                missing = list(dict.fromkeys([*missing, *other[1], item]))
                got = "undetermined"
    except Absent as absent:
        right = _same(_plain(wanted.get("answer")), absent.answer)
        return Outcome(
            scenario["id"], query["id"], variant, PASSED if right else FAILED, _expected(wanted), absent.answer,
        )  # fmt: skip
    except (EngineError, Unsupported, KeyError, ValueError, TypeError) as wrong:
        reason = f"not supported: {wrong}" if isinstance(wrong, Unsupported | KeyError) else f"error: {wrong}"
        return Outcome(scenario["id"], query["id"], variant, FAILED, _expected(wanted), reason)
    passed = matches(wanted, got, missing, could_be, by_reading=bool(variant))
    told = (
        got
        + (f" missing {', '.join(missing)}" if missing else "")
        + (f" could be {', '.join(could_be)}" if could_be else "")
    )
    return Outcome(
        scenario["id"], query["id"], variant, PASSED if passed else FAILED, _expected(wanted), told,
        question_of(situation),
    )  # fmt: skip


def _expected(wanted: Mapping[str, Any]) -> str:
    text = (
        str(wanted.get("value", wanted.get("answer")))
        if wanted.get("answer") == "value"
        else str(wanted.get("answer"))
    )
    return text + (f" missing {', '.join(wanted['missing'])}" if wanted.get("missing") else "")


def matches(
    wanted: Mapping[str, Any],
    got: str,
    missing: list[str],
    could_be: list[str],
    by_reading: bool,
) -> bool:
    """Tell whether an answer is the expected one (notes to the schema in `docs/scenarios.md`).

    `missing` is a lower bound. A breach that was cured is a breach: `yes` holds of it, while `cured` asks for the
    cure. Under a variant a question may still be open: then the expected answer must be among what it could be.
    """
    answer = _plain(wanted.get("answer"))
    if by_reading and got == "undetermined" and answer != "undetermined":
        return any(_same(answer, each) for each in could_be)
    if answer == "undetermined":
        return got == "undetermined" and set(wanted.get("missing") or ()) <= set(missing)
    if answer == "value":
        return _same(str(wanted.get("value")), got)
    return _same(answer, got)


def _plain(answer: Any) -> str:
    """Return an expected answer as a text; `yes` and `no` without quotes are truth values in YAML."""
    return {True: "yes", False: "no"}[answer] if isinstance(answer, bool) else str(answer)


def _same(wanted: str, got: str) -> bool:
    return wanted == got or (wanted, got) in _HOLD_OF
