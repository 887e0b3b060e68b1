"""What scenarios leave open, as a lawyer reads it, in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from contractlang.diagnostic import Language, Said
from contractlang.norms import Norm, Obligation, Power
from contractlang.words import (
    say,
    say_name,
)
from engine.program import Program
from engine.testing.mutants import Mutant
from engine.testing.outcomes import Outcome

KINDS: Mapping[str, Said] = {
    "applies": Said("norms that apply in no scenario", "没有案例适用过的规范"),
    "in time": Said("duties that no scenario does in time", "没有案例按时履行的义务"),
    "last day": Said("windows on whose last day no scenario acts", "没有案例在末日履行的期限"),
    "late": Said("duties that no scenario misses", "没有案例逾期的义务"),
    "breached": Said("duties and prohibitions that no scenario breaks", "没有案例违反的义务和禁止"),
    "used": Said("powers that no scenario uses", "没有案例行使的权力"),
    "condition fails": Said("conditions that hold in every scenario", "案例中从未落空的条件"),
    "exception": Said("exceptions that no scenario meets", "没有案例触及的例外"),
    "prevailed": Said("priorities that no scenario needs", "没有案例用到的优先关系"),
    "reading": Said("readings that no scenario takes", "没有案例采取的解释"),
}


def coverage_lines(
    program: Program, wanted: Sequence[Outcome], shown: set[Outcome], language: Language
) -> Iterator[tuple[str, bool]]:
    """Yield the lines of the report, and whether each is a heading."""
    contracts = {each.name: each for each in program.contracts}
    zh = language == "zh"
    seen = sum(each in shown for each in wanted)
    yield (
        (
            f"共{len(wanted)}项，案例展示了{seen}项"
            if zh
            else f"{seen} of {len(wanted)} outcomes are shown by a scenario"
        ),
        True,
    )
    silent = _silent(program, wanted, shown)
    if silent:
        yield (
            (
                f"没有案例涉及的条款：{'、'.join(silent)}"
                if zh
                else f"clauses that no scenario touches: {', '.join(silent)}"
            ),
            False,
        )
    for kind, said in KINDS.items():
        missing = [each for each in wanted if each.what == kind and each not in shown]
        if not missing:
            continue
        yield f"{said.zh if zh else said.en}{'：' if zh else ': '}{len(missing)}", True
        for each in missing:
            norm = _norm(program, each)
            if norm is not None:
                yield f"  {each.id}  {say(norm, contracts[each.document], language)}", False
            else:
                contract = contracts.get(each.document) or program.contracts[0]
                yield f"  {say_name(each.id, contract, language)}{'：' if zh else ': '}{each.detail}", False


def _norm(program: Program, of: Outcome) -> Norm | None:
    """Return the norm that an outcome is of; among alternatives of a reading the one that can have it."""
    named = [norm for norm in program.norms if (norm.document, norm.id) == (of.document, of.id)]
    kind = {"in time": Obligation, "last day": Obligation, "late": Obligation, "used": Power}.get(of.what)
    fit = [norm for norm in named if kind is None or isinstance(norm, kind)]
    return next(iter(fit or named), None)


def _silent(program: Program, wanted: Iterable[Outcome], shown: set[Outcome]) -> list[str]:
    """Return the clauses with norms of which nothing is shown, in the order of the text."""
    clause = {(norm.document, norm.id): f"{norm.clause}" for norm in program.norms}
    touched = {clause.get((each.document, each.id)) for each in shown}
    found = dict.fromkeys(clause.get((each.document, each.id)) for each in wanted if each.what != "reading")
    return [each for each in found if each is not None and each not in touched]


def mutant_lines(mutant: Mutant, language: Language) -> Iterator[str]:
    """Yield what a change that nobody notices is."""
    zh = language == "zh"
    yield f"{mutant.clause}  {mutant.change.zh if zh else mutant.change.en}"
    yield f"    {'原' if zh else 'is      '}{'：' if zh else ': '}{mutant.before.zh if zh else mutant.before.en}"
    yield f"    {'改' if zh else 'would be'}{'：' if zh else ': '}{mutant.after.zh if zh else mutant.after.en}"


def outcome_as_json(each: Outcome) -> dict[str, Any]:
    """Return an outcome as plain values."""
    return {"what": each.what, "document": each.document, "id": each.id, "option": each.detail or None}


def mutant_as_json(mutant: Mutant) -> dict[str, Any]:
    """Return a change as plain values."""
    return {
        "document": mutant.document, "clause": mutant.clause, "change": mutant.change._asdict(),
        "before": mutant.before._asdict(), "after": mutant.after._asdict(),
    }  # fmt: skip
