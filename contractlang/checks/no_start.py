"""Windows of what may, or must not, be done that have no beginning."""

from __future__ import annotations

from collections.abc import Iterator

from contractlang.checks.parts import Anatomy, called
from contractlang.diagnostic import Diagnostic, Said, error
from contractlang.norms import AtOnce, Permission, Power, Prohibition, Within


def no_start(anatomy: Anatomy) -> Iterator[Diagnostic]:
    """Find what may, or must not, be done for a period, and waits for nothing from which the period could run.

    Why it matters: a duty arises at an instant, and its period runs from there; what may be done while something is so
    has no such instant, and the period would never end.

    Example: in

        | while pay_fee is overdue, provider may suspend_service within 30 days

    nothing says from when the thirty days run.

    Remedy: let it wait for something that happens, as in `upon breach of pay_fee, provider may suspend_service within
    30 days`, or say from when: `within 30 days of bill.due`.
    """
    for norm in anatomy.contract.norms:
        if not isinstance(norm, Permission | Power | Prohibition) or norm.trigger is not None:
            continue
        limit = norm.window.limit if norm.window is not None else None
        if isinstance(limit, AtOnce) or (isinstance(limit, Within) and limit.of is None):
            assert norm.window is not None
            name = called(norm)
            yield error(
                "no-start",
                norm.window.span,
                f"nothing says from when this period of {name.en} runs",
                f"{name.zh}的期间没有起算点",
                help=Said(
                    "let it wait for something (`upon breach of …`), or say from when (`within 30 days of …`)",
                    "写明因何而起（`因 违反 …`），或自何时起算（`自 … 起 限 30日 内`）",
                ),
            )
