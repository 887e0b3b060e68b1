"""Blanks and gaps that norms need and no rule of the text fills."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from contractlang.checks.parts import MOST_NAMES, Anatomy, Rule, called, clause_called, listed
from contractlang.declaration import BlankDecl
from contractlang.diagnostic import Diagnostic, Label, Said, Severity
from contractlang.expression import BlankValue
from contractlang.norms import NormBase


def unfilled_blank(anatomy: Anatomy) -> Iterator[Diagnostic]:
    """List the blanks and gaps that norms need, each with the norms that need it.

    Why it matters: whoever asks about an account must have filled them, or the answer is undetermined. A blank is
    filled by the account's settings. A gap is a hole that the text does not even mark: settings do not fill it, only
    a supplement or gap-filling law does.

    Example: with

        | blank due_day: day
        | user must pay by due_day

    nobody knows when to pay until an account says so.

    Remedy: none is needed where the text means to leave it open. Otherwise write the value into the text, or
    `define` it in a supplement.
    """
    contract = anatomy.contract
    needs: dict[str, list[Rule]] = {}
    for rule, blanks in anatomy.those(_blanks_in, anatomy.rules):
        for name in blanks:
            needs.setdefault(name, []).append(rule)
    for declared in contract.declarations.values():
        if declared.name not in needs or not isinstance(declared, BlankDecl):
            continue
        needing = needs[declared.name]
        names = listed(_called(rule) for rule in needing)
        what = Said("gap", "缺漏") if declared.gap else Said("blank", "空白")
        own = declared.document == contract.name
        places = needing if own else needing[1:]
        yield Diagnostic(
            "unfilled-blank",
            Severity.NOTE,
            Said(f"{what.en} `{declared.called.en}` is open; {names.en} cannot be decided without it",
                 f"{what.zh}`{declared.called.zh}`尚待填补；{names.zh}须有它才能判断"),
            declared.span if own else needing[0].span,
            tuple(Label(rule.span, Said("needs it", "需要它")) for rule in places[:MOST_NAMES]),
            _remedy(declared),
        )  # fmt: skip


def _blanks_in(parts: Iterable[object]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.name for part in parts if isinstance(part, BlankValue)))


def _called(rule: Rule) -> Said:
    return called(rule) if isinstance(rule, NormBase) else clause_called(rule.clause)


def _remedy(declared: BlankDecl) -> Said:
    if declared.gap:
        return Said(
            f"a supplement may say `| define {declared.called.en} is …`; settings do not fill a gap",
            f"补充协议可写 `| 定义 {declared.called.zh} 为 …`；账户设置不能填补缺漏",
        )
    return Said(
        f"give each account a value for `{declared.called.en}`",
        f"请在每个账户的设置中填写`{declared.called.zh}`",
    )
