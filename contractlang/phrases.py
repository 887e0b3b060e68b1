"""What is said in one language, and how the other says it: the constructs of the grammar, side by side.

Most constructs differ in their words alone, and those pairs are read off the grammar (`(_MUST | _MUST_ZH)`). Where the
two languages put the parts in another order, the two forms stand below; a digit is a part, a comma may be missing.
Where one language has several words for what the other says in one, the first of them is the one that is written.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from contractlang import grammar
from contractlang.syntax import Node, Word


class Form(NamedTuple):
    """One construct in both languages."""

    en: str
    zh: str


def _groups(kind: str, one: str, group: str) -> list[Form]:
    """Return the forms of duties or powers that are told by what they are about."""
    about = f"to {'keep ' if kind == 'keep' else ''}"
    zh = "保持" if kind == "keep" else "有关"
    what, many = ("duty", "duties") if one == "义务" else ("power", "powers")
    if group == "any":
        return [
            Form(f"any {what} {about}0", f"任何 {zh} 0 的 {one}"),
            Form(f"any agreed {what} {about}0", f"任何 约定 的 {zh} 0 的 {one}"),
            Form(f"every {what} {about}0", f"{zh} 0 的 {one}"),
            Form(f"every agreed {what} {about}0", f"约定 的 {zh} 0 的 {one}"),
        ]
    return [Form(f"agreed {many} {about}0", f"{zh} 0 的 约定{one}")]


FORMS: dict[str, list[Form]] = {
    "takes_effect": [Form("0 takes effect once 1", "0 生效 , 一旦 1")],
    "renews": [Form("0 renews once 1", "0 续期 , 一旦 1")],
    "ends": [Form("0 ends once 1", "0 终止 , 一旦 1")],
    "once_each": [Form("once for each 0", "每 0 一次")],
    "accumulates": [Form("accumulates 0 for each 1", "累计 0 按每 1")],
    "from_field": [Form("from 0", "自 0")],
    "lead_when": [
        Form("when 0 ,", "0 时 ,"), Form("while 0 ,", "当 0 ,"), Form("if 0 ,", "若 0 ,"), Form("once 0 ,", "0 时 ,"),
    ],
    "when": [
        Form("when 0", "当 0"), Form("while 0", "当 0"), Form("if 0", "若 0"), Form("when 0", "一旦 0"),
        Form(", when 0", ", 当 0"), Form(", if 0", ", 若 0"), Form(", when 0", ", 一旦 0"),
    ],
    "within": [Form("within 0", "限 0 内")],
    "reasonable": [
        Form("within a reasonable time", "在合理期限内"),
        Form("within a reasonable time judged by 0", "在合理期限内 判断依 0"),
    ],
    "since": [Form("from 0", "自 0 起")],
    "claimable": [Form("claimable when 0", "可主张 , 一旦 0")],
    "loss": [Form("loss 0 is borne by 1", "损失 0 由 1 承担")],
    "time_barred": [
        Form("time-barred after 0 from 1", "时效 0 , 自 1 起"),
        Form("time-barred after 0 from 1 , restarting on 2", "时效 0 , 自 1 起 , 中断事由 2 重新起算"),
    ],
    "lapses": [Form("0 lapses after 1 from 2", "0 消灭 , 满 1 , 自 2 起")],
    "fills": [Form("fills 0 with 1", "以 1 填补 0")],
    "not_formalised": [Form("not formalised because 0", "不作规范 , 因为 0")],
    "in_breach": [Form("0 is in breach", "0 违约"), Form("0 is in breach of 1", "0 违反 1")],
    "amount_due": [Form("amount due of 0", "0 的 欠额")],
    "sum_of": [Form("( sum of 0 )", "( 0 之和 )"), Form("( sum of 0 where 1 )", "( 0 限于 1 之和 )")],
    "count_of": [Form("( count of 0 )", "( 0 之数 )"), Form("( count of 0 where 1 )", "( 0 限于 1 之数 )")],
    "as_of": [Form("( 0 as of 1 )", "( 0 截至 1 )")],
    "any_duty": _groups("do", "义务", "any"), "agreed_duties": _groups("do", "义务", "agreed"),
    "any_keeping": _groups("keep", "义务", "any"), "agreed_keeping": _groups("keep", "义务", "agreed"),
    "any_power": _groups("do", "权力", "any"), "agreed_powers": _groups("do", "权力", "agreed"),
    "agreed_losses": [Form("agreed losses", "约定的损失承担")],
    "any_norm": [Form("any norm", "任何规范")],
    "in_law": [Form("in law", "法律上")],
    "first_agreement": [Form("first agreement", "第一份协议"), Form("the first agreement", "第一份协议")],
    "second_agreement": [Form("second agreement", "第二份协议"), Form("the second agreement", "第二份协议")],
}  # fmt: skip

# What the grammar writes as a shape rather than as a word.
_SHAPED = {
    "_INCLUSIVE": "first day counted", "_OTHERWISE": "otherwise", "_OTHERWISE_ZH": "否则",
    "_FOR_MORE_THAN": "for more than", "_ROLLED_BACK": "rolled back", "_ROLLED_IN_MONTH": "rolled within the month",
}  # fmt: skip
_ALONE = {"MEMORY": "UNVERIFIED_ZH", "_UNVERIFIED": "UNVERIFIED_ZH"}
_MARKS = {",", "(", ")"}

Option = tuple[str, ...]
Pair = tuple[tuple[Option, ...], tuple[Option, ...]]


def word(terminal: str) -> str:
    """Return how a terminal that is a word or a mark is written."""
    return _SHAPED.get(terminal) or grammar.shapes()[terminal]


def is_word(part: Node | Word | None) -> bool:
    """Tell whether a part of a tree is a word or a mark of the language itself."""
    return isinstance(part, Word) and (part.kind in grammar.shapes() or part.kind in _SHAPED)


def is_chinese(terminal: str) -> bool:
    """Tell whether a terminal is a Chinese word."""
    return re.search(r"_ZH\d?$", terminal) is not None


@cache
def pairs() -> dict[str, tuple[Pair, ...]]:
    """Return the words that stand for each other in each construct: English ones, Chinese ones, most usual first."""
    found: dict[str, list[Pair]] = {}
    for rule, body in grammar.alternatives():
        for group in re.findall(r"\(([A-Z_0-9 |]+\|[A-Z_0-9 |]+)\)", body):
            options = [tuple(each.split()) for each in group.split("|")]
            en = tuple(each for each in options if not any(map(is_chinese, each)))
            zh = tuple(each for each in options if any(map(is_chinese, each)))
            if en and zh:
                found.setdefault(rule, []).append((en, zh))
    return {rule: tuple(each) for rule, each in found.items()}


def said(rule: str, kinds: list[str], chinese: bool) -> tuple[int, Option] | None:
    """Return how many of the words that come next in a construct belong together, and the terminals that say them.

    None where the first of them is said alike in both languages.
    """
    best: tuple[int, Option] | None = None
    for en, zh in pairs().get(rule, ()):
        for place, option in enumerate((*en, *zh)):
            if tuple(kinds[: len(option)]) != option or (best is not None and best[0] >= len(option)):
                continue
            at = place if place < len(en) else place - len(en)
            at = min(at, len(en) - 1, len(zh) - 1)
            best = len(option), (zh if chinese else en)[at]
    if best is None:
        first = kinds[0]
        shapes = grammar.shapes()
        other = next((zh for en, zh in _ALONE.items() if en == first and chinese), None)
        other = other or next(
            (en for en, zh in _ALONE.items() if zh == first and not chinese and en in shapes), None
        )
        if other is None and chinese and not is_chinese(first) and f"{first}_ZH" in shapes:
            other = f"{first}_ZH"
        if other is None and not chinese and is_chinese(first):
            bare = re.sub(r"_ZH\d?$", "", first)
            other = bare if bare in shapes else None
        if other is not None:
            best = 1, (other,)
    return best


class Bound(NamedTuple):
    """A construct as the other language has it: words, and numbers of the parts that stand among them."""

    form: tuple[str, ...]
    parts: dict[str, Node | Word]


def bound(node: Node, chinese: bool) -> Bound | None:
    """Return a construct whose parts have another order in the other language; None where it has no form there."""
    parts = [part for part in node.parts if part is not None]
    forms = FORMS[node.rule]
    for form in forms:
        for side in (0, 1):
            found = _match(tuple(form[side].split()), parts)
            if found is None:
                continue
            # Of several words for one thing, the first is written.
            other = next(each for each in forms if each[1 - side] == form[1 - side])
            return Bound(tuple((other.zh if chinese else other.en).split()), found)
    return None


def _match(form: tuple[str, ...], parts: list[Node | Word]) -> dict[str, Node | Word] | None:
    found: dict[str, Node | Word] = {}
    at = 0
    for each in form:
        part = parts[at] if at < len(parts) else None
        if each.isdigit():
            if part is None or is_word(part):
                return None
            found[each] = part
            at += 1
        elif isinstance(part, Word) and is_word(part) and word(part.kind) == each:
            at += 1
        elif each != ",":
            return None
    return found if at == len(parts) else None
