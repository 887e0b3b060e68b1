"""What is named and never settled: blanks that no rule fills, acts and events that no norm speaks of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from contractlang.contract import Contract
from contractlang.declaration import BlankDecl, OccurrenceDecl
from contractlang.expression import BlankValue, Expr, IsBlank
from contractlang.norms import OnOccurrence
from engine.analysis.finding import NOTHING, Clause, Finding, Said
from engine.analysis.listing import OPEN, of_law
from engine.analysis.lost import broken_off
from engine.analysis.plain import expressions, occurrences, parts_of, plain
from engine.analysis.required import agreements_called
from engine.analysis.stated import laws_stating, stating
from engine.analysis.telling import Telling, agreeing, clauses_of, listed
from engine.program import Program, Rule
from engine.walk import walk


def blanks_without_rule(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find blanks on which something hangs, and for which nothing says what holds if they are left blank, or only the
    law does.
    """
    users = _users_of_blanks(program)
    of_law = {each.name for each in program.contracts if each.kind == "law"}
    ruled = _ruled(program)
    for declared in program.declarations.values():
        if not isinstance(declared, BlankDecl) or declared.name not in users:
            continue
        rules = list(ruled.get(declared.name, {}) | ruled.get(declared.alias or "", {}))
        if all(each.document in of_law for each in rules):
            speaking = [] if rules else list(laws_stating(program, declared))
            here = {each.document for each in users[declared.name]}
            # What the text does not even leave a place for may have stood in what is lost of it.
            lost = [each for each in broken_off(program) if declared.gap and each.document in here]
            yield Unfilled(declared, list(users[declared.name]), lost, rules, speaking).told(telling)


class Unfilled(NamedTuple):
    """A blank, the sentences that turn on it, where the text breaks off that may have filled it, the laws that say what
    holds while it is blank, and those that only speak of it.
    """

    declared: BlankDecl
    users: list[Clause]
    lost: list[Clause]
    laws: list[Clause]
    speaking: list[Clause]

    def told(self, telling: Telling) -> Finding:
        """Return it as it is told."""
        name, (turns, rest) = telling.name(self.declared.name), (self._turns(telling), self._rest(telling))
        return Finding(
            "gap", (*self.users, *self.lost, *self.laws, *self.speaking),
            Said(f"{turns.en}; {rest.en}.", f"{turns.zh}；{rest.zh}。"),
            settles=(
                Said(
                    f"fill in {name.en}, or say what holds while it is blank",
                    f"填写“{name.zh}”，或约定未填写时以何为准",
                ),
            ),
            detail={"what": "blank of law" if self.laws else "blank", "blank": self.declared.name},
        )  # fmt: skip

    def _turns(self, telling: Telling) -> Said:
        name, where = telling.name(self.declared.name), telling.clauses(self.users)
        if not self.declared.gap:
            return Said(f"{where.en} turns on the blank {name.en}", f"{where.zh}取决于空白“{name.zh}”")
        lost = telling.clauses(self.lost)
        off = (
            Said(f" (it breaks off at {lost.en})", f"（现有文本在{lost.zh}处中断）") if self.lost else NOTHING
        )
        return Said(
            f"{where.en} turns on {name.en}, which the text neither fixes nor leaves a place for{off.en}",
            f"{where.zh}取决于“{name.zh}”，文本既未约定也未留出填写之处{off.zh}",
        )

    def _rest(self, telling: Telling) -> Said:
        law, speaking = telling.clauses(self.laws), telling.clauses(self.speaking)
        if self.laws:
            return Said(
                f"what holds while nothing is agreed on it stands in the law alone ({law.en})",
                f"未作约定时以何为准，只见于法律（{law.zh}）",
            )
        if self.declared.gap:
            said = Said(
                "no rule fills it: no day, sum or period can be reckoned from the text alone",
                "也没有填补规则：单凭文本无法算出日期、金额或期间",
            )
        else:
            said = Said(
                "if it is left blank, no rule says what holds instead",
                "如未填写，没有任何规则说明以何为准",
            )
        if not self.speaking:
            return said
        return Said(
            f"{said.en}; {speaking.en} {agreeing(speaking, 'bears', 'bear')} on it and"
            f" {agreeing(speaking, 'fills', 'fill')} nothing in",
            f"{said.zh}；{speaking.zh}与此有关，但不能据以填补",
        )


def _ruled(program: Program) -> dict[str, dict[Clause, None]]:
    """Return the clauses that say what holds while a blank is left blank, or fill it, by what they call it."""
    found: dict[str, dict[Clause, None]] = {}
    for contract in program.contracts:
        tested = (
            (part.name, clause)
            for clause, expr in sentences(contract)
            for part in walk(expr)
            if isinstance(part, IsBlank)
        )
        filled = ((each.blank, Clause(contract.name, each.clause)) for each in contract.fills)
        for name, clause in (*tested, *filled):
            found.setdefault(name, {})[clause] = None
    return found


def blanks_without_use(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find places to fill in of which no sentence asks what stands there. Words to be filled in need none, names among
    them, but where a clause itself says that it means them: in the manner agreed.
    """
    used = {
        part.name
        for contract in program.contracts
        for _, expr in sentences(contract)
        for part in walk(expr)
        if isinstance(part, BlankValue | IsBlank)
    }
    for contract in program.contracts:
        for declared in contract.declarations.values() if contract.kind != "law" else ():
            if not isinstance(declared, BlankDecl) or declared.gap or declared.name in used:
                continue
            stated = [Clause(contract.name, number) for number in stating(contract, declared)]
            if declared.kind.name == "text" and stated:
                yield _meant_and_not_fixed(program, telling, declared, stated)
            if declared.kind.name == "text" or declared.document != contract.name:
                continue
            name, document = telling.name(declared.name), telling.document(contract.name)
            instead, laws = _taken_instead(program, contract, declared)
            said = Said(
                f"{document.en} has {name.en} to be filled in, and no sentence asks what stands there: whatever is"
                " agreed on it, nothing follows.",
                f"{document.zh}留有“{name.zh}”待填，但没有一句话用到所填内容：无论如何约定，都不产生任何后果。",
            )
            if instead:
                own, law = telling.norms(instead), telling.clauses(laws)
                said = Said(
                    f"{said.en} {own.en} {agreeing(own, 'goes', 'go')} by what the law takes where nothing is"
                    f" agreed ({law.en}).",
                    f"{said.zh}{own.zh}所依据的，正是未作约定时法律所采的内容（{law.zh}）。",
                )
            speaking = [each for each in laws_stating(program, declared) if each not in laws]
            said = _and_the_law(telling, said, speaking)
            yield Finding(
                "gap",
                (Clause(contract.name, "", declared.name), *stated, *clauses_of(instead), *laws, *speaking),
                said,
                settles=(
                    Said(
                        f"say in the sentence that it is meant for what {name.en} decides, or strike it",
                        f"在与之有关的条款中写明“{name.zh}”决定什么，或删去该项",
                    ),
                ),
                detail={"what": "blank without use", "blank": declared.name},
            )


def _meant_and_not_fixed(
    program: Program, telling: Telling, declared: BlankDecl, stated: list[Clause]
) -> Finding:
    """Return that clauses mean something agreed which the text does not fix."""
    laws = list(laws_stating(program, declared))
    meant = [Clause(each.document, each.clause, declared.name) for each in stated]
    name, where = telling.name(declared.name), telling.clauses(stated)
    said = Said(
        f"{where.en} {agreeing(where, 'means', 'mean')} something agreed ({name.en}) that the text neither fixes nor"
        " leaves a place for, and no sentence asks for it.",
        f"{where.zh}所指的“{name.zh}”，文本既未约定也未留出填写之处，也没有一句话用到它。",
    )
    return Finding(
        "gap", (*meant, *laws), _and_the_law(telling, said, laws),
        settles=(
            Said(f"say what {name.en} is, or where it is found", f"写明“{name.zh}”为何，或载于何处"),
        ),
        detail={"what": "blank without use", "blank": declared.name},
    )  # fmt: skip


def _and_the_law(telling: Telling, said: Said, laws: list[Clause]) -> Said:
    """Return what is said, and which laws speak of it."""
    law = telling.clauses(laws)
    speaks = f" {law.en} {agreeing(law, 'speaks', 'speak')} of it." if laws else ""
    return Said(f"{said.en}{speaks}", f"{said.zh}{law.zh}涉及该事项。" if laws else said.zh)


def _taken_instead(
    program: Program, contract: Contract, declared: BlankDecl
) -> tuple[list[Rule], tuple[Clause, ...]]:
    """Return the norms of a document that go by what a law fills a blank with, and where it does."""
    fills = [
        each
        for law in program.contracts
        for each in law.fills
        if law.kind == "law" and each.blank in (declared.name, declared.alias)
    ]
    if not fills:
        return [], ()
    values = {plain(each.value) for each in fills}
    rules = [
        rule
        for rule in program.rules
        if rule.norm.document == contract.name and any(plain(part) in values for part in parts_of(rule.norm))
    ]
    return rules, tuple(dict.fromkeys(Clause(each.document, each.clause) for each in fills)) if rules else ()


def _users_of_blanks(program: Program) -> dict[str, dict[Clause, None]]:
    """Return the clauses of the agreements that ask what a blank is, for each blank of which one does."""
    found: dict[str, dict[Clause, None]] = {}
    for contract in program.contracts:
        for clause, expr in sentences(contract) if contract.kind in ("agreement", "supplement") else ():
            for part in walk(expr):
                if isinstance(part, BlankValue):
                    found.setdefault(part.name, {})[clause] = None
    return found


def sentences(contract: Contract) -> Iterator[tuple[Clause, Expr | None]]:
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
        for expr in (life.value, life.where, life.rolls, life.first_day_counted):
            yield Clause(contract.name, life.clause), expr
    for priority in contract.priorities:
        yield Clause(contract.name, priority.clause), priority.when


def events_without_rule(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find acts and events that an agreement declares and nothing uses, and events on which only the law has a rule."""
    used = {name for contract in program.contracts for name in _mentioned(contract)}
    for contract in program.contracts:
        for declared in contract.declarations.values():
            if (
                isinstance(declared, OccurrenceDecl)
                and contract.kind == "agreement"
                and declared.document == contract.name
                and declared.name not in used
                and not declared.sets
                and not declared.shows
            ):
                yield (_act_alone if declared.is_act else _event_alone)(contract, declared, telling)
    yield from _events_of_law(program, telling)


def _event_alone(contract: Contract, declared: OccurrenceDecl, telling: Telling) -> Finding:
    event, document = telling.name(declared.name), telling.document(contract.name)
    return _alone(
        contract, declared,
        Said(
            f"{document.en} names the event {event.en}, and no sentence says what follows when it happens.",
            f"{document.zh}提到“{event.zh}”，但没有一句话说明发生之后如何。",
        ),
        Said(f"say what follows on {event.en}", f"约定发生“{event.zh}”时的后果"),
    )  # fmt: skip


def _act_alone(contract: Contract, declared: OccurrenceDecl, telling: Telling) -> Finding:
    act, document = telling.name(declared.name), telling.document(contract.name)
    return _alone(
        contract, declared,
        Said(
            f"{document.en} names the act {act.en}, and no sentence says whether it may, must or must not be done.",
            f"{document.zh}提到“{act.zh}”，但没有一句话说明可否、应否或不得为之。",
        ),
        Said(f"say who may, must or must not {act.en}", f"约定何人可以、应当或不得“{act.zh}”"),
    )  # fmt: skip


def _alone(contract: Contract, declared: OccurrenceDecl, said: Said, settles: Said) -> Finding:
    what = "act" if declared.is_act else "event"
    clause = Clause(contract.name, "", declared.name)
    return Finding("gap", (clause,), said, settles=(settles,), detail={"what": what, what: declared.name})


def _events_of_law(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find what triggers a power or permission that only the law gives."""
    known = {name for each in program.contracts if each.kind != "law" for name in _mentioned(each)}
    found: dict[str, list[Rule]] = {}
    for rule in of_law(program):
        on = rule.norm.trigger
        if isinstance(rule.norm, OPEN) and isinstance(on, OnOccurrence) and on.name not in known:
            found.setdefault(on.name, []).append(rule)
    for name, rules in found.items():
        event, document, laws = telling.name(name), agreements_called(program, telling), telling.norms(rules)
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
    for _, expr in sentences(contract):
        for part in walk(expr):
            if hasattr(part, "name"):
                yield part.name
