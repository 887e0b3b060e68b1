"""What happened, spelled: fields of occurrences and breaches, whether something happened, counts and sums over it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from contractlang.declaration import OccurrenceDecl
from contractlang.norms import Who
from engine.bulk.kernel.held import all_of, held, plain
from engine.bulk.kernel.plan import CURED, DAY, EAST, Lane
from engine.bulk.kernel.said import Place, Said, Unsaid, variable_of
from engine.event import BOTH
from engine.program import Rule
from engine.quantities import BoundE, ConstE, FieldE, FoldE, Index, NowE
from engine.statuses import HappenedE

if TYPE_CHECKING:
    from engine.bulk.kernel.spell import Speller


def field_of(speller: Speller, made: FieldE, place: Place) -> Said:
    if not isinstance(made.of, BoundE):
        if isinstance(made.of, NowE) and made.name == "day":
            return Said(f"(({place.now} + {EAST}) // {DAY})", "day")
        if isinstance(made.of, ConstE) and isinstance(made.of.constant, str):
            known = speller.terms.attributes.get(f"{made.of.constant}.{made.name}")
            if known is None:
                raise Unsaid(f"`{made.of.constant}.{made.name}` is not told")
            return speller.constant(known)
        raise Unsaid(f"`{made.name}` of what is not bound is not among what the kernel has")
    variable = variable_of(made.of, place, speller.program.touches)
    if variable.startswith("@last "):
        row, names = latest(speller, made.of.last, place)
        return column(speller, made.name, made.kind.name, row, names)
    if variable in place.debts:
        return field_of_breach(speller, made.name, *place.debts[variable])
    if variable not in place.rows:
        raise Unsaid(f"the question does not say what `{made.name}` of the act is")
    row, names = place.rows[variable]
    return column(speller, made.name, made.kind.name, row, names)


def latest(speller: Speller, name: str, place: Place) -> tuple[str, tuple[str, ...]]:
    """Return the row of the occurrence that gave rise to the duty that is broken, if it is one; else of the last one.

    An account in which it did not happen, where it is asked of, is the engine's.
    """
    for lane, key in place.debts.values():
        if lane.source is not None:
            raise Unsaid(f"which `{name}` gave rise to a duty that follows from a breach")
        names = () if lane.by_row else triggering(speller, lane.rule)
        those = [name in speller.program.touches[each].names for each in names]
        if those and all(those):
            return f"row[{key}]", names
        if any(those):
            raise Unsaid(f"`{name}` and others that give rise to one duty")
    row = speller.last.setdefault(name, f"last_{len(speller.last)}")
    speller.before.append(f"if {row} < 0: why = {speller.opens(f'`{name}` is asked of, and did not happen')}")
    names = tuple(each for each, touch in speller.program.touches.items() if name in touch.names)
    return f"max({row}, 0)", names  # Where it did not happen, what is read is of no account.


def triggering(speller: Speller, rule: Rule) -> tuple[str, ...]:
    """Return the occurrences that give rise to a duty."""
    return tuple(name for name, touch in speller.program.touches.items() if rule.index in touch.instances)


def column(speller: Speller, name: str, kind: str, row: str, names: tuple[str, ...]) -> Said:
    """Spell a field of an occurrence that stands in a row."""
    declared = [speller.program.declarations[each] for each in names]
    has = [any(p.name == name for p in d.params) for d in declared if isinstance(d, OccurrenceDecl)]
    if not any(has):
        match name:
            case "at" | "arrives":
                return Said(f"at[{row}]", "instant")
            case "day":
                return Said(f"((at[{row}] + {EAST}) // {DAY})", "day")
            case "by":
                return Said(f"who[{row}]", "party")
            case _:
                pass
    if not all(has):
        raise Unsaid(f"only some of {', '.join(names)} have `{name}`")
    held = {"money": "number", "count": "number", "one of": "word", "text": "word"}.get(kind, kind)
    if held not in ("number", "word", "day", "instant", "flag"):
        raise Unsaid(f"a field that is a {kind} is not among what the kernel has")
    for each in names:
        speller.needs.setdefault(each, set()).add(name)
    text = f"c_{speller.kept_in(name, held)}[{row}]"
    return Said(f"({text} != 0)" if held == "flag" else text, held)


def field_of_breach(speller: Speller, name: str, lane: Lane, key: str) -> Said:
    n = lane.number
    match name:
        case "unpaid" if lane.owes:
            return Said(f"max(0, o{n}[{key}] - p{n}[{key}])", "number")
        case "unpaid":
            return Said("0", "number", 0)
        case "at":
            return Said(f"b{n}[{key}]", "instant")
        case "day":
            return Said(f"((b{n}[{key}] + {EAST}) // {DAY})", "day")
        case "last_day" if lane.of_days:
            return Said(f"((e{n}[{key}] - 1 + {EAST}) // {DAY})", "day")
        case "last_day":
            return Said(f"((b{n}[{key}] - 1 + {EAST}) // {DAY})", "day")
        case "cured":
            return Said(f"(s{n}[{key}] == {CURED})", "flag")
        case "by":
            return speller.constant(lane.bearer)
        case _:
            raise Unsaid(f"`{name}` of a breach is not among what the kernel has")


def has_happened(speller: Speller, made: HappenedE) -> Said:
    if made.about is not None:
        raise Unsaid(f"whether `{made.name}` happened about one thing is not among what the kernel has")
    if made.by is None:
        return Said(speller.happening(made.name, None), "flag")
    who = made.by.value(speller.scene()) if isinstance(made.by, ConstE) else None
    if who == Who.EITHER.value:
        return Said(speller.happening(made.name, None), "flag")
    if not isinstance(who, str) or who not in speller.parties or made.name not in speller.program.acts:
        raise Unsaid(f"who did `{made.name}` is not told in a way that the kernel has")
    return Said(f"({speller.happening(made.name, who)} or {speller.happening(made.name, BOTH)})", "flag")


def folded(speller: Speller, made: FoldE, place: Place) -> Said:
    """Spell a count or a sum over what happened: a walk from the last such occurrence to the first."""
    names = tuple(each for each, touch in speller.program.touches.items() if made.name in touch.names)
    number = speller.walks.setdefault(made.name, len(speller.walks))
    found, row = speller.name("r"), speller.name("j")
    outer, speller.before = speller.before, []
    try:
        inside = replace(place, rows={**place.rows, made.name: (row, names)})
        rest = made.where if made.index is None else made.index.rest
        wheres = [] if rest is None else [held(speller, rest, inside)]
        if made.index is not None:
            wheres.append(plain(indexed(speller, made.index, inside, row, names)))
        where = all_of(wheres)
        what = "1" if made.worth is None else speller.spell(made.worth, inside).text
        lines = list(speller.before)
    finally:
        speller.before = outer
    if not where.is_plain:
        lines.append(f"if ({where.maybe}) and not ({where.sure}): why = {speller.gives_up(where)}")
    lines += [f"if {where.sure}: {found} += {what}", f"{row} = walk{number}[{row}]"]
    speller.before += [f"{found} = 0", f"{row} = walked{number}", f"while {row} >= 0:"]
    speller.before += [f"    {line}" for line in lines]
    return Said(found, "number")


def indexed(speller: Speller, index: Index, inside: Place, row: str, names: tuple[str, ...]) -> str:
    """Spell that a field of an occurrence that is counted has the value by which those are looked up."""
    one = column(speller, index.field, kind_of(speller, index.field, names), row, names)
    other = speller.spell(index.value, inside)
    if one.kind != other.kind:
        raise Unsaid(f"a {one.kind} and a {other.kind} are not compared in the kernel")
    return speller.alike(one, other, "==")


def kind_of(speller: Speller, field: str, names: tuple[str, ...]) -> str:
    """Return the kind of a field of some occurrences, as the first that has it declares it."""
    declared = (speller.program.declarations[each] for each in names)
    params = (each for d in declared if isinstance(d, OccurrenceDecl) for each in d.params)
    return next((each.kind.name for each in params if each.name == field), "")
