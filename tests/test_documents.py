"""Several documents in one account: ranks, supplements, versions, agreements side by side, and sums over all of them.

The cases are literate, in `tests/cases/documents`; the engine and the reference both give what is expected.
"""

from pathlib import Path

import pytest

from engine.account import Account
from engine.cases import Case, cases_in, ledger_of, question_of, run_case, terms_of
from engine.compile import compile_program
from engine.question import AmountOfSum, InBreachOf, May, StateOf
from tests.reference.interpret import interpret
from tests.test_elsewhere import documents

CASES = [
    case
    for path in sorted((Path(__file__).parent / "cases" / "documents").glob("*.md"))
    for case in cases_in(str(path), path.read_text("utf-8"))
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{Path(case.path).stem}: {case.title}")
def test_documents_together(case: Case, tmp_path: Path) -> None:
    contracts = tuple(documents(case, tmp_path))
    program = compile_program(contracts)
    wrong = [f"line {e.line}: {e.written} | got {e.got}" for e in run_case(case, program) if not e.passed]
    assert not wrong
    terms = terms_of(program, case.blocks.get("settings", (0, []))[1])
    ledger = ledger_of(program, case.blocks.get("ledger", (0, []))[1])
    account = Account(program, terms, ledger)
    for line in filter(None, case.blocks["expect"][1]):
        question, known_at = question_of(program, line.partition(": ")[0])
        if isinstance(question, May | InBreachOf | StateOf | AmountOfSum):
            told = interpret(contracts, terms, ledger, question, known_at)
            decision = account.decide(question, known_at)
            said = str(decision.value) if decision.answer == "value" else decision.answer
            assert (said, decision.required) == (told.answer, told.required), line
