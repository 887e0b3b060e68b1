"""What the law requires of a party, and the agreement is silent on."""

from __future__ import annotations

from collections.abc import Iterator

from contractlang.norms import Maintenance, Obligation, Prohibition
from engine.analysis.finding import Finding, Said
from engine.analysis.listing import OPEN, agreed, may_be, of_law, states_in
from engine.analysis.plain import plain
from engine.analysis.telling import Telling, agreeing, clauses_of, listed
from engine.program import Program, Rule


def duties_of_law(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find acts that the law requires of a party, and of which the agreement makes no duty, or only in one reading."""
    required: dict[object, list[Rule]] = {}
    for rule in of_law(program):
        if isinstance(rule.norm, Obligation):
            case = (rule.act_name, rule.norm.bearer, plain(rule.norm.trigger), plain(rule.norm.when))
            required.setdefault(case, []).append(rule)
    for laws in required.values():
        yield from _silence(program, telling, laws)


def _silence(program: Program, telling: Telling, laws: list[Rule]) -> Iterator[Finding]:
    act, bearer = laws[0].act_name, laws[0].norm.bearer
    own = [each for each in agreed(program) if may_be(each, bearer)]
    ends = _ends(laws[0])
    # What is owed after one end of an agreement is not owed after another.
    same_act = [each for each in own if each.act_name == act]
    at_other_ends = [each for each in same_act if ends and _ends(each) and not ends & _ends(each)]
    on_act = [each for each in same_act if each not in at_other_ends]
    duties = [each for each in on_act if isinstance(each.norm, Obligation)]
    if (duties and _in_every_reading(program, duties)) or any(
        isinstance(e.norm, Prohibition) for e in on_act
    ):
        # What the agreement forbids and the law requires is no gap but a conflict.
        return
    near = on_act or at_other_ends or _near(program, laws[0])
    who, does, document = telling.party(bearer), telling.name(act), _agreements(program, telling)
    law = telling.norms(laws)
    if duties:
        reading = duties[0].norm.option[0]
        option, clause = telling.option(reading.reading, reading.option), telling.norm(duties[0].norm)
        silent = Said(
            f"{clause.en} makes it a duty only if the text is read so ({option.en}), and permits it otherwise",
            f"{clause.zh}只有在解释为“{option.zh}”时才使其成为义务，否则仅为可以",
        )
    elif on_act:
        clause = telling.norms(on_act)
        silent = Said(
            f"{clause.en} {agreeing(clause, 'does', 'do')} not make it a duty", f"{clause.zh}并未使其成为义务"
        )
    elif at_other_ends:
        clause = telling.norms(at_other_ends)
        silent = Said(
            f"{clause.en} {agreeing(clause, 'does', 'do')} so only after another end of the agreement",
            f"{clause.zh}只就协议的另一种终止情形作出约定",
        )
    elif near:
        clause = telling.norms(near)
        silent = Said(
            f"in {document.en} there is no norm on it, though {clause.en}"
            f" {agreeing(clause, 'bears', 'bear')} on the matter",
            f"{document.zh}虽涉及该事项（{clause.zh}），却没有相应规范",
        )
    else:
        silent = Said(
            f"in {document.en} there is no norm on it at all",
            f"{document.zh}对此完全没有规范",
        )
    yield Finding(
        "gap",
        (*clauses_of(near), *clauses_of(laws)),
        Said(
            f"the law requires {who.en} to {does.en} ({law.en}); {silent.en}. Who keeps only to the agreement breaks"
            " the law.",
            f"法律要求{who.zh}{does.zh}（{law.zh}）；{silent.zh}。仅按协议行事的，将违反法律。",
        ),
        settles=(
            Said(
                f"make it a duty of {who.en} in {document.en}, in the time the law sets",
                f"在{document.zh}中按法定期限约定{who.zh}{does.zh}的义务",
            ),
        ),
        detail={"what": "required by law", "act": act},
    )


def _agreements(program: Program, telling: Telling) -> Said:
    """Return what the agreements of the account are called: a norm of either closes a gap beside the law."""
    return listed(telling.document(each) for each in program.agreements)


def _in_every_reading(program: Program, duties: list[Rule]) -> bool:
    """Tell whether some of these duties are there however the text is read."""
    taken: dict[str, set[str]] = {}
    for rule in duties:
        if not rule.option:
            return True
        for chosen in rule.option:
            taken.setdefault(chosen.reading, set()).add(chosen.option)
    return any(set(program.readings[reading][1]) <= options for reading, options in taken.items())


def _near(program: Program, law: Rule) -> list[Rule]:
    """Return the agreed sentences that deal with the same matter.

    These keep the state on which the law's duty turns, are about the very act or event that brings it, are duties of
    the same party after the same end of the agreement, or powers of that party to do an act of the same effect.
    """
    states, ends = set(states_in(law.norm.when)), _ends(law)
    turns = {state for state, _ in states}
    act = program.acts.get(law.act_name)
    effects = {(each.state, each.option) for each in act.sets} if act is not None else set()
    # What an act of the same effect brings about is no matter of its own that the law's duty turns on.
    turns -= {state for state, _ in effects}
    found = []
    for rule in agreed(program):
        other = program.acts.get(rule.act_name)
        if _of_one_occurrence(program, rule, law):
            found.append(rule)
        elif isinstance(rule.norm, Maintenance):
            if turns & {state for state, _ in states_in(rule.norm.keeps)}:
                found.append(rule)
        elif isinstance(rule.norm, Obligation):
            if may_be(rule, law.norm.bearer) and ends & _ends(rule):
                found.append(rule)
        elif (
            isinstance(rule.norm, OPEN)
            and other is not None
            and may_be(rule, law.norm.bearer)
            and effects & {(each.state, each.option) for each in other.sets}
        ):
            found.append(rule)
    return found


def _ends(rule: Rule) -> set[tuple[str, str]]:
    """Return the ends of an agreement after which a norm is open."""
    return {each for each in states_in(rule.norm.when) if each[0] == "agreement" and each[1] != "in_force"}


def _of_one_occurrence(program: Program, rule: Rule, law: Rule) -> bool:
    """Tell whether two norms are brought by the same act or event, or by one that is a kind of the other's."""
    one, other = rule.trigger_name, law.trigger_name
    if one is None or other is None:
        return False
    return one in program.touches[other].names or other in program.touches[one].names
