"""What is wrong with a statement that does not parse, in words, and what can be typed instead."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property, lru_cache

from contractlang import grammar
from contractlang.diagnostic import Diagnostic, Said, error
from contractlang.idioms import Told, idiom_in
from contractlang.slips import Found, slip_in
from contractlang.source import Source, Span
from contractlang.statements import (
    MARK,
    MAX_DEPTH,
    MAX_STATEMENT,
    WIDTH,
    NotAStatement,
    in_chinese_marks,
    parse_statement,
)
from contractlang.suggest import MEANT, nearest, segmented

MAX_STATEMENTS = 20_000
MAX_LOOKED_AT = 2_000

# One of each kind of word that is not a keyword, as it can be typed.
_SAMPLES = {
    "NAME": Said("a name", "名称"),
    "STRING": Said('`"…"`', "`“……”`"),
    "DURATION": Said("`30 days`", "`30日`"),
    "DATE": Said("`2026-03-31`", "`2026年3月31日`"),
    "MONEY": Said("`100.00 CNY`", "`100.00元`"),
    "CMP": Said("`>`", "`>`"),
    "INT": Said("`3`", "`3`"),
    "CLAUSE_NAME": Said("`5.3`", "`五.3`"),
    "_COLON": Said("`:`", "`：`"),
    "_COMMA": Said("`,`", "`，`"),
    "_LPAR": Said("`(`", "`（`"),
    "_RPAR": Said("`)`", "`）`"),
}
_OPERANDS = {"DURATION", "MONEY", "DATE", "STRING"}

# What most often stands behind a word, where the grammar allows nearly anything.
_BEHIND = {
    "within": "within 30 days", "by": "by bill.due", "before": "before 2026-03-31", "when": "when pay_fee is overdue",
    "while": "while pay_fee is overdue", "if": "if pay_fee is overdue", "unless": "unless pay_fee is overdue",
    "where": "where bill.amount > 100.00 CNY", "限": "限 30日 内", "不迟于": "不迟于 账单.到期日",
    "早于": "早于 2026年3月31日", "若": "若 付费 逾期", "当": "当 付费 逾期", "除非": "除非 付费 逾期",
    "限于": "限于 账单.金额 > 100.00元",
}  # fmt: skip
_MODALS = Said("`must`, `must not` or `may`", "`应`、`不得`或`可以`")
_MODAL_WORDS = {"must", "may", "应", "必须", "不得", "可以", "有权"}
_NAMED = re.compile(r"[|｜]\s*(?:act|行为)\s+(\w+)(?:\s+(\w+))?")


@lru_cache(maxsize=50_000)
def _words_of(line: str) -> frozenset[str]:
    """Return the words of a line whose statement can be read; none of any other line."""
    mark = MARK.match(line)
    if mark is None or isinstance(parse_statement(mark["rest"].strip()), NotAStatement):
        return frozenset()
    return frozenset(re.findall(r"\w+", line))


def _parsed_up_to(text: str) -> int:
    """Return how far a statement parses: past its end where all of it does."""
    parsed = parse_statement(text)
    return parsed.start if isinstance(parsed, NotAStatement) else len(text) + 1


def _forms_of(act: str) -> tuple[str, ...]:
    """Return how prose bends the name of an act: `pays`, `notifies`, `repaired`."""
    stem = act.removesuffix("e")
    bent = (f"{act.removesuffix('y')}ies", f"{act.removesuffix('y')}ied") if act.endswith("y") else ()
    return (act, f"{act}s", f"{act}es", f"{stem}ed", f"{act}了", *bent)


class Explainer:
    """Puts statements of one file that do not parse into words, with what can be typed instead."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def explain(self, base: int, raw: str, wrong: NotAStatement) -> Diagnostic:
        span = Span(self.source.path, base + wrong.start, base + max(wrong.end, wrong.start + 1))
        if wrong.why in ("wrong", "statements"):
            return self.too_much(span, wrong.why)
        if wrong.why:
            return self.too_large(span, wrong.why)
        found = wrong.found.strip().translate(WIDTH)
        slip = slip_in(raw.translate(WIDTH), wrong.start, _parsed_up_to)
        if slip is not None:
            return self.slipped(base, raw, slip)
        idiom = idiom_in(raw.translate(WIDTH), wrong.start)
        if idiom is not None:
            return self.turned(base, raw, idiom)
        if found == '"':
            help = Said('close the quotation: `"…"`', "补上后引号：`“……”`")
            return error("syntax", span, "the quotation is not closed", "引号没有关闭", help)
        before = (raw[: wrong.start] if found else raw).translate(WIDTH).rstrip()
        word = re.search(r"\w+$", before)
        behind = word[0] if word is not None else ""
        en, zh = f"`{found}` cannot stand here", f"`{found}`不能写在这里"
        if not found:
            en, zh = "the statement ends too early", "这一条没有写完"
        run, cut = self.glued(found, behind)
        misread = "" if run else self.misread(found, behind, wrong.expected)
        if word is not None and (misread or run == behind):
            # What went wrong is the word before: it was read as a name, and nothing fits behind that.
            span = Span(self.source.path, base + word.start(), base + word.end())
            en, zh = f"`{behind}` is read as a name", f"`{behind}`被读作一个名称"
        if run:
            help = Said(
                f"write `{cut}`: words are separated by spaces", f"请写 `{cut}`：词与词之间用空格隔开"
            )
        elif misread:
            help = Said(f"write `{misread}`", f"请写 `{misread}`")
        else:
            not_next = re.match(r"\s*not\b", raw[wrong.end :]) is not None
            help = self.instead(found, behind, wrong.expected, not_next)
        return error("syntax", span, en, zh, help)

    def slipped(self, base: int, raw: str, slip: Found) -> Diagnostic:
        """Say how what was written as in prose is written here."""
        span = Span(self.source.path, base + slip.start, base + max(slip.end, slip.start + 1))
        said = raw[slip.start : slip.end].strip()
        typed = slip.write.strip()
        if not typed:
            help = Said(f"remove `{said}`", f"请删去 `{said}`")
        else:
            help = Said(f"write `{typed}`", f"请写 `{in_chinese_marks(typed)}`")
        return error("syntax", span, f"`{said}` is not written so", f"`{said}`不是这里的写法", help)

    def turned(self, base: int, raw: str, idiom: Told) -> Diagnostic:
        """Say which other sentence says what prose says in one breath."""
        span = Span(self.source.path, base + idiom.start, base + idiom.end)
        said = raw[idiom.start : idiom.end].strip()
        return error("syntax", span, f"`{said}` is not written so", f"`{said}`不是这里的写法", idiom.write)

    def misread(self, found: str, behind: str, expected: frozenset[str]) -> str:
        """Return the word of the language that was meant by the word before, where `found` itself is no riddle."""
        words = grammar.keywords()
        wanted = {text for text, name in words.items() if name in expected}
        told = MEANT.get(found.lower(), "").partition(" ")[0] in wanted or (found and nearest(found, wanted))
        if not behind or behind in self.known or told:
            return ""
        return MEANT.get(behind.lower()) or (nearest(behind, words) if len(behind) > 3 else None) or ""

    def too_much(self, span: Span, why: str) -> Diagnostic:
        """Say, once, that what follows is not read."""
        said = Said("split it into several documents", "请拆成几份文书")
        en, zh = f"a document may have {MAX_STATEMENTS:,} statements", f"一份文书至多{MAX_STATEMENTS}条规范"
        if why == "wrong":
            said = Said("mend the statements above first", "请先改正上面各条")
            en, zh = (
                "too much is wrong above; from here on the file is not read",
                "以上错误过多，自此以下未读",
            )
        return error("too-much", span, en, zh, said)

    def too_large(self, span: Span, why: str) -> Diagnostic:
        if why == "long":
            en, zh = (
                f"a statement may have {MAX_STATEMENT:,} characters; this one has more",
                f"一条规范至多{MAX_STATEMENT}字",
            )
        else:
            en, zh = f"a statement may be nested {MAX_DEPTH} deep", f"一条规范至多嵌套{MAX_DEPTH}层"
        help = Said(
            "split it into several statements, or `define` a part of it",
            "拆成几条，或将其中一部分写成 `定义`",
        )
        return error("too-large", span, en, zh, help)

    def glued(self, found: str, behind: str) -> tuple[str, str]:
        """Return the run of Chinese that should have been several words, and how it is cut; empty when none is."""
        for run in (found, behind):
            if len(run) > 1 and not run.isascii() and run not in self.known and run not in MEANT:
                cut = segmented(run, self.known)
                if cut is not None:
                    return run, cut
        return "", ""

    @cached_property
    def known(self) -> frozenset[str]:
        """The words of the language, and those of the lines that can be read."""
        found: set[str] = set()
        for line in self.source.lines[:MAX_LOOKED_AT]:
            found |= _words_of(line)
        return frozenset({*grammar.keywords(), *found})

    @cached_property
    def acts(self) -> tuple[str, ...]:
        """The names of the acts that the file declares."""
        found = [_NAMED.match(line.lstrip()) for line in self.source.lines]
        names = [name for each in found if each is not None for name in each.groups() if name]
        chinese = self.source.is_chinese
        return tuple(sorted(names, key=lambda name: name.isascii() is chinese))

    def instead(self, found: str, behind: str, expected: frozenset[str], not_next: bool) -> Said:
        """Return what can be typed where `found` stands, behind the word `behind`."""
        words = grammar.keywords()
        wanted = {text for text, name in words.items() if name in expected}
        meant = MEANT.get(found.lower())
        if meant == "must" and not_next and "must" in wanted:
            return Said("write `must not`", "请写 `must not`")
        if meant is not None and meant.split()[0] in wanted:
            return Said(f"write `{meant}`", f"请写 `{meant}`")
        if found in words and "NAME" in expected and len(found) > 1 and found not in _MODAL_WORDS:
            return Said(
                f"`{found}` is a reserved word; choose another name", f"`{found}`是保留词，请换一个名称"
            )
        near = nearest(found, wanted) if found else None
        if near is not None:
            return Said(f"write `{near}`", f"请写 `{near}`")
        done = next((act for act in self.acts if found in _forms_of(act)), None)
        if done is not None and "_MUST" not in expected and "_DID" in expected:
            return Said(f"write `did {done}`", f"请写 `已 {done}`")
        if "_MUST" in expected and done is not None and found != done:
            return Said(f"write `must {done}`", f"请写 `must {done}`")
        if "_MUST" in expected and (not found or found[0].isalpha()):
            # A word behind a party, and no modal: the commonest slip.
            return Said(f"write {_MODALS.en}", f"请写 {_MODALS.zh}")
        if behind in _MODAL_WORDS:
            act = self.acts[0] if self.acts else ("支付" if self.source.is_chinese else "pay")
            return Said(f"write an act, for example `{behind} {act}`", f"请写行为，例如 `{behind} {act}`")
        sample = _BEHIND.get(behind)
        if sample is not None and expected >= _OPERANDS:
            return Said(f"write for example `{sample}`", f"例如写 `{sample}`")
        return self.listed(expected, wanted)

    def listed(self, expected: frozenset[str], wanted: Iterable[str]) -> Said:
        """Return some of the words that can stand here, those of the file's language only."""
        chinese = self.source.is_chinese
        own = sorted(
            (text for text in wanted if (text[0] > "\u2e80") is chinese), key=lambda text: (len(text), text)
        )
        kinds = [sample for name, sample in _SAMPLES.items() if name in expected]
        said = [sample.zh if chinese else sample.en for sample in kinds[:3]]
        said += [f"`{text}`" for text in own[: 5 - len(said)]]
        if not said:
            return Said("remove it, or begin a new statement with `|`", "请删去，或以 `|` 另起一条")
        en = ", ".join(said[:-1]) + (" or " if len(said) > 1 else "") + said[-1]
        zh = "、".join(said[:-1]) + ("或" if len(said) > 1 else "") + said[-1]
        return Said(f"write {en}", f"可写 {zh}")
