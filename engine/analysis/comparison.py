"""Two agreements in one account, side by side: what one has and the other has not, and where they do not say the same.

Only the sentences are compared; whether a difference shows in some history is asked of the solver.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import permutations

from contractlang.contract import Contract
from contractlang.expression import AmountOf, Const, Expr, Happened, StateValue
from contractlang.kinds import FLAG
from contractlang.norms import Maintenance, Obligation, Permission, Power
from engine.analysis.absent import absences
from engine.analysis.finding import NOTHING, Clause, Finding, Said
from engine.analysis.listing import agreed, texts_of
from engine.analysis.lost import broken_off, unless_lost, without_place
from engine.analysis.matter import agreed_to, matter_of
from engine.analysis.plain import conjuncts, parts_of, plain
from engine.analysis.telling import Telling, agreeing, clauses_of, listed
from engine.program import Program, Rule, Sum
from engine.walk import walk

# What a sentence on the force of one text beside another speaks of.
_FORCE = re.compile(r"补充协议|优先|不一致|取代|supplement|prevail|supersede|entire agreement", re.I)


def comparison(program: Program, telling: Telling) -> Iterator[Finding]:
    """Yield how the agreements of a program differ, and that nothing says which of them goes before."""
    for one, other in permutations(program.agreements, 2):
        yield from absences(program, telling, one, other)
        yield from _changed_sums(program, telling, one, other)
        if program.agreements.index(one) < program.agreements.index(other):
            yield from _differing(program, telling, one, other)
            yield from _unranked(program, telling, one, other)


def _differing(program: Program, telling: Telling, one: str, other: str) -> Iterator[Finding]:
    """Find what both agreements have a norm on, of the same kind for the same party, and not in the same terms."""
    here, there = _by_matter(program, one), _by_matter(program, other)
    for matter in here:
        mine, theirs = here[matter], there.get(matter, [])
        if not theirs or {_terms(each) for each in mine} == {_terms(each) for each in theirs}:
            continue
        a, b = telling.norms(mine), telling.norms(theirs)
        norm = mine[0].norm
        who, does = telling.party(norm.bearer), telling.deed(mine[0])
        first, second = _asks(telling, mine, theirs), _asks(telling, theirs, mine)
        # What a text does not even leave a place for may have stood in what is lost of it.
        homes = [home for home, rules in ((one, mine), (other, theirs)) if without_place(program, rules)]
        lost = [unless_lost(program, telling, home) for home in homes]
        if isinstance(norm, Maintenance):
            what = "standard"
            said = Said(
                f"{a.en} and {b.en} measure {who.en} by different standards: {first.en} in the one,"
                f" {second.en} in the other. The same facts may be a breach of one agreement and not of the other",
                f"{a.zh}与{b.zh}对{who.zh}采用不同的标准：前者：{first.zh}；后者：{second.zh}。"
                "同一事实可能违反一份协议而不违反另一份",
            )
        else:
            what = "terms" if isinstance(norm, Obligation) else "scope"
            said = Said(
                f"{a.en} and {b.en} both deal with what {who.en} does ({does.en}), in different terms:"
                f" {first.en} in the one, {second.en} in the other. What only one of them covers is judged differently"
                " under each",
                f"{a.zh}与{b.zh}都涉及{who.zh}“{does.zh}”，但范围不同：前者：{first.zh}；后者：{second.zh}。"
                "只有一份协议涵盖的情形，依两份协议结论不同",
            )
        yield Finding(
            "agreements",
            (
                *clauses_of(mine),
                *_sums_owed(program, mine),
                *clauses_of(theirs),
                *_sums_owed(program, theirs),
                *(clause for home in homes for clause in broken_off(program, home)),
            ),
            Said(
                said.en + "".join(each.en for each in lost) + ".",
                said.zh + "".join(each.zh for each in lost) + "。",
            ),
            settles=(
                Said(
                    f"use the same words in both, or say which of {a.en} and {b.en} goes before",
                    f"统一两处措辞，或约定{a.zh}与{b.zh}何者优先",
                ),
            ),
            detail={"what": what},
        )


def _sums_owed(program: Program, rules: list[Rule]) -> tuple[Clause, ...]:
    """Return the clauses of an agreement that say what its duties to pay are about."""
    named = {part.name for rule in rules for part in parts_of(rule.norm) if isinstance(part, AmountOf)}
    sums = (each for found in program.sums.values() for each in found if each.home == rules[0].home)
    return _where(each for each in sums if each.rule.name in named)


def _where(sums: Iterable[Sum]) -> tuple[Clause, ...]:
    return tuple(dict.fromkeys(Clause(each.rule.document, each.rule.clause) for each in sums))


def _asks(telling: Telling, mine: list[Rule], theirs: list[Rule]) -> Said:
    """Return the conditions and times that only these norms set; of a standard, what they keep."""
    met = {key for each in theirs for key in _conditions(each)}
    times = {telling.window(each) for each in theirs}
    found = []
    for rule in mine:
        own = [expr for key, expr in _conditions(rule).items() if key not in met]
        for expr in own:
            never = isinstance(rule.norm, Maintenance) and expr == _NEVER
            found.append(_RESULT if never else telling.conditions(rule, [expr]))
        time = telling.window(rule)
        if time.en and time not in times:
            found.append(Said(f"“{time.en}”", f"“{time.zh}”"))
    return listed(found) if found else Said("no further condition", "未另设条件")


_NEVER = Const(False, FLAG)
_RESULT = Said("that it does not happen at all", "结果本身，即根本不得发生")


def _conditions(rule: Rule) -> dict[object, Expr]:
    """Return what a norm asks for, each by what it says."""
    norm = rule.norm
    found = conjuncts(norm.when)
    if isinstance(norm, Maintenance):
        found |= conjuncts(norm.keeps)
    else:
        found |= conjuncts(norm.act.where)
    if norm.trigger is not None:
        found |= conjuncts(norm.trigger.where)
    return found


def _terms(rule: Rule) -> object:
    """Return everything that a norm asks, to be compared with another's."""
    norm = rule.norm
    said: tuple[object, ...] = (plain(norm.trigger), plain(norm.when), plain(norm.unless), plain(norm.since))
    if isinstance(norm, Maintenance):
        return (*said, plain(norm.keeps))
    window = norm.window and (plain(norm.window.limit), plain(norm.window.not_before))
    return (*said, plain(norm.act.where), plain(norm.act.about), window)


def _changed_sums(program: Program, telling: Telling, one: str, other: str) -> Iterator[Finding]:
    """Find sums of one agreement that hang on what only the other gives a power to change."""
    if _ranked(program, one, other):
        return
    own = {rule.act_name for rule in agreed(program, one) if _used_alone(program, rule)}
    powers: dict[str, list[Rule]] = {}
    for rule in agreed(program, other):
        if _used_alone(program, rule) and rule.act_name not in own:
            powers.setdefault(rule.act_name, []).append(rule)
    sums = [each for found in program.sums.values() for each in found if each.home == one]
    for act, rules in powers.items():
        declared = program.acts.get(act)
        sets = {each.state for each in declared.sets} if declared is not None else set()
        hanging = [each for each in sums if _hangs_on(each, act, sets)]
        if not hanging:
            continue
        name = telling.name(hanging[0].rule.name)
        where = telling.clauses(_where(hanging))
        # The sum that the change is made for in the other agreement.
        alike = next(found for found in program.sums.values() if hanging[0] in found)
        theirs = [each for each in alike if each.home == other]
        both = telling.clauses(_where((*hanging, *theirs)))
        called, who, does = telling.norms(rules), telling.party(rules[0].norm.bearer), telling.name(act)
        yield Finding(
            "agreements",
            (*_where(hanging), *clauses_of(rules), *_where(theirs)),
            Said(
                f"{where.en} fixes {name.en}, and lets nobody {does.en} alone; {called.en} lets {who.en}. Once it is"
                f" used, one bill has two amounts ({both.en}), and nothing says which one holds.",
                f"{where.zh}约定了{name.zh}，没有允许任何一方单方{does.zh}；{called.zh}则允许{who.zh}单方{does.zh}。"
                f"一旦行使，同一账单便有两个数额（{both.zh}），而没有任何约定说明以哪份协议为准。",
            ),
            settles=(
                Said(
                    f"say which of {where.en} and {called.en} goes before",
                    f"约定{where.zh}与{called.zh}何者优先",
                ),
            ),
            detail={"what": "sum", "sum": hanging[0].rule.name},
        )


def _used_alone(program: Program, rule: Rule) -> bool:
    return isinstance(rule.norm, Power | Permission) and not agreed_to(program, rule)


def _hangs_on(sum: Sum, act: str, states: set[str]) -> bool:
    """Tell whether a sum is reckoned from a state, or depends on an act."""
    parts = [part for expr in (sum.rule.value, sum.rule.where) for part in walk(expr)]
    return any(
        (isinstance(part, StateValue) and part.name in states)
        or (isinstance(part, Happened) and part.name == act)
        for part in parts
    )


def _unranked(program: Program, telling: Telling, one: str, other: str) -> Iterator[Finding]:
    """Find that nothing says which agreement goes before, where both speak of the same acts, sums or standards."""
    common = set(_by_matter(program, one)) & set(_by_matter(program, other))
    if not common or _ranked(program, one, other):
        return
    a, b = telling.document(one), telling.document(other)
    cited = [_on_force(texts_of(program, each)[0]) for each in (one, other)]
    said = telling.clauses(cited)
    lives = [
        each.life
        for each in program.life_rules
        if each.document in (one, other) and each.life.how == "takes_effect"
    ]
    begun = list(dict.fromkeys(Clause(each.document, each.clause) for each in lives))
    since = telling.clauses(begun)
    both = {
        name: _where(each for each in found if each.home in (one, other))
        for name, found in program.sums.items()
        if {one, other} <= {each.home for each in found}
    }
    twice = [(telling.name(name), telling.clauses(where)) for name, where in both.items()]
    sums = listed(Said(f"{name.en} ({where.en})", f"“{name.zh}”（{where.zh}）") for name, where in twice)
    too = Said(f", and both set {sums.en}", f"，并都规定了{sums.zh}的数额") if twice else NOTHING
    yield Finding(
        "agreements",
        tuple(dict.fromkeys((*cited, *begun, *(each for where in both.values() for each in where)))),
        Said(
            f"nothing says which of {a.en} and {b.en} goes before where both are in force and do not agree: not"
            f" {said.en}, nor any other sentence. They speak of {len(common)} matters in common{too.en}; which of the"
            f" two governs stays undetermined. {since.en} {agreeing(since, 'says', 'say')} since when each is in force,"
            " and not that the later goes before.",
            f"{a.zh}与{b.zh}同时有效而约定不一致时，没有任何条款说明何者优先（{said.zh}亦未说明）；"
            f"{since.zh}只规定何时生效，并未约定后生效者优先。两者就{len(common)}个事项都有约定{too.zh}，以哪一份为准无从确定。",
        ),
        settles=(
            Said(
                f"say that {a.en} prevails over {b.en}, or the other way round",
                f"约定{a.zh}优先于{b.zh}，或者相反",
            ),
        ),
        detail={"what": "no priority", "common": len(common)},
    )


def _on_force(contract: Contract) -> Clause:
    """Return the clause of an agreement that speaks of its force beside other texts, else the one that opens it."""
    clauses = [each for each in contract.clauses if not each.is_heading]
    found = next((each for each in clauses if _FORCE.search(each.text)), clauses[0])
    return Clause(contract.name, found.number)


def _ranked(program: Program, one: str, other: str) -> bool:
    return any({by, over} == {one, other} for by, over, _ in program.precedence)


def _by_matter(program: Program, home: str) -> dict[object, list[Rule]]:
    found: dict[object, list[Rule]] = {}
    for rule in agreed(program, home):
        found.setdefault(matter_of(rule), []).append(rule)
    return found
