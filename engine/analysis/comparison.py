"""Two agreements in one account, side by side: what one has and the other has not, and where they do not say the same.

Only the sentences are compared; whether a difference shows in some history is asked of the solver.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import permutations

from contractlang.contract import Contract
from contractlang.declaration import BlankDecl
from contractlang.expression import (
    AmountOf,
    BlankValue,
    Const,
    Expr,
    Happened,
    InBreach,
    Or,
    Overdue,
    StateValue,
)
from contractlang.kinds import FLAG
from contractlang.norms import Maintenance, Obligation, OnOccurrence, Permission, Power
from engine.analysis.finding import NOTHING, Clause, Finding, Said
from engine.analysis.listing import parts_of
from engine.analysis.matter import singled_out
from engine.analysis.plain import conjuncts, expressions, occurrences, plain
from engine.analysis.required import broken_off, unless_lost
from engine.analysis.telling import Telling, agreeing, clauses_of, listed
from engine.program import Program, Rule, Sum
from engine.targets import Documents
from engine.walk import walk

# What a sentence on the force of one text beside another speaks of.
_FORCE = re.compile(r"补充协议|优先|不一致|取代|supplement|prevail|supersede|entire agreement", re.I)


def comparison(program: Program, telling: Telling) -> Iterator[Finding]:
    """Yield how the agreements of a program differ, and that nothing says which of them goes before."""
    for one, other in permutations(program.agreements, 2):
        yield from _absent(program, telling, one, other)
        yield from _terms_of_life(program, telling, one, other)
        yield from _losses(program, telling, one, other)
        yield from _changed_sums(program, telling, one, other)
        if program.agreements.index(one) < program.agreements.index(other):
            yield from _differing(program, telling, one, other)
            yield from _unranked(program, telling, one, other)


# ---- What one has and the other has not -----------------------------------------------------------------------------


def _absent(program: Program, telling: Telling, one: str, other: str) -> Iterator[Finding]:
    """Find the norms of one agreement on acts and matters of which the other has none."""
    theirs = {_matter(rule) for rule in _of(program, other)}
    theirs |= {(rule.act_name,) for rule in _of(program, other) if rule.act_name}
    groups: dict[object, list[Rule]] = {}
    for rule in _of(program, one):
        matter = (rule.act_name,) if rule.act_name else _matter(rule)
        if matter not in theirs:
            groups.setdefault((rule.norm.document, rule.norm.clause), []).append(rule)
    breaks = _break(program, other)
    for group in groups.values():
        called = telling.clause(group[0].norm.document, group[0].norm.clause)
        there, here = telling.document(other), telling.document(one)
        has = listed(_having(telling, rule) for rule in group)
        same = _same_duties(program, group, other)
        duties = telling.norms(same)
        said = Said(
            f"{called.en} {has.en}; {there.en} has nothing of the kind"
            + (f", though {duties.en} {agreeing(duties, 'makes', 'make')} the same a duty" if same else "")
            + f". What happens under {there.en} is not governed by {called.en} unless {here.en} governs that too",
            f"{called.zh}{has.zh}；{there.zh}"
            + (f"虽有同样的义务（{duties.zh}），却" if same else "")
            + f"没有相应约定。依{there.zh}发生的事项，除非{here.zh}也适用，否则不受{called.zh}调整",
        )
        if breaks is not None:
            end = telling.clause(breaks.document, breaks.clause)
            said = Said(
                f"{said.en} (the text of {there.en} breaks off at {end.en}; it may have stood there).",
                f"{said.zh}（{there.zh}的文本在{end.zh}处中断，原文可能有此约定）。",
            )
        else:
            said = Said(said.en + ".", said.zh + "。")
        yield Finding(
            "agreements",
            (*clauses_of(group), *clauses_of(same), *([breaks] if breaks is not None else [])),
            said,
            settles=(
                Said(
                    f"say whether {called.en} also governs what happens under {there.en}",
                    f"约定{called.zh}是否也适用于{there.zh}项下的事项",
                ),
            ),
            detail={"what": "only in one", "agreement": one, "absent_in": other},
        )


def _having(telling: Telling, rule: Rule) -> Said:
    en, zh = _HAS[type(rule.norm).__name__]
    who, does = telling.party(rule.norm.bearer), _doing(telling, rule)
    return Said(en.format(who=who.en, does=does.en), zh.format(who=who.zh, does=does.zh))


_HAS = {
    "Obligation": ("obliges {who} to {does}", "要求{who}{does}"),
    "Prohibition": ("forbids {who} to {does}", "禁止{who}{does}"),
    "Permission": ("allows {who} to {does}", "允许{who}{does}"),
    "Power": ("gives {who} the power to {does}", "赋予{who}“{does}”的权利"),
    "Maintenance": ("obliges {who} to keep this: {does}", "要求{who}保持：{does}"),
}


def _same_duties(program: Program, group: list[Rule], other: str) -> list[Rule]:
    """Return the duties of the other agreement to do the acts on whose breach in particular some norms turn."""
    acts = {program.rules[index].act_name for rule in group for index in turned_on(program, rule)}
    return [
        each for each in _of(program, other) if isinstance(each.norm, Obligation) and each.act_name in acts
    ]


def turned_on(program: Program, rule: Rule) -> frozenset[int]:
    """Return the duties on whose breach in particular a norm turns, or on that they are late."""
    targets = [part.target for part in parts_of(rule) if isinstance(part, Overdue | InBreach)]
    late = set[int]()
    if targets:
        documents = Documents(program.contracts)
        index_of = {id(each.norm): each.index for each in program.rules}
        meant = (norm for each in targets for norm in documents.meant(each, rule.norm.document))
        late = {index_of[id(norm)] for norm in meant if id(norm) in index_of}
    return singled_out(program, rule.on_breach_of) | singled_out(program, frozenset(late))


def _terms_of_life(program: Program, telling: Telling, one: str, other: str) -> Iterator[Finding]:
    """Find a term that only one agreement has: when it runs out, the other goes on."""
    lasting = {
        home: [e for e in program.life_rules if e.document == home and e.life.how == "lasts"]
        for home in (one, other)
    }
    if not lasting[one] or lasting[other]:
        return
    life = lasting[one][0].life
    called, here, there = (
        telling.clause(life.document, life.clause),
        telling.document(one),
        telling.document(other),
    )
    breaks = _break(program, other)
    begins = dict.fromkeys(
        Clause(each.document, each.life.clause)
        for each in program.life_rules
        if each.document == other and each.life.document == other and each.life.how == "takes_effect"
    )
    yield Finding(
        "agreements",
        (Clause(life.document, life.clause), *begins, *([breaks] if breaks is not None else [])),
        Said(
            f"{here.en} ends with its term ({called.en}); {there.en} has none. When {here.en} has run out, {there.en}"
            " is still in force, and whoever goes on does so under it alone.",
            f"{here.zh}有期限（{called.zh}），{there.zh}没有。{here.zh}期满后，{there.zh}仍然有效，继续履行的只受{there.zh}调整。",
        ),
        settles=(
            Said(
                f"give {there.en} a term, or let it end together with {here.en}",
                f"为{there.zh}约定期限，或约定其随{here.zh}一并终止",
            ),
        ),
        detail={"what": "term", "agreement": one, "absent_in": other},
    )


def _losses(program: Program, telling: Telling, one: str, other: str) -> Iterator[Finding]:
    """Find rules on who bears a loss that only one agreement has."""
    here, there, breaks = _contracts(program, one), _contracts(program, other), _break(program, other)
    known = {
        loss.trigger.name for each in there for loss in each.losses if isinstance(loss.trigger, OnOccurrence)
    }
    for contract in here:
        for loss in contract.losses:
            if not isinstance(loss.trigger, OnOccurrence) or loss.trigger.name in known:
                continue
            near = [rule for rule in _of(program, other) if loss.trigger.name in set(occurrences(rule.norm))]
            called, event = telling.clause(contract.name, loss.clause), telling.name(loss.trigger.name)
            who, document = telling.party(loss.bearer), telling.document(other)
            speaks = telling.norms(near)
            but = (
                Said(
                    f"{speaks.en} speaks of {event.en} and says nothing of the loss",
                    f"{speaks.zh}虽涉及“{event.zh}”，却未提及损失",
                )
                if near
                else Said(f"{document.en} says nothing of it", f"{document.zh}没有约定")
            )
            off = NOTHING
            if breaks is not None:
                end = telling.clause(breaks.document, breaks.clause)
                off = Said(
                    f" (its text breaks off at {end.en}; it may have stood there)",
                    f"（其文本在{end.zh}处中断，原文可能有此约定）",
                )
            yield Finding(
                "agreements",
                (
                    Clause(contract.name, loss.clause, loss.id),
                    *clauses_of(near),
                    *([breaks] if breaks is not None else ()),
                ),
                Said(
                    f"{called.en} puts the loss from {event.en} on {who.en}; {but.en}, so under {document.en} the loss"
                    f" lies where the law puts it{off.en}.",
                    f"{called.zh}约定“{event.zh}”造成的损失由{who.zh}承担；{but.zh}，依{document.zh}时损失由法律确定的一方承担{off.zh}。",
                ),
                settles=(
                    Said(
                        f"say in {document.en} who bears that loss",
                        f"在{document.zh}中约定该损失由谁承担",
                    ),
                ),
                detail={"what": "loss", "agreement": one, "absent_in": other},
            )


# ---- Where both speak -----------------------------------------------------------------------------------------------


def _differing(program: Program, telling: Telling, one: str, other: str) -> Iterator[Finding]:
    """Find what both agreements have a norm on, of the same kind for the same party, and not in the same terms."""
    here, there = _by_matter(program, one), _by_matter(program, other)
    for matter in here:
        mine, theirs = here[matter], there.get(matter, [])
        if not theirs or {_terms(each) for each in mine} == {_terms(each) for each in theirs}:
            continue
        a, b = telling.norms(mine), telling.norms(theirs)
        norm = mine[0].norm
        who, does = telling.party(norm.bearer), _doing(telling, mine[0])
        first, second = _asks(telling, mine, theirs), _asks(telling, theirs, mine)
        # What a text does not even leave a place for may have stood in what is lost of it.
        homes = [home for home, rules in ((one, mine), (other, theirs)) if _without_place(program, rules)]
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


def _without_place(program: Program, rules: list[Rule]) -> bool:
    """Tell whether norms turn on a blank for which their text leaves no place."""
    named = {
        part.name
        for rule in rules
        for expr in expressions(rule.norm)
        for part in walk(expr)
        if isinstance(part, BlankValue)
    }
    declared = (program.declarations.get(name) for name in named)
    return any(isinstance(each, BlankDecl) and each.gap for each in declared)


def _sums_owed(program: Program, rules: list[Rule]) -> tuple[Clause, ...]:
    """Return the clauses of an agreement that say what its duties to pay are about."""
    named = {
        part.name
        for rule in rules
        for expr in expressions(rule.norm)
        for part in walk(expr)
        if isinstance(part, AmountOf)
    }
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
    own = {rule.act_name for rule in _of(program, one) if _used_alone(program, rule)}
    powers: dict[str, list[Rule]] = {}
    for rule in _of(program, other):
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


def agreed_to(program: Program, rule: Rule) -> bool:
    """Tell whether a power waits for what another party has to do first: it is not used alone."""

    def another(expr: Expr) -> bool:
        match expr:
            case Happened(name=name):
                act = program.acts.get(name)
                return act is not None and act.actor is not None and act.actor != rule.norm.bearer
            case Or(parts=parts):
                return all(another(part) for part in parts)
            case _:
                return False

    waits = conjuncts(rule.norm.when) | conjuncts(rule.norm.since)
    return any(another(each) for each in waits.values())


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
    cited = [_on_force(_contracts(program, each)[0]) for each in (one, other)]
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


# ---- Helpers --------------------------------------------------------------------------------------------------------


def _of(program: Program, home: str) -> Iterator[Rule]:
    yield from (each for each in program.rules if each.home == home)


def _contracts(program: Program, home: str) -> list[Contract]:
    return [each for each in program.contracts if each.kind == "agreement" and each.base == home]


def _break(program: Program, home: str) -> Clause | None:
    """Return where the text of an agreement breaks off, or None."""
    contract = _contracts(program, home)[-1]
    return Clause(contract.name, contract.clauses[-1].number) if contract.truncated else None


def _by_matter(program: Program, home: str) -> dict[object, list[Rule]]:
    found: dict[object, list[Rule]] = {}
    for rule in _of(program, home):
        found.setdefault(_matter(rule), []).append(rule)
    return found


def _matter(rule: Rule) -> object:
    """Return what a norm deals with: its kind, whom it binds, and the act, or what the condition kept is about."""
    norm = rule.norm
    if not isinstance(norm, Maintenance):
        return type(norm).__name__, norm.bearer, norm.act.name
    if isinstance(norm.trigger, OnOccurrence):
        return "Maintenance", norm.bearer, norm.trigger.name
    about = frozenset(part.name for part in walk(norm.keeps) if isinstance(part, StateValue | Happened))
    return "Maintenance", norm.bearer, about


def _doing(telling: Telling, rule: Rule) -> Said:
    norm = rule.norm
    if not isinstance(norm, Maintenance):
        return telling.name(norm.act.name)
    return telling.conditions(rule, [norm.keeps])
