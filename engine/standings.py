"""Questions about norms, states, windows, sums and losses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import cast

from contractlang.contract import base_name
from contractlang.declaration import StateDecl
from contractlang.norms import Obligation, OnOccurrence
from contractlang.numerals import plain_number
from contractlang.values import Period
from engine.answering import (
    Case,
    answered,
)
from engine.dates import spoken
from engine.decision import Cure, Decision, Item, Reason
from engine.errors import BadQuestion
from engine.event import ASKED, DAWN, Event, Instant
from engine.in_force import agreement_state
from engine.instances import bind
from engine.position import Position
from engine.program import Limitation, Program, Rule
from engine.quantities import BlankE
from engine.question import (
    Arrived,
    InBreachOf,
    LastDay,
    Renewed,
    StateOf,
    TimeBarred,
    WhoBears,
)
from engine.scene import Breach, Inst, LifeCell, Scene, Unknown
from engine.statuses import breach_events
from engine.step import OVER
from engine.windows import moment, window


def find_rules(position: Position, norm: str, document: str | None) -> list[Rule]:
    """Return the norms of a clause, id, label or act. Raises BadQuestion if there are none."""
    wanted = plain_number(norm)
    rules = [
        rule
        for rule in position.program.rules
        if (document is None or document in (rule.document, base_name(rule.document)))
        and (
            wanted in (plain_number(rule.norm.id), plain_number(rule.norm.clause))
            or plain_number(rule.norm.clause).startswith((f"{wanted}(", f"{wanted}."))
            or norm in (rule.norm.label, rule.act_name)
        )
    ]
    if not rules:
        known = any(
            wanted in (plain_number(clause.number), plain_number(clause.number)[: len(wanted)])
            or wanted[:-1] == plain_number(clause.number)
            for contract in position.program.contracts if document in (None, contract.name, contract.base)
            for clause in contract.clauses
        )  # fmt: skip
        if not known:
            raise BadQuestion(
                "norm", f"no clause or norm is called `{norm}`", f"没有名为`{norm}`的条款或规范"
            )
    return rules


def in_breach(position: Position, question: InBreachOf, known_at: Instant | None) -> Decision:
    """Return whether a party is in breach of a norm."""
    rules = find_rules(position, question.norm, question.document)
    norms = position.program.norms

    def breaches(scene: Scene) -> list[Breach]:
        found = []
        for rule in rules:
            chain = scene.get(("BN", rule.index))
            while chain is not None:
                trig, chain = chain
                breach = scene.read(("B", rule.index, trig))
                if (
                    breach is not None
                    and breach.status != "waived"
                    and breach.by in (None, question.party, "both parties")
                ):
                    found.append(breach)
            for trig in scene.listed("IO", rule.index):
                inst: Inst | None = scene.read(("I", rule.index, trig))
                if inst is not None and inst.end is not None and inst.status == "open":
                    scene.until(inst.end)
        return found

    def case(scene: Scene) -> Case:
        found = breaches(scene)
        if any(each.status == "open" for each in found):
            return Case("yes")
        return Case("cured" if found else "no")

    def reasons(scene: Scene, shown: Case) -> tuple[tuple[Reason, ...], tuple[Cure, ...]]:
        found = [
            Reason(
                "breach",
                (norms[b.norm].id, b.trig, b.started_at, b.status, norms[b.norm].document),
                True,
                (),
                breach_events(b),
            )
            for b in breaches(scene)
        ]
        cures = []
        for breach in breaches(scene):
            rule = position.program.rules[breach.norm]
            inst: Inst | None = scene.read(("I", breach.norm, breach.trig))
            if breach.status == "open" and isinstance(rule.norm, Obligation):
                unpaid = inst.owed - inst.paid if inst is not None and type(inst.owed) is int else None
                cures.append(Cure(breach.by, rule.act_name, breach.trig or None, unpaid))
        for rule in () if found else rules:
            done = scene.read(("D", rule.index))
            if done is not None:
                found.append(Reason("done in time", (rule.norm.id, done[0], rule.document), False, (), done))
        for document in dict.fromkeys(rule.home for rule in rules if rule.home):
            events = position.program.cause_events(scene, "agreement", document)
            if events:
                found.append(
                    Reason("agreement", (agreement_state(scene, document), document), True, (), events)
                )
        return tuple(found) or (Reason("no breach", (question.norm, question.document or ""), False),), tuple(
            cures
        )

    return answered(position, question.at, known_at, case, reasons)


def documents_of(position: Position, document: str | None) -> list[str]:
    """Return the agreements asked about. Raises BadQuestion for an unknown one."""
    names = list(position.program.agreements)
    if document is not None and document not in names:
        raise BadQuestion("document", f"no agreement is called `{document}`", f"没有名为`{document}`的协议")
    return [document] if document is not None else names


def state(position: Position, question: StateOf, known_at: Instant | None) -> Decision:
    """Return what a state is."""
    program = position.program
    declared = program.declarations.get(question.state)
    if question.state != "agreement" and not isinstance(declared, StateDecl):
        raise BadQuestion(
            "state", f"no state is called `{question.state}`", f"没有名为`{question.state}`的状态"
        )
    in_law = question.state == "agreement" or getattr(declared, "in_law", False)
    document = documents_of(position, question.document)[0] if in_law else ""

    def case(scene: Scene) -> Case:
        value = scene.read(("S", question.state, document))
        if value is None:
            value = program.initial(scene, question.state, document)
        if isinstance(value, str):
            return Case(value)
        return Case("value", False, value)

    def reasons(scene: Scene, shown: Case) -> tuple[tuple[Reason, ...], tuple[Cure, ...]]:
        events = program.cause_events(scene, question.state, document)
        cause = scene.read(("C", question.state, document))
        # What was so before every fact has no day of its own.
        at = cause.at if cause is not None and cause.at > DAWN else None
        life: LifeCell | None = scene.read(("L", document)) if question.state == "agreement" else None
        parts = (
            (Reason("last day", (document, life.end), True),)
            if life is not None and life.end is not None
            else ()
        )
        return (
            Reason(
                "state",
                (question.state, shown.answer if shown.value is None else shown.value, document, at),
                True,
                parts,
                events,
            ),
        ), ()

    return answered(position, question.at, known_at, case, reasons)


def _left_blank(scene: Scene, document: str) -> str | None:
    """Return the blank that was to say how long an agreement lasts, where the account says that it stays blank."""
    for rule in scene.program.life.get(document, ()):
        if (
            rule.life.how == "lasts"
            and (rule.holds is None or rule.holds.value(scene))
            and isinstance(rule.value, BlankE)
            and rule.value.name in scene.terms.blanks
            and not scene.is_filled(rule.value.name)
        ):
            return rule.value.name
    return None


def last_day(position: Position, question: LastDay, known_at: Instant | None) -> Decision:
    """Return the last day of an agreement, of a duty's window, or of a claim."""
    program = position.program
    if question.bar and question.norm is not None:
        barred = TimeBarred(question.norm, question.about, question.at, question.document)
        return _limitation(position, barred, known_at, _last_day_of_claim)
    if question.norm is None:
        document = documents_of(position, question.document)[0]

        def ends(scene: Scene) -> Case:
            cell: LifeCell | None = scene.read(("L", document))
            if cell is not None and cell.end is not None:
                return Case("value", False, spoken(cell.end))
            stays = None if cell is None else _left_blank(scene, document)
            return Case("none") if stays is None else Case("value", False, Unknown(Item("blank", stays)))

        def why_ends(scene: Scene, shown: Case) -> tuple[tuple[Reason, ...], tuple[Cure, ...]]:
            events = program.cause_events(scene, "agreement", document)
            return (Reason("last day", (document, shown.value), True, (), events),), ()

        return answered(position, question.at, known_at, ends, why_ends)
    rules = [
        rule
        for rule in find_rules(position, question.norm, question.document)
        if isinstance(rule.norm, Obligation)
    ]
    future = _still_to_come(position, rules, question)

    def windows(scene: Scene) -> list[tuple[Instant | None, Rule]]:
        """Return when the time for each of the duties ends, None where nothing ends it."""
        found: list[tuple[Instant | None, Rule]] = []
        for rule in rules:
            if any(scene.option_of(chosen.reading) != chosen.option for chosen in rule.option):
                continue
            if future is not None:
                bind(scene, rule, future, None)
                found.append((window(scene, rule, future.effect_at)[0], rule))
                continue
            for trig in _instances(scene, rule, question.about):
                inst: Inst | None = scene.read(("I", rule.index, trig))
                # In one case of what is open it may be over that goes on in another.
                if inst is not None and (question.about is not None or inst.status not in OVER):
                    found.append((inst.end, rule))
        return found

    def case(scene: Scene) -> Case:
        found = windows(scene)
        ends = [end for end, _ in found if end is not None]
        if ends:
            return Case("value", False, spoken(min(ends)))
        return Case("open" if found else "none")

    def reasons(scene: Scene, shown: Case) -> tuple[tuple[Reason, ...], tuple[Cure, ...]]:
        events = (question.about,) if question.about else ()
        # The duty whose time ends first gives the day; where none has an end, the first that there is.
        first = min(windows(scene), key=lambda each: (each[0] is None, each[0] or 0), default=(None, None))[1]
        return tuple(
            Reason("window", (rule.norm.document, rule.norm.id, shown.value), first is not None, (), events)
            for rule in (rules[:1] if first is None else [first])
        ), ()

    return answered(position, question.at, known_at, case, reasons)


def _instances(scene: Scene, rule: Rule, about: str | None) -> Iterable[str]:
    """Return how those instances of a duty are called that are about an event, also where they are over; where none is
    named, those that are not."""
    if about is None:
        return cast("Iterable[str]", scene.listed("IO", rule.index))
    return _from_breaches(scene, rule, about) if rule.on_breach_of else (about,)


def _from_breaches(scene: Scene, rule: Rule, about: str) -> Iterator[str]:
    chain = scene.get(("BA",))
    while chain is not None:
        broken, trig, by, chain = chain
        if broken in rule.on_breach_of and f"/{about}/" in f"/{trig}/":
            own = f"{scene.program.norms[broken].id}/{trig}"
            # Where each of the parties broke its own share, each has an instance.
            yield from (own, f"{own}/{by}")


def is_about(rule: Rule, trig: str, about: str | None) -> bool:
    """Tell whether an instance of a duty arose upon an event, or from the breach of what was due upon it."""
    return about in (None, trig) or (bool(rule.on_breach_of) and f"/{about}/" in f"/{trig}/")


def _still_to_come(position: Position, rules: list[Rule], question: LastDay) -> Event | None:
    """Return the trigger that is still to come, if the question describes one."""
    if question.trigger is None:
        return None
    name = next((r.norm.trigger.name for r in rules if isinstance(r.norm.trigger, OnOccurrence)), "")
    fields = dict(question.trigger)
    at = fields.pop("at", question.at)
    return Event(ASKED, name, None, at, at, fields, effect_at=at)


def who_bears(position: Position, question: WhoBears, known_at: Instant | None) -> Decision:
    """Return who bears a loss."""
    program = position.program

    def case(scene: Scene) -> Case:
        for loss in program.losses:
            rule = loss.rule
            if loss.holds is not None and not loss.holds.value(scene):
                continue
            event = _of_kind(
                scene, rule.trigger.name if isinstance(rule.trigger, OnOccurrence) else "", question.about
            )
            if event is None:
                continue
            scene.vars = {loss.variable: event, "@trigger": event}
            if loss.trigger_where is not None and not loss.trigger_where.value(scene):
                continue
            if any(when is None or when.value(scene) for when in loss.voided):
                continue
            if loss.when is None or loss.when.value(scene):
                bearer = rule.bearer
                return Case(bearer if isinstance(bearer, str) else bearer.value)
        return Case("no_basis")

    def reasons(scene: Scene, shown: Case) -> tuple[tuple[Reason, ...], tuple[Cure, ...]]:
        found = tuple(
            Reason("loss", (loss.rule.document, loss.rule.id, shown.answer), True, (), (question.about,))
            for loss in program.losses
        )
        return found or (Reason("nothing speaks of it", ("loss", program.truncated), None),), ()

    return answered(position, question.at, known_at, case, reasons)


def _of_kind(scene: Scene, name: str, about: str) -> Event | None:
    chain = scene.get(("F", name))
    while chain is not None:
        event: Event
        event, chain = chain
        if about in ("", event.id) and (event.standing.value != "alleged" or scene.happened_for_real(event)):
            return event
    return None


def renewed(position: Position, question: Renewed, known_at: Instant | None) -> Decision:
    """Return whether an agreement was renewed."""
    document = documents_of(position, question.document)[0]

    def case(scene: Scene) -> Case:
        cell: LifeCell | None = scene.read(("L", document))
        return Case("yes" if cell is not None and cell.renewed is not None else "no")

    def reasons(scene: Scene, shown: Case) -> tuple[tuple[Reason, ...], tuple[Cure, ...]]:
        cell: LifeCell | None = scene.read(("L", document))
        events = (cell.renewed,) if cell is not None and cell.renewed is not None else ()
        return (Reason("renewed", (document,), shown.answer == "yes", (), events),), ()

    return answered(position, question.at, known_at, case, reasons)


def arrived(position: Position, question: Arrived, known_at: Instant | None) -> Decision:
    """Return whether a notice has arrived."""

    def case(scene: Scene) -> Case:
        return Case("yes" if scene.get(("A", question.about)) is not None else "no")

    def reasons(scene: Scene, shown: Case) -> tuple[tuple[Reason, ...], tuple[Cure, ...]]:
        held = shown.answer == "yes"
        return (Reason("arrived", (question.about,), held, (), (question.about,) if held else ()),), ()

    return answered(position, question.at, known_at, case, reasons)


def _barred_from(scene: Scene, said: list[Limitation], breach: Breach) -> Instant | None:
    """Return when a claim is barred: the period from the breach, begun anew by what restarts it before it is over.

    Who acknowledges what he owes begins it anew even then (民法典 192(2)). Several sentences are one time, and the
    first says how long it is and from when. None where nothing begins it.
    """
    scene.vars = {"breach": breach}
    period, start = said[0].period.value(scene), moment(scene, said[0].since, None)
    if start is None or not isinstance(period, Period):
        return None
    end = scene.deadline_period(start, period, None).end
    restarts: dict[str, Event] = {}
    for name in dict.fromkeys(each.rule.restarting for each in said if each.rule.restarting):
        chain = scene.get(("F", name))
        while chain is not None:
            event, chain = chain
            if event.standing.value != "alleged" or scene.happened_for_real(event):
                restarts[event.id] = event
    for event in sorted(restarts.values(), key=lambda each: each.effect_at):
        is_in_time = event.effect_at < end or _acknowledges(scene.program, event, breach)
        if breach.started_at < event.effect_at and is_in_time and _restarts(scene.program, event, breach):
            end = scene.deadline_period(event.effect_at, period, None).end
    return end


def _restarts(program: Program, event: Event, breach: Breach) -> bool:
    """Tell whether an act, if it names no other object, begins the time of a claim anew: the other party's, or the
    debtor's own, which is to perform the duty in part or what nobody else can do, as to acknowledge it.
    """
    is_owned = _performs(program, event, breach) or _acknowledges(program, event, breach)
    params = program.touches[event.name].declared.params
    named = {event.fields.get(each.name) for each in params if each.kind.name == "occurrence"}
    return (event.actor == breach.by) is is_owned and (breach.trig in named or named <= {None})


def _performs(program: Program, event: Event, breach: Breach) -> bool:
    return program.rules[breach.norm].act_name in program.touches[event.name].names


def _acknowledges(program: Program, event: Event, breach: Breach) -> bool:
    """Tell whether an act is one that nobody but the debtor can do, and not what he owes."""
    is_own = breach.by is not None and program.touches[event.name].declared.actor == breach.by
    return is_own and not _performs(program, event, breach)


def time_barred(position: Position, question: TimeBarred, known_at: Instant | None) -> Decision:
    """Return whether a claim is barred in time."""

    def told(scene: Scene, end: Instant | None) -> Case:
        if not position.program.limitations:
            return Case("no_basis")
        return Case("yes" if end is not None and end <= scene.at else "no")

    return _limitation(position, question, known_at, told)


def _last_day_of_claim(scene: Scene, end: Instant | None) -> Case:
    return Case("none") if end is None else Case("value", False, spoken(end))


def _limitation(
    position: Position, question: TimeBarred, known_at: Instant | None,
    told: Callable[[Scene, Instant | None], Case],
) -> Decision:  # fmt: skip
    """Return what is told of the instant at which a claim is barred, None where none is."""
    rules = find_rules(position, question.norm, question.document)

    def ends(scene: Scene) -> Instant | None:
        for rule in rules:
            for trig in scene.listed("BO", rule.index):
                breach: Breach | None = scene.read(("B", rule.index, trig))
                if breach is None or (question.about is not None and question.about != trig):
                    continue
                said = [
                    each for each in position.program.limitations
                    if each.holds is None or each.holds.value(scene)
                ]  # fmt: skip
                if said:
                    end = _barred_from(scene, said, breach)
                    if end is not None:
                        scene.until(end)
                    return end
        return None

    def reasons(scene: Scene, shown: Case) -> tuple[tuple[Reason, ...], tuple[Cure, ...]]:
        end = ends(scene)
        args = (question.norm, None if end is None else spoken(end), question.document or "")
        return (Reason("time-barred", args, shown.answer in ("yes", "value")),), ()

    return answered(position, question.at, known_at, lambda scene: told(scene, ends(scene)), reasons)
