"""A difference of two versions as a lawyer reads it, and as JSON.

First, clause by clause, what became of the sentences, in plain words; then what follows from it: who may or must do
more or less, who is worse off and from which day, each with the history on which the engine answers differently.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from contractlang.contract import Contract
from contractlang.diagnostic import Language
from contractlang.words import say_sentence
from engine.account import Account
from engine.analysis.difference import Difference, Edit
from engine.analysis.finding import Said, Witness
from engine.analysis.following import Compared
from engine.analysis.meaning import Said as Sentence
from engine.analysis.parting import Parting
from engine.compile import compile_program
from engine.dates import parse_as_of
from engine.event import Ledger
from engine.program import Program
from engine.telling import say_event
from engine.terms import Terms
from engine.voice import Voice
from engine.widths import padded, wrapped
from engine.written_events import event_from

_HOW: Mapping[str, Said] = {
    "added": Said("added", "新增"), "removed": Said("removed", "删去"), "changed": Said("changed", "变更"),
    "moved": Said("moved, and says the same", "移位，含义不变"),
    "reworded": Said("reworded, and means the same as far as its norms say", "文字变更，规范未变"),
    "equal": Said("written otherwise, and proved to mean the same", "写法不同，经证明含义相同"),
}  # fmt: skip
_SAME_BY: Mapping[str, Said] = {
    "hash": Said("the two versions mean the same: every norm is unchanged", "两个版本含义相同：各规范均未变更"),
    "norms": Said(
        "the two versions mean the same: other names, places or order, and the same norms",
        "两个版本含义相同：名称、位置或次序不同，规范相同",
    ),
    "solver": Said(
        "the two versions mean the same: what is written otherwise was proved to come to the same in every history",
        "两个版本含义相同：写法不同之处，经证明在任何情形下结果相同",
    ),
}  # fmt: skip
_HEADS: Mapping[str, Said] = {
    "rank": Said("rank", "位阶"), "valid_from": Said("first day of validity", "施行日"),
    "valid_to": Said("last day of validity", "失效日"), "layer": Said("layer", "层"),
    "truncated": Said("whether the text breaks off", "是否残本"), "amends": Said("what it amends", "所修订的文书"),
    "retroactive": Said("whether it reaches back", "是否溯及"),
}  # fmt: skip


class Words:
    """Speaks of both versions in one language."""

    def __init__(self, held: Difference, language: Language) -> None:
        self.held, self.language = held, language
        self.program = speaker(held.old, held.new)
        self.voice = Voice(self.program, language)

    def pick(self, en: str, zh: str) -> str:
        return en if self.language == "en" else zh

    def said(self, said: Said) -> str:
        return self.pick(said.en, said.zh)

    # -- what became of the clauses

    def how(self, edit: Edit) -> str:
        """Return what became of a clause."""
        return self.said(_HOW[edit.how])

    def same(self) -> str:
        """Return how it was found that both versions mean the same; empty where they do not."""
        return "" if self.held.same_by is None else self.said(_SAME_BY[self.held.same_by])

    def lines(self, width: int) -> Iterator[str]:
        """Yield the whole report."""
        report = self._report(width)
        first = next(report, "")
        yield from (*([first] if first else ()), *report)

    def _report(self, width: int) -> Iterator[str]:
        held = self.held
        if held.same_by is not None:
            yield from wrapped(self.same(), width, "", "")
        for edit in held.edits:
            yield ""
            yield from self.edit(edit, width)
        for name in held.words:
            yield ""
            yield from wrapped(self.word(name), width, "~ ", "  ")
        if held.same_by is None:
            yield ""
            yield from self.answers(width)

    def edit(self, edit: Edit, width: int) -> Iterator[str]:
        """Yield what became of one clause."""
        mark = {"added": "+", "removed": "-", "changed": "~"}.get(edit.how, "=")
        names = dict.fromkeys(each for each in (edit.old, edit.new) if each)
        yield f"{mark} {' → '.join(names)}{self.pick(' ', '')}{self.how(edit)}"
        old_text, new_text = (
            _printed(contract, number)
            for contract, number in ((self.held.old, edit.old), (self.held.new, edit.new))
        )
        if edit.how in ("changed", "reworded") and old_text != new_text:
            yield from wrapped(old_text, width, "    " + self.pick("was: ", "原文："), "      ")
            yield from wrapped(new_text, width, "    " + self.pick("now: ", "现文："), "      ")
        elif edit.how in ("changed", "removed", "added"):
            yield from wrapped(new_text or old_text, width, "    ", "      ")
        if edit.how == "moved":
            return
        for each in edit.was:
            yield from wrapped(self.sentence(each.said, self.held.old), width, "    - ", "      ")
        for each in edit.now:
            yield from wrapped(self.sentence(each.said, self.held.new), width, "    + ", "      ")

    def sentence(self, said: Sentence, contract: Contract) -> str:
        """Return what a sentence says, in plain words."""
        return say_sentence(said, contract, self.language)

    def word(self, name: str) -> str:
        """Return that a declaration means something else."""
        if name in _HEADS and name not in self.program.declarations:
            return (
                self.pick("the document: ", "文书：")
                + self.said(_HEADS[name])
                + self.pick(" differs", "不同")
            )
        return self.pick(
            f"the word “{self.voice.plain(name)}” is declared otherwise",
            f"词语“{self.voice.plain(name)}”的声明不同",
        )

    # -- what follows

    def answers(self, width: int) -> Iterator[str]:
        """Yield what follows for each act, duty, sum and state."""
        parting = [each for each in self.held.answers if each.partings]
        same = [each for each in self.held.answers if not each.partings]
        if parting:
            yield self.pick("what follows", "后果")
        for each in parting:
            yield from wrapped(
                f"{self.subject(each)}{self.pick(': ', '：')}{self.verdict(each)}", width, "• ", "  "
            )
            for found in each.partings:
                yield from (f"    {line}" for line in self.parting(each, found, width - 4))
        for each in same:
            yield from wrapped(
                f"{self.subject(each)}{self.pick(': ', '：')}{self.verdict(each)}", width, "• ", "  "
            )
        if self.held.consequences:
            en, zh = (mark.join(self.held.consequences) for mark in (", ", "、"))
            said = self.pick(f"on a breach hang besides: {en}", f"另有以违约为前提的条款：{zh}")
            yield from wrapped(said, width, "• ", "  ")
        if not parting:
            yield from wrapped(
                self.pick(
                    "the norms differ, but no history within the bound on which the two answer differently was found",
                    "规范有所不同，但在限度内未发现两者回答不同的经过",
                ),
                width, "", "",
            )  # fmt: skip
        yield from wrapped(self.said(bound(self.held)), width, "", "")

    def subject(self, of: Compared) -> str:
        """Return what was asked."""
        who = self.voice.who(of.party) if of.party is not None else ""
        match of.what:
            case "may":
                act = self.voice.plain(of.of)
                return self.pick(f"{who} may {act}", f"{who}可否{act}")
            case "must":
                act = self.voice.plain(of.of)
                return self.pick(f"{who} must {act}", f"{who}应否{act}")
            case "breach":
                return self.pick(f"{who} is in breach of {of.of}", f"{who}是否违反{of.of}")
            case "amount":
                return self.pick(f"the sum {self.voice.plain(of.of)}", f"金额“{self.voice.plain(of.of)}”")
            case "loss":
                return self.pick(f"{who} bears the loss", f"{who}是否承担损失")
            case _:
                return self.pick("the agreement is in force", "协议是否有效")

    def verdict(self, of: Compared) -> str:
        """Return how the answers compare."""
        words = {
            "same": Said("no difference found", "未发现差异"), "more": Said("more than before", "多于原版本"),
            "less": Said("less than before", "少于原版本"),
            "incomparable": Said("sometimes more, sometimes less", "有时多于、有时少于原版本"),
        }  # fmt: skip
        if of.what in ("breach", "state", "loss"):
            words |= {"more": Said("where it was not before", "原为否、现为是"), "less": Said(
                "no longer where it was before", "原为是、现为否")}  # fmt: skip
        said = self.said(words[of.verdict])
        never = {"more": Said("never more", "绝不多于"), "less": Said("never less", "绝不少于")}
        for way in sorted(of.never):
            said += self.pick(f"; {never[way].en}, proved", f"；{never[way].zh}，已证明")
        if of.undecided:
            said += self.pick("; not decided within the limit", "；在限度内未能判定")
        return said

    def parting(self, of: Compared, found: Parting, width: int) -> Iterator[str]:
        """Yield the history of a difference, what either version answers, and who is worse off."""
        account = account_of(found.witness, self.program)
        for event in account.ledger:
            moment = self.voice.moment(event.effect_at)
            yield from wrapped(say_event(event, self.voice), width, padded(moment, 20), " " * 20)
        for line in self.outcome(of, found):
            yield from wrapped(line, width, "→ ", "  ")

    def outcome(self, of: Compared, found: Parting) -> Iterator[str]:
        """Yield what either version answers at the end of a history, and who is worse off."""
        at = self.voice.as_of(parse_as_of(str(found.witness.asked["at"])))
        old, new = (self.answer(of, each) for each in found.answers)
        yield self.pick(
            f"on {at}: {old} by the old version, {new} by the new", f"{at}：原版本为{old}，新版本为{new}"
        )
        worse = self.voice.who(found.worse) if found.worse else None
        better = self.voice.who(found.better) if found.better else None
        day = found.since
        parts = []
        if worse:
            parts.append(self.pick(f"{worse} is worse off", f"{worse}处境变差"))
        if better:
            parts.append(self.pick(f"{better} is better off", f"{better}处境改善"))
        if parts:
            said = self.pick(", ", "，").join(parts)
            yield self.pick(f"{said}, from {day} in this history", f"在此经过中，自{day}起{said}")

    def answer(self, of: Compared, word: str) -> str:
        """Return one of the engine's answers in words."""
        known = {
            "required": Said("required", "应当"), "not required": Said("not required", "无须"),
            "nothing": Said("nothing is said", "无规定"),
        }  # fmt: skip
        if word in known:
            return self.said(known[word])
        if of.what == "amount":
            return word
        if of.what == "state":
            return self.voice.state_value("agreement", word)
        if of.what == "loss" and word in self.program.declarations:
            return self.voice.who(word)
        return self.voice.answer(word)


def bound(held: Difference) -> Said:
    """Return how far was searched."""
    return Said(
        f"searched: histories of {held.horizon} days in which each act of each party, and each event, happens at most"
        " once; what was not found was not excluded, unless it says proved",
        f"检索范围：{held.horizon}日以内、各方每类行为与每类事件至多发生一次的经过；未发现的并不等于排除，注明“已证明”者除外",
    )


def speaker(old: Contract, new: Contract) -> Program:
    """Return a program that knows the words of both versions, and no norm."""
    words = {**old.declarations, **new.declarations}
    # What is done needs its basis to be judged; to be told of, it needs nothing.
    kinds = ("norms", "amounts", "losses", "priorities", "bars", "life", "fills", "relations")
    silent: dict[str, Any] = dict.fromkeys(kinds, ())
    return compile_program([dataclasses.replace(new, declarations=words, **silent)])


def account_of(witness: Witness, program: Program) -> Account:
    """Return the entries of a witness as an account of a program."""
    events = [event_from(program, each, f"entry {number}") for number, each in enumerate(witness.entries, 1)]
    return Account(program, Terms(), Ledger(tuple(events)))


def _printed(contract: Contract, number: str | None) -> str:
    clause = contract.clause(number) if number is not None else None
    return " ".join(clause.text.split()) if clause is not None else ""


# ---- As JSON --------------------------------------------------------------------------------------------------------


def as_json(held: Difference) -> dict[str, Any]:
    """Return a difference as JSON-ready values. `docs/analysis.md` tells the fields."""
    words = {language: Words(held, language) for language in ("en", "zh")}

    def both(said: Any, contract: Contract) -> dict[str, str]:
        return {language: each.sentence(said, contract) for language, each in words.items()}

    return {
        "old": _document(held.old), "new": _document(held.new), "same": held.same_by is not None,
        "same_by": held.same_by,
        "clauses": [
            {
                "how": each.how, "old": each.old, "new": each.new,
                "was": [both(one.said, held.old) for one in each.was],
                "now": [both(one.said, held.new) for one in each.now],
            }
            for each in held.edits
        ],
        "words": list(held.words),
        "answers": [
            {
                "asks": each.what, "of": each.of, "party": each.party, "verdict": each.verdict,
                "undecided": each.undecided, "never": sorted(each.never),
                "partings": [
                    {
                        "way": found.way, "old": found.answers[0], "new": found.answers[1], "worse": found.worse,
                        "better": found.better, "since": found.since, "witness": _witness(found.witness),
                    }
                    for found in each.partings
                ],
            }
            for each in held.answers
        ],
        "consequences": list(held.consequences),
        "bound": bound(held)._asdict() if held.same_by is None else None,
    }  # fmt: skip


def _document(contract: Contract) -> dict[str, str]:
    return {
        "name": contract.name, "path": contract.path, "text_hash": contract.text_hash,
        "meaning_hash": contract.meaning_hash,
    }  # fmt: skip


def _witness(witness: Witness) -> dict[str, Any]:
    return {
        "entries": [dict(each) for each in witness.entries], "settings": dict(witness.settings),
        "readings": dict(witness.readings), "answers": dict(witness.answers), "asked": dict(witness.asked),
    }  # fmt: skip
