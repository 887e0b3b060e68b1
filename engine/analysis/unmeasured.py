"""What must be kept and has no measure: whether it is kept can only be judged, and the text does not say by what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from contractlang.expression import And, Answer, Bound, Expr, Not, Or
from contractlang.norms import Maintenance, Prohibition
from engine.analysis.finding import NOTHING, Clause, Finding, Said
from engine.analysis.listing import agreed, under_its_layers
from engine.analysis.overlapping import judged_apart
from engine.analysis.plain import questions_of
from engine.analysis.stated import laws_stating
from engine.analysis.telling import Telling, agreeing, clauses_of, listed
from engine.program import Program, Rule
from engine.walk import walk


def standards_without_measure(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find duties to keep something so of which only the judgment of a human tells whether they are kept."""
    for rules in _as_read(program):
        judged = {
            rule: [part.question for part in walk(rule.norm.keeps) if isinstance(part, Answer)]
            for rule in rules
            if isinstance(rule.norm, Maintenance) and _is_for_judgment(rule.norm.keeps)
        }
        if judged:
            called = telling.norms(judged)
            said = Said(
                f"whether {called.en} {agreeing(called, 'is', 'are')} kept can only be judged",
                f"{called.zh}是否得到遵守，只能凭判断",
            )
            yield _unmeasured(program, telling, judged, said)


def conditions_without_measure(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find what may, or must, be done only where a human finds something."""
    for rules in _as_read(program):
        judged = {
            rule: asked
            for rule in rules
            if not isinstance(rule.norm, Maintenance | Prohibition)
            and (asked := list(_to_be_found(program, rule)))
        }
        if judged:
            called = telling.norms(judged)
            questions = listed(telling.name(each) for each in dict.fromkeys(chain(*judged.values())))
            said = Said(
                f"whether the condition of {called.en} is met can only be judged ({questions.en})",
                f"{called.zh}的条件是否具备，只能凭判断（{questions.zh}）",
            )
            yield _unmeasured(program, telling, judged, said)


def bans_without_measure(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find what is forbidden only where a human finds something; but for bans that are judged apart, which are told."""
    told = {rule for each in judged_apart(program) for rule in each.bans}
    for rules in _as_read(program):
        judged = {
            rule: asked
            for rule in rules
            if isinstance(rule.norm, Prohibition)
            and rule not in told
            and (asked := list(_to_be_found(program, rule)))
        }
        if judged:
            called = telling.norms(judged)
            questions = listed(telling.name(each) for each in dict.fromkeys(chain(*judged.values())))
            said = Said(
                f"whether {called.en} {agreeing(called, 'forbids', 'forbid')} what was done can only be judged"
                f" ({questions.en})",
                f"所为是否属于{called.zh}所禁止的，只能凭判断（{questions.zh}）",
            )
            yield _unmeasured(program, telling, judged, said)


def _as_read(program: Program) -> Iterator[list[Rule]]:
    """Yield the norms of each agreement that are there as its text is read, or may be."""
    taken = program.taken(under_its_layers(program)).options
    for home in program.agreements:
        yield [
            rule
            for rule in agreed(program, home)
            if all(taken.get(each.reading) in (None, each.option) for each in rule.option)
        ]


def _to_be_found(program: Program, rule: Rule) -> Iterator[str]:
    """Yield what humans have to find for a norm to apply; an exception that is presumed away does not count."""
    norm = rule.norm
    where = norm.act.where if not isinstance(norm, Maintenance) else None
    for part in (*walk(norm.when), *walk(where)):
        if isinstance(part, Answer) and program.questions[part.question].kind.name == "flag":
            yield part.question
    for part in walk(norm.unless):
        if isinstance(part, Answer) and program.questions[part.question].presumed is None:
            yield part.question


def _unmeasured(
    program: Program, telling: Telling, judged: Mapping[Rule, Iterable[str]], said: Said
) -> Finding:
    """Return the finding that the text gives no measure for what is judged of some norms."""
    laws = tuple(dict.fromkeys(law for each in chain(*judged.values()) for law in _speaking(program, each)))
    said = Said(
        f"{said.en}: the text gives no figure and no standard by which it is measured, and names nobody who finds it.",
        f"{said.zh}：文本没有写明以什么指标或标准衡量，也没有写明由谁认定。",
    )
    if laws:
        law = telling.clauses(laws)
        said = Said(f"{said.en} Only the law speaks of it: {law.en}.", f"{said.zh}仅有法律涉及：{law.zh}。")
    return Finding(
        "gap", (*clauses_of(judged), *laws), said,
        settles=(
            Said("name a figure (hours, shares, numbers), a standard, or who finds it and how",
                 "约定指标（时长、比例、次数等）或所依据的标准，或写明由谁、以何种程序认定"),
        ),
        detail={
            "what": "no measure",
            "judged": {rule.norm.id: list(dict.fromkeys(asked)) for rule, asked in judged.items()},
        },
    )  # fmt: skip


def losses_without_extent(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find what an agreement gives or puts on somebody for a loss, where it is left to a human what counts as one."""
    for home in program.agreements:
        claims = {
            rule.index: asked
            for rule in agreed(program, home)
            if (asked := [each for each in questions_of(rule.norm) if _asks_a_sum(program, each)])
        }
        rules = [program.rules[index] for index in claims]
        borne = [each.rule for each in program.losses if each.rule.document == home]
        if not rules:
            continue
        questions = dict.fromkeys(name for asked in claims.values() for name in asked)
        laws = tuple(dict.fromkeys(law for each in questions for law in _speaking(program, each)))
        own = (*clauses_of(rules), *(Clause(home, each.clause, each.id) for each in borne))
        called, law = telling.clauses(own), telling.clauses(laws)
        only = Said(f"; only the law does ({law.en})", f"，仅有法律规定（{law.zh}）") if laws else NOTHING
        yield Finding(
            "gap", (*own, *laws),
            Said(
                f"{called.en} {agreeing(called, 'speaks', 'speak')} of a loss, and the text does not say what it takes"
                f" in (gain that was lost, what could not be foreseen, what others suffer){only.en}: how much it is can"
                " only be judged.",
                f"{called.zh}提到损失，但文本没有写明损失的范围（是否包括可得利益、不能预见的损失、第三人的损失）{only.zh}：数额只能凭判断。",
            ),
            settles=(
                Said("say which losses count, and up to which sum", "写明损失的范围及上限"),
            ),
            detail={"what": "extent of loss"},
        )  # fmt: skip


def _asks_a_sum(program: Program, question: str) -> bool:
    return program.questions[question].kind.name == "money"


def _speaking(program: Program, question: str) -> Iterator[Clause]:
    """Yield the sentences of law that state something of a question."""
    yield from laws_stating(program, program.questions[question])


def _is_for_judgment(keeps: Expr) -> bool:
    parts = list(walk(keeps))
    return any(isinstance(each, Answer) for each in parts) and all(
        isinstance(each, And | Or | Not | Answer | Bound) or type(each).__name__ == "Kind" for each in parts
    )
