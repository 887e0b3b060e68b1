"""From syntax to meaning: every statement of a document becomes declarations, norms and their relations.

A statement that cannot be given a meaning is reported and left out; the others go on, so one broken line does not
hide the rest. `load.py` decides whether a contract with errors may be asked anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any

from contractlang.amending import bring_in, bring_in_the_amended, collect_changes
from contractlang.declarations import Declarations
from contractlang.diagnostic import Diagnostic, Label, Said, error
from contractlang.drafting import Here, Made, Memo, Work, amended_by, names_of
from contractlang.heads import OF_A_CLAUSE, collect_sources, collect_switches, head, layered, no_head, stand
from contractlang.meaning import digest, spelled
from contractlang.moved import moved
from contractlang.norms import (
    AmountRule,
    Bar,
    Chosen,
    ClauseText,
    Contract,
    Fill,
    Life,
    LossRule,
    Maintenance,
    Norm,
    Obligation,
    Permission,
    Power,
    Priority,
    Prohibition,
    ReadingDecl,
    Remark,
)
from contractlang.numerals import plain_number
from contractlang.options import collect_options, defaults
from contractlang.parser import NotAStatement, parse_statement
from contractlang.rules import MAKERS, fills_by_definition, work_out_amount
from contractlang.source import Span
from contractlang.syntax import Clause, Node, Statement, Word, Written

_NORMS = (Obligation, Maintenance, Prohibition, Permission, Power)
# What says nothing of what a clause demands.
_SAY_NOTHING = {*OF_A_CLAUSE, "source", "unverified"}
# What no statement sees: the force of its clause, which it has of itself, and where it was read.
_UNSEEN = {*OF_A_CLAUSE, "source"}
_WORDED = {"question", "reading", "unverified"}
_QUOTED = re.compile('"[^"]*"|“[^”]*”')
_ONLY_DECLARE = {
    "document", "uses", "valid", "rank", "status", "layer", "version", "truncated", "governed", "parties", "thing",
    "type_decl", "blank", "gap", "state", "act", "event", "question", "reading", "define", "unverified", "source",
    "retroactive", "replaces", "repeals",
}  # fmt: skip


def elaborate(
    written: Written, library: Mapping[str, Contract], near: Iterable[str] = (), memo: Memo | None = None
) -> tuple[Contract, list[Diagnostic]]:
    """Return what `written` means, with everything wrong in it.

    `library` holds the documents it may use, by name; `near` are the names of others that might have been meant.
    """
    work = Work(written, library, near, Memo() if memo is None else memo)
    work.names.work_out = partial(work_out_amount, work)
    for clause, statement in work.statements:
        if work.is_head(clause) or statement.body.rule not in OF_A_CLAUSE:
            head(work, statement)
    if not work.draft.name:
        no_head(work)
    layered(work)
    stand(work)
    bring_in(work)
    bring_in_the_amended(work)
    work.declarations = Declarations(work.names, work.draft.name)
    work.declarations.take(statement for _, statement in work.statements)
    collect_options(work)
    collect_switches(work)
    collect_sources(work)
    collect_changes(work)
    collect_labels(work)
    for _, statement in work.of_rule.get("define", ()):
        work.attempt(work.declarations.define, statement, statement.body)
    everything(work)
    defaults(work)
    return contract(work), work.wrong


def head_of(written: Written) -> tuple[str, list[tuple[str, Span]]]:
    """Return the document's name and the names it uses or amends, before anything else is read."""
    name, uses = "", []
    for _, statement in written.statements():
        if statement.body.rule not in ("document", "uses"):
            continue
        words = [part for part in statement.body.parts if isinstance(part, Word)]
        if statement.body.rule == "document" and not name:
            name = words[0].text
            amended = amended_by(statement.body)
            uses += [(amended.text, statement.span(amended))] if amended is not None else []
        elif statement.body.rule == "uses":
            uses += [(word.text, statement.span(word)) for word in words]
    return name, uses


def everything(work: Work) -> None:
    """Read what the statements lay down, or take over what they meant when nothing they can see has changed."""
    seen, named = what_is_declared(work), what_is_named(work)
    before = work.memo.made if seen == work.memo.seen else {}
    same_names = named == work.memo.named
    work.memo.seen, work.memo.named, work.memo.made = seen, named, {}
    for clause, statement in work.statements:
        rule = statement.body.rule
        if rule == "reading":
            found = work.names.find(names_of(statement.body)[0])
            work.reading = found.name if isinstance(found, ReadingDecl) else None
        if rule in _ONLY_DECLARE and not fills_by_definition(work, statement):
            continue
        number = clause.number or "0"
        force = work.standing(clause), work.switches[id(clause)]
        key = (
            statement.raw,
            clause.number,
            work.reading,
            work.count[number],
            *force,
            what_it_names(work, statement),
        )
        made = before.get(key)
        # What is wrong in a statement is said with the nearest of all names.
        if made is None or (made.wrong and not same_names):
            made = make(work, clause, statement)
        elif made.base != statement.base:
            made = _moved_to(statement.base, made)
        work.memo.made[key] = made
        work.count[number] += made.unnamed
        take(work, clause, made)


def make(work: Work, clause: Clause, statement: Statement) -> Made:
    work.made = made = Made(statement.base)
    already = len(work.wrong)
    work.attempt(give_meaning, work, clause, statement)
    made.wrong = work.wrong[already:]
    del work.wrong[already:]
    rules = [each for each in made.built if not isinstance(each, Remark)]
    made.told = [{} for _ in made.built]
    made.meaning = spelled((*rules, *made.relations)) if rules or made.relations else ""
    return made


def take(work: Work, clause: Clause, made: Made) -> None:
    draft = work.draft
    draft.built += made.built
    draft.relations += made.relations
    if made.meaning:
        draft.meanings.append(made.meaning)
    work.wrong += made.wrong
    work.names.amount_kinds.update(made.kinds)
    if made.survives:
        draft.surviving.add(clause.number)


def what_is_declared(work: Work) -> object:
    """Return all that a statement can see of the declarations: of questions and readings not how they are worded."""
    declaring = []
    for _, statement in work.statements:
        rule = statement.body.rule
        if rule in _WORDED:
            declaring.append(_QUOTED.sub('""', statement.raw))
        elif rule in _ONLY_DECLARE and rule not in _UNSEEN:
            declaring.append(statement.raw)
        elif rule == "option":
            declaring.append(" ".join(names_of(statement.body)))
    seen = [*work.draft.uses, *([work.draft.amends] if work.draft.amends else [])]
    used = [(name, work.library[name].meaning_hash) for name in seen if name in work.library]
    return (
        work.draft.name,
        work.written.source.path,
        tuple(declaring),
        tuple(used),
        frozenset(work.names.documents),
    )


def what_is_named(work: Work) -> object:
    """Return all that can be named besides, in order: norms, sums and clauses."""
    names = work.names
    return tuple(names.labels), tuple(names.amounts.items()), tuple(names.clauses.items())


def what_it_names(work: Work, statement: Statement) -> object:
    """Return which norms, sums and clauses a statement names, and the kinds of those sums as they are known here."""
    names, found = work.names, list[object]()
    for word in words_in(statement.raw):
        if word in names.labels or word in names.clauses:
            found.append((word, word in names.labels, word in names.clauses))
        if word in names.amounts:
            found.append((names.amounts[word], names.kind_of_amount(names.amounts[word])))
    return tuple(found)


@lru_cache(maxsize=50_000)
def words_in(raw: str) -> frozenset[str]:
    """Return the words of a statement that can be read, and the numbers of clauses that they may be."""
    parsed = parse_statement(raw)
    assert not isinstance(parsed, NotAStatement)
    words = {each.text for each in parsed[1].words()}
    plain = {plain_number(each) for each in words}
    return frozenset(words | plain | {each[:-1] for each in plain if each[-1:].isalpha()})


def collect_labels(work: Work) -> None:
    """Know all labels and amounts before the first expression is read."""
    for _, statement in work.statements:
        body = statement.body
        if body.rule == "amount":
            names = names_of(body)
            work.names.amounts.update(dict.fromkeys(names, names[0]))
            continue
        label = statement.label
        if body.rule == "option":
            label = next((part for part in body.parts if isinstance(part, Word)), None)
        if label is not None and len(label.text) > 1:
            work.names.labels.setdefault(label.text, statement.span(label))


def give_meaning(work: Work, clause: Clause, statement: Statement) -> None:
    if statement.body.rule == "option":
        make_option(work, clause, statement)
    else:
        standing = work.standing(clause)
        switches = work.switches[id(clause)]
        construct(work, Here(clause.number, statement, statement.body, statement.label, switches, standing))


def make_option(work: Work, clause: Clause, statement: Statement) -> None:
    if work.reading is None:
        work.wrong.append(
            error(
                "option", statement.span(), "an option stands under a reading", "选项须写在解释之下",
                Said('write `| reading name: "…"` above it', "先写 `| 解释 名称：“……”`"),
            )
        )  # fmt: skip
        return
    body = statement.body
    chosen = (*work.switches[id(clause)], Chosen(work.reading, names_of(body)[0]))
    label = next((part for part in body.parts if isinstance(part, Word)), None)
    for node in body.parts:
        if isinstance(node, Node) and node.rule not in ("decl_name", "default"):
            standing = work.standing(clause)
            construct(work, Here(clause.number, statement, node, label, chosen, standing))


def construct(work: Work, here: Here) -> None:
    maker = MAKERS.get(here.node.rule)
    if maker is not None:
        maker(work, here)


def contract(work: Work) -> Contract:
    draft = work.draft
    clauses = clause_texts(work)
    built: dict[type, list[Any]] = {}
    for each in draft.built:
        built.setdefault(type(each), []).append(each)
    norms = [
        replace(each, survives=True) if each.clause in draft.surviving else each
        for each in draft.built
        if isinstance(each, _NORMS)
    ]
    same_ids(work, norms)
    return Contract(
        name=draft.name,
        alias=draft.alias,
        title=draft.title,
        kind=draft.kind,
        amends=draft.amends,
        rank=draft.rank,
        valid_from=draft.valid_from,
        valid_to=draft.valid_to,
        truncated=draft.truncated,
        uses=tuple(draft.uses),
        governed_by=tuple(draft.governed_by),
        clauses=clauses,
        declarations=dict(work.names.declarations),
        relations=tuple(draft.relations),
        norms=tuple(norms),
        amounts=tuple(built.get(AmountRule, ())),
        losses=tuple(built.get(LossRule, ())),
        priorities=tuple(built.get(Priority, ())),
        bars=tuple(built.get(Bar, ())),
        life=tuple(built.get(Life, ())),
        remarks=tuple(built.get(Remark, ())),
        path=work.written.source.path,
        chinese=work.written.source.is_chinese,
        text_hash=digest("\n".join(line for each in clauses for line in each.lines)),
        meaning_hash=meaning(work),
        layer=draft.layer,
        version=draft.version,
        fills=tuple(built.get(Fill, ())),
        sources=tuple(draft.sources),
        changes=tuple(draft.changes),
        retroactive=draft.retroactive,
    )


def meaning(work: Work) -> str:
    """Return the hash of what the document means: its places, its remarks and the order of its names left out."""
    draft = work.draft
    head = (
        draft.name, draft.kind, draft.rank, draft.amends, draft.valid_from, draft.valid_to, draft.truncated,
        tuple(draft.governed_by), tuple(sorted(map(plain_number, draft.surviving))),
        tuple(work.library[name].meaning_hash for name in draft.uses),
        *([draft.layer] if draft.layer != "contract" else []),
        *((tuple((each.how, plain_number(each.target), plain_number(each.clause)) for each in draft.changes),
           draft.retroactive, *(each.meaning_hash for each in work.amended()))
          if draft.kind == "supplement" else ()),
    )  # fmt: skip
    return digest("\n".join([spelled(head), declared(work), *draft.meanings]))


def declared(work: Work) -> str:
    """Return what the document itself declares, spelled out: the same again while it is written the same."""
    written = work.memo.seen, tuple(each.raw for _, each in work.of_rule.get("option", ()))
    if work.memo.own[0] != written:
        own = [each for each in work.names.declarations.values() if each.document == work.draft.name]
        work.memo.own = written, spelled(tuple(own))
    return work.memo.own[1]


def same_ids(work: Work, norms: list[Norm]) -> None:
    """Norms of one id are the alternatives of one reading, or lines that go together; others are mistaken."""
    seen: dict[str, Norm] = {}
    for norm in norms:
        other = seen.setdefault(norm.id, norm)
        if other is not norm and type(other) is not type(norm) and not (other.option and norm.option):
            work.wrong.append(
                error(
                    "duplicate",
                    norm.span,
                    f"two different norms are called `{norm.id}`",
                    f"两条不同的规范都叫`{norm.id}`",
                    Said("give one of them another letter", "给其中一条换一个字母"),
                    (Label(other.span, Said("the other one", "另一条")),),
                )
            )


def clause_texts(work: Work) -> tuple[ClauseText, ...]:
    found: list[ClauseText] = []
    written = work.written.clauses
    for index, clause in enumerate(written):
        after = written[index + 1].number if index + 1 < len(written) else ""
        within = after.startswith((clause.number + ".", clause.number + "("))
        heading = len(clause.text) <= 1 and bool(clause.number) and within
        # What does not parse is reported where it stands, not as if nothing had been written.
        says = [each for each in clause.statements if each.body.rule not in _SAY_NOTHING]
        told = bool(says or clause.broken)
        heading = heading and not says
        found.append(ClauseText(clause.number, tuple(clause.text), clause.span, heading, told))
    return tuple(found)


def _moved_to(base: int, made: Made) -> Made:
    by = base - made.base
    return Made(
        base, [moved(each, by) for each in made.built], [moved(each, by) for each in made.relations],
        [moved(each, by) for each in made.wrong], made.kinds, made.survives, made.unnamed, made.meaning,
        made.told,
    )  # fmt: skip
