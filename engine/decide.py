"""Question and position to decision (docs/decisions.md).

The answer of one case is plain; `_Asked` explores the cases, finds what they share, what is missing, what a default
reading carries, what would turn the answer and until when it holds, and gives the reasons of the case that the
defaults make.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, NamedTuple, assert_never

from contractlang.norms import Obligation, OnOccurrence, Prohibition
from contractlang.numerals import plain_number
from engine.choice import LIMIT, items_that_matter
from engine.dates import day_of, spoken
from engine.decision import Cure, Decision, Item, Reason, Receipt, Verdict
from engine.errors import BadQuestion
from engine.evaluate import breach_events
from engine.event import BOTH, Event, Instant
from engine.judge import beats, bind, closed_by, forbids, window
from engine.position import Position, elapse
from engine.program import ENGINE_VERSION, Rule
from engine.question import (
    AmountOfSum,
    Arrived,
    InBreachOf,
    LastDay,
    May,
    Question,
    Renewed,
    StateOf,
    TimeBarred,
    WhoBears,
)
from engine.scene import Breach, Inst, LifeCell, Scene, Unknown

ASKED = "?"
_VERDICTS = {each.value: each for each in Verdict}
_NOT_IN_FORCE = frozenset({"agreement", "reading", "since", "until", "voided"})


class Case(NamedTuple):
    """The answer of one case."""

    answer: str
    required: bool = False
    value: Any = None


def decide(position: Position, question: Question, known_at: Instant | None = None) -> Decision:
    """Return the answer to `question` at a position that holds what is known, up to its instant.

    Raises BadQuestion for a party, act, norm or event that the contracts do not know.
    """
    if position.now < question.at:
        position = elapse(position, question.at)
    match question:
        case May():
            return _may(position, question, known_at)
        case InBreachOf():
            return _in_breach(position, question, known_at)
        case StateOf():
            return _state(position, question, known_at)
        case LastDay():
            return _last_day(position, question, known_at)
        case AmountOfSum():
            return _amount(position, question, known_at)
        case WhoBears():
            return _loss(position, question, known_at)
        case Renewed():
            return _renewed(position, question, known_at)
        case Arrived():
            return _arrived(position, question, known_at)
        case TimeBarred():
            return _time_barred(position, question, known_at)
        case _:
            assert_never(question)


# ---- every kind of question: cases, what is missing, what is assumed -----------------------------------------------


def _answer(
    position: Position, at: Instant, known_at: Instant | None, case: Callable[[Scene], Case],
    reasons: Callable[[Scene, Case], tuple[tuple[Reason, ...], tuple[Cure, ...]]],
) -> Decision:  # fmt: skip
    scene = position.scene(at)
    defaults: dict[Item, str] = {}
    scene.collect = defaults
    cases, exact = [], True
    for found in cases_of(scene, case, {}):
        cases.append(found)
        if len(cases) > LIMIT:
            exact = False
            break
    turn = scene.turn
    outcomes = {_outcome(each): each for _, each in cases}
    assigned, shown = cases[0]
    answer = shown.answer
    missing: tuple[Item, ...] = ()
    could_be: tuple[str, ...] = ()
    if len(outcomes) > 1 or not exact:
        answer = "undetermined"
        missing = _spoken_items(items_that_matter([(a, _outcome(c)) for a, c in cases]))
        could_be = tuple(sorted({_said(each) for each in outcomes.values()}))
    assumes = _assumed(scene, case, defaults, set(outcomes)) if defaults else ()
    # Reasons look further than the answer had to: what is open there is not asked, only shown in one case.
    scene.assigned, scene.vars, scene.event, scene.lenient, scene.collect = assigned, {}, None, True, {}
    scene.turn = turn
    why, cure = reasons(scene, shown)
    if answer == "undetermined":
        why = (Reason("open", tuple(_spelled(item) for item in missing), None, why),)
        cure = ()
    turn = scene.turn
    for entry in position.agenda:
        if entry[1] != "D" and (turn is None or entry[0] < turn) and entry[0] > at:
            turn = entry[0]
    program = position.program
    receipt = Receipt(
        program.versions, ENGINE_VERSION, position.terms.calendar.version, position.terms_digest, position.chain.hex(),
        position.count, at, known_at,
    )  # fmt: skip
    return Decision(
        answer, _VERDICTS.get(answer), shown.required and answer == "permitted",
        shown.value if answer != "undetermined" else None,
        program.truncated, why, missing, could_be, assumes, cure, turn, scene.provisional, exact, receipt,
    )  # fmt: skip


def cases_of(
    scene: Scene, case: Callable[[Scene], Case], given: dict[Item, Any]
) -> Iterator[tuple[dict[Item, Any], Case]]:
    """Yield every case: what the open items that were met are in it, and its answer.

    An open item that is met takes its first option there and then; the others wait for their turn, so each case is
    worked out once.
    """
    waiting = [given]
    scene.waiting = waiting
    while waiting:
        assigned = waiting.pop()
        scene.assigned, scene.vars, scene.event = assigned, {}, None
        yield assigned, case(scene)
    scene.waiting = None


def _frozen(value: Any) -> Any:
    return value if isinstance(value, str | int | bool | None | date) else str(value)


def _said(case: Case) -> str:
    return str(case.value) if case.answer == "value" else case.answer


def _spoken_items(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """Return the items without the mark of the comparison in which an open number was met, each once, in order."""
    plain = (Item(item.kind, item.name, (item.about or "").split("#")[0] or None) for item in items)
    return tuple(sorted(dict.fromkeys(plain), key=lambda item: (item.kind, item.name, item.about or "")))


def _spelled(item: Item) -> str:
    return f"{item.kind}:{item.name}" + (f"({item.about})" if item.about else "")


def _assumed(
    scene: Scene, case: Callable[[Scene], Case], defaults: dict[Item, str], kept: set[tuple[Any, ...]]
) -> tuple[tuple[str, str], ...]:
    """Return the default readings of which another option, everything else as it is, changes the answer."""
    readings = scene.program.readings
    found = [
        (item.name, default)
        for item, default in list(defaults.items())
        if any(
            _differs(scene, case, kept, {item: option})
            for option in readings[item.name][1]
            if option != default
        )
    ]
    return tuple(sorted(found))


def _differs(
    scene: Scene, case: Callable[[Scene], Case], kept: set[tuple[Any, ...]], given: dict[Item, Any]
) -> bool:
    """Tell whether another option makes another answer; the first case that does is enough."""
    others = set()
    for number, (_, found) in enumerate(cases_of(scene, case, given)):
        outcome = _outcome(found)
        if outcome not in kept or number > LIMIT:
            return True
        others.add(outcome)
    return others != kept


def _outcome(case: Case) -> tuple[Any, ...]:
    return (*case[:2], _frozen(case.value))


# ---- may, must ---------------------------------------------------------------------------------------------------


def _may(position: Position, question: May, known_at: Instant | None) -> Decision:
    program = position.program
    act = program.acts.get(question.act)
    if act is None:
        raise BadQuestion("act", f"no act is called `{question.act}`")
    if question.party not in program.declarations and question.party != BOTH:
        raise BadQuestion("party", f"no party is called `{question.party}`")
    asked = Event(
        ASKED, question.act, question.party, question.at, question.at, question.fields, effect_at=question.at
    )
    rules = tuple(program.rules[index] for index in program.by_act[question.act])
    mine = tuple(r for r in rules if not isinstance(r.norm.bearer, str) or r.norm.bearer == question.party)

    def case(scene: Scene) -> Case:
        opens, forbidding, speaks, required = _looked_at(scene, mine, question.party, asked)
        restores = _restored(scene, act.sets, question.party)
        required = required or restores is not None
        unbeaten = [f for f in forbidding if not any(beats(scene, o, f) for o in opens)]
        if unbeaten:
            return Case("conflicting" if opens or restores is not None else "forbidden")
        if opens or restores is not None:
            return Case("permitted", required)
        if act.needs_basis:
            return Case("forbidden" if speaks else "no_basis")
        return Case("unregulated")

    def reasons(scene: Scene, shown: Case) -> tuple[tuple[Reason, ...], tuple[Cure, ...]]:
        return _why_may(scene, mine, question, asked, shown)

    return _answer(position, question.at, known_at, case, reasons)


def _looked_at(
    scene: Scene, rules: tuple[Rule, ...], party: str, act: Event
) -> tuple[list[Rule], list[Rule], bool, bool]:
    """Return the norms open to the act, those that forbid it, whether any in force speaks of it, whether it is owed."""
    opens: list[Rule] = []
    forbidding: list[Rule] = []
    speaks = required = False
    for rule in rules:
        if isinstance(rule.norm, Prohibition):
            if forbids(scene, rule, party, act):
                forbidding.append(rule)
            continue
        step = closed_by(scene, rule, party, act)
        if step is None:
            opens.append(rule)
            required = required or isinstance(rule.norm, Obligation)
        elif step[0] not in _NOT_IN_FORCE:
            speaks = True
    return opens, forbidding, speaks, required


def _restored(scene: Scene, sets: tuple[Any, ...], party: str) -> tuple[Rule, Breach] | None:
    """Return the breached maintenance duty that the act would restore, if there is one."""
    for effect in sets:
        for rule in scene.program.restorers.get((effect.state, effect.option), ()):
            for trig in scene.get(("BO", rule.index)) or ():
                breach = scene.read(("B", rule.index, trig))
                if breach is not None and breach.status == "open" and breach.by == party:
                    return rule, breach
    return None


def _why_may(
    scene: Scene, rules: tuple[Rule, ...], question: May, act: Event, shown: Case
) -> tuple[tuple[Reason, ...], tuple[Cure, ...]]:
    program = scene.program
    found: list[Reason] = []
    cure: tuple[Cure, ...] | None = None
    restored = _restored(scene, program.acts[question.act].sets, question.party)
    if restored is not None:
        rule, breach = restored
        found.append(
            Reason(
                "restores",
                (rule.norm.document, rule.norm.id, breach.started_at),
                True,
                (),
                breach_events(breach),
            )
        )
    for rule in rules:
        where = (rule.norm.document, rule.norm.id)
        if isinstance(rule.norm, Prohibition):
            if forbids(scene, rule, question.party, act):
                found.append(Reason("forbids", where, True, _conditions(scene, rule)))
            continue
        step = closed_by(scene, rule, question.party, act)
        if step is None:
            code = "requires" if isinstance(rule.norm, Obligation) else "permits"
            parts = _conditions(scene, rule)
            found.append(Reason(code, where, True, parts, _bound_events(scene)))
            if cure is None and shown.answer == "permitted" and rule.when is not None:
                cure = rule.when.cure(scene, False)
        elif step[0] != "reading" and not (step[0] == "bearer" and isinstance(rule.norm.bearer, str)):
            part = _why_closed(scene, step)
            found.append(Reason("closed", (*where, step[0]), False, (part,) if part is not None else ()))
            if shown.answer == "forbidden" and step[0] == "when" and rule.when is not None:
                facts = rule.when.cure(scene, True)
                if facts is not None and (cure is None or len(facts) < len(cure)):
                    cure = facts
    if not found:
        found.append(Reason("nothing speaks of it", (question.act, program.truncated), None))
    decisive = {"permitted": True, "forbidden": None, "conflicting": True}.get(shown.answer)
    if decisive:
        found.sort(key=lambda reason: reason.holds is not True)
    return tuple(found), cure or ()


def _conditions(scene: Scene, rule: Rule) -> tuple[Reason, ...]:
    parts = []
    for evaluator in (rule.when, rule.where):
        if evaluator is not None:
            parts.append(evaluator.why(scene))
    if rule.unless is not None:
        inner = rule.unless.why(scene)
        parts.append(Reason("not", (), not inner.holds, (inner,)))
    return tuple(parts)


def _bound_events(scene: Scene) -> tuple[str, ...]:
    bound = scene.vars.get("@trigger")
    if isinstance(bound, Event):
        return () if bound.id == ASKED else (bound.id,)
    if isinstance(bound, Breach):
        return breach_events(bound)
    return ()


def _why_closed(scene: Scene, step: tuple[str, Any]) -> Reason | None:
    code, payload = step
    if (
        code in ("when", "unless", "since", "until", "where", "trigger where", "no duty")
        and payload is not None
    ):
        return payload.why(scene)  # type: ignore[no-any-return]
    if code == "agreement":
        return Reason("agreement", (payload,), False)
    if code == "prevailed":
        index, since = payload
        norm = scene.program.norms[index]
        events = tuple(
            e for s, d in scene.program.rules[index].sets for e in scene.program.cause_events(scene, s, d)
        )
        return Reason("prevailed", (norm.document, norm.id, since), True, (), events)
    if code == "forbidden":
        norm = scene.program.norms[payload]
        return Reason("forbids", (norm.document, norm.id), True)
    if code == "limited":
        norm = scene.program.norms[payload[0]]
        return Reason(
            "limited",
            (norm.document, norm.id),
            False,
            tuple(r for r in (_why_closed(scene, payload[1]),) if r is not None),
        )
    if code == "lapsed":
        name, event, end = payload
        return Reason("lapsed", (name, end), True, (), (event,))
    if code in ("not before", "window past"):
        return Reason(code, (payload,), False)
    return None


# ---- other questions ---------------------------------------------------------------------------------------------


def find_rules(position: Position, norm: str, document: str | None) -> list[Rule]:
    """Return the norms of a clause, id, label or act. Raises BadQuestion if there are none."""
    wanted = plain_number(norm)
    rules = [
        rule
        for rule in position.program.rules
        if (document is None or rule.document == document)
        and (
            wanted in (plain_number(rule.norm.id), plain_number(rule.norm.clause))
            or norm in (rule.norm.label, rule.act_name)
        )
    ]
    if not rules:
        known = any(
            wanted == plain_number(clause.number) or wanted[:-1] == plain_number(clause.number)
            for contract in position.program.contracts if document in (None, contract.name)
            for clause in contract.clauses
        )  # fmt: skip
        if not known:
            raise BadQuestion("norm", f"no clause or norm is called `{norm}`")
    return rules


def _in_breach(position: Position, question: InBreachOf, known_at: Instant | None) -> Decision:
    rules = find_rules(position, question.norm, question.document)

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
            for trig in scene.get(("IO", rule.index)) or ():
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
                (position.program.norms[b.norm].id, b.trig, b.started_at, b.status),
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
                found.append(Reason("done in time", (rule.norm.id, done[0]), False, (), done))
        return tuple(found) or (Reason("no breach", (question.norm,), False),), tuple(cures)

    return _answer(position, question.at, known_at, case, reasons)


def documents_of(position: Position, document: str | None) -> list[str]:
    """Return the agreements asked about. Raises BadQuestion for an unknown one."""
    names = [c.name for c in position.program.contracts if c.kind == "agreement"]
    if document is not None and document not in names:
        raise BadQuestion("document", f"no agreement is called `{document}`")
    return [document] if document is not None else names


def _state(position: Position, question: StateOf, known_at: Instant | None) -> Decision:
    program = position.program
    if question.state != "agreement" and question.state not in program.declarations:
        raise BadQuestion("state", f"no state is called `{question.state}`")
    in_law = question.state == "agreement" or getattr(program.declarations[question.state], "in_law", False)
    document = documents_of(position, question.document)[0] if in_law else ""

    def case(scene: Scene) -> Case:
        value = scene.read(("S", question.state, document))
        if value is None:
            value = program.initial(scene, question.state, document)
        if isinstance(value, Unknown):
            scene.pick(value.item, ("unknown", "other"))
        if isinstance(value, str):
            return Case(value)
        return Case("value", False, value)

    def reasons(scene: Scene, shown: Case) -> tuple[tuple[Reason, ...], tuple[Cure, ...]]:
        events = program.cause_events(scene, question.state, document)
        cause = scene.read(("C", question.state, document))
        at = cause.at if cause is not None else None
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

    return _answer(position, question.at, known_at, case, reasons)


def _last_day(position: Position, question: LastDay, known_at: Instant | None) -> Decision:
    program = position.program
    if question.norm is None:
        document = documents_of(position, question.document)[0]

        def ends(scene: Scene) -> Case:
            cell: LifeCell | None = scene.read(("L", document))
            return (
                Case("value", False, spoken(cell.end))
                if cell is not None and cell.end is not None
                else Case("none")
            )

        def why_ends(scene: Scene, shown: Case) -> tuple[tuple[Reason, ...], tuple[Cure, ...]]:
            events = program.cause_events(scene, "agreement", document)
            return (Reason("last day", (document, shown.value), True, (), events),), ()

        return _answer(position, question.at, known_at, ends, why_ends)
    rules = [
        rule
        for rule in find_rules(position, question.norm, question.document)
        if isinstance(rule.norm, Obligation)
    ]
    future = _still_to_come(position, rules, question)

    def case(scene: Scene) -> Case:
        found: list[Instant] = []
        open_ended = False
        for rule in rules:
            if any(scene.option_of(chosen.reading) != chosen.option for chosen in rule.option):
                continue
            if future is not None:
                bind(scene, rule, future, None)
                end, _ = window(scene, rule, future.effect_at)
                found += [end] if end is not None else []
                open_ended = open_ended or end is None
                continue
            names = (
                (question.about,)
                if question.about is not None
                else tuple(scene.get(("IO", rule.index)) or ())
            )
            for trig in names:
                inst: Inst | None = scene.read(("I", rule.index, trig))
                if inst is not None:
                    found += [inst.end] if inst.end is not None else []
                    open_ended = open_ended or inst.end is None
        if found:
            return Case("value", False, spoken(min(found)))
        return Case("open" if open_ended else "none")

    def reasons(scene: Scene, shown: Case) -> tuple[tuple[Reason, ...], tuple[Cure, ...]]:
        events = (question.about,) if question.about else ()
        return tuple(
            Reason("window", (rule.norm.document, rule.norm.id, shown.value), True, (), events)
            for rule in rules[:1]
        ), ()

    return _answer(position, question.at, known_at, case, reasons)


def _still_to_come(position: Position, rules: list[Rule], question: LastDay) -> Event | None:
    """Return the trigger that is still to come, if the question describes one."""
    if question.trigger is None:
        return None
    name = next((r.norm.trigger.name for r in rules if isinstance(r.norm.trigger, OnOccurrence)), "")
    fields = dict(question.trigger)
    at = fields.pop("at", question.at)
    return Event(ASKED, name, None, at, at, fields, effect_at=at)


def _amount(position: Position, question: AmountOfSum, known_at: Instant | None) -> Decision:
    program = position.program
    rules = [] if question.name in program.sums else find_rules(position, question.name, question.document)

    def case(scene: Scene) -> Case:
        if question.name in program.sums:
            about = _thing(scene, question.about)
            value = program.amount(scene, question.name, about)
        else:
            value = 0
            for rule in rules:
                for trig in scene.get(("IO", rule.index)) or ():
                    inst: Inst | None = scene.read(("I", rule.index, trig))
                    if (
                        inst is not None
                        and inst.owed is not None
                        and (question.about is None or question.about == trig)
                    ):
                        value = inst.owed if isinstance(inst.owed, Unknown) else value + inst.owed - inst.paid
        if isinstance(value, Unknown):
            scene.pick(value.item, ("unknown", "other"))
            return Case("undetermined")
        return Case("value", False, value)

    def reasons(scene: Scene, shown: Case) -> tuple[tuple[Reason, ...], tuple[Cure, ...]]:
        events = (question.about,) if question.about else ()
        return (Reason("amount", (question.name, question.about, shown.value), True, (), events),), ()

    return _answer(position, question.at, known_at, case, reasons)


def _thing(scene: Scene, about: str | None) -> Any:
    """Return the occurrence an amount is asked about, from the instances that it triggered."""
    if about is None:
        return None
    for rule in scene.program.rules:
        inst: Inst | None = scene.read(("I", rule.index, about))
        if inst is not None:
            return inst.trigger
    return None


def _loss(position: Position, question: WhoBears, known_at: Instant | None) -> Decision:
    program = position.program

    def case(scene: Scene) -> Case:
        for loss in program.losses:
            rule = loss.rule
            if any(scene.option_of(chosen.reading) != chosen.option for chosen in rule.option):
                continue
            event = _of_kind(
                scene, rule.trigger.name if isinstance(rule.trigger, OnOccurrence) else "", question.about
            )
            if event is None:
                continue
            scene.vars = {loss.variable: event, "@trigger": event}
            if loss.trigger_where is not None and not loss.trigger_where.value(scene):
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

    return _answer(position, question.at, known_at, case, reasons)


def _of_kind(scene: Scene, name: str, about: str) -> Event | None:
    chain = scene.get(("F", name))
    while chain is not None:
        event: Event
        event, chain = chain
        if about in ("", event.id):
            return event
    return None


def _renewed(position: Position, question: Renewed, known_at: Instant | None) -> Decision:
    document = documents_of(position, question.document)[0]

    def case(scene: Scene) -> Case:
        cell: LifeCell | None = scene.read(("L", document))
        return Case("yes" if cell is not None and cell.renewed is not None else "no")

    def reasons(scene: Scene, shown: Case) -> tuple[tuple[Reason, ...], tuple[Cure, ...]]:
        cell: LifeCell | None = scene.read(("L", document))
        events = (cell.renewed,) if cell is not None and cell.renewed is not None else ()
        return (Reason("renewed", (document,), shown.answer == "yes", (), events),), ()

    return _answer(position, question.at, known_at, case, reasons)


def _arrived(position: Position, question: Arrived, known_at: Instant | None) -> Decision:
    def case(scene: Scene) -> Case:
        return Case("yes" if scene.get(("A", question.about)) is not None else "no")

    def reasons(scene: Scene, shown: Case) -> tuple[tuple[Reason, ...], tuple[Cure, ...]]:
        held = shown.answer == "yes"
        return (Reason("arrived", (question.about,), held, (), (question.about,) if held else ()),), ()

    return _answer(position, question.at, known_at, case, reasons)


def _time_barred(position: Position, question: TimeBarred, known_at: Instant | None) -> Decision:
    rules = find_rules(position, question.norm, question.document)
    bars = [bar for bar in position.program.bars if bar[0].how == "time-barred"]

    def ends(scene: Scene) -> Instant | None:
        for rule in rules:
            for trig in scene.get(("BO", rule.index)) or ():
                breach: Breach | None = scene.read(("B", rule.index, trig))
                if breach is None or (question.about is not None and question.about != trig):
                    continue
                for bar, _, period, _ in bars:
                    start: Any = breach.last_day or day_of(breach.started_at)
                    restarted = scene.read(("H", bar.restarting, None)) if bar.restarting else None
                    if restarted is not None and restarted[1].effect_at > breach.started_at:
                        start = restarted[1].effect_at
                    end = scene.deadline_period(start, period.value(scene), None).end
                    scene.until(end)
                    return end
        return None

    def case(scene: Scene) -> Case:
        end = ends(scene)
        if not bars:
            return Case("no_basis")
        return Case(
            "yes" if end is not None and end <= scene.at else "no",
            False,
            spoken(end) if end is not None else None,
        )

    def reasons(scene: Scene, shown: Case) -> tuple[tuple[Reason, ...], tuple[Cure, ...]]:
        return (Reason("time-barred", (question.norm, shown.value), shown.answer == "yes"),), ()

    return _answer(position, question.at, known_at, case, reasons)
