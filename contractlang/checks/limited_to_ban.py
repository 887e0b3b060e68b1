"""Norms that are open only while a prohibition would be."""

from __future__ import annotations

from collections.abc import Iterator

from contractlang.checks.parts import Anatomy, called, listed
from contractlang.diagnostic import Diagnostic, Label, Said, error
from contractlang.norms import Prohibition


def limited_to_ban(anatomy: Anatomy) -> Iterator[Diagnostic]:
    """Find norms that are limited to a prohibition, which is never open.

    Why it matters: `limits suspension to notice` lets the power of suspension be used only while what `notice` says may
    or must be done. A prohibition lets nobody do anything, so nothing would ever be open that is limited to it.

    Example: after `quiet: provider must not suspend_service when month_runs`, nothing is said by

        | limits suspension to quiet

    Remedy: limit it to a permission, a power or a duty; or let the prohibition win: `quiet prevails over suspension`.
    """
    for priority in anatomy.contract.priorities:
        limits = anatomy.meant_by(priority.by) if priority.how == "limits" else ()
        bans = [norm for norm in limits if isinstance(norm, Prohibition)]
        if bans:
            names = listed(called(norm) for norm in bans)
            yield error(
                "limited-to-ban",
                priority.span,
                f"{names.en} only forbids: nothing limited to it is ever open",
                f"{names.zh}仅作禁止：以其为限者永不开放",
                labels=tuple(Label(norm.span, Said("it forbids here", "此处为禁止")) for norm in bans),
                help=Said(
                    "limit it to what may or must be done, or let the prohibition win: `… prevails over …`",
                    "改以可以或应当为之的规范为限，或使该禁止优先：`… 优先于 …`",
                ),
            )
