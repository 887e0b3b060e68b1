"""Norms that say nothing which others of their agreement do not say already.

A norm is implied by others where no history has it at work while none of these is: it forbids the act, or is open to
it, or is owed or broken, only where one of them is too. Of the others as few are named as will do. Passed over are
norms of which something hangs by name that does not hang on the others: what they order, suspend or call a breach is
lost with them; norms that count, for what happens twice is not looked at; and duties to pay, which add up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from contractlang.expression import CountOf, SumOf
from contractlang.norms import Maintenance, Obligation, Permission, Power, Prohibition, Who
from engine.analysis.asking import Unknown
from engine.analysis.days import looks_beyond
from engine.analysis.finding import Finding, Said
from engine.analysis.happenings import Broken
from engine.analysis.listing import meant
from engine.analysis.logic import no, some
from engine.analysis.looking import Put, bound_of, clause_of, foci_of, foci_of_an_end, is_possible, undecided
from engine.analysis.plain import parts_of, plain
from engine.analysis.searcher import Searcher
from engine.analysis.taking import applied
from engine.analysis.telling import Telling, agreeing, clauses_of
from engine.analysis.witness import History, replayed
from engine.program import Program, Rule

KINDS: tuple[tuple[type, ...], ...] = ((Prohibition,), (Obligation,), (Permission, Power), (Maintenance,))


def implied(searcher: Searcher) -> Iterator[Finding]:
    """Find norms that say nothing of their own; of two that say the same, the later."""
    program = searcher.program
    telling, hanging = Telling.of(program), _hanging(program)
    by: dict[int, tuple[int, ...]] = {}
    found: list[Finding] = []
    for rule in reversed(program.rules):
        others = list(_near(searcher, rule, hanging)) if _may_be_implied(searcher, rule) else []
        if not others:
            continue
        searcher.tally.asked += 1
        try:
            enough = _enough(searcher, rule, others)
        except Unknown as limit:
            searcher.tally.undecided += 1
            found.append(undecided("redundant", (clause_of(rule),), limit, program, None))
            continue
        by[rule.index] = tuple(each.index for each in enough)
        if enough and not (len(enough) == 1 and by.get(enough[0].index) == (rule.index,)):
            searcher.tally.found += 1
            found.append(_told(searcher, telling, rule, enough))
    yield from reversed(found)


def _may_be_implied(searcher: Searcher, rule: Rule) -> bool:
    norm = rule.norm
    return not (
        not rule.home
        or rule.option
        or rule.text
        or (isinstance(norm, Power) and (norm.suspends or norm.resumes))
        or rule.amount is not None
        or _counts(rule)
        or looks_beyond(rule.norm)
        or not searcher.asks(rule)
    )


def _counts(rule: Rule) -> bool:
    return any(isinstance(part, CountOf | SumOf) for part in parts_of(rule.norm))


def _near(searcher: Searcher, rule: Rule, hanging: dict[int, set[object]]) -> Iterator[Rule]:
    """Yield the norms that may say what a norm says: of its kind, on its act, of its bearer, upon the same."""
    program, norm = searcher.program, rule.norm
    kinds = next(each for each in KINDS if isinstance(norm, each))
    for other in _on_it(program, rule):
        if (
            other is rule
            or other.home != rule.home
            or not isinstance(other.norm, kinds)
            or not _binds_who(program, other, rule)
            or other.text
            or other.amount is not None
            or not searcher.reads(other)
            or _counts(other)
            or looks_beyond(other.norm)
            or not hanging.get(rule.index, set()) <= hanging.get(other.index, set())
        ):
            continue
        same_rise = other.trigger_name == rule.trigger_name and (
            other.on_breach_of >= rule.on_breach_of if rule.on_breach_of else not other.on_breach_of
        )
        match norm:
            case Maintenance():
                fits = not other.option and _bare(norm) == _bare(other.norm)
            case Obligation():
                fits = same_rise and other.act_name == rule.act_name and other.about_field == rule.about_field
            case _:
                fits = same_rise or other.norm.trigger is None
        if fits:
            yield other


def _binds_who(program: Program, other: Rule, rule: Rule) -> bool:
    """Tell whether a norm is of the bearer of another, at least upon what that arises from."""
    owing = {program.rules[index].norm.bearer for index in rule.on_breach_of}
    return other.norm.bearer in (rule.norm.bearer, Who.EITHER) or (
        other.norm.bearer is Who.OTHER
        and isinstance(rule.norm.bearer, str)
        and bool(owing)
        and all(isinstance(each, str) and each != rule.norm.bearer for each in owing)
    )


def _on_it(program: Program, rule: Rule) -> Iterator[Rule]:
    """Yield the norms on the act of a norm, or those that keep something, as it does."""
    if isinstance(rule.norm, Maintenance):
        yield from (program.rules[index] for index in program.maintained)
    else:
        yield from (program.rules[index] for index in program.by_act.get(rule.act_name, ()))


def _bare(norm: Any) -> object:
    return plain((
        norm.bearer, norm.trigger, norm.when, norm.unless, norm.since, norm.until, norm.keeps, norm.survives,
    ))  # fmt: skip


def _hanging(program: Program) -> dict[int, set[object]]:
    """Return, for each norm, what names it: by what it orders, limits, excepts, suspends, or asks of it."""
    found: dict[int, set[object]] = {}
    for rule in program.rules:
        named = [*rule.on_breach_of, *rule.excepts, *rule.suspends, *rule.resumes, *rule.yields_to]
        named += [index for index, _, _ in rule.prevailed_by]
        named += [index for indexes, _, _ in rule.limited_to for index in indexes]
        for part in parts_of(rule.norm):
            if (target := getattr(part, "target", None)) is not None:
                named += meant(program, target, rule.norm.document)
        for index in named:
            found.setdefault(index, set()).add(rule.index)
    for name, sums in program.sums.items():
        for total in sums:
            for index in total.on_breach_of:
                found.setdefault(index, set()).add(name)
    return found


# -- what is asked


def _enough(searcher: Searcher, rule: Rule, others: list[Rule]) -> tuple[Rule, ...]:
    """Return others that together say what a norm says, none of them for nothing; none where something is left."""
    if isinstance(rule.norm, Maintenance):
        return (others[0],)
    if _says_more(searcher, rule, others) or not _says_more(searcher, rule, ()):
        return ()  # What never applies is told as that.
    enough = list(others)
    for each in reversed(others):
        fewer = [other for other in enough if other is not each]
        if fewer and not _says_more(searcher, rule, fewer):
            enough = fewer
    return tuple(enough)


def _says_more(searcher: Searcher, rule: Rule, others: Iterable[Rule]) -> bool:
    """Tell whether there is a history with a norm at work, and none of others. Raises Unknown at the limit."""
    others = tuple(others)

    def works(history: History) -> bool | None:
        decision = replayed(history, searcher.program, searcher.layers)
        if decision is None or not applied(decision, rule):
            return None
        return None if any(applied(decision, each) for each in others) else True

    def fails(history: History) -> bool | None:
        broken = partial(_is_broken, searcher, history)
        return True if broken(rule) and not any(map(broken, others)) else None

    # Of two duties to one act the engine tells apart the breaches, where it does not tell apart when they are there.
    asks = (
        ((_broken, fails), (_at_work, works)) if isinstance(rule.norm, Obligation) else ((_at_work, works),)
    )
    for actor in searcher.actors(rule):
        for ending in (False, True):
            for ask, stands in asks:
                put = partial(ask, searcher, rule, others, actor, ending)
                about: tuple[Rule | str, ...] = (rule, *others, actor or "", str(ending))
                step = searcher.step(f"implied {ask.__name__}", about, put)
                foci = foci_of_an_end(searcher.program) if ending else foci_of(rule)
                if is_possible(step, foci, stands):
                    return True
    return False


def _is_broken(searcher: Searcher, history: History, rule: Rule) -> bool:
    """Tell whether somebody is in breach of a norm at the end of a history, as the engine says."""
    asked = {"norm": rule.norm.id, "document": rule.document, "at": history.asked["at"]}
    said = (
        replayed(replace(history, asked={**asked, "by": party}), searcher.program, searcher.layers)
        for party in searcher.program.bound_parties
    )
    return any(each is not None and each.answer == "yes" for each in said)


def _at_work(
    searcher: Searcher, rule: Rule, others: tuple[Rule, ...], actor: str | None, ending: bool
) -> Put:
    world, act, m = searcher.asked(rule.act_name, actor, ending)
    with world.question() as part:
        searcher.asked(rule.act_name, actor, ending)
        says = world.judge.forbids if isinstance(rule.norm, Prohibition) else world.judge.opens
        alone = says(rule, m, act, actor or ""), no(some(*(says(e, m, act, actor or "") for e in others)))
    return Put(world, part, (act,), alone)


def _broken(searcher: Searcher, rule: Rule, others: tuple[Rule, ...], actor: str | None, ending: bool) -> Put:
    world, act, m = searcher.asked(rule.act_name, actor, ending)

    def broken(each: Rule) -> Any:
        bounds = world.instances.bindings(each, None)
        return some(*(world.breaches.broken(Broken(world.rule(each.index), bound), m) for bound in bounds))

    with world.question() as part:
        searcher.asked(rule.act_name, actor, ending)
        alone = broken(rule), no(some(*map(broken, others)))
    return Put(world, part, (act,), alone)


# -- in words


def _told(searcher: Searcher, telling: Telling, rule: Rule, enough: tuple[Rule, ...]) -> Finding:
    one, rest = telling.norms([rule]), telling.norms(enough)
    verb = {
        Prohibition: Said("forbids", "禁止"),
        Obligation: Said("requires", "要求"),
        Maintenance: Said("requires", "要求"),
    }
    does = verb.get(type(rule.norm), Said("permits", "允许"))
    already = agreeing(rest, does.en, does.en.removesuffix("s"))
    return Finding(
        "redundant",
        (*clauses_of([rule]), *clauses_of(enough)),
        Said(
            f"{one.en} says nothing that {rest.en} {agreeing(rest, 'does', 'do')} not say already: whatever it"
            f" {does.en}, {rest.en} {already} too.",
            f"{one.zh}没有超出{rest.zh}的内容：凡其所{does.zh}的，{rest.zh}均已{does.zh}。",
        ),
        settles=(
            Said(
                f"strike {one.en}, or say in it what it is meant to add",
                f"删去{one.zh}，或写明其意在增加的内容",
            ),
        ),
        bound=None if isinstance(rule.norm, Maintenance) else bound_of(None),
        detail={"what": "implied"},
    )
