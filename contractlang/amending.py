"""Other documents: what a document uses, what a supplement amends, and which clauses it replaces and repeals."""

from __future__ import annotations

from typing import Any

from contractlang.contract import Change
from contractlang.diagnostic import Label, Said, error
from contractlang.drafting import Work, amended_by
from contractlang.numerals import is_letter, plain_number
from contractlang.source import Span
from contractlang.syntax import Clause, Statement


def bring_in(work: Work) -> None:
    """Bring in the declarations of the documents used."""
    for _, statement in work.of_rule.get("uses", ()):
        for word in statement.body.words():
            used = work.library.get(word.text)
            if used is None:
                known = [*work.library, *work.near]
                work.names.unknown(word.text, statement.span(word), Said("document", "文书"), known)
                continue
            work.draft.uses.append(used.name)
            work.draft.relations += used.relations
            for declared in used.declarations.values():
                if declared.name not in work.names.declarations:
                    work.names.declare(declared)


def bring_in_the_amended(work: Work) -> None:
    """Bring in all that can be said in the document that a supplement amends, and in what that one amends."""
    head = next((each for _, each in reversed(work.statements) if each.body.rule == "document"), None)
    if work.draft.kind != "supplement" or head is None:
        return
    word = amended_by(head.body)
    if word is None:
        en, zh = "the supplement does not say what it amends", "补充协议没有写明补充哪一文书"
        help = Said(
            f"write `supplement {work.draft.name} to hosting`",
            f"请写 `补充 {work.draft.name} 至 hosting`",
        )
        work.wrong.append(error("change", head.span(), en, zh, help))
        return
    amended = work.library.get(word.text)
    if amended is None:
        known = {each.name for each in work.library.values()} | set(work.near)
        work.names.unknown(word.text, head.span(word), Said("document", "文书"), sorted(known))
        return
    work.draft.amends = amended.name
    work.draft.relations += [each for each in amended.relations if each not in work.draft.relations]
    for declared in amended.declarations.values():
        if declared.name not in work.names.declarations:
            work.names.declare(declared)
    name_the_amended(work)


def name_the_amended(work: Work) -> None:
    """Know the clauses, norms and sums that can be named in what a supplement amends."""
    if work.draft.kind != "supplement":
        return
    for contract in work.amended():
        for number in (each.number for each in contract.clauses if each.number):
            work.names.clauses.setdefault(plain_number(number), number)
        for norm in contract.norms:
            if norm.label and not is_letter(norm.label) and norm.label[0] != "@" and "~" not in norm.label:
                work.names.labels.setdefault(norm.label)
        for amount in contract.amounts:
            work.names.amount_kinds.setdefault(amount.name, amount.kind)
            for called in filter(None, (amount.name, amount.alias)):
                work.names.amounts.setdefault(called, amount.name)


def collect_changes(work: Work) -> None:
    """Find which clauses of the document amended are replaced and repealed."""
    amended = work.amended()
    clauses = {
        plain_number(each.number): each.number for contract in amended for each in contract.clauses
        if each.number
    }  # fmt: skip
    changed: dict[str, Span] = {}
    if not work.of_rule.keys() & {"replaces", "repeals", "retroactive"}:
        return
    for clause, statement in work.statements:
        rule = statement.body.rule
        if rule not in ("replaces", "repeals", "retroactive"):
            continue
        if work.draft.kind != "supplement":
            en, zh = "only a supplement changes another document", "只有补充协议才能改变其他文书"
            help = Said("begin with `| supplement name to hosting`", "开头写 `| 补充 名称 至 hosting`")
            work.wrong.append(error("change", statement.span(), en, zh, help))
        elif rule != "retroactive" and amended:
            change(work, clause, statement, clauses, changed)


def change(
    work: Work, clause: Clause, statement: Statement, clauses: dict[str, str], changed: dict[str, Span]
) -> None:
    word = statement.body.words()[0]
    number, span = plain_number(word.text), statement.span()
    if number not in clauses:
        work.names.unknown(
            word.text, statement.span(word), Said(f"clause of {work.draft.amends}", f"`{work.draft.amends}`条款"),
            clauses.values(),
        )  # fmt: skip
        return
    if number in changed:
        en, zh = f"clause {clauses[number]} is changed twice", f"条款{clauses[number]}被改变两次"
        labels = (Label(changed[number], Said("here it is changed first", "此处先已改变")),)
        work.wrong.append(
            error("change", span, en, zh, Said("remove one of the two", "删去其中一处"), labels)
        )
        return
    changed[number] = span
    how: Any = statement.body.rule
    work.draft.changes.append(Change(how=how, target=clauses[number], clause=clause.number, span=span))
