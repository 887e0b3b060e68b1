"""The life of an agreement: draft, in force, expired, terminated; how long it lasts and how it is renewed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from contractlang.declaration import OccurrenceDecl, StateDecl
from contractlang.expression import And, BlankValue, Expr, Happened
from contractlang.norms import Life, Who
from contractlang.values import Period
from engine.dates import day_of, start_of
from engine.event import Event, Instant
from tests.reference import basis, documents, norms, open_items, values, windows
from tests.reference.facts import covers

if TYPE_CHECKING:
    from tests.reference.world import World


BEFORE = -(1 << 62)
"""Before every fact: the account is under the version that was signed."""


def sentences(world: World, agreement: str, how: str) -> list[Life]:
    """Return what is said on one point of an agreement's life: by itself, its supplements, and every law.

    That a supplement takes effect is said of the supplement alone.
    """
    found = [each for contract in world.contracts for each in contract.life
             if each.how == how and documents.home(world, contract.name) in ("", agreement)
             and not (how == "takes_effect" and contract.kind == "supplement")]  # fmt: skip
    return [each for each in found if documents.stands(world, each)]


def look_back(world: World) -> None:
    """Look which sentences on beginning and end have always been true: these wait for the account's first fact."""
    said = [
        each for contract in world.contracts for each in contract.life if each.how in ("takes_effect", "ends")
    ]
    world.always_true = [each for each in said if documents.stands(world, each) and _is_true(world, each)]


def is_time(world: World, sentence: Life) -> bool:
    """Tell whether an agreement begins or ends now: what was so before anything happened counts from the first fact."""
    waits = not world.has_dawned and any(each is sentence for each in world.always_true)
    return not waits and _is_true(world, sentence)


def _is_true(world: World, sentence: Life) -> bool:
    return values.holds(world, sentence.value, {}, sentence.document)


def at_first(world: World, state: str, document: str) -> Any:
    """Return what a state is before anything sets it."""
    if state == "agreement":
        signed = world.contract(documents.version_at(world, document, BEFORE))
        return "draft" if any(each.how == "takes_effect" for each in signed.life) else "in_force"
    declared = world.declared.get(state)
    assert isinstance(declared, StateDecl)
    if world.terms.states.get(state) is not None:
        return world.terms.states[state]
    return declared.options[0].name if declared.options else open_items.unknown("blank", state)


def pass_time(world: World) -> bool:
    """Let agreements take effect, end and expire, and supplements take effect. Tell whether one did."""
    changed = False
    for agreement in documents.agreements(world):
        changed = _pass_time(world, agreement) or changed
    for contract in world.contracts:
        if contract.kind == "supplement" and contract.name not in world.took_effect:
            waited_for = [each for each in contract.life if each.how == "takes_effect"
                          and norms.is_chosen(world, each) and documents.is_valid(world, each)]  # fmt: skip
            if any(is_time(world, each) for each in waited_for):
                world.took_effect[contract.name] = world.now
                changed = True
    return changed


def _pass_time(world: World, name: str) -> bool:
    before = world.state("agreement", name)
    if before == "draft":
        begins = sentences(world, name, "takes_effect")
        if any(is_time(world, each) for each in begins):
            world.set("agreement", name, "in_force", None, world.now, None)
            world.began.add(name)
            end = term_end(world, name, world.now)
            if end is not None:
                world.last_end[name] = end
                world.wake(end)
            return True
    elif before == "in_force":
        ends = sentences(world, name, "ends")
        if any(is_time(world, each) for each in ends):
            world.set("agreement", name, "terminated", None, world.now, None)
            return True
        if name in world.last_end and world.last_end[name] <= world.now:
            world.set("agreement", name, "expired", None, world.now, None)
            return True
    return False


def term_end(world: World, agreement: str, since: Instant) -> Instant | None:
    """Return the end of the agreement's period from an instant; None where it does not end."""
    for lasts in sentences(world, agreement, "lasts"):
        period = values.value(world, lasts.value, {}, lasts.document)
        if isinstance(period, Period):
            return windows.after(world, since, period, *_counting(world, lasts, period)).end
    return None


def _counting(world: World, lasts: Life, period: Period) -> tuple[bool, bool]:
    """Tell whether the last day of a term rolls, and whether its first day counts; a term of nothing has none."""

    def says(expr: Expr | None) -> bool:
        return expr is not None and values.holds(world, expr, {}, lasts.document)

    return says(lasts.rolls), says(lasts.first_day_counted) and period.count > 0


def blank_term(world: World, agreement: str) -> str | None:
    """Return the blank that was to say how long an agreement lasts, which began, where the account leaves it blank."""
    if agreement not in world.began:
        return None
    for lasts in sentences(world, agreement, "lasts"):
        said = lasts.value
        if isinstance(said, BlankValue) and said.name in world.terms.blanks:
            return None if open_items.is_filled(world, said.name) else said.name
    return None


def renew(world: World, fact: Event, grounds: list[basis.Ground]) -> None:
    """Renew the agreements that this act, done with a basis, renews: each once, however many sentences say so."""
    for agreement in basis.agreements_meant(world, grounds):
        if any(_is_renewal(world, fact, each) for each in sentences(world, agreement, "renews")):
            _renew(world, agreement, fact)


def _is_renewal(world: World, fact: Event, said: Life) -> bool:
    asked = _act_asked(said.value)
    if asked is None or not covers(world.declared, asked.name, fact.name):
        return False
    by = None if asked.by is None else values.value(world, asked.by, {}, said.document)
    if by not in (None, Who.BOTH.value) and not norms.is_by(world, fact, by):
        return False
    env: values.Env = {"@act": fact}
    return values.holds(world, said.value, env, said.document) and values.holds(
        world, said.where, env, said.document
    )


def _act_asked(expr: Expr) -> Happened | None:
    if isinstance(expr, And):
        return next((each for each in expr.parts if isinstance(each, Happened)), None)
    return expr if isinstance(expr, Happened) else None


def _renew(world: World, agreement: str, fact: Event) -> None:
    world.renewed.add(agreement)
    kind = world.declared[fact.name]
    assert isinstance(kind, OccurrenceDecl)
    given = {param.kind.name: fact.fields.get(param.name) for param in kind.params}
    period, day = given.get("duration"), given.get("day")
    end = world.last_end.pop(agreement, None)
    goes_on = world.state("agreement", agreement) == "in_force" and end is not None and end > world.now
    since = start_of(day) if isinstance(day, date) else world.now
    if isinstance(period, Period):
        lasts = sentences(world, agreement, "lasts")
        rolls, first = _counting(world, lasts[0], period) if lasts else (False, False)
        counted_from: Instant | date = since
        if day is None and goes_on and end is not None:
            # The new term follows the last day of the old one, which counts in the old one alone.
            last = day_of(end - 1)
            by_days = period.unit not in ("hours", "minutes", "seconds")
            counted_from = (last + timedelta(days=1) if first else last) if by_days else end
        world.last_end[agreement] = windows.after(world, counted_from, period, rolls, first).end
        world.wake(world.last_end[agreement])
    if world.state("agreement", agreement) == "expired":
        world.set("agreement", agreement, "in_force", None, max(since, world.now), None)
