"""What a draft would change: every account that a store keeps, judged under the text in use and under the draft.

An account is looked at with all that it was opened with and all that was recorded; only the document differs. What
differs (what parties may do or must, what is owed, how things stand, what is breached) is grouped by what it is and
why, and each account can be asked for its reasons under both.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from contractlang.contract import Contract, base_name
from contractlang.declaration import StateDecl
from contractlang.diagnostic import Language
from contractlang.norms import Obligation
from engine.account import Account
from engine.account_standing import BreachStanding, standing_of
from engine.cases import question_of
from engine.decision import Decision
from engine.errors import EngineError
from engine.explain import outline
from engine.governing import Programs
from engine.kept import account_of
from engine.program import Program
from engine.question import Question
from engine.store import Ledgers
from engine.voice import Voice
from engine.workbench import scenes
from engine.workbench.folder import BadFile
from engine.workbench.opened import Opened

LONGEST_S = 60
"""Seconds after which no further account is looked at; the page says how many were."""
MOST_NAMED = 200
"""How many accounts are named in one group; all are counted."""
_PAGE = 500
AGREEMENT = "agreement"

Sentence = dict[Language, str]
"""What is said, by language."""


@dataclass(frozen=True)
class Kept:
    """The accounts of one tenant, and the documents that govern them now."""

    ledgers: Ledgers
    contracts: Callable[[], Mapping[str, Contract]]


@dataclass
class _Group:
    what: Sentence
    old: Sentence
    new: Sentence
    because: Sentence
    accounts: list[tuple[str, str]] = field(default_factory=list)
    count: int = 0


@dataclass(frozen=True)
class _Differing:
    """One thing that differs of one account; `line` asks for it, empty where it cannot be asked."""

    kind: str
    what: Sentence
    old: Sentence
    new: Sentence
    because: Sentence
    line: str


def impact(kept: Kept, opened: Opened, day: str) -> dict[str, Any]:
    """Return which accounts would be judged differently at the end of a day under a draft, in groups.

    accounts: how many have signed the document; looked: how many were looked at in time; touched; groups, the
    largest first: what, old, new, because (sentences), count, accounts (name, question). Raises BadFile where the
    service uses no such document.
    """
    both = _programs(kept, opened)
    groups: dict[tuple[str, ...], _Group] = {}
    signed = looked = touched = 0
    until = time.monotonic() + LONGEST_S
    for name, opening in _signed(kept, opened.contract.base):
        signed += 1
        if time.monotonic() > until:
            continue
        looked += 1
        differing = list(_differing(kept, opened, both, name, opening, day))
        touched += bool(differing)
        for each in differing:
            key = (each.kind, *(said["en"] for said in (each.what, each.old, each.new, each.because)))
            group = groups.setdefault(key, _Group(each.what, each.old, each.new, each.because))
            group.count += 1
            if len(group.accounts) < MOST_NAMED:
                group.accounts.append((name, each.line))
    found = sorted(groups.values(), key=lambda each: -each.count)
    return {
        "accounts": signed, "looked": looked, "touched": touched,
        "groups": [
            {
                "what": each.what, "old": each.old, "new": each.new, "because": each.because, "count": each.count,
                "accounts": [{"name": name, "question": line} for name, line in each.accounts],
            }
            for each in found
        ],
    }  # fmt: skip


def explained(kept: Kept, opened: Opened, name: str, line: str) -> dict[str, Any]:
    """Return the answer to a question about one account, with its reasons: as it is in use, and under the draft."""
    row = kept.ledgers.account(name)
    told = {}
    for side, programs in zip(("old", "new"), _programs(kept, opened), strict=True):
        account = account_of(row.opening, kept.ledgers.entries(name), programs)
        under = Opened(_document(account.program, opened.contract), account.program, opened.loaded)
        told[side] = scenes.told(under, account, line)
    return told


def _programs(kept: Kept, opened: Opened) -> tuple[Programs, Programs]:
    """Return what is in use, and the same with the draft in the place of every version of its document."""
    contracts, draft = kept.contracts(), opened.contract
    if all(each.base != draft.base for each in contracts.values()):
        said = (
            f"服务所用的合同中没有“{draft.alias or draft.base}”"
            if draft.chinese
            else f"the service uses no contract called `{draft.base}`"
        )
        raise BadFile("path", said)
    drafted = {
        name: replace(draft, name=each.name, version=each.version, valid_from=each.valid_from)
        if each.base == draft.base
        else each
        for name, each in contracts.items()
    }
    return Programs(contracts), Programs(drafted)


def _signed(kept: Kept, base: str) -> Iterator[tuple[str, bytes]]:
    """Yield the accounts that have signed a document, with what they were opened with."""
    after = ""
    while rows := kept.ledgers.accounts(after, _PAGE):
        for row in rows:
            if base in map(base_name, json.loads(row.opening).get("agreements", ())):
                yield row.name, row.opening
        after = rows[-1].name


def _differing(
    kept: Kept, opened: Opened, both: tuple[Programs, Programs], name: str, opening: bytes, day: str
) -> Iterator[_Differing]:
    entries = kept.ledgers.entries(name)
    old = account_of(opening, entries, both[0])
    try:
        new = account_of(opening, entries, both[1])
    except EngineError as wrong:
        # What was recorded or agreed does not fit the draft: an event that it no longer knows.
        yield _Differing(
            "refused", _same("the account can be read", "可以读取该账户"), _same("yes", "是"), _same("no", "否"),
            _same(str(wrong), str(wrong)), "",
        )  # fmt: skip
        return
    yield from _answers(opened, old, new, day)
    yield from _breaches(opened, old, new, day)


def _answers(opened: Opened, old: Account, new: Account, day: str) -> Iterator[_Differing]:
    """Yield what is answered otherwise: what parties may do or must, what is owed, and how things stand."""
    for kind, what, line in _questions(opened, new.program, day):
        found: list[tuple[Decision, Question]] = []
        for account in (old, new):
            try:
                question, known = question_of(account.program, line)
                found.append((account.decide(question, known), question))
            except (EngineError, ValueError):
                # Only one of the texts knows what is asked about.
                break
        if len(found) < 2:
            continue
        before, after = found
        was, is_now = (
            {
                v.language: v.asked(each).answer(scenes.answer_of(decision), decision)
                for v in _voices(new.program)
            }
            for decision, each in found
        )
        if was != is_now:
            yield _Differing(kind, what, was, is_now, _reason(new, after) or _reason(old, before), line)


def _questions(opened: Opened, program: Program, day: str) -> Iterator[tuple[str, Sentence, str]]:
    """Yield what is asked of an account under both texts: the kind of thing, what it is called, and the line."""
    voices, chinese = _voices(program), opened.chinese
    for party, act in scenes.acts_spoken_of(opened):
        what = {v.language: f"{v.who(party)}{v.pick(' may ', '可否')}{v.name(act)}" for v in voices}
        yield "answer", what, scenes.may_line(opened, party, act, day)
    for name, spelled in _sums(opened, program):
        called = {v.language: v.plain(name) for v in voices}
        what = _same(f"amount of {called['en']}", f"{called['zh']}的金额")
        yield "amount", what, f"{day} {'金额' if chinese else 'amount'} {spelled}"
    for norm in (each.norm for each in program.rules if each.home == opened.contract.name):
        if isinstance(norm, Obligation) and norm.act.amount is not None and len(norm.label) > 1:
            called = {v.language: v.called(norm) for v in voices}
            what = _same(f"unpaid under {called['en']}", f"{called['zh']}的未付金额")
            yield "amount", what, f"{day} {'金额' if chinese else 'amount'} {norm.label}"
    states = [each.name for each in program.declarations.values() if isinstance(each, StateDecl)]
    for state in dict.fromkeys((AGREEMENT, *states)):
        written = ("协议" if chinese else AGREEMENT) if state == AGREEMENT else scenes.written(opened, state)
        yield "state", {v.language: v.plain(state) for v in voices}, f"{day} {written}"
    last = "末日 协议" if chinese else "last day of agreement"
    yield "state", _same("last day of the agreement", "协议末日"), f"{day} {last}"


def _sums(opened: Opened, program: Program) -> Iterator[tuple[str, str]]:
    """Yield the sums that a document names, each as lines of its language have it, too."""
    for name, lines in program.sums.items():
        if any(each.home == opened.contract.name for each in lines):
            spelled = [each for each, of in program.sum_names.items() if of == name]
            own = [each for each in spelled if each.isascii() is not opened.chinese]
            yield name, (own or spelled or [name])[0]


def _breaches(opened: Opened, old: Account, new: Account, day: str) -> Iterator[_Differing]:
    """Yield what is breached under one text and not under the other, or otherwise."""
    found: list[dict[tuple[str, str], BreachStanding]] = []
    for account in (old, new):
        at = question_of(account.program, f"{day} {'协议' if opened.chinese else 'agreement'}")[0].at
        standing = standing_of(account.position_at(at, None))
        found.append({(each.document, each.norm): each for each in standing.breaches})
    for key in dict.fromkeys((*found[1], *found[0])):
        one, other = (each.get(key) for each in found)
        said = [_BREACHES[each.status if each is not None else ""] for each in (one, other)]
        if said[0] == said[1]:
            continue
        account, breach = (new, other) if other is not None else (old, one)
        assert breach is not None
        norm = Voice(account.program, "en").norm_of(*key)
        line = ""
        if norm is not None and breach.by:
            by = scenes.written(opened, breach.by)
            what = norm.label if len(norm.label) > 1 else norm.clause
            line = f"{day} {by} {'违反' if opened.chinese else 'in breach of'} {what}"
        named = {v.language: v.called(norm) if norm is not None else key[1] for v in _voices(account.program)}
        quoted: Sentence = {"en": "", "zh": ""}
        if norm is not None:
            quoted = {v.language: v.quote(norm).lstrip(":： ") for v in _voices(account.program)}
        yield _Differing("breach", named, said[0], said[1], quoted, line)


def _reason(account: Account, asked: tuple[Decision, Question]) -> Sentence:
    """Return the first reason of an answer, in each language; empty where there is none."""
    decision, question = asked
    told: Sentence = {}
    for voice in _voices(account.program):
        lines = outline(decision, question, account.program, voice.language)[1:]
        told[voice.language] = lines[0][1] if lines else ""
    return told if told["en"] else {}


def _document(program: Program, draft: Contract) -> Contract:
    """Return the version of a document that a program holds."""
    return next(each for each in program.contracts if each.base == draft.base)


def _voices(program: Program) -> tuple[Voice, Voice]:
    return Voice(program, "en"), Voice(program, "zh")


def _same(en: str, zh: str) -> Sentence:
    return {"en": en, "zh": zh}


_BREACHES = {
    "": _same("no breach", "未违约"), "open": _same("in breach", "违约"),
    "cured": _same("breached, but cured", "曾违约，已补正"),
    "waived": _same("breached, but waived", "曾违约，已免除"),
}  # fmt: skip
