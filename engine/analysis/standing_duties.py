"""When duties that stand begin and end: one that begins when its bearer likes, a ban that goes on without end."""

from __future__ import annotations

from collections.abc import Iterator

from contractlang.declaration import OccurrenceDecl
from contractlang.expression import Happened
from contractlang.norms import Maintenance, Obligation, Prohibition
from engine.analysis.finding import NOTHING, Clause, Finding, Said
from engine.analysis.listing import agreed, states_in
from engine.analysis.stated import laws_stating
from engine.analysis.telling import Telling, agreeing, clauses_of
from engine.program import Program, Rule
from engine.walk import walk


def duties_that_wait_for_their_bearer(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find what a party has to keep so only once it has brought it about itself, which nothing obliges it to do."""
    required = {each.act_name for each in program.rules if isinstance(each.norm, Obligation)}
    for rule in agreed(program):
        acts = list(_brought_about_by(program, rule))
        if not acts or any(each.actor != rule.norm.bearer or each.name in required for each in acts):
            continue
        called, who = telling.norm(rule.norm), telling.party(rule.norm.bearer)
        does = telling.name(acts[0].name)
        laws = laws_stating(program, acts[0])
        law = telling.clauses(laws)
        only = (
            Said(f" Only the law speaks of it ({law.en}).", f"仅有法律涉及（{law.zh}）。")
            if laws
            else NOTHING
        )
        yield Finding(
            "gap", (*clauses_of([rule]), *laws),
            Said(
                f"{called.en} binds {who.en} only once {who.en} has begun ({does.en}), and no sentence says by when"
                f" that must be.{only.en}",
                f"{called.zh}自{who.zh}{does.zh}起才约束{who.zh}，而何时必须{does.zh}，没有约定。{only.zh}",
            ),
            settles=(Said(f"say by when {who.en} must {does.en}", f"约定{who.zh}最迟何时{does.zh}"),),
            detail={"what": "no beginning", "act": acts[0].name},
        )  # fmt: skip


def _brought_about_by(program: Program, rule: Rule) -> Iterator[OccurrenceDecl]:
    """Yield the acts and events that bring about what has to be kept, where one must have happened for that to bind."""
    if not isinstance(rule.norm, Maintenance):
        return
    kept = set(states_in(rule.norm.keeps))
    for part in walk(rule.norm.since):
        declared = program.declarations[part.name] if isinstance(part, Happened) else None
        if isinstance(declared, OccurrenceDecl) and kept & {
            (each.state, each.option) for each in declared.sets
        }:
            yield declared


def bans_without_end(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find what stays forbidden after the agreement has ended, and of which no sentence says for how long."""
    for home in program.agreements:
        bans: dict[str, list[Rule]] = {}
        for rule in agreed(program, home):
            norm = rule.norm
            if isinstance(norm, Prohibition) and norm.survives and norm.until is None and norm.window is None:
                bans.setdefault(norm.act.name, []).append(rule)
        terms = [
            Clause(each.document, each.clause)
            for each in (rule.life for rule in program.life.get(home, ()))
            if each.how == "lasts"
        ]
        for name, rules in bans.items():
            called, act = telling.norms(rules), telling.name(name)
            laws = laws_stating(program, program.declarations[name])
            law = telling.clauses(laws)
            only = (
                Said(
                    f" The law says no more than that it goes on ({law.en}).",
                    f"法律也只说明其继续存在（{law.zh}）。",
                )
                if laws
                else NOTHING
            )
            yield Finding(
                "gap", (*clauses_of(rules), *dict.fromkeys(terms), *laws),
                Said(
                    f"{called.en} {agreeing(called, 'forbids', 'forbid')} to {act.en} after the end of the agreement,"
                    f" too, and no sentence says for how long.{only.en}",
                    f"协议终止后，{called.zh}仍禁止{act.zh}，而期限多长，没有约定。{only.zh}",
                ),
                settles=(
                    Said(f"say until when nobody may {act.en}", f"约定至何时为止不得{act.zh}"),
                ),
                detail={"what": "no end", "act": name},
            )  # fmt: skip
