"""From a statement to a norm: who must, may or may not do what, upon what, when, and within what time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from contractlang.declaration import OccurrenceDecl, QuestionDecl
from contractlang.diagnostic import Said
from contractlang.drafting import Here, Work, all_of, any_of, part_of
from contractlang.expression import Bound, ByLabel, Compare, Const, Expr, Now, Target, kind_of
from contractlang.kinds import BREACH, DAY, FLAG, INSTANT, PERIOD, occurrence_of
from contractlang.norms import (
    Act,
    AtOnce,
    Bearer,
    BeforeDay,
    ByDay,
    Clock,
    Limit,
    LossRule,
    Maintenance,
    Norm,
    Obligation,
    OnBreach,
    OnOccurrence,
    Permission,
    Power,
    Prohibition,
    Reasonable,
    Trigger,
    Window,
    Within,
)
from contractlang.once import said_once
from contractlang.resolving import Mistake, Reader
from contractlang.source import Span
from contractlang.syntax import Node, Word
from contractlang.targets import label_of, target_of
from contractlang.values import Roll

_ROLLS: dict[str, Roll] = {
    "rolled": "following", "rolled_back": "preceding", "rolled_in_month": "in month",
}  # fmt: skip
# The question that a reasonable time asks where none is named.
REASONABLE = "reasonable_period"
_CLOCKS = {"clock_stops": Clock.STOPS, "clock_runs": Clock.RUNS, "clock_extends": Clock.EXTENDS}


@dataclass
class _Told:
    """What the tails of a norm say."""

    window: Window | None = None
    when: list[Expr] = field(default_factory=list)
    unless: list[Expr] = field(default_factory=list)
    until: Expr | None = None
    since: Expr | None = None
    where: Expr | None = None
    about: Expr | None = None
    excepts: list[Target] = field(default_factory=list)
    suspends: str | None = None
    clock: Clock = Clock.STOPS
    resumes: str | None = None


def make_norm(work: Work, here: Here) -> None:
    """Make the norms of a statement, and its rules on who bears a loss. Raises Mistake, once it is told."""
    reader = work.reader(here.statement)
    trigger, when = leads_of(work, reader, here.node)
    id, name = work.identify(here)
    cores = here.node.nodes("core")
    above: Norm | None = None
    for index, core in enumerate(cores):
        inner = core.parts[0]
        assert isinstance(inner, Node)
        if inner.rule == "loss":
            loss(work, here, reader, inner, id, trigger, when)
            continue
        if above is not None:
            # `otherwise`: what a breach of the norm before it brings into force.
            chain, label = f"{id}~{index}", f"{above.label}~{index}"
            trigger = OnBreach(ByLabel(above.label), "@it", None, here.statement.span(core))
            above = norm_of(work, here, reader, core, chain, label, trigger, None)
        else:
            own = name if name or len(cores) == 1 else f"@{id}"
            above = norm_of(work, here, reader, core, id, own, trigger, when)
        work.made.built.append(above)


def leads_of(work: Work, reader: Reader, node: Node) -> tuple[Trigger | None, Expr | None]:
    """Return the trigger and the conditions that stand before what a norm asks."""
    trigger: Trigger | None = None
    conditions: list[Expr] = []
    said_once(reader, node.parts)
    for lead in node.parts:
        if not isinstance(lead, Node):
            continue
        if lead.rule == "for_each":
            trigger = trigger_of(work, reader, lead)
        elif lead.rule == "lead_when":
            conditions += [reader.condition(part) for part in lead.parts if part is not None]
    return trigger, all_of(conditions)


def trigger_of(work: Work, reader: Reader, lead: Node) -> Trigger:
    """Return what a norm waits for, each time; what follows may call it by its variable."""
    inner, name, where = lead.parts[0], lead.parts[1] if len(lead.parts) > 1 else None, None
    if len(lead.parts) > 2:
        where = lead.parts[2]
    assert isinstance(inner, Node)
    variable = name.text if isinstance(name, Word) else "@it"
    span = reader.statement.span(lead)
    if inner.rule == "trigger_event":
        declared = reader.occurrence(inner.words()[0])
        reader.variables[variable] = Bound(variable, occurrence_of(declared.name))
        condition = reader.condition(where) if where is not None else None
        return OnOccurrence(declared.name, variable, condition, span)
    target_node = inner.parts[0]
    assert isinstance(target_node, Node)
    target = target_of(reader, target_node)
    reader.variables[variable] = Bound(variable, BREACH)
    condition = reader.condition(where) if where is not None else None
    return OnBreach(target, variable, condition, span)


def norm_of(
    work: Work,
    here: Here,
    reader: Reader,
    core: Node,
    id: str,
    label: str,
    trigger: Trigger | None,
    when: Expr | None,
) -> Norm:
    """Return the norm that the core of a statement lays down, with what stands before and behind it."""
    deontic = core.parts[0]
    assert isinstance(deontic, Node)
    who = deontic.parts[0]
    assert isinstance(who, Node)
    base: dict[str, Any] = {
        "id": id, "document": work.draft.name, "clause": here.clause, "label": label,
        "span": here.statement.span(core), "bearer": work.declarations.party(here.statement, who),
        "trigger": trigger, "option": here.option, "standing": here.standing,
    }  # fmt: skip
    if isinstance(trigger, OnBreach) and trigger.variable == "@it":
        reader.variables.setdefault("@it", Bound("@it", BREACH))
    act: Act | None = None
    declared: OccurrenceDecl | None = None
    tails = [part for part in core.parts[1:] if isinstance(part, Node)]
    said_once(reader, (*deontic.nodes("for_path"), *tails))
    if deontic.rule != "maintenance":
        for_what = *deontic.nodes("for_path"), *(each for each in tails if each.rule == "for_what")
        act, declared = act_of(work, reader, deontic, for_what, trigger)
    told = told_by(work, reader, tails, declared)
    base["when"] = all_of([each for each in (when, *told.when) if each is not None])
    base["unless"] = any_of(told.unless)
    base["since"], base["until"] = told.since, told.until
    base["excepts"] = tuple(told.excepts)
    if act is not None and (told.where is not None or told.about is not None):
        act = Act(name=act.name, about=told.about or act.about, amount=act.amount, where=told.where)
    if deontic.rule == "obligation" and act is not None and declared is not None:
        can_do(work, reader, who, declared, base["bearer"])
        can_name(work, reader, deontic, declared, act.about)
    match deontic.rule:
        case "maintenance":
            keeps = deontic.parts[1]
            assert keeps is not None
            return Maintenance(**base, keeps=reader.condition(keeps))
        case "obligation":
            assert act is not None
            return Obligation(**base, act=act, window=told.window)
        case "prohibition":
            assert act is not None
            return Prohibition(**base, act=act, window=told.window)
        case _:
            assert act is not None and declared is not None
            changes = declared.needs_basis or declared.sets or told.suspends or told.resumes
            if changes:
                more: dict[str, Any] = {
                    "suspends": told.suspends,
                    "clock": told.clock,
                    "resumes": told.resumes,
                }
                return Power(**base, act=act, window=told.window, **more)
            return Permission(**base, act=act, window=told.window)


def act_of(
    work: Work, reader: Reader, deontic: Node, for_what: tuple[Node, ...], trigger: Trigger | None
) -> tuple[Act, OccurrenceDecl]:
    """Return the act that a norm is about, and its declaration; `for_what` it is done may stand before or behind it."""
    done = deontic.node("act_done")
    assert done is not None
    name = done.parts[0]
    assert isinstance(name, Word)
    argument = done.parts[1] if len(done.parts) > 1 else None
    if reader.names.find(name.text) is None and argument is not None:
        the_act_comes_first(reader, name, argument)
    declared = reader.occurrence(name)
    about: Expr | None = None
    amount: Expr | None = None
    for each in deontic.nodes("for_path"):
        about = reader.expression(part_of(each))
    if argument is not None:
        value = reader.expression(argument)
        if kind_of(value).name in ("occurrence", "breach"):
            if for_what:
                raise reader.fail(
                    "syntax", argument, "what the act is done for is said a second time", "行为所就的事项写了两次",
                    Said("write it once, after `for`", "请只写一次，写在 `就` 之后"),
                )  # fmt: skip
            about = value
        else:
            amount = value
            wanted = next((p.kind for p in declared.params if p.name == declared.accumulates), None)
            if wanted is None:
                wanted = next((p.kind for p in declared.params if p.kind.name == "money"), None)
            if wanted is not None:
                reader.want(value, wanted, argument)
            elif kind_of(value).name != "money":
                raise takes_no_sum(reader, argument, declared)
    if about is None and isinstance(trigger, OnOccurrence):
        fits = [p for p in declared.params if p.kind == occurrence_of(trigger.name)]
        if fits:
            about = reader.variables[trigger.variable]
    return Act(name=declared.name, about=about, amount=amount), declared


def the_act_comes_first(reader: Reader, before: Word, argument: Node | Word) -> None:
    """Report a word that says when or how where the act belongs: `must immediately notify`."""
    words = [argument] if isinstance(argument, Word) else argument.words() if argument.rule == "path" else []
    if len(words) != 1 or not isinstance(reader.names.find(words[0].text), OccurrenceDecl):
        return
    said, act = before.text, words[0].text
    if said in ("not", "never"):
        # `may not` and `must never` forbid: what is wrong begins with the word before.
        raw = reader.statement.raw
        modal = raw[: before.start].split()[-1]
        both = Word("NAME", f"{modal} {said}", raw.rindex(modal, 0, before.start), before.end)
        raise reader.fail(
            "syntax", both, f"`{both.text}` is not written so", f"`{both.text}`不是这里的写法",
            Said("write `must not`", "请写 `must not`"),
        )  # fmt: skip
    raise reader.fail(
        "syntax", before, f"`{said}` stands where the act belongs", f"`{said}`写在了行为的位置上",
        Said(f"write the act, and behind it when: `{act} at once`, `{act} within 30 days`",
             f"先写行为，时间写在其后：`{act}，立即`、`{act}，限 30日 内`"),
    )  # fmt: skip


def takes_no_sum(reader: Reader, argument: Node | Word, declared: OccurrenceDecl) -> Mistake:
    """Report what stands behind an act where a sum could, and is none: `must notify landlord`."""
    own, said = declared.called.zh, reader.statement.raw[argument.start : argument.end].strip()
    return reader.fail(
        "kind", argument, f"`{declared.name}` has no sum that this could be",
        f"`{own}`没有金额字段，此处不能写`{said}`",
        Said(f"remove `{said}`; a sum is given to an act where it is declared: `| act {declared.name} (amount: money)`",
             f"请删去 `{said}`；行为如有金额，在声明处写明：`| 行为 {own}（金额：金额）`"),
    )  # fmt: skip


def can_do(work: Work, reader: Reader, who: Node, declared: OccurrenceDecl, bearer: Bearer) -> None:
    """Report a duty of a party that never does the act: no ledger could tell that it did."""
    does = declared.actor
    if not isinstance(does, str) or not isinstance(bearer, str) or does == bearer:
        return
    for each in work.names.declarations.values():
        if isinstance(each, OccurrenceDecl) and each.kind_of == declared.name and each.actor != does:
            return
    told = [work.names.declarations[name] for name in (does, bearer)]
    (en, zh), (not_en, not_zh) = (each.called for each in told)
    raise reader.fail(
        "wrong-party", who, f"`{declared.name}` is an act of {en}, not of {not_en}",
        f"`{declared.called.zh}`是{zh}的行为，不是{not_zh}的行为",
        Said(f"write `{en}`", f"请写 `{zh}`"),
    )  # fmt: skip


def can_name(work: Work, reader: Reader, part: Node, declared: OccurrenceDecl, about: Expr | None) -> None:
    """Report a duty about something that the act has no field to name: no act would ever discharge it."""
    kind = None if about is None else kind_of(about)
    named = None if kind is None else work.names.declarations.get(kind.of)
    if kind is None or kind.name != "occurrence" or not isinstance(named, OccurrenceDecl):
        return
    above: OccurrenceDecl | None = named
    while above is not None:
        if any(each.kind == occurrence_of(above.name) for each in declared.params):
            return
        next_above = work.names.declarations.get(above.kind_of or "")
        above = next_above if isinstance(next_above, OccurrenceDecl) else None
    en = f"({named.name}: {named.name})", f"（{named.called.zh}：{named.called.zh}）"
    word = "act" if declared.is_act else "event"
    zh = "行为" if declared.is_act else "事件"
    raise reader.fail(
        "kind", part, f"`{declared.name}` has no field that names {reader.names.said(occurrence_of(named.name)).en}",
        f"`{declared.called.zh}`没有字段可以指明是哪一次`{named.called.zh}`",
        Said(f"give it one where it is declared: `| {word} {declared.name} {en[0]}`",
             f"请在声明处添加：`| {zh} {declared.called.zh}{en[1]}`"),
    )  # fmt: skip


def runs_from(reader: Reader, tail: Node, parts: list[Node | Word]) -> None:
    """Report a day that was written where the length of a window, and then its beginning, belong."""
    day = parts[0]
    if len(parts) > 1 or not isinstance(day, Node) or day.rule not in ("after", "after_zh"):
        return
    one, other = (reader.statement.raw[each.start : each.end] for each in day.parts if each is not None)
    if day.rule == "after":
        typed = f"within {one} of {other}"
    else:
        typed = f"自 {one} 起 限 {other} 内"
    raise reader.fail(
        "kind", tail, "a period is wanted here, not a day", "此处需要期间，而不是日",
        Said(f"write `{typed}`", f"请写 `{typed}`"),
    )  # fmt: skip


def told_by(work: Work, reader: Reader, tails: list[Node], declared: OccurrenceDecl | None) -> _Told:
    """Return what the parts behind the act say: the window, conditions, exceptions and how long it is bound."""
    told = _Told()
    rolls: Expr | None = None
    roll: Roll = "following"
    limit: Limit | None = None
    not_before: Expr | None = None
    span: Span | None = None
    for tail in tails:
        span = reader.statement.span(tail) if span is None else span.to(reader.statement.span(tail))
        first = next((part for part in tail.parts if part is not None), None)
        match tail.rule:
            case "by" | "before":
                assert first is not None
                day = reader.expression(first, DAY)
                reader.want(day, DAY, first)
                limit = ByDay(day) if tail.rule == "by" else BeforeDay(day)
            case "within":
                parts = [part for part in tail.parts if part is not None]
                length = reader.expression(parts[0])
                if kind_of(length) in (DAY, INSTANT):
                    runs_from(reader, tail, parts)
                reader.want(length, PERIOD, parts[0])
                of = _beginning(reader, parts[1]) if len(parts) > 1 else None
                limit = Within(length, of)
            case "reasonable":
                limit = Reasonable(reasonable(work, reader, tail))
            case "at_once":
                limit = AtOnce()
            case "not_before":
                assert first is not None
                not_before = reader.expression(first, DAY)
                reader.want(not_before, DAY, first)
            case "where":
                assert first is not None
                before, reader.act = reader.act, declared
                told.where = reader.condition(first)
                reader.act = before
            case "when" | "unless" | "until":
                assert first is not None
                before, reader.act = reader.act, declared
                made = reader.condition(first)
                reader.act = before
                if tail.rule == "when":
                    told.when.append(made)
                elif tail.rule == "unless":
                    told.unless.append(made)
                else:
                    told.until = made
            case "since":
                assert first is not None
                told.since = _beginning(reader, first)
            case "for_what":
                assert first is not None
                told.about = reader.expression(part_of(first))
            case "rolled" | "rolled_back" | "rolled_in_month":
                rolls = reader.condition(first) if first is not None else Const(True, FLAG)
                roll = _ROLLS[tail.rule]
            case "except_for":
                assert isinstance(first, Node)
                exception(work, reader, first, told)
            case "suspending":
                word = tail.words()[0]
                told.suspends = label_of(reader, word)
                told.clock = next(
                    (clock for rule, clock in _CLOCKS.items() if tail.node(rule) is not None), Clock.STOPS
                )
            case "resuming":
                told.resumes = label_of(reader, tail.words()[0])
            case _:
                pass
    if isinstance(limit, Within) and limit.of is None and told.since is not None:
        # `自 X 起 限 30日 内`: the period runs from X, which then is no condition of its own.
        limit, told.since = Within(limit.period, told.since), None
    told.since = _begun(told.since)
    if limit is not None or not_before is not None or rolls is not None:
        told.window = Window(limit, not_before, rolls, span or reader.statement.span(), roll)
    return told


def _beginning(reader: Reader, part: Node | Word) -> Expr:
    """Return what a norm binds, or its time runs, from: an occurrence, a day, or that something is so."""
    since = reader.expression(part)
    kind = kind_of(since)
    if kind not in (FLAG, DAY, INSTANT) and kind.name not in ("occurrence", "breach"):
        raise reader.fail(
            "kind", part, f"a beginning is an occurrence or a day, not {reader.names.said(kind).en}",
            f"起点是某事发生或某日，而不是{reader.names.said(kind).zh}",
            Said("write for example `2026-03-01`", "例如写 `2026年3月1日`"),
        )  # fmt: skip
    return since


def _begun(since: Expr | None) -> Expr | None:
    """Return what must be so before a norm binds: something has happened, or the day that is named has come."""
    kind = None if since is None else kind_of(since)
    if since is None or kind == FLAG:
        return since
    return Compare(">=", Now(), since) if kind in (DAY, INSTANT) else None


def reasonable(work: Work, reader: Reader, tail: Node) -> str:
    """Return the question that a reasonable time asks."""
    words = tail.words()
    spelling = words[0].text if words else REASONABLE
    declared = work.names.find(spelling)
    if not isinstance(declared, QuestionDecl):
        if words:
            raise reader.unknown(words[0], "question", "问题", work.declarations.called(QuestionDecl))
        raise reader.fail(
            "undeclared",
            tail,
            "nothing says who judges what time is reasonable",
            "没有写明由谁判断合理期限",
            Said(
                'declare `| question reasonable_period: "is the period reasonable?"`',
                "请声明问题，并写 `判断依 该问题`",
            ),
        )
    return declared.name


def exception(work: Work, reader: Reader, node: Node, told: _Told) -> None:
    """`except mobile` (a condition) or `except 三.2b` (another norm)."""
    if node.rule == "target_name":
        word = node.words()[0]
        if word.text not in work.names.labels:
            if word.text not in reader.variables and work.names.find(word.text) is None:
                raise reader.unknown(word, "norm", "规范", work.names.known())
            told.unless.append(reader.condition(word))
            return
    told.excepts.append(target_of(reader, node))


def loss(
    work: Work, here: Here, reader: Reader, node: Node, id: str, trigger: Trigger | None, when: Expr | None
) -> None:
    """Make a rule on who bears a loss."""
    path, who = (part for part in node.parts if isinstance(part, Node))
    value = reader.expression(path)
    bearer = work.declarations.party(here.statement, who)
    place = work.stood(replace(here, node=node))
    work.made.built.append(
        LossRule(id=id, **place, trigger=trigger, when=when, loss=value, bearer=bearer, option=here.option)
    )
