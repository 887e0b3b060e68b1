"""Whether a norm is in force, applies, or is open to an act: the steps of docs/semantics.md, "Basis", in order.

`closed_by` tells which step closes a norm, so the fold asks only whether it is None and a decision turns it into a
reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from contractlang.norms import Who, Within
from contractlang.numerals import plain_number
from contractlang.values import Period
from engine.dates import day_of, start_of
from engine.decision import Reason
from engine.evaluator import Evaluator
from engine.event import ALLEGED, ASKED, BOTH, Event, Instant
from engine.force import ADMINISTRATIVE, moment_of
from engine.program import Lapse, Rule
from engine.recall import ONCE, Leaf, Look, Step, recalled
from engine.scene import NOTHING, Breach, Inst, Scene, Unknown
from engine.statuses import HappenedE, breach_events

NOT_ITS: Final[Step] = ("bearer", None)
NO_TRIGGER: Final[Step] = ("no trigger", None)
NO_TEXT: Final[Step] = ("text", None)

LONG_AGO = date(1970, 1, 1)

OTHER: Final = Who.OTHER
JOINT: Final = Who.BOTH

ENDED = ("expired", "terminated")
"""The states of an agreement that is over."""


def agreement_state(scene: Scene, document: str) -> str:
    """Return the state of an agreement: what was last set, or what it begins as."""
    state = scene.read(("S", "agreement", document))
    return str(scene.program.initial(scene, "agreement", document) if state is None else state)


def not_in_force(scene: Scene, rule: Rule, owed: bool = False, bound: bool = True) -> Step | None:
    """Return why the norm is not in force, or None if it is; what is `owed` outlives its agreement.

    Where no trigger is `bound`, what hangs on it is left for each instance (`ceases`).
    """
    if rule.home and scene.get(rule.life) != "in_force":
        step = agreement_not_in_force(scene, rule)
        if step is not None and not (owed and step[1] in ENDED):
            return step
    for reading, option in rule.read_so:
        if scene.option_of(reading) != option:
            return ("reading", reading)
    if rule.bare:
        return None
    if rule.valid is not None and not rule.valid.value(scene):
        return ("valid", rule.valid)
    if rule.text is not None and not rule.waits and not rule.text.governs(scene, scene.at):
        return ("text", None)
    step = not_bound(scene, rule) if bound or not rule.bound_each else None
    if step is not None:
        return step
    for index in rule.yields_to:
        if speaks(scene, scene.program.rules[index]):
            return ("agreed", index)
    for when, _ in rule.voided:
        if when is None or when.value(scene):
            return ("voided", when)
    return None


def agreement_not_in_force(scene: Scene, rule: Rule) -> Step | None:
    """Return the state of the norm's agreement if it is not in force, nor one that the norm survives."""
    if not rule.home:
        return None
    state = agreement_state(scene, rule.home)
    if state == "in_force" or (rule.norm.survives and state in ENDED):
        return None
    return ("agreement", state)


def not_bound(scene: Scene, rule: Rule) -> Step | None:
    """Return whether what the norm is bound from has not happened, or it is bound no longer."""
    if rule.since is not None and not rule.since.value(scene):
        return ("since", rule.since)
    if rule.until is not None and rule.until.value(scene):
        return ("until", rule.until)
    return None


def ceases(scene: Scene, rule: Rule) -> Step | None:
    """Return whether the norm is not, or no longer, bound for the trigger that is bound."""
    return not_bound(scene, rule) if rule.bound_each else None


def judges(scene: Scene, rule: Rule, bound: Any) -> bool:
    """Tell whether what the instance is bound to is judged by the norm's text, or by what replaces it."""
    return rule.text is None or rule.text.governs(scene, moment_of(bound, scene.at))


def speaks(scene: Scene, rule: Rule) -> bool:
    """Tell whether a norm is in force now, whatever it may be bound to."""
    return not_in_force(scene, rule, bound=False) is None and judges(scene, rule, None)


def conditions_fail(scene: Scene, rule: Rule) -> Step | None:
    """Return which condition of a norm in force keeps it from applying, or None."""
    if rule.when is not None and not rule.when.value(scene):
        return ("when", rule.when)
    if rule.unless is not None and rule.unless.value(scene):
        return ("unless", rule.unless)
    for index in rule.excepts:
        if excepts(scene, rule, scene.program.rules[index]):
            return ("except", index)
    return None


def excepts(scene: Scene, rule: Rule, other: Rule) -> bool:
    """Tell whether a norm that `rule` gives way to applies.

    Of one with a trigger: for the trigger of `rule` that is bound, where they can have the same, else for any.
    """
    if not_in_force(scene, other, bound=False) is not None:
        return False
    if not other.waits:
        return conditions_fail(scene, other) is None
    kept, act = scene.vars, scene.event
    same = other.index in rule.excepts_same
    found = False
    for bound in (kept.get("@trigger"),) if same else bindings(scene, other, None, act):
        if is_trigger(scene, other, bound) and judges(scene, other, bound):
            bind(scene, other, bound, act)
            where = other.trigger_where
            if (where is None or where.value(scene)) and (
                ceases(scene, other) or conditions_fail(scene, other)
            ) is None:
                found = True
                break
    scene.vars = kept
    return found


def is_trigger(scene: Scene, rule: Rule, bound: Any) -> bool:
    """Tell whether an occurrence or a breach is what the norm waits for, its condition apart."""
    if isinstance(bound, Event):
        return rule.trigger_name in scene.program.touches[bound.name].names
    return isinstance(bound, Breach) and bound.norm in rule.on_breach_of


def bears(rule: Rule, party: str | None, breach: Any) -> bool:
    """Tell whether the norm binds, or empowers, that party."""
    bearer = rule.bearer
    if isinstance(bearer, str):
        return party in (bearer, BOTH)
    if bearer is OTHER:
        return isinstance(breach, Breach) and party != breach.by
    return True


def bearer_of(rule: Rule, trigger: Any, scene: Scene) -> str | None:
    """Return who bears the norm in this instance; None where it may be either."""
    bearer = rule.bearer
    if isinstance(bearer, str):
        return bearer
    if bearer is OTHER and isinstance(trigger, Breach):
        return next((party for party in scene.program.bound_parties if party != trigger.by), None)
    return BOTH if bearer is JOINT else None


def bindings(scene: Scene, rule: Rule, party: str | None, act: Event | None) -> Iterator[Any]:
    """Yield what the norm's instances are bound to: the act itself, occurrences, breaches, or once nothing."""
    if not rule.waits:
        yield None
        return
    chain = triggers(scene, rule, act)
    while True:
        bound, chain = following(scene, rule, party, chain)
        if bound is NOTHING:
            return
        yield bound


def triggers(scene: Scene, rule: Rule, act: Event | None) -> Any:
    """Return the chain of what the norm's instances may be bound to, the last first."""
    if rule.self_triggered:
        scene.hangs_on_now()
        return act, None
    return scene.get(("BA",) if rule.trigger_name is None else ("F", rule.trigger_name))


def following(scene: Scene, rule: Rule, party: str | None, chain: Any) -> tuple[Any, Any]:
    """Return the next in a chain that the norm is bound to (NOTHING at its end), and what is left of the chain.

    Of a breach by the very party that only the other party's breach concerns, the party's name is enough.
    """
    if rule.self_triggered:
        return chain or (NOTHING, None)
    index = rule.index
    if rule.trigger_name is not None:
        while chain is not None:
            event, chain = chain
            if scene.read(("U", index, event.id)):
                continue
            if event.standing is not ALLEGED or scene.happened_for_real(event):
                return event, chain
        return NOTHING, None
    own = party if rule.bearer is OTHER else None
    while chain is not None:
        broken, trig, by, chain = chain
        if broken not in rule.on_breach_of:
            continue
        if by == own is not None:
            return by, chain
        breach = scene.read(("B", broken, trig))
        if breach is None or breach.status == "waived" or scene.read(("U", index, (broken, trig))):
            continue
        return breach, chain
    return NOTHING, None


def bind(scene: Scene, rule: Rule, bound: Any, act: Event | None) -> None:
    """Bind the norm's variables for one instance."""
    scene.event = act
    scene.vars = {} if bound is None else {rule.variable: bound, "@trigger": bound}
    if rule.rolls is not None:
        scene.vars["@rolls"] = rule.rolls


def closed_by(scene: Scene, rule: Rule, party: str, act: Event) -> Step | None:
    """Return the step that closes the norm to the act, or None if it is open; the open instance stays bound."""
    return closing(scene, ONCE, rule, party, act)[0]


class Closing(Look):
    """What closes a norm to an act."""

    __slots__ = ("act", "party", "rule")

    def __init__(self, rule: Rule, party: str, act: Event) -> None:
        self.rule, self.party, self.act = rule, party, act

    def go_on(self, scene: Scene, state: Any) -> Leaf:
        return closing(scene, state, self.rule, self.party, self.act)


def closing(scene: Scene, state: Any, rule: Rule, party: str, act: Event) -> Leaf:
    """Look for what closes the norm to the act, an instance at a time (`Look` in `recall.py`)."""
    scene.event = act
    if state is None or state is ONCE:
        scene.vars = {}
        is_duty = rule.is_obligation
        if scene.trees is not None and rule.voided:
            closed, _ = recalled(scene, ("in force", rule.index), rule.option, _InForce(rule, act))
        else:
            closed = not_in_force(scene, rule, is_duty, False)
        if closed is not None:
            return closed, scene.vars
        if is_duty:
            closed = duty_closed(scene, rule, party, act)
            if closed is not None:
                closed = agreement_not_in_force(scene, rule) or untold(scene, rule) or closed
            return closed, scene.vars
        if not rule.waits:
            if not bears(rule, party, None):
                return NOT_ITS, scene.vars
            bind(scene, rule, None, act)
            return instance_closed(scene, rule, party, act, None), scene.vars
        chain = triggers(scene, rule, act)
        last: Step | None = NO_TRIGGER if judges(scene, rule, None) else NO_TEXT
    else:
        chain, last, scene.vars = state
    # Of a breach by the very party that only the other party's breach concerns, no more is looked at.
    own = party if rule.on_breach_of and rule.bearer is OTHER else None
    while True:
        if state is not ONCE:
            scene.state = chain, last, scene.vars
        while (
            own is not None and chain is not None and (chain[2] == own or chain[0] not in rule.on_breach_of)
        ):
            if (
                chain[0] in rule.on_breach_of and (last is NO_TRIGGER or last is NO_TEXT)
                and judges(scene, rule, own)
            ):  # fmt: skip
                last = NOT_ITS
            chain = chain[3]
        bound, chain = following(scene, rule, party, chain)
        if bound is NOTHING:
            if rule.on_breach_of:
                next_breach(scene, rule)
            return last, scene.vars
        if rule.text is not None and not judges(scene, rule, bound):
            continue
        if not bears(rule, party, bound):
            last = NOT_ITS if last is NO_TRIGGER or last is NO_TEXT else last
            continue
        if scene.trees is None:
            bind(scene, rule, bound, act)
            last = instance_closed(scene, rule, party, act, bound)
        else:
            key = rule.index, id(bound)
            last, scene.vars = recalled(scene, key, rule.option, _Bound(rule, party, act, bound))
        if last is None:
            return None, scene.vars


def next_breach(scene: Scene, rule: Rule) -> None:
    """Remember that a window that is still open may yet bring the breach that opens a power."""
    for at, kind, index, trig in scene.agenda:
        if kind == "D" and index in rule.on_breach_of:
            inst: Inst | None = scene.read(("I", index, trig))
            if inst is not None and inst.status == "open":
                scene.until(at)
                break


class _InForce(Look):
    """Whether a norm is in force, whatever it may be bound to."""

    __slots__ = ("act", "rule")

    def __init__(self, rule: Rule, act: Event) -> None:
        self.rule, self.act = rule, act

    def go_on(self, scene: Scene, state: Any) -> Leaf:
        scene.event = self.act
        return not_in_force(scene, self.rule, self.rule.is_obligation, False), scene.vars


class _Bound(Look):
    """One instance of a permission or power."""

    __slots__ = ("act", "bound", "party", "rule")

    def __init__(self, rule: Rule, party: str, act: Event, bound: Any) -> None:
        self.rule, self.party, self.act, self.bound = rule, party, act, bound

    def go_on(self, scene: Scene, state: Any) -> Leaf:
        bind(scene, self.rule, self.bound, self.act)
        return instance_closed(scene, self.rule, self.party, self.act, self.bound), scene.vars


def instance_closed(scene: Scene, rule: Rule, party: str, act: Event, bound: Any) -> Step | None:
    """Return the step that closes one instance of a permission or power, or None."""
    if rule.trigger_where is not None and not rule.trigger_where.value(scene):
        return ("trigger where", rule.trigger_where)
    step = ceases(scene, rule)
    if step is not None:
        return step
    if rule.when is not None and not rule.when.value(scene):
        return ("when", rule.when)
    if rule.unless is not None or rule.excepts:
        step = conditions_fail(scene, rule)
        if step is not None:
            return step
    if rule.where is not None and not rule.where.value(scene):
        return ("where", rule.where)
    if rule.about_field is not None and isinstance(bound, Event):
        named = act.fields.get(rule.about_field)
        if named is not None and named != bound.id:
            return ("about", None)
    if rule.unbounded:
        return None
    step = window_closed(scene, rule, bound)
    if step is not None:
        return step
    for lapse in rule.lapses:
        step = lapsed(scene, lapse, party, bound)
        if step is not None:
            return step
    step = overridden(scene, rule, act)
    if step is not None:
        return step
    return limited(scene, rule, party, act)


def lapsed(scene: Scene, lapse: Lapse, party: str, bound: Any) -> Step | None:
    """Return whether a power has lapsed: some period after a moment, or after its holder knew of the breach."""
    if lapse.holds is not None and not lapse.holds.value(scene):
        return None
    event: Event | None = None
    if lapse.event:
        event = known(scene, lapse, party, bound)
        start = event.effect_at if event is not None else None
    else:
        scene.vars["breach"] = bound
        start = given(scene, lapse.since.value(scene), None)
    period = lapse.period.value(scene)
    if start is None or not isinstance(period, Period):
        return None
    end = scene.deadline_period(start, period, None).end
    if end <= scene.at:
        return ("lapsed", (lapse.event, event.id if event is not None else "", end))
    scene.until(end)
    return None


def known(scene: Scene, lapse: Lapse, party: str, bound: Any) -> Event | None:
    """Return when the party first knew of the breach: by an event since it began that names it, or names none; of all,
    where it names nobody as knowing.
    """
    chain = scene.get(("F", lapse.event))
    first: Event | None = None
    while chain is not None:
        event, chain = chain
        who, of = event.actor or event.fields.get("by"), event.fields.get(lapse.names)
        if who not in (None, party) or (of is not None and not about_breach(scene, of, bound)):
            continue
        if isinstance(bound, Breach) and event.effect_at < bound.started_at:
            continue  # What is known before a breach is an earlier one.
        if event.standing.value != "alleged" or scene.happened_for_real(event):
            first = event
    return first


def about_breach(scene: Scene, named: str, bound: Any) -> bool:
    """Tell whether a norm's number or id, as a person writes it (`三.2b`, `1.3.2b`), is that of the breach."""
    if not isinstance(bound, Breach):
        return True
    norm = scene.program.norms[bound.norm]
    own = (plain_number(norm.id), plain_number(norm.clause), plain_number(norm.label))
    return plain_number(named) in own or plain_number(named.partition(".")[2]) in own


def window_closed(scene: Scene, rule: Rule, bound: Any) -> Step | None:
    """Return whether the time for a power, or of a prohibition, has not begun or is over."""
    if rule.limit is None and rule.not_before is None:
        return None
    start = (
        bound.effect_at
        if isinstance(bound, Event)
        else bound.started_at
        if isinstance(bound, Breach)
        else scene.at
    )
    early = not_begun(scene, rule, None if bound is None else start)
    if early is not None:
        return early
    from_itself = isinstance(rule.limit, Within) and rule.limit_of is None
    if rule.limit is not None and not (from_itself and bound is None):
        if bound is None:
            scene.hangs_on_now()
        end, _ = window(scene, rule, start, bound is None)
        if end is not None:
            if end <= scene.at:
                return ("window past", end)
            scene.until(end)
    return None


def not_begun(scene: Scene, rule: Rule, start: Instant | None) -> Step | None:
    """Return whether the window of a norm, bound to what arose at `start` or to nothing, has yet to begin."""
    if rule.not_before is None:
        return None
    first = given(scene, rule.not_before.value(scene), start)
    if first is None:
        return ("not before", None)
    begins: Instant = start_of(first) if not isinstance(first, int) else first
    if scene.at >= begins:
        return None
    scene.until(begins)
    return ("not before", begins)


def overridden(scene: Scene, rule: Rule, act: Event) -> Step | None:
    """Return what prevails over the norm now: a power that stands exercised, a prohibition that applies."""
    program = scene.program
    about = program.by_act[act.name]
    for index, when, _ in rule.prevailed_by:
        other = program.rules[index]
        if other.is_act:
            # Few powers stand exercised: only of those is it asked whether they prevail.
            since = program.standing_since(scene, index)
            if since is not None and (when is None or when.value(scene)):
                return ("prevailed", (index, since))
        elif other.is_prohibition and index in about and (when is None or when.value(scene)):
            kept = scene.vars
            forbidden = forbids(scene, other, act.actor, act)
            scene.vars = kept
            if forbidden:
                return ("forbidden", index)
    return None


def limited(scene: Scene, rule: Rule, party: str, act: Event) -> Step | None:
    """Return the limit that is not open, if the norm is limited to others."""
    for indexes, when, _ in rule.limited_to:
        if when is not None and not when.value(scene):
            continue
        kept = scene.vars
        closed: list[tuple[int, Step, dict[str, Any]]] = []
        for index in indexes:
            other = scene.program.rules[index]
            step, bound = recalled(scene, ("open", index), (), Closing(other, party, act))
            if step is not None:
                closed.append((index, step, bound))
            scene.vars = kept
        if closed and len(closed) == len(indexes):
            return ("limited", closed[0])
    return None


def duty_closed(scene: Scene, rule: Rule, party: str, act: Event) -> Step | None:
    """Return why no instance of the obligation asks for the act, or None if one does."""
    if not rule.waits and rule.when is None and rule.unless is None and scene.get(("IO", rule.index)) is None:
        return ("no trigger", None)
    last: Step = ("no duty", rule.when)
    for trig in scene.listed("IO", rule.index):
        inst: Inst | None = scene.read(("I", rule.index, trig))
        if inst is None or inst.status not in ("open", "breached"):
            continue
        if not bears(rule, party, inst.trigger):
            last = ("bearer", None)
            continue
        bind(scene, rule, inst.trigger, act)
        ceased = ceases(scene, rule) if rule.waits else conditions_fail(scene, rule)
        if ceased is not None:
            last = ceased
            continue
        if rule.where is not None and not rule.where.value(scene):
            last = ("where", rule.where)
            continue
        if rule.about_field is not None:
            named = act.fields.get(rule.about_field)
            if named is not None and named != trig:
                last = ("about", None)
                continue
        if rule.unbounded:
            return None
        closed = (
            not_begun(scene, rule, inst.arisen_at)
            or overridden(scene, rule, act)
            or limited(scene, rule, party, act)
        )
        if closed is None:
            return None
        last = closed
    return last


def untold(scene: Scene, rule: Rule) -> Step | None:
    """Return whether another text stands for that of a duty, and nothing is owed under it that arose before."""
    if rule.text is None or judges(scene, rule, None):
        return None
    owed = (scene.read(("I", rule.index, trig)) for trig in scene.listed("IO", rule.index))
    return None if any(each is not None and judges(scene, rule, each.trigger) for each in owed) else NO_TEXT


def forbids(scene: Scene, rule: Rule, party: str | None, act: Event) -> bool:
    """Tell whether a prohibition applies to the act by that party; what prevails over it is another question."""
    scene.event = act
    if not_in_force(scene, rule, bound=False) is not None:
        return False
    for bound in bindings(scene, rule, party, act):
        if not bears(rule, party, bound) or not judges(scene, rule, bound):
            continue
        bind(scene, rule, bound, act)
        if rule.trigger_where is not None and not rule.trigger_where.value(scene):
            continue
        if rule.where is not None and not rule.where.value(scene):
            continue
        if (ceases(scene, rule) or conditions_fail(scene, rule) or window_closed(scene, rule, bound)) is None:
            return True
    return False


def beats(scene: Scene, rule: Rule, over: Rule) -> bool:
    """Tell whether of two norms on an act `rule` prevails over `over`: a priority is stated, or `rule` weighs more.

    What weighs more is stated beforehand (`ranking.py`), but for a duty to keep something, which speaks of no act.
    """
    if (rule.restores or over.restores) and rule.weight > over.weight:
        return True
    return any(
        index == rule.index and (when is None or when.value(scene)) for index, when, _ in over.prevailed_by
    )  # fmt: skip


def tolerates(scene: Scene, rule: Rule, over: Rule) -> bool:
    """Tell whether an act that `rule` is open to may be done though `over` forbids it: a rule that only administers
    makes it a breach of its own, no more.
    """
    return over.weight == ADMINISTRATIVE or beats(scene, rule, over)


def restorable(
    scene: Scene, duties: tuple[Rule, ...], party: str | None, act: Event
) -> Iterator[tuple[Rule, Breach]]:
    """Yield those of the duties to keep something, none of them asleep, that a party is in breach of, with each breach;
    what both must keep either may set about restoring.
    """
    for rule in duties:
        for trig in scene.listed("BO", rule.index):
            breach: Breach | None = scene.read(("B", rule.index, trig))
            if breach is None or breach.status != "open":
                continue
            if party in (breach.by, BOTH) or breach.by == BOTH:
                bind(scene, rule, breach.trigger, act)
                if overridden(scene, rule, act) is None:
                    yield rule, breach


def bases_of(scene: Scene, party: str, act: Event) -> Iterator[int]:
    """Yield the norms that are open to the act, each while it stands bound; a joint act wants all who must join.

    The duties to keep something that the act restores come last, one for each of their breaches.
    """
    program = scene.program
    for index in program.by_act[act.name]:
        rule = program.rules[index]
        if rule.is_act and closed_by(scene, rule, party, act) is None and joins(scene, rule, party, act):
            yield index
    for rule, breach in restored(scene, party, act):
        if joins(scene, rule, party, act):
            bind(scene, rule, breach.trigger, act)
            yield rule.index


def restored(scene: Scene, party: str | None, act: Event) -> Iterator[tuple[Rule, Breach]]:
    """Yield the breached duties to keep something that an act restores, unless what forbids the act weighs more."""
    program = scene.program
    for duty, breach in restorable(scene, program.restored_by[act.name], party, act):
        on_act = (program.rules[index] for index in program.by_act[act.name])
        heavier = (each for each in on_act if each.is_prohibition and each.weight > duty.weight)
        if not any(forbids(scene, each, party, act) for each in heavier):
            yield duty, breach


def joins(scene: Scene, rule: Rule, party: str, act: Event) -> bool:
    """Tell whether the act of a party, with what the other has done, is that of all whom the norm binds."""
    return rule.bearer is not JOINT or party == BOTH or joined(scene, party, act.name)


def joined(scene: Scene, party: str, name: str) -> bool:
    """Tell whether every other party has done the joint act too."""
    others = [each for each in scene.program.bound_parties if each != party]
    return all(scene.read(("H", name, other)) is not None for other in others)


def given(scene: Scene, when: Any, start: Instant | None) -> Any:
    """Return a day or instant that a window speaks of; of one that nothing gives, the day on which it arose, or none.

    Where the norm is bound to nothing from which a time could run (`start` None), that day is long ago.
    """
    if type(when) is not Unknown:
        return when
    if scene.pick(when.item, ("trigger", "none")) == "none":
        return None
    return LONG_AGO if start is None else day_of(start)


def moment(scene: Scene, named: Evaluator, start: Instant | None) -> Any:
    """Return the instant or day from which a period runs: of an occurrence, when it last happened."""
    origin = named.found(scene) if isinstance(named, HappenedE) else named.value(scene)
    return given(scene, origin.effect_at if isinstance(origin, Event) else origin, start)


def window(
    scene: Scene, rule: Rule, start: Instant, always: bool = False
) -> tuple[Instant | None, Any]:  # fmt: skip
    """Return the (exclusive) end and the last day of the norm's window for an instance that arose at `start`.

    `always`: it is bound to nothing, and is open for as long as the norm is in force.
    """
    limit = rule.limit
    if limit is None:
        return None, None
    match type(limit).__name__:
        case "AtOnce":
            return start + 1_000_000, None
        case "Reasonable":
            told = in_numbers(scene, rule, start) if rule.numbered else None
            if told is not None:
                return told
            return reasonable(scene, limit.question, start, scene.vars.get("@trigger"))
        case "Within":
            assert rule.limit_value is not None
            period = rule.limit_value.value(scene)
            origin: Any = start
            if rule.limit_of is not None:
                origin = moment(scene, rule.limit_of, None if always else start)
            if not isinstance(period, Period) or origin is None:
                return None, None
            deadline = scene.deadline_period(origin, period, rule.rolls, roll=rule.roll)
            return deadline.end, deadline.last_day
        case _:
            assert rule.limit_value is not None
            day = given(scene, rule.limit_value.value(scene), None if always else start)
            if day is None:
                return None, None
            if isinstance(day, int):
                return day + (1 if type(limit).__name__ == "ByDay" else 0), None
            if type(limit).__name__ == "BeforeDay":
                return start_of(day), None
            deadline = scene.deadline_day(day, rule.rolls, rule.roll)
            return deadline.end, deadline.last_day


def in_numbers(scene: Scene, rule: Rule, start: Instant) -> tuple[Instant | None, Any] | None:
    """Return the end and the last day of a reasonable time as laws in force say in numbers, the earliest; None where
    none does. A law's duty that does not arise from the same as this one leaves it open: it stands beside it.
    """
    bound, act, kept = scene.vars.get("@trigger"), scene.event, scene.vars
    ends: list[tuple[Instant, Any]] = []
    told = False
    for index in rule.numbered:
        other = scene.program.rules[index]
        if not speaks(scene, other):
            continue
        if bound is None or not is_trigger(scene, other, bound):
            told = True
            continue
        bind(scene, other, bound, act)
        if other.trigger_where is None or other.trigger_where.value(scene):
            told = True
            end, last = window(scene, other, start)
            if end is not None:
                ends.append((end, last))
        scene.vars = kept
    if not told:
        return None
    return min(ends, key=lambda each: each[0]) if ends else (None, None)


def reasonable(scene: Scene, question: str, start: Instant, trigger: Any) -> tuple[Instant | None, Any]:
    """Return the end of a reasonable time: open until its question is answered; `no` means it is past.

    The answer `yes` (it is prompt, reasonable) keeps the window open; `no` ends it at once. A question that is about
    something is asked about the trigger.
    """
    about = trigger.id if isinstance(trigger, Event) and scene.program.questions[question].about else None
    return (None, None) if scene.answer(question, about) else (start, None)


def conditions(scene: Scene, rule: Rule) -> tuple[Reason, ...]:
    """Return the reasons of a norm's conditions, as bound."""
    parts = []
    for evaluator in (rule.when, rule.where):
        if evaluator is not None:
            parts.append(evaluator.why(scene))
    if rule.unless is not None:
        inner = rule.unless.why(scene)
        parts.append(Reason("not", (), not inner.holds, (inner,)))
    return tuple(parts)


def bound_events(scene: Scene) -> tuple[str, ...]:
    """Return the events of the instance that is bound."""
    bound = scene.vars.get("@trigger")
    if isinstance(bound, Event):
        return () if bound.id == ASKED else (bound.id,)
    if isinstance(bound, Breach):
        return breach_events(bound)
    return ()
