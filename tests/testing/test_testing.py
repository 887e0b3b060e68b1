"""Coverage, suggestions and mutants of literate cases."""

import json
import re
from pathlib import Path

import pytest

from contractlang.load import load, load_text
from engine.cases import cases_in
from engine.cli import carried_out
from engine.compile import compile_program
from engine.testing.mutants import mutants, unnoticed
from engine.testing.outcomes import wanted
from engine.testing.running import Ran, ran
from engine.testing.suggest import suggestions

CONTRACTS = Path(__file__).parents[2] / "contracts"

CONTRACT = """\
| agreement hosting
| party provider, customer
| event invoice (amount: money)
| act pay (amount: money, bill: invoice) by customer, accumulates amount for each bill
| act suspend by provider, needs basis
| question rush: "was it urgent?"
| reading mood "RS-mood": "does a day matter?"
| option strict, by default
| option lenient

4. Payment
4.1 The customer pays each invoice within ten days.
| pay_fee: for each invoice as bill, customer must pay bill.amount for bill within 10 days
4.2 While a bill is overdue the provider may suspend, except where it is urgent.
| hold: while pay_fee is overdue, provider may suspend, unless rush
"""
IN_TIME = """\
## In time

```ledger
2026-03-02 09:00 invoice amount=100.00
2026-03-05 09:00 customer pay amount=100.00 bill=e1
```

```expect
2026-03-20 customer in breach of pay_fee: no breach
2026-03-20 provider may suspend: forbidden
```
"""


def program_of(text: str):
    loaded = load_text(text)
    assert not loaded.errors, loaded.errors
    return [loaded.contracts[name] for name in loaded.asked]


def cases_run(program, page: str) -> list[Ran]:
    return [ran(case, program) for case in cases_in("page", page)]


def open_still(program, page: str) -> set[tuple[str, str, str]]:
    shown = {outcome for each in cases_run(program, page) for outcome in each.shown}
    return {(each.what, each.id, each.detail) for each in wanted(program) if each not in shown}


def test_what_is_exercised_is_what_came_about() -> None:
    program = compile_program(program_of(CONTRACT))
    assert {(each.what, each.id) for each in wanted(program) if each.what != "reading"} == {
        ("applies", "4.1:pay_fee"), ("in time", "4.1:pay_fee"), ("last day", "4.1:pay_fee"), ("late", "4.1:pay_fee"),
        ("applies", "4.2:hold"), ("used", "4.2:hold"), ("condition fails", "4.2:hold"), ("exception", "4.2:hold"),
    }  # fmt: skip
    assert open_still(program, IN_TIME) == {
        ("last day", "4.1:pay_fee", ""), ("late", "4.1:pay_fee", ""), ("applies", "4.2:hold", ""),
        ("used", "4.2:hold", ""),
        ("exception", "4.2:hold", ""), ("reading", "mood", "strict"), ("reading", "mood", "lenient"),
    }  # fmt: skip
    (case,) = cases_run(program, IN_TIME)
    assert case.clauses == ["hosting 4.1", "hosting 4.2"]
    late = IN_TIME.replace("2026-03-05", "2026-03-16").replace("no breach", "cured")
    assert ("late", "4.1:pay_fee", "") not in open_still(program, late)
    on_the_day = IN_TIME.replace("2026-03-05", "2026-03-12")
    assert ("last day", "4.1:pay_fee", "") not in open_still(program, on_the_day)


SOME = ["sale", *(pytest.param(name, marks=pytest.mark.soak) for name in ("voip-1", "voip-2"))]


@pytest.mark.parametrize("name", SOME)
def test_what_is_suggested_is_verified_and_shows_what_nothing_showed(name: str) -> None:
    loaded = load([CONTRACTS / name], [CONTRACTS])
    documents = [loaded.contracts[each] for each in loaded.asked]
    program = compile_program(documents)
    page = (CONTRACTS / name / "scenarios.md").read_text("utf-8")
    known = cases_run(program, page)
    before = {outcome for each in known for outcome in each.shown}
    made = list(suggestions(program, known, documents[0].chinese))
    assert made
    for each in made:
        (again,) = cases_run(program, each.text)
        assert all(line.passed for line in again.expectations), each.text
        assert set(each.shows) <= set(again.shown)
        assert not set(each.shows) & before
        before |= set(each.shows)


def test_every_side_of_a_window_is_suggested() -> None:
    (contract,) = program_of(CONTRACT)
    program = compile_program([contract])
    made = list(suggestions(program, [], chinese=False))
    assert len(made) == len({each.text for each in made})
    text = "\n".join(each.text for each in made)
    # Ten days from 2 March end with 12 March.
    for day in ("2026-03-11", "2026-03-12"):
        assert re.search(rf"^{day} 12:00 customer pay amount=100.00 bill=e1$", text, re.M), day
    assert "customer in breach of pay_fee: breached" in text
    assert "provider may suspend: undetermined missing rush" in text
    left = open_still(program, text)
    assert ("late", "4.1:pay_fee", "") not in left
    assert ("last day", "4.1:pay_fee", "") not in left


def test_a_change_that_no_line_notices_is_told() -> None:
    documents = program_of(CONTRACT)
    found = {
        (mutant.clause, mutant.change.en): noticed
        for mutant, noticed in unnoticed(documents, cases_in("page", IN_TIME))
        if mutant.change.en
        in ("dropped", "must not for may", "the exception dropped", "the condition dropped")
    }
    assert found == {
        ("4.1", "dropped"): True, ("4.2", "dropped"): True, ("4.2", "must not for may"): True,
        ("4.2", "the exception dropped"): False, ("4.2", "the condition dropped"): True,
    }  # fmt: skip
    sharp = IN_TIME + IN_TIME.replace("2026-03-05", "2026-03-12").replace("## In", "## Just in")
    sharp += (
        IN_TIME.replace("2026-03-05", "2026-03-13").replace("no breach", "cured").replace("## In", "## Late")
    )
    blunt = sum(not noticed for _, noticed in unnoticed(documents, cases_in("page", IN_TIME)))
    assert sum(not noticed for _, noticed in unnoticed(documents, cases_in("page", sharp))) < blunt


@pytest.mark.parametrize("name", ["sale", "voip-1"])
def test_a_mutant_differs_from_the_text_in_one_sentence(name: str) -> None:
    (contract,) = [
        each for each in load([CONTRACTS / name], [CONTRACTS]).contracts.values() if each.base == name
    ]
    for mutant in mutants(contract):
        assert mutant.contract != contract
        norms = [
            one for one, other in zip(contract.norms, mutant.contract.norms, strict=False) if one != other
        ]
        dropped = len(contract.norms) - len(mutant.contract.norms)
        assert dropped in (0, 1)
        assert dropped or len(norms) <= 1


def test_the_reports_a_lawyer_reads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def contract(*arguments: str) -> tuple[int, str]:
        status = carried_out(arguments)
        said = capsys.readouterr()
        return status, said.out + said.err

    (tmp_path / "hosting.contract").write_text(CONTRACT, "utf-8")
    (tmp_path / "scenarios.md").write_text(IN_TIME, "utf-8")
    status, said = contract("test", str(tmp_path), "--coverage")
    assert status == 1
    assert "3 of 10 outcomes are shown by a scenario" in said
    assert "exceptions that no scenario meets: 1" in said
    assert "例外" in contract("test", str(tmp_path), "--coverage", "--lang", "zh")[1]
    status, said = contract("test", str(tmp_path), "--mutants")
    assert status == 1
    assert "4.2  the exception dropped" in said
    assert "would be: if “pay fee” is overdue, provider has the power to suspend\n" in said
    told = json.loads(contract("test", str(tmp_path), "--coverage", "--json")[1])
    assert told["cases"][0]["clauses"] == ["hosting 4.1", "hosting 4.2"]
    assert told["cases"][0]["line"] == 1
    status, said = contract("test", str(tmp_path), "--coverage", "--mutants")
    assert status == 2
    assert "at a time" in said
    status, said = contract("test", str(tmp_path), "--suggest", "--accept")
    assert status == 2
    assert "terminal" in said
