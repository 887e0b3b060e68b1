"""What the sentences leave open: a breach without consequence, a duty without deadline, a blank that nothing fills.

A gap is found by looking at the norms and at what bears on what, without any history: it is there or not, so what is
said here is complete. A law that is asked for beside the agreements may close a gap, and may open one: where it
requires of a party what the agreement is silent on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from contractlang.norms import (
    AsOf,
    BlankDecl,
    BlankValue,
    Compare,
    Const,
    Contract,
    Discharged,
    Expr,
    Happened,
    InBreach,
    IsBlank,
    Later,
    Maintenance,
    Obligation,
    OccurrenceDecl,
    OnBreach,
    OnOccurrence,
    Overdue,
    Permission,
    Power,
    Prohibition,
    StateDecl,
    StateValue,
    Used,
    Who,
)
from engine.analysis.comparison import agreed_to, comparison
from engine.analysis.finding import Clause, Finding, Said
from engine.analysis.losses import losses_against_law
from engine.analysis.plain import expressions, occurrences, plain
from engine.analysis.silences import SILENCES
from engine.analysis.telling import Telling, agreeing, clauses_of, listed
from engine.program import Program, Rule
from engine.targets import Documents
from engine.terms import Terms
from engine.walk import walk

DUTIES = Obligation | Maintenance | Prohibition
OPEN = Permission | Power


def gaps(program: Program) -> Iterator[Finding]:
    """Yield what the agreements of a program leave open; of two together also what one has and the other has not."""
    telling = Telling.of(program)
    for look in (
        breaches_without_consequence,
        duties_without_deadline,
        powers_without_bound,
        changes_without_exit,
        states_without_way_out,
        suspensions_without_way_out,
        ends_without_consequence,
        blanks_without_rule,
        events_without_rule,
        duties_of_law,
        sentences_twice,
        losses_against_law,
        *SILENCES,
    ):
        yield from look(program, telling)
    if len(program.agreements) > 1:
        yield from comparison(program, telling)


# ---- Breach and deadline --------------------------------------------------------------------------------------------


def breaches_without_consequence(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find duties on whose breach nothing follows: no norm or sum is triggered by it, or conditioned on it."""
    followed = _followed(program)
    for home in program.agreements:
        duties = [each for each in _agreed(program, home) if isinstance(each.norm, DUTIES)]
        bare = [each for each in duties if each.index not in followed]
        if bare and bare == duties:
            # One finding, not a dozen: what is missing is the part of the text that deals with breach.
            name = telling.document(home)
            yield Finding(
                "gap",
                clauses_of(bare),
                Said(
                    f"{name.en} attaches no consequence to the breach of any of its duties"
                    f" ({telling.norms(bare).en}): no claim, no power and no sum arises from one. Who suffers a breach"
                    " can ask for performance, and for the rest depends on the law.",
                    f"{name.zh}对任何义务的违反都没有约定后果（{telling.norms(bare).zh}）："
                    "违约不产生请求权、权利或款项，受损方除要求履行外只能依赖法律规定。",
                ),
                settles=(
                    Said(
                        "agree on what the other party may claim or do on a breach",
                        "约定违约时对方可以请求什么、可以采取什么措施",
                    ),
                ),
                detail={"what": "no consequence"},
            )
            continue
        for group in _by_clause(bare):
            norm = telling.norms(group)
            who = listed(telling.party(each.norm.bearer) for each in group)
            yield Finding(
                "gap",
                clauses_of(group),
                Said(
                    f"nothing follows if {who.en} breaches {norm.en}: no norm of the account is triggered by that"
                    " breach or depends on it.",
                    f"{who.zh}违反{norm.zh}的，没有任何后果：没有一条规范因该违约而产生，或以该违约为条件。",
                ),
                settles=(
                    Said(
                        f"attach a consequence to the breach of {norm.en}, or say that none is meant",
                        f"为违反{norm.zh}约定后果，或写明不设后果",
                    ),
                ),
                detail={"what": "no consequence"},
            )


def _followed(program: Program) -> set[int]:
    """Return the duties on whose breach something follows."""
    found = {index for rule in program.rules for index in rule.on_breach_of}
    found |= {index for sums in program.sums.values() for each in sums for index in each.on_breach_of}
    documents = Documents(program.contracts)
    index_of = {id(rule.norm): rule.index for rule in program.rules}
    for rule in program.rules:
        for part in (each for expr in expressions(rule.norm) for each in walk(expr)):
            if isinstance(part, Overdue | InBreach):
                meant = documents.meant(part.target, rule.norm.document)
                found |= {index_of[id(norm)] for norm in meant if id(norm) in index_of} - {rule.index}
    return found


def duties_without_deadline(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find duties to act that have no last day: they cannot be breached, so what waits for their breach never comes."""
    followed = _followed(program)
    for rule in _agreed(program):
        norm = rule.norm
        if not isinstance(norm, Obligation) or (norm.window is not None and norm.window.limit is not None):
            continue
        called, who, act = telling.norm(norm), telling.party(norm.bearer), telling.name(norm.act.name)
        waiting = [each for each in program.rules if rule.index in each.on_breach_of and each.home]
        if rule.index in followed and waiting:
            wait = telling.norms(waiting)
            hangs = Said(
                f", and what follows on a breach ({wait.en}) can never be claimed",
                f"，以其违约为前提的{wait.zh}也永远无从适用",
            )
        else:
            hangs = Said("", "")
        yield Finding(
            "gap",
            clauses_of([rule]),
            Said(
                f"{called.en} obliges {who.en} to {act.en} but sets no deadline: {who.en} is never late{hangs.en}.",
                f"{called.zh}要求{who.zh}{act.zh}，但没有期限：{who.zh}永远不会逾期{hangs.zh}。",
            ),
            settles=(Said(f"give {called.en} a deadline", f"为{called.zh}约定履行期限"),),
            detail={"what": "no deadline", "hangs": [each.norm.id for each in waiting]},
        )


# ---- Powers ---------------------------------------------------------------------------------------------------------


def powers_without_bound(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find powers that take away what was promised, and that need no notice, leave no time to cure, or never end."""
    promised = _promised(program)
    for group in _by_clause_and_act(rule for rule in _agreed(program) if isinstance(rule.norm, OPEN)):
        act = program.acts.get(group[0].act_name)
        if act is None or not _takes(act, promised, group):
            continue
        lacking = [
            what
            for what, has in (("notice", _asks_notice), ("grace", _leaves_time), ("end", _ends))
            if not any(has(program, rule, act) for rule in group)
        ]
        if not lacking:
            continue
        called, who = telling.norms(group), telling.party(group[0].norm.bearer)
        does = telling.name(act.name)
        en = "; ".join(_LACKING[what].en for what in lacking)
        zh = "；".join(_LACKING[what].zh for what in lacking)
        yield Finding(
            "gap",
            clauses_of(group),
            Said(
                f"{called.en} {agreeing(called, 'gives', 'give')} {who.en} the power to {does.en}"
                f" without bounds: {en}.",
                f"{called.zh}赋予{who.zh}“{does.zh}”的权利，但没有界限：{zh}。",
            ),
            settles=tuple(_BOUNDS[what] for what in lacking),
            detail={"what": "power without bound", "lacks": lacking},
        )


_LACKING = {
    "notice": Said("no notice is asked beforehand", "行使前无须通知"),
    "grace": Said(
        "it is open from the first moment of a breach, with no time to cure it",
        "违约一发生即可行使，没有补正的宽限期",
    ),
    "end": Said(
        "once arisen it never lapses, not even when the breach has been cured",
        "一经产生便不消灭，即使违约已经补正",
    ),
}
_BOUNDS = {
    "notice": Said("ask for a notice some time before", "约定行使前若干时间的通知"),
    "grace": Said("let it arise only after a time to cure", "约定宽限期届满后方可行使"),
    "end": Said("say within which time it must be used", "约定行使期限，逾期权利消灭"),
}


def _promised(program: Program) -> dict[str, set[str]]:
    """Return the states that agreed duties keep, and in which of their values."""
    found: dict[str, set[str]] = {}
    for rule in _agreed(program):
        if isinstance(rule.norm, Maintenance):
            for state, value in _states_in(rule.norm.keeps):
                found.setdefault(state, set()).add(value)
    return found


def _takes(act: OccurrenceDecl, promised: dict[str, set[str]], group: list[Rule]) -> bool:
    """Tell whether an act ends the agreement, or brings a state that a duty keeps to another value."""
    if any(isinstance(rule.norm, Power) and rule.norm.suspends for rule in group):
        return True
    return any(
        effect.state == "agreement"
        or (effect.option is not None and effect.option not in promised.get(effect.state, {effect.option}))
        for effect in act.sets
    )


def _asks_notice(program: Program, rule: Rule, act: OccurrenceDecl) -> bool:
    """The act is itself a notice, or something that works on arrival must have come before."""
    return act.on_arrival or any(
        isinstance(part, Happened)
        and isinstance(found := program.declarations.get(part.name), OccurrenceDecl)
        and found.on_arrival
        for part in _parts(rule)
    )


def _leaves_time(program: Program, rule: Rule, act: OccurrenceDecl) -> bool:
    """There is a time that must pass first; what does not hang on a breach leaves nothing to cure."""
    parts = list(_parts(rule))
    if any(isinstance(part, Overdue | Used) and part.longer is not None for part in parts):
        return True
    if any(isinstance(part, Later) for part in parts):
        return True
    norm = rule.norm
    window = None if isinstance(norm, Maintenance) else norm.window
    if window is not None and window.not_before is not None:
        return True
    waits = isinstance(norm.trigger, OnBreach) or any(isinstance(p, Overdue | InBreach) for p in parts)
    return not waits


def _ends(program: Program, rule: Rule, act: OccurrenceDecl) -> bool:
    """It lapses, has a window or an end, or is open only as long as its condition holds."""
    norm = rule.norm
    window = None if isinstance(norm, Maintenance) else norm.window
    if rule.lapses or norm.until is not None or (window is not None and window.limit is not None):
        return True
    if norm.trigger is None:
        return norm.when is not None
    return any(isinstance(part, Overdue) for part in walk(norm.when))


def changes_without_exit(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find powers to change what the other party pays, where that party has no power to leave but on a breach."""
    exits = [
        rule
        for rule in program.rules
        if isinstance(rule.norm, OPEN)
        and not isinstance(rule.norm.trigger, OnBreach)
        and (act := program.acts.get(rule.act_name)) is not None
        and any(effect.state == "agreement" for effect in act.sets)
    ]
    sums = [each for found in program.sums.values() for each in found]
    powers = (
        rule for rule in _agreed(program) if isinstance(rule.norm, OPEN) and not agreed_to(program, rule)
    )
    for group in _by_clause_and_act(powers):
        rule, changer = group[0], group[0].norm.bearer
        act = program.acts.get(rule.act_name)
        changed = (
            {effect.state for effect in act.sets if effect.field is not None} if act is not None else set()
        )
        read = {
            part.name
            for each in sums
            if each.home == rule.home
            for part in walk(each.rule.value)
            if isinstance(part, StateValue)
        }
        if not changed & read or not isinstance(changer, str):
            continue
        others = [each for each in program.bound_parties if each != changer]
        stuck = [each for each in others if not any(_may_be(way, each) for way in exits)]
        if not stuck:
            continue
        called, who, does = telling.norms(group), telling.party(changer), telling.name(rule.act_name)
        other = listed(telling.party(each) for each in stuck)
        yield Finding(
            "gap",
            clauses_of(group),
            Said(
                f"{called.en} lets {who.en} {does.en} alone, and nothing lets {other.en} leave the agreement on that"
                f" account: {other.en} must pay what {who.en} has set.",
                f"{called.zh}允许{who.zh}单方{does.zh}，而没有任何约定允许{other.zh}因此退出协议：{other.zh}只能按{who.zh}所定支付。",
            ),
            settles=(
                Said(
                    f"let {other.en} end the agreement within some time of the change, or make it subject to consent",
                    f"约定{other.zh}可在变更后若干日内解除协议，或使变更以其同意为条件",
                ),
            ),
            detail={"what": "no exit"},
        )


# ---- States and ends ------------------------------------------------------------------------------------------------


def states_without_way_out(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find values of states into which some norm leads, and from which no permitted or required act leads out."""
    occurrences_ = [each for each in program.declarations.values() if isinstance(each, OccurrenceDecl)]
    spoken = {rule.act_name for rule in program.rules if isinstance(rule.norm, Obligation | OPEN)}
    for declared in program.declarations.values():
        if not isinstance(declared, StateDecl) or not declared.options:
            continue
        leads: dict[str, list[OccurrenceDecl]] = {}
        for each in occurrences_:
            if not each.is_act or each.name in spoken:
                for effect in each.sets:
                    if effect.state == declared.name and effect.option is not None:
                        leads.setdefault(effect.option, []).append(each)
        for option, into in leads.items():
            ways_in = [
                rule
                for rule in program.rules
                if isinstance(rule.norm, OPEN | Obligation) and rule.act_name in {each.name for each in into}
            ]
            if option == declared.options[0].name or not ways_in or any(other != option for other in leads):
                continue
            called, stuck = telling.norms(ways_in), telling.state_is(declared.name, option)
            yield Finding(
                "gap",
                clauses_of(ways_in),
                Said(
                    f"{called.en} {agreeing(called, 'leads', 'lead')} to this: {stuck.en};"
                    " no norm permits or requires an act that ends it.",
                    f"依{called.zh}可使{stuck.zh}，但没有任何规范允许或要求作出使其恢复的行为，此后无路可退。",
                ),
                settles=(
                    Said(
                        "say who must, or may, bring it back, and when",
                        "约定由谁、在何时应当或可以恢复",
                    ),
                ),
                detail={"what": "no way out", "state": declared.name, "value": option},
            )


def suspensions_without_way_out(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find powers that suspend a duty, where nothing resumes it, or only what nobody is ever late with."""
    followed = _followed(program)
    for rule in _agreed(program):
        if not isinstance(rule.norm, Power) or not rule.suspends:
            continue
        ways = [each for each in program.rules if set(each.resumes) & set(rule.suspends)]
        awaited = [_awaited(program, each) for each in ways]
        endless = [
            duty
            for duties in awaited
            for duty in duties
            if not _has_last_day(duty) or duty.index not in followed
        ]
        if ways and not all(set(duties) & set(endless) for duties in awaited):
            continue
        called, kept = telling.norm(rule.norm), telling.norms(program.rules[i] for i in rule.suspends)
        if ways:
            wait, who = telling.norms(endless), listed(telling.party(each.norm.bearer) for each in endless)
            way = telling.norms(ways)
            said = Said(
                f"{called.en} suspends {kept.en}, and by {way.en} it goes on only once {wait.en} is done; if"
                f" {who.en} never does that, nothing follows, and everything stands still.",
                f"{called.zh}可中止{kept.zh}，依{way.zh}只有在{wait.zh}履行之后才能恢复；{who.zh}始终不履行的，"
                "没有任何后果，双方从此僵持。",
            )
        else:
            said = Said(
                f"{called.en} suspends {kept.en}, and no norm says how it goes on.",
                f"{called.zh}可中止{kept.zh}，但没有任何规范说明如何恢复。",
            )
        yield Finding(
            "gap",
            clauses_of([rule, *ways, *endless]),
            said,
            settles=(
                Said(
                    "say what ends the suspension at the latest, or who may then end the agreement",
                    "约定中止最迟至何时结束，或届时由谁解除协议",
                ),
            ),
            detail={"what": "standstill"},
        )


def _awaited(program: Program, rule: Rule) -> list[Rule]:
    """Return the duties that have to be done before a norm is open."""
    documents = Documents(program.contracts)
    meant = [
        id(norm)
        for part in _parts(rule)
        if isinstance(part, Discharged)
        for norm in documents.meant(part.target, rule.norm.document)
    ]
    return [each for each in program.rules if id(each.norm) in meant]


def _has_last_day(rule: Rule) -> bool:
    norm = rule.norm
    return isinstance(norm, Obligation) and norm.window is not None and norm.window.limit is not None


def ends_without_consequence(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find duties that follow on termination only, where the agreement may also end with its term."""
    for home in program.agreements:
        terms = [each for each in program.life_rules if each.document == home and each.life.how == "lasts"]
        duties = [each for each in program.rules if isinstance(each.norm, Obligation)]
        for rule in duties:
            if rule.home != home or not after(rule, "terminated") or after(rule, "expired"):
                continue
            if not terms or any(after(each, "expired") and each.act_name == rule.act_name for each in duties):
                continue
            called = telling.norm(rule.norm)
            term = telling.clause(terms[0].life.document, terms[0].life.clause)
            who, act = telling.party(rule.norm.bearer), telling.name(rule.act_name)
            yield Finding(
                "gap",
                (*clauses_of([rule]), Clause(terms[0].life.document, terms[0].life.clause)),
                Said(
                    f"{called.en} obliges {who.en} to {act.en} only after termination; the agreement also ends when"
                    f" its term runs out ({term.en}), and then nobody owes it: what was prepaid or is still held stays"
                    " unsettled.",
                    f"{called.zh}只在解除之后要求{who.zh}{act.zh}；协议也会因期满而终止（{term.zh}），"
                    "此时没有人负有该义务，预付余额等事项无人处理。",
                ),
                settles=(
                    Said(
                        f"let {called.en} apply to every end of the agreement",
                        f"使{called.zh}适用于协议的一切终止情形",
                    ),
                ),
                detail={"what": "one end only"},
            )


def after(rule: Rule, life: str) -> bool:
    """Tell whether a norm is open once the agreement is in that state of its life."""
    return ("agreement", life) in set(_states_in(rule.norm.when))


def _states_in(expr: Expr | None) -> Iterator[tuple[str, str]]:
    """Yield the states of which an expression asks for a value, with that value."""
    for part in walk(expr):
        if isinstance(part, Compare) and part.op == "==" and isinstance(part.right, Const):
            state = part.left.state if isinstance(part.left, AsOf) else part.left
            if isinstance(state, StateValue) and isinstance(part.right.value, str):
                yield state.name, part.right.value


# ---- Blanks and events ----------------------------------------------------------------------------------------------


def blanks_without_rule(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find blanks on which something hangs, and for which nothing says what holds if they are left blank."""
    tested = {
        part.name
        for contract in program.contracts
        for _, expr in _sentences(contract)
        for part in walk(expr)
        if isinstance(part, IsBlank)
    }
    for declared in program.declarations.values():
        if not isinstance(declared, BlankDecl):
            continue
        if any(each in tested or each in program.fills for each in (declared.name, declared.alias) if each):
            continue
        users = dict.fromkeys(
            clause
            for contract in program.contracts
            if contract.kind in ("agreement", "supplement")
            for clause, expr in _sentences(contract)
            for part in walk(expr)
            if isinstance(part, BlankValue) and part.name == declared.name
        )
        if not users:
            continue
        name = telling.name(declared.name)
        where = listed(telling.clause(each.document, each.clause) for each in users)
        said = (
            Said(
                f"{where.en} turns on {name.en}, which the text neither fixes nor leaves a place for, and no rule"
                " fills it: no day, sum or period can be reckoned from the text alone.",
                f"{where.zh}取决于“{name.zh}”，文本既未约定也未留出填写之处，又没有填补规则：单凭文本无法算出日期、金额或期间。",
            )
            if declared.gap
            else Said(
                f"{where.en} turns on the blank {name.en}; if it is left blank, no rule says what holds instead.",
                f"{where.zh}取决于空白“{name.zh}”；如未填写，没有任何规则说明以何为准。",
            )
        )
        yield Finding(
            "gap",
            tuple(users),
            said,
            settles=(
                Said(
                    f"fill in {name.en}, or say what holds while it is blank",
                    f"填写“{name.zh}”，或约定未填写时以何为准",
                ),
            ),
            detail={"what": "blank", "blank": declared.name},
        )


def _sentences(contract: Contract) -> Iterator[tuple[Clause, Expr | None]]:
    """Yield every expression of a document, with the clause that it stands in."""
    for norm in contract.norms:
        for expr in expressions(norm):
            yield Clause(contract.name, norm.clause, norm.id), expr
    for amount in contract.amounts:
        for expr in (amount.value, amount.where, amount.claimable):
            yield Clause(contract.name, amount.clause), expr
    for loss in contract.losses:
        for expr in (loss.loss, loss.when):
            yield Clause(contract.name, loss.clause), expr
    for life in contract.life:
        for expr in (life.value, life.where, life.rolls):
            yield Clause(contract.name, life.clause), expr
    for priority in contract.priorities:
        yield Clause(contract.name, priority.clause), priority.when


def events_without_rule(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find events that an agreement declares and nothing uses, and those on which only the law has a rule."""
    used = {name for contract in program.contracts for name in _mentioned(contract)}
    for contract in program.contracts:
        for declared in contract.declarations.values():
            if (
                isinstance(declared, OccurrenceDecl)
                and not declared.is_act
                and contract.kind == "agreement"
                and declared.document == contract.name
                and declared.name not in used
                and not declared.sets
                and not declared.shows
            ):
                event, document = telling.name(declared.name), telling.document(contract.name)
                yield Finding(
                    "gap",
                    (Clause(contract.name, "", declared.name),),
                    Said(
                        f"{document.en} names the event {event.en}, and no sentence says what follows when it happens.",
                        f"{document.zh}提到“{event.zh}”，但没有一句话说明发生之后如何。",
                    ),
                    settles=(Said(f"say what follows on {event.en}", f"约定发生“{event.zh}”时的后果"),),
                    detail={"what": "event", "event": declared.name},
                )
    yield from _events_of_law(program, telling)


def _events_of_law(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find what triggers a power or permission that only the law gives."""
    known = {name for each in program.contracts if each.kind != "law" for name in _mentioned(each)}
    found: dict[str, list[Rule]] = {}
    for rule in _law(program):
        on = rule.norm.trigger
        if isinstance(rule.norm, OPEN) and isinstance(on, OnOccurrence) and on.name not in known:
            found.setdefault(on.name, []).append(rule)
    for name, rules in found.items():
        event, document, laws = telling.name(name), _agreements(program, telling), telling.norms(rules)
        acts = listed(telling.name(rule.act_name) for rule in rules)
        who = listed(telling.party(rule.norm.bearer) for rule in rules)
        yield Finding(
            "gap",
            clauses_of(rules),
            Said(
                f"on {event.en} the law lets {who.en} {acts.en} ({laws.en}); {document.en} says nothing of it,"
                " so only the law says when, how, and with what notice.",
                f"发生“{event.zh}”时，法律允许{who.zh}{acts.zh}（{laws.zh}）；{document.zh}对此没有约定，"
                "何时、如何行使以及如何通知只能依法律。",
            ),
            settles=(
                Said(f"provide for {event.en} in {document.en}", f"在{document.zh}中就“{event.zh}”作出约定"),
            ),
            detail={"what": "event", "event": name},
        )


def _mentioned(contract: Contract) -> Iterator[str]:
    """Yield the acts and events of which some sentence of a document speaks."""
    for norm in contract.norms:
        yield from occurrences(norm)
    for amount in contract.amounts:
        if isinstance(amount.trigger, OnOccurrence):
            yield amount.trigger.name
    for loss in contract.losses:
        if isinstance(loss.trigger, OnOccurrence):
            yield loss.trigger.name
    for _, expr in _sentences(contract):
        for part in walk(expr):
            if hasattr(part, "name"):
                yield part.name


# ---- What the law requires ------------------------------------------------------------------------------------------


def duties_of_law(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find acts that the law requires of a party, and of which the agreement makes no duty, or only in one reading."""
    required: dict[object, list[Rule]] = {}
    for rule in _law(program):
        if isinstance(rule.norm, Obligation):
            case = (rule.act_name, rule.norm.bearer, plain(rule.norm.trigger), plain(rule.norm.when))
            required.setdefault(case, []).append(rule)
    for laws in required.values():
        yield from _silence(program, telling, laws)


def _silence(program: Program, telling: Telling, laws: list[Rule]) -> Iterator[Finding]:
    act, bearer = laws[0].act_name, laws[0].norm.bearer
    agreed = [each for each in _agreed(program) if _may_be(each, bearer)]
    on_act = [each for each in agreed if each.act_name == act]
    duties = [each for each in on_act if isinstance(each.norm, Obligation)]
    if (duties and _in_every_reading(program, duties)) or any(
        isinstance(e.norm, Prohibition) for e in on_act
    ):
        # What the agreement forbids and the law requires is no gap but a conflict.
        return
    near = on_act or _near(program, laws[0])
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


def _may_be(rule: Rule, bearer: object) -> bool:
    """Tell whether a norm can bind that party."""
    return rule.norm.bearer == bearer or isinstance(rule.norm.bearer, Who) or isinstance(bearer, Who)


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

    These keep the state on which the law's duty turns, are duties of the same party after the same end of the
    agreement, or powers of that party to do an act that has the same effect.
    """
    states = set(_states_in(law.norm.when))
    ends = {each for each in states if each[0] == "agreement"}
    turns = {state for state, _ in states}
    act = program.acts.get(law.act_name)
    effects = {(each.state, each.option) for each in act.sets} if act is not None else set()
    # What an act of the same effect brings about is no matter of its own that the law's duty turns on.
    turns -= {state for state, _ in effects}
    found = []
    for rule in _agreed(program):
        other = program.acts.get(rule.act_name)
        if isinstance(rule.norm, Maintenance):
            if turns & {state for state, _ in _states_in(rule.norm.keeps)}:
                found.append(rule)
        elif isinstance(rule.norm, Obligation):
            if _may_be(rule, law.norm.bearer) and ends & set(_states_in(rule.norm.when)):
                found.append(rule)
        elif (
            isinstance(rule.norm, OPEN)
            and other is not None
            and _may_be(rule, law.norm.bearer)
            and effects & {(each.state, each.option) for each in other.sets}
        ):
            found.append(rule)
    return found


# ---- Said twice -----------------------------------------------------------------------------------------------------


def sentences_twice(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find clauses of an agreement of which it is said that they only repeat another."""
    for contract in program.contracts:
        if contract.kind == "law":
            continue
        for remark in contract.remarks:
            if remark.how != "see" or contract.clause(remark.text) is None:
                continue
            first, again = (telling.clause(contract.name, each) for each in (remark.text, remark.clause))
            yield Finding(
                "redundant",
                (Clause(contract.name, remark.text), Clause(contract.name, remark.clause)),
                Said(
                    f"{again.en} says what {first.en} says already, and adds nothing. Whoever edits one of the two and"
                    " not the other makes them contradict each other.",
                    f"{again.zh}重复{first.zh}的内容，没有增加任何约定。今后只修改其中一处的，两处将互相矛盾。",
                ),
                settles=(
                    Said(
                        f"strike {again.en}, or let it refer to {first.en}",
                        f"删去{again.zh}，或使其指向{first.zh}",
                    ),
                ),
                detail={"what": "repeated"},
            )


# ---- Helpers --------------------------------------------------------------------------------------------------------


def _agreements(program: Program, telling: Telling) -> Said:
    """Return what the agreements of the account are called: a norm of either closes a gap beside the law."""
    return listed(telling.document(each) for each in program.agreements)


def _agreed(program: Program, home: str | None = None) -> Iterator[Rule]:
    """Yield the rules of the agreements, or of one."""
    yield from (each for each in program.rules if each.home and home in (None, each.home))


def _law(program: Program) -> Iterator[Rule]:
    """Yield the rules of law, without those whose reading is not taken or that later sentences have replaced."""
    taken = program.taken(Terms()).options
    held = [each for each in program.rules if not each.home]
    for rule in held:
        if any(taken.get(each.reading) != each.option for each in rule.option):
            continue
        ended = rule.norm.standing.valid_to
        if ended is not None and any(
            each.norm.document == rule.norm.document
            and each.act_name == rule.act_name
            and each.norm.bearer == rule.norm.bearer
            and each.norm.standing.valid_from is not None
            and each.norm.standing.valid_from > ended
            for each in held
        ):
            continue
        yield rule


def _by_clause(rules: Iterable[Rule]) -> list[list[Rule]]:
    """Return rules clause by clause."""
    return _grouped(rules, lambda rule: (rule.norm.document, rule.norm.clause))


def _by_clause_and_act(rules: Iterable[Rule]) -> list[list[Rule]]:
    """Return rules clause by clause and act by act: the alternatives of a reading together."""
    return _grouped(rules, lambda rule: (rule.norm.document, rule.norm.clause, rule.act_name))


def _grouped(rules: Iterable[Rule], by: Callable[[Rule], object]) -> list[list[Rule]]:
    found: dict[object, list[Rule]] = {}
    for rule in rules:
        found.setdefault(by(rule), []).append(rule)
    return list(found.values())


def _parts(rule: Rule) -> Iterator[Expr]:
    for expr in expressions(rule.norm):
        yield from walk(expr)
