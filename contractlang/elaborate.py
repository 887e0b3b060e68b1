"""From syntax to meaning: every statement of a document becomes declarations, norms and their relations.

A statement that cannot be given a meaning is reported and left out; the others go on, so one broken line does not
hide the rest. `load.py` decides whether a contract with errors may be asked anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from contractlang.amending import bring_in, bring_in_the_amended, collect_changes, name_the_amended
from contractlang.contract import ClauseText, Contract
from contractlang.declaration import ReadingDecl
from contractlang.declaring import Declarations
from contractlang.diagnostic import Diagnostic, Label, Said, error
from contractlang.drafting import Declared, Here, Made, Memo, Named, Taken, Work, amended_by, names_of
from contractlang.expression import Chosen
from contractlang.gist import ONLY_DECLARE, declaring, gist, reached, touched, words_in
from contractlang.groundwork import lay, name_all, name_clauses, so_far, still_holds, taken_over
from contractlang.heads import OF_A_CLAUSE, collect_sources, collect_switches, head, layered, no_head, stand
from contractlang.kinds import Kind
from contractlang.meaning import digest, spelled
from contractlang.moved import To, by, moved
from contractlang.norms import (
    AmountRule,
    Bar,
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
    Remark,
)
from contractlang.numerals import plain_number
from contractlang.options import collect_options, defaults
from contractlang.rules import MAKERS, fills_by_definition, work_out_amount
from contractlang.source import Span
from contractlang.syntax import Clause, Node, Statement, Word, Written

_OF_A_HEAD = ("document", "uses")
_NORMS = (Obligation, Maintenance, Prohibition, Permission, Power)


def elaborate(
    written: Written, library: Mapping[str, Contract], near: Iterable[str] = (), memo: Memo | None = None
) -> tuple[Contract, list[Diagnostic]]:
    """Return what `written` means, with everything wrong in it.

    `library` holds the documents it may use, by name; `near` are the names of others that might have been meant.
    """
    memo = Memo() if memo is None else memo
    work = begun(written, library, near, memo)
    if taken_over(work):
        name_clauses(work)
        name_the_amended(work)
        names_now = name_all(work)
        if still_holds(work, names_now):
            everything(work, names_now, is_new=False)
            return told(work)
        work = begun(written, library, near, memo)
    names_now = declare(work)
    early = so_far(work)
    everything(work, names_now, is_new=True)
    already = len(work.wrong)
    defaults(work)
    lay(work, early, work.wrong[already:])
    del work.wrong[already:]
    return told(work)


def told(work: Work) -> tuple[Contract, list[Diagnostic]]:
    ground = work.memo.ground
    assert ground is not None
    work.wrong += ground.wrong[1]
    declarations = ground.names.declarations
    work.memo.told.update((id(declarations[name]), room) for name, room in ground.told.items())
    return contract(work), work.wrong


def begun(written: Written, library: Mapping[str, Contract], near: Iterable[str], memo: Memo) -> Work:
    work = Work(written, library, near, memo)
    work.names.work_out = partial(work_out_amount, work)
    return work


def declare(work: Work) -> Named:
    """Give their meaning to the head of a document and to all that it declares; return what can be named besides."""
    for clause, statement in work.statements:
        if work.is_head(clause) or statement.body.rule not in OF_A_CLAUSE:
            head(work, statement)
    if not work.draft.name:
        no_head(work)
    layered(work)
    stand(work)
    name_clauses(work)
    bring_in(work)
    bring_in_the_amended(work)
    work.declarations = Declarations(work.names, work.draft.name)
    work.declarations.take(statement for _, statement in work.statements)
    collect_options(work)
    collect_switches(work)
    collect_sources(work)
    collect_changes(work)
    names_now = name_all(work)
    for _, statement in work.of_rule.get("define", ()):
        work.attempt(work.declarations.define, statement, statement.body)
    for name in dict.fromkeys(work.names.amounts.values()):
        work.names.kind_of_amount(name)
    return names_now


def head_of(written: Written) -> tuple[str, list[tuple[str, Span]]]:
    """Return the document's name and the names it uses or amends, before anything else is read."""
    name, uses = "", []
    heads = (
        clause
        for clause, _, told in declaring(written)
        if any(each[0] in _OF_A_HEAD for each in told.declares)
    )
    for statement in (each for clause in heads for each in clause.statements):
        if statement.body.rule not in _OF_A_HEAD:
            continue
        words = [part for part in statement.body.parts if isinstance(part, Word)]
        if statement.body.rule == "document" and not name:
            name = words[0].text
            amended = amended_by(statement.body)
            uses += [(amended.text, statement.span(amended))] if amended is not None else []
        elif statement.body.rule == "uses":
            uses += [(word.text, statement.span(word)) for word in words]
    return name, uses


def everything(work: Work, names_now: Named, is_new: bool) -> None:
    """Read what the statements lay down, or take over what they meant when nothing they can see has changed.

    `is_new` tells that what is declared was worked out anew; it may have come to the same.
    """
    memo, names = work.memo, work.names
    seen = what_is_declared(work) if is_new else memo.seen
    others = names_touched(memo.seen, seen)
    before = memo.taken if others is not None else {}
    others, kinds = others or frozenset(), kinds_of_sums(work)
    if memo.named is not None:
        now_other = names_now.other_than(memo.named) | {name for name, _ in kinds ^ memo.kinds}
        others |= reached(now_other, seen.seen if seen is not None else ())
    same_names = memo.named == names_now and not others
    memo.seen, memo.named, memo.kinds, memo.taken, memo.told = seen, names_now, kinds, {}, {}
    clauses = [each for each in (work.written.preamble, *work.written.clauses) if each.cut.statements]
    cuts = {each.cut for each in clauses}
    # What has gone with its clause may stand elsewhere now.
    gone = dict(pair for key, taken in before.items() if key[0] not in cuts for pair in taken.made)
    for clause in clauses:
        key = (clause.cut, work.reading, work.count[clause.number or "0"], force_of(work, clause))
        taken = before.get(key)
        if (
            taken is not None
            and (same_names or (not taken.wrong and others.isdisjoint(gist(clause.cut).words)))
            and all(names.kind_of_amount(names.amounts[word]) == kind for word, kind in taken.sums.items())
        ):
            taken = _moved_to(clause.base, taken)
            for _, made in taken.made:
                take(work, clause, made)
            work.reading = taken.reading
        else:
            known = gone if taken is None else gone | dict(taken.made)
            taken = read(work, clause, known, others, same_names)
        memo.taken[key] = taken


def read(
    work: Work, clause: Clause, known: Mapping[object, Made], others: frozenset[str], same_names: bool
) -> Taken:
    """Read what the statements of one clause lay down; those that are `known` and name none of `others` mean what they
    meant."""
    sums, force, number = sums_in(work, clause), force_of(work, clause), clause.number or "0"
    found: list[tuple[object, Made]] = []
    for statement in clause.statements:
        rule = statement.body.rule
        if rule == "reading":
            declared = work.names.find(names_of(statement.body)[0])
            work.reading = declared.name if isinstance(declared, ReadingDecl) else None
        if rule in ONLY_DECLARE and not fills_by_definition(work, statement):
            continue
        key = (
            statement.raw, clause.number, work.reading, work.count[number], force, what_it_names(work, statement)
        )  # fmt: skip
        made = known.get(key)
        # What is wrong in a statement is said with the nearest of all names.
        if made is None or not (
            same_names or (not made.wrong and others.isdisjoint(words_in(statement.raw)))
        ):
            made = make(work, clause, statement)
        made = _made_at(statement.base, made)
        found.append((key, made))
        take(work, clause, made)
    return Taken(clause.base, found, work.reading, sums, any(made.wrong for _, made in found))


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
    work.memo.told.update(zip(map(id, made.built), made.told, strict=True))
    draft.relations += made.relations
    if made.meaning:
        draft.meanings.append(made.meaning)
    work.wrong += made.wrong
    work.names.amount_kinds.update(made.kinds)
    work.count[clause.number or "0"] += made.unnamed
    if made.survives:
        draft.surviving.add(clause.number)


def names_touched(before: Declared | None, now: Declared | None) -> frozenset[str] | None:
    """Return the names that may stand for something else than before; None where anything may."""
    if before == now:
        return frozenset()
    if before is None or now is None or (before.document, before.used) != (now.document, now.used):
        return None
    return touched(before.seen, now.seen)


def what_is_declared(work: Work) -> Declared:
    """Return all that a statement can see of what is declared."""
    seen = tuple(said for _, _, told in declaring(work.written) for said in told.seen)
    uses = [*work.draft.uses, *([work.draft.amends] if work.draft.amends else [])]
    used = tuple((name, work.library[name].meaning_hash) for name in uses if name in work.library)
    return Declared(
        (work.draft.name, work.written.source.path, work.names.chinese),
        (used, frozenset(work.names.documents.items())),
        seen,
    )


def what_it_names(work: Work, statement: Statement) -> object:
    """Return which norms, sums and clauses a statement names, and the kinds of those sums as they are known here."""
    names, found = work.names, list[object]()
    for word in words_in(statement.raw):
        if word in names.labels or word in names.clauses:
            found.append((word, word in names.labels, word in names.clauses))
        if word in names.amounts:
            found.append((names.amounts[word], names.kind_of_amount(names.amounts[word])))
    return tuple(found)


def kinds_of_sums(work: Work) -> frozenset[tuple[str, Kind]]:
    """Return every name of a sum with its kind, as it is known before any norm is read."""
    names = work.names
    return frozenset((word, names.kind_of_amount(name)) for word, name in names.amounts.items())


def sums_in(work: Work, clause: Clause) -> dict[str, Kind]:
    """Return the kinds of the sums that a clause names, as they are known above it."""
    names = work.names
    return {
        word: names.kind_of_amount(names.amounts[word])
        for word in gist(clause.cut).words
        if word in names.amounts
    }


def force_of(work: Work, clause: Clause) -> int:
    """Return a number that stands for the force of a clause and the switches under which it stands."""
    standing, switches, forces = work.standing(clause), work.switched(clause), work.memo.forces
    if standing is work.force_of_all and switches is work.of_all:
        if work.plain_force is None:
            work.plain_force = forces.setdefault((standing, switches), len(forces))
        return work.plain_force
    return forces.setdefault((standing, switches), len(forces))


def give_meaning(work: Work, clause: Clause, statement: Statement) -> None:
    if statement.body.rule == "option":
        make_option(work, clause, statement)
    else:
        standing = work.standing(clause)
        switches = work.switched(clause)
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
    chosen = (*work.switched(clause), Chosen(work.reading, names_of(body)[0]))
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
    norms = [each for each in draft.built if isinstance(each, _NORMS)]
    if draft.surviving:
        norms = [_surviving(work, each) if each.clause in draft.surviving else each for each in norms]
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


def _surviving(work: Work, norm: Norm) -> Norm:
    found = replace(norm, survives=True)
    work.memo.told[id(found)] = work.memo.told[id(norm)]
    return found


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
    """Return what the document itself declares, spelled out."""
    ground = work.memo.ground
    assert ground is not None
    if not ground.declared:
        own = [each for each in work.names.declarations.values() if each.document == work.draft.name]
        ground.declared = spelled(tuple(own))
    return ground.declared


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
        number, told = clause.number, gist(clause.cut)
        after = written[index + 1].number if index + 1 < len(written) else ""
        within = bool(number) and after.startswith((f"{number}.", f"{number}("))
        heading = within and len(told.text) <= 1 and not told.says
        # What does not parse is reported where it stands, not as if nothing had been written.
        accounted = told.says or bool(clause.broken)
        found.append(ClauseText(number, told.text, clause.span, heading, accounted))
    return tuple(found)


def _moved_to(base: int, taken: Taken) -> Taken:
    if base == taken.base:
        return taken
    letters = base - taken.base
    to = by(letters)
    made = [(key, _moved_by(letters, to, made)) for key, made in taken.made]
    return Taken(base, made, taken.reading, taken.sums, taken.wrong)


def _made_at(base: int, made: Made) -> Made:
    return made if base == made.base else _moved_by(base - made.base, by(base - made.base), made)


def _moved_by(letters: int, to: To, made: Made) -> Made:
    return Made(
        made.base + letters, [moved(each, to) for each in made.built],
        made.relations and [moved(each, to) for each in made.relations],
        made.wrong and [moved(each, to) for each in made.wrong],
        made.kinds, made.survives, made.unnamed, made.meaning, made.told,
    )  # fmt: skip
