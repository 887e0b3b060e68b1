"""What an agreement does not say though it speaks of the matter: how notice is given, what a breach costs, how long a
reasonable time is, what goes on after the term, who tells of a leak; and what it says in two ways, or only in words.

Like gaps these are read off the sentences, so the list is complete; and a law that is asked for may close one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from contractlang.contract import base_name
from contractlang.declaration import BlankDecl, OccurrenceDecl
from contractlang.expression import Answer, Bound, Expr, Field, StateValue
from contractlang.norms import Maintenance, Obligation, OnBreach, OnOccurrence, Prohibition, Reasonable
from engine.analysis.finding import NOTHING, Clause, Finding, Said
from engine.analysis.listing import OPEN, after, agreed, of_law, states_in
from engine.analysis.plain import parts_of, plain
from engine.analysis.stated import laws_stating, stating
from engine.analysis.telling import Telling, agreeing, clauses_of, listed
from engine.program import Program, Rule
from engine.terms import Terms
from engine.walk import walk

# The words by which a text says that somebody must or must not.
_DUTY = re.compile(r"应(?!用|急)|必须|不得|\b(?:must|shall)\b", re.IGNORECASE)


def notices_without_way(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find acts that work by arriving, where no sentence says anything of how they are sent."""
    ways = _Ways(program)
    for home in program.agreements:
        for name, rules in _by_act(program, home).items():
            declared = program.acts.get(name)
            if declared is None or not declared.on_arrival or ways.are_said(declared):
                continue
            act, called, laws = (
                telling.name(name),
                telling.norms(rules),
                tuple(laws_stating(program, declared)),
            )
            said = Said(
                f"{act.en} ({called.en}) works when it arrives, and no sentence says how or where it is to be sent, or"
                " when it counts as having arrived",
                f"“{act.zh}”（{called.zh}）自到达时生效，但没有约定以何种方式、送达何处、何时视为到达",
            )
            if laws:
                law = telling.clauses(laws)
                said = Said(
                    f"{said.en}: only the law speaks of it ({law.en})", f"{said.zh}，仅见于法律（{law.zh}）"
                )
            yield Finding(
                "gap", (*clauses_of(rules), *laws), Said(f"{said.en}.", f"{said.zh}。"),
                settles=(
                    Said("say by which channel and to which address notice is given, and when it has arrived",
                         "约定通知的渠道、地址以及视为到达的时间"),
                ), detail={"what": "no way of notice", "act": name},
            )  # fmt: skip


def manners_of_law(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find acts that an agreement permits or requires, of whose manner (before which court?) the law alone speaks."""
    ways = _Ways(program)
    for home in program.agreements:
        for name, rules in _by_act(program, home).items():
            declared = program.acts.get(name)
            if declared is None or declared.on_arrival or ways.are_said(declared):
                continue
            laws = tuple(laws_stating(program, declared))
            if not laws:
                continue
            act, called = telling.name(name), telling.norms(rules)
            law = telling.clauses(laws)
            yield Finding(
                "gap", (*clauses_of(rules), *laws),
                Said(
                    f"{called.en} {agreeing(called, 'speaks', 'speak')} of {act.en} and not of where or how: that"
                    f" stands in the law alone ({law.en}).",
                    f"{called.zh}约定了“{act.zh}”，但没有约定向何处、以何种方式为之，仅见于法律（{law.zh}）。",
                ),
                settles=(
                    Said(
                        f"say where and how one may {act.en}, or refer to the law",
                        f"约定“{act.zh}”的对象与方式，或写明依法律确定",
                    ),
                ), detail={"what": "manner of law", "act": name},
            )  # fmt: skip


class _Ways:
    """What sentences ask of the way in which acts are done: a field of the act, or, where it is agreed, a question.

    What a law asks about a notice (was it given in time?) says nothing of its way.
    """

    def __init__(self, program: Program) -> None:
        self.questions: set[str] = set()
        self.fields: dict[str, set[str]] = {}
        for rule in program.rules:
            looked_at = list(parts_of(rule.norm))
            if rule.home:
                self.questions |= {part.question for part in looked_at if isinstance(part, Answer)}
            fields = {e.name for e in looked_at if isinstance(e, Field) and isinstance(e.of, Bound)}
            trigger = rule.norm.trigger
            for own in (rule.act_name, trigger.name if isinstance(trigger, OnOccurrence) else ""):
                self.fields.setdefault(own or "", set()).update(fields)
        self.about = {each.name: each.about for each in program.questions.values()}

    def are_said(self, act: OccurrenceDecl) -> bool:
        """Tell whether some sentence asks in what way an act was done."""
        fields = {each.name for each in act.params if each.kind.name in ("text", "one of")} - {"ground"}
        return bool(fields & self.fields.get(act.name, set())) or any(
            self.about.get(each) == act.name for each in self.questions
        )


def terms_without_after(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find agreements whose term runs out while what they promise goes on by itself, and nothing says what
    then holds.
    """
    for home in program.agreements:
        lasts = next(
            (
                r
                for r in program.life.get(home, ())
                if r.life.how == "lasts" and base_name(r.life.document) == home
            ),
            None,
        )
        going_on = _going_on_by_law(program, home)
        if lasts is None or (_speaks_of_expiry(program, home) and not going_on):
            continue
        kept = [
            rule
            for rule in agreed(program, home)
            if isinstance(rule.norm, Maintenance)
            and not rule.norm.survives
            and any(
                isinstance(part, StateValue) and part.name != "agreement" for part in walk(rule.norm.keeps)
            )
            and rule.restores
        ]
        if not kept:
            continue
        term, called = telling.clause(home, lasts.life.clause), telling.norms(kept)
        renewals = [rule for rule in agreed(program, home) if rule.act_name in _renewing(program, home)]
        renewed = telling.norms(renewals)
        unless = (
            Said(f" unless both renew it ({renewed.en})", f"（除非双方依{renewed.zh}续签）")
            if renewals
            else NOTHING
        )
        states = listed(telling.name(state) for rule in kept for state, _, _ in rule.restores)
        law = telling.norms(going_on)
        only = Said(f" Only the law does ({law.en}).", f"仅见于法律（{law.zh}）。") if going_on else NOTHING
        yield Finding(
            "gap", (Clause(home, lasts.life.clause), *clauses_of([*kept, *renewals, *going_on])),
            Said(
                f"when the term runs out ({term.en}),{unless.en} {called.en} {agreeing(called, 'ends', 'end')}, but"
                f" {states.en} {agreeing(states, 'does', 'do')} not end by itself: no sentence says what is owed for"
                f" going on, or who is told before.{only.en}",
                f"期满（{term.zh}）时{unless.zh}{called.zh}随之终止，而“{states.zh}”不会自行停止："
                f"继续使用时如何付费、期满前是否提示，均无约定。{only.zh}",
            ),
            settles=(
                Said("say what holds if use goes on after the term, and who gives notice before it ends",
                     "约定期满后继续使用的后果，以及期满前的提示"),
            ), detail={"what": "going on by law" if going_on else "after the term"},
        )  # fmt: skip


def _speaks_of_expiry(program: Program, home: str) -> bool:
    """Tell whether anything but that it may be renewed is said of the time after the term of an agreement."""
    renewing = _renewing(program, home)
    return any(
        after(rule, "expired") and rule.act_name not in renewing
        for rule in program.rules
        if rule.home in ("", home)
    )


def _going_on_by_law(program: Program, home: str) -> list[Rule]:
    """Return the norms by which the law alone lets go on, after the term of an agreement, what it permits before."""
    permitted = {rule.act_name for rule in agreed(program, home) if isinstance(rule.norm, OPEN)}
    return [
        law
        for law in of_law(program)
        if isinstance(law.norm, OPEN) and law.act_name in permitted and law.norm.trigger is not None
        and ("agreement", "expired") in set(states_in(law.norm.trigger.where))
    ]  # fmt: skip


def _renewing(program: Program, home: str) -> set[str | None]:
    return {rule.act for rule in program.life.get(home, ()) if rule.life.how == "renews"}


def times_left_open(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find duties whose time is only a reasonable one, and for which no sentence gives a number."""
    for home in program.agreements:
        open_ones = [
            rule for rule in agreed(program, home) if isinstance(rule.limit, Reasonable) and not rule.numbered
        ]
        if not open_ones:
            continue
        called = telling.norms(open_ones)
        acts = listed(telling.name(rule.act_name) for rule in open_ones)
        yield Finding(
            "gap", clauses_of(open_ones),
            Said(
                f"for {acts.en} ({called.en}) there is only a reasonable time: on no day can it be said"
                " from the text that it has passed.",
                f"“{acts.zh}”（{called.zh}）仅有“合理期限”：仅凭条款文字，任何一天都无法断定期限已过。",
            ),
            settles=(Said("give a number of hours or days", "约定具体的小时数或日数"),),
            detail={"what": "no number"},
        )  # fmt: skip


def numbers_of_law(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find duties whose time is only a reasonable one, and for which the law alone gives a number."""
    taken = program.taken(Terms()).options
    for rule in (each for home in program.agreements for each in agreed(program, home)):
        laws = [
            law
            for law in map(program.rules.__getitem__, rule.numbered)
            if isinstance(rule.limit, Reasonable)
            and all(taken.get(each.reading) == each.option for each in law.option)
        ]
        if not laws:
            continue
        called, law, act = telling.norms([rule]), telling.norms(laws), telling.name(rule.act_name)
        yield Finding(
            "gap", clauses_of([rule, *laws]),
            Said(
                f"for {act.en} {called.en} gives only a reasonable time; how long that is at most stands in the law"
                f" alone ({law.en}), and who reads only the agreement cannot tell when it has passed.",
                f"“{act.zh}”（{called.zh}）仅约定“合理期限”，最长多久只见于法律（{law.zh}）：只看协议，无法断定期限何时已过。",
            ),
            settles=(
                Said("write the number of the law into the agreement, or a shorter one",
                     "将法定期限（或更短的期限）写入协议"),
            ), detail={"what": "number of law"},
        )  # fmt: skip


def breaches_without_sum(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find agreements that say what a party may do on a breach, and of no breach what it costs."""
    for home in program.agreements:
        upon = [rule for rule in agreed(program, home) if rule.on_breach_of]
        priced = any(
            total.on_breach_of or isinstance(total.rule.trigger, OnBreach)
            for named in program.sums.values()
            for total in named
            if total.home in ("", home)
        )
        owed = any(isinstance(rule.norm, Obligation) and rule.on_breach_of for rule in agreed(program, home))
        if not upon or priced or owed:
            continue
        called = telling.norms(upon)
        yield Finding(
            "gap", clauses_of(upon),
            Said(
                f"{called.en} {agreeing(called, 'says', 'say')} what may be done on a breach, but no"
                " sentence says what a breach costs: each time a loss has to be proved.",
                f"{called.zh}约定了违约时可以采取的措施，但没有约定违约金或计算方法：每次都须证明损失。",
            ),
            settles=(
                Said("agree on a sum or a rate for the breaches that matter", "就重要的违约情形约定违约金数额或比率"),
            ),
            detail={"what": "no sum"},
        )  # fmt: skip


def losses_without_duty(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find events whose loss is put on somebody, and on which nobody must, or may, do anything."""
    # To be in breach by the event is not to do something about it.
    reacting = {
        rule.norm.trigger.name for rule in program.rules
        if isinstance(rule.norm.trigger, OnOccurrence)
        and (not isinstance(rule.norm, Maintenance) or rule.restores)
    }  # fmt: skip
    for home in program.agreements:
        losses = [each.rule for each in program.losses if each.rule.document == home]
        for loss in losses:
            trigger = loss.trigger
            if not isinstance(trigger, OnOccurrence) or trigger.name in reacting:
                continue
            event, called, who = (
                telling.name(trigger.name),
                telling.clause(home, loss.clause),
                telling.party(loss.bearer),
            )
            # What is in breach by it takes part: the event is all that these sentences ask about.
            near = [each for each in agreed(program, home) if each.trigger_name == trigger.name]
            yield Finding(
                "gap", (Clause(home, loss.clause, loss.id), *clauses_of(near)),
                Said(
                    f"{called.en} puts the loss from {event.en} on {who.en}, and no sentence says what"
                    " anybody must do when it happens: who reports it, who stops what goes on, and who bears what"
                    " arises after a report.",
                    f"{called.zh}约定“{event.zh}”的损失由{who.zh}承担，但没有约定发生后任何人应做什么："
                    "由谁报告、由谁制止、报告之后发生的损失由谁承担。",
                ),
                settles=(
                    Said(
                        f"say who must do what on {event.en}, and in which time",
                        f"约定发生“{event.zh}”后的报告与处置义务及期限",
                    ),
                ),
                detail={"what": "loss without duty", "event": trigger.name},
            )  # fmt: skip


def one_act_in_two_terms(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find clauses of one agreement that forbid one party one act, each in terms of its own."""
    for home in program.agreements:
        bans: dict[object, list[Rule]] = {}
        for rule in agreed(program, home):
            if isinstance(rule.norm, Prohibition) and not rule.norm.option:
                case = (rule.act_name, rule.norm.bearer, plain(rule.norm.trigger))
                bans.setdefault(case, []).append(rule)
        for rules in bans.values():
            terms = {plain(_terms(rule)) for rule in rules}
            # Beside a ban without terms another adds nothing, and is told as that.
            if (
                len({rule.norm.clause for rule in rules}) < 2
                or len(terms) < 2
                or plain((None, None)) in terms
            ):
                continue
            called, act = telling.norms(rules), telling.name(rules[0].act_name)
            each = [telling.conditions(rule, [c for c in _terms(rule) if c is not None]) for rule in rules]
            en, zh = (
                "; ".join(dict.fromkeys(e.en for e in each)),
                "；".join(dict.fromkeys(e.zh for e in each)),
            )
            yield Finding(
                "gap", clauses_of(rules),
                Said(
                    f"{called.en} deal with one act ({act.en}) in different terms: {en}. What falls under"
                    " one and not under the other is forbidden all the same, and it is not said why there are two.",
                    f"{called.zh}就同一行为（{act.zh}）使用了不同的范围：{zh}。只落入其中一处的，"
                    f"同样被禁止，但未说明为何区分。",
                ),
                settles=(Said("use one list in all these clauses", "各处使用同一范围"),),
                detail={"what": "two lists"},
            )  # fmt: skip


def _terms(rule: Rule) -> tuple[Expr | None, ...]:
    norm = rule.norm
    return (norm.when, norm.act.where if not isinstance(norm, Maintenance) else None)


def said_but_no_norm(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find clauses that say somebody must, where beneath the text it is said that part of it is no norm."""
    for contract in program.contracts:
        if contract.kind == "law":
            continue
        blanks = [each for each in contract.declarations.values() if isinstance(each, BlankDecl)]
        filled = {clause for each in blanks for clause in stating(contract, each)}
        remarked = {
            each.clause for each in contract.remarks if each.how != "see" and not each.option
        } - filled
        told = [
            clause.number
            for clause in contract.clauses
            if clause.number in remarked and not clause.is_heading and _DUTY.search(clause.text)
        ]
        if not told:
            continue
        called = telling.clauses((contract.name, number) for number in told)
        yield Finding(
            "gap", tuple(Clause(contract.name, number) for number in told),
            Said(
                f"{called.en} {agreeing(called, 'speaks', 'speak')} of duties, and part of the words is no"
                " norm that can be breached: nothing follows from that part alone.",
                f"{called.zh}使用了义务性的措辞，其中一部分不是可以被违反的规范：单凭该部分不产生任何后果。",
            ),
            settles=(Said("say what exactly must be done, or strike the words", "写明具体应做什么，或删去该措辞"),),
            detail={"what": "words without norm"},
        )  # fmt: skip


def law_that_moves(program: Program, telling: Telling) -> Iterator[Finding]:
    """Find articles of law that end on one day and stand under another number from the next."""
    laws = [rule for rule in program.rules if not rule.home]
    moved: dict[tuple[str, str], Counter[str]] = {}
    kept: dict[tuple[str, str], tuple[Rule, Rule]] = {}
    for old in laws:
        ended = old.norm.standing.valid_to
        for new in laws if ended is not None else ():
            begins = new.norm.standing.valid_from
            if (
                ended is not None and begins is not None and 0 < (begins - ended).days <= 1
                and new.act_name == old.act_name and new.norm.bearer == old.norm.bearer
                and new.document == old.document and new.norm.clause != old.norm.clause
                and type(new.norm) is type(old.norm)
            ):  # fmt: skip
                moved.setdefault((old.document, old.norm.clause), Counter())[new.norm.clause] += 1
                kept.setdefault((old.norm.clause, new.norm.clause), (old, new))
    for (document, clause), articles in moved.items():
        # Where its norms have gone to several articles, it is the one that most of them went to.
        old, new = kept[clause, articles.most_common(1)[0][0]]
        ended, begins = old.norm.standing.valid_to, new.norm.standing.valid_from
        was, now = (telling.clause(document, each.norm.clause) for each in (old, new))
        yield Finding(
            "gap", (Clause(document, clause), Clause(document, new.norm.clause)),
            Said(
                f"until {ended} the rule is {was.en}, from {begins} it is {now.en}: who cites the number"
                " alone cites another rule after that day.",
                f"该规则至{ended}为{was.zh}，自{begins}起为{now.zh}：只引用条号的，在该日之后所引的是另一规则。",
            ),
            settles=(Said("cite the law by what it says, or with its date", "引用法律时写明内容或注明版本日期"),),
            detail={"what": "law that moves"},
        )  # fmt: skip


def _by_act(program: Program, home: str) -> dict[str, list[Rule]]:
    """Return what an agreement permits or requires, act by act."""
    found: dict[str, list[Rule]] = {}
    for rule in agreed(program, home):
        if rule.act_name and not isinstance(rule.norm, Prohibition):
            found.setdefault(rule.act_name, []).append(rule)
    return found


SILENCES = (
    notices_without_way, manners_of_law, terms_without_after, times_left_open, numbers_of_law, breaches_without_sum,
    losses_without_duty, one_act_in_two_terms, said_but_no_norm, law_that_moves,
)  # fmt: skip
