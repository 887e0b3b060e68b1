"""What the law requires of a party, and the agreement is silent on."""

from __future__ import annotations

from collections.abc import Iterator

from contractlang.norms import Maintenance, Obligation, Prohibition
from engine.analysis.finding import Clause, Finding, Said
from engine.analysis.listing import agreed, may_be, of_law_between
from engine.analysis.lost import broken_off, unless_lost
from engine.analysis.matter import ends_of, near
from engine.analysis.plain import plain
from engine.analysis.telling import Telling, agreeing, clauses_of, listed
from engine.program import Program, Rule

EXPIRY = ("agreement", "expired")


def duties_of_law(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find acts that the law requires of a party, and of which the agreement makes no duty, or only in one reading."""
    required: dict[object, list[Rule]] = {}
    for rule in of_law_between(program):
        if isinstance(rule.norm, Obligation):
            case = (rule.act_name, rule.norm.bearer, frozenset(ends_of(rule)))
            required.setdefault(case, []).append(rule)
    for laws in required.values():
        yield from _silence(program, telling, laws)


def _silence(program: Program, telling: Telling, laws: list[Rule]) -> Iterator[Finding]:
    act, bearer = laws[0].act_name, laws[0].norm.bearer
    own = [each for each in agreed(program) if may_be(each, bearer)]
    ends = ends_of(laws[0])
    # What is owed after one end of an agreement is not owed after another.
    same_act = [each for each in own if each.act_name == act]
    at_other_ends = [each for each in same_act if ends and ends_of(each) and not ends & ends_of(each)]
    on_act = [each for each in same_act if each not in at_other_ends]
    duties = [each for each in on_act if isinstance(each.norm, Obligation)]
    if (duties and _in_every_reading(program, duties)) or any(
        isinstance(e.norm, Prohibition) for e in on_act
    ):
        # What the agreement forbids and the law requires is no gap but a conflict.
        return
    about = {each.index: each for law in laws for each in near(program, law)}
    bearing = on_act or at_other_ends or list(about.values())
    left_out = terms_left_out(program, bearing, ends) if not on_act else ()
    who, does, document = telling.party(bearer), telling.name(act), agreements_called(program, telling)
    law, lost = telling.norms(laws), unless_lost(program, telling)
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
    elif bearing:
        clause = telling.norms(bearing)
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
        (*clauses_of(bearing), *left_out, *broken_off(program), *clauses_of(laws)),
        Said(
            f"the law requires {who.en} to {does.en} ({law.en}); {silent.en}{lost.en}. Who keeps only to"
            " the agreement breaks the law.",
            f"法律要求{who.zh}{does.zh}（{law.zh}）；{silent.zh}{lost.zh}。仅按协议行事的，将违反法律。",
        ),
        settles=(
            Said(
                f"make it a duty of {who.en} in {document.en}, in the time the law sets",
                f"在{document.zh}中按法定期限约定{who.zh}{does.zh}的义务",
            ),
        ),
        detail={"what": "required by law", "act": act},
    )


def care_of_law(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find what the law has a party keep so, and of which no agreed sentence says that it is to be kept."""
    required: dict[object, tuple[Maintenance, list[Rule]]] = {}
    for rule in of_law_between(program):
        if isinstance(rule.norm, Maintenance):
            case = (plain(rule.norm.keeps), rule.norm.bearer)
            required.setdefault(case, (rule.norm, []))[1].append(rule)
    for duty, laws in required.values():
        own = {
            plain(each.norm.keeps)
            for each in agreed(program)
            if isinstance(each.norm, Maintenance) and may_be(each, duty.bearer)
        }
        if plain(duty.keeps) in own:
            continue
        bearing = near(program, laws[0])
        who, law, document = (
            telling.party(duty.bearer),
            telling.norms(laws),
            agreements_called(program, telling),
        )
        kept, lost = telling.conditions(laws[0], [duty.keeps]), unless_lost(program, telling)
        yield Finding(
            "gap",
            (*clauses_of(bearing), *broken_off(program), *clauses_of(laws)),
            Said(
                f"the law has {who.en} see to this ({law.en}): {kept.en}; in {document.en} there is no norm on"
                f" it{lost.en}. Who keeps only to the agreement breaks the law.",
                f"法律要求{who.zh}做到（{law.zh}）：{kept.zh}；{document.zh}对此没有规范{lost.zh}。仅按协议行事的，将违反法律。",
            ),
            settles=(
                Said(
                    f"make it a duty of {who.en} in {document.en}", f"在{document.zh}中约定为{who.zh}的义务"
                ),
            ),
            detail={"what": "required by law"},
        )


def agreements_called(program: Program, telling: Telling) -> Said:
    """Return what the agreements of the account are called: a norm of either closes a gap beside the law."""
    return listed(telling.document(each) for each in program.agreements)


def terms_left_out(program: Program, rules: list[Rule], ends: set[tuple[str, str]]) -> tuple[Clause, ...]:
    """Return the clauses on the term of the agreements of some norms, where they leave out its running out."""
    homes = {each.home for each in rules if EXPIRY in ends - ends_of(each)}
    lives = (each.life for each in program.life_rules if each.document in homes and each.life.how == "lasts")
    return tuple(dict.fromkeys(Clause(each.document, each.clause) for each in lives))


def _in_every_reading(program: Program, duties: list[Rule]) -> bool:
    """Tell whether some of these duties are there however the text is read."""
    taken: dict[str, set[str]] = {}
    for rule in duties:
        if not rule.option:
            return True
        for chosen in rule.option:
            taken.setdefault(chosen.reading, set()).add(chosen.option)
    return any(set(program.readings[reading][1]) <= options for reading, options in taken.items())
