"""`contract impact`: which accounts a draft would judge differently, and why."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from contractlang.diagnostic import Language
from engine.commands.common import Json, KnownAt, Lang, Layers, Readings, Refused, Settings
from engine.commands.given import layers_named, pairs_of
from engine.commands.portfolio import (
    Accounts,
    Ask,
    Buckets,
    Day,
    Events,
    Jobs,
    Limit,
    MappingFile,
    Out,
    Pairs,
    portfolio,
    ran,
    stamp_of,
)

if TYPE_CHECKING:
    from engine.bulk.impact import Impact

Old = Annotated[
    str,
    typer.Argument(metavar="OLD", help="The contract as it is: a file, a folder, or a name such as voip-1."),
]
Kernel = Annotated[
    str,
    typer.Option("--kernel", metavar="WHEN", help="auto: by the kernel where it can; off: by the engine."),
]
New = Annotated[str, typer.Argument(metavar="NEW", help="The draft of the same agreement.")]


def impact(
    old: Old, new: New, events: Events, as_of: Day, out: Out, accounts: Accounts = None,
    mapping: MappingFile = None, ask: Ask = None, known_at: KnownAt = None, settings: Settings = None,
    readings: Readings = None, layers: Layers = None, jobs: Jobs = 0, buckets: Buckets = 64, rejects: Limit = "1%",
    kernel: Kernel = "auto", lang: Lang = None, json_: Json = False,
) -> None:  # fmt: skip
    """Take a portfolio through two versions of an agreement: which accounts are judged differently, and why.

    Writes accounts.parquet, differences.parquet (what differs of an account, with the reasons that the
    engine gives), rejects.parquet and summary.html, the worst first: breaches, answers, what is unpaid, states; in the
    language of the agreement, or of --lang.

    JSON: accounts, events, rejects, undetermined, kernel, left, out.
    """
    from engine.bulk.changed import changes

    if kernel not in ("auto", "off"):
        raise Refused(
            f"--kernel {kernel}: write auto or off",
            zh=f"--kernel {kernel}：请写 auto 或 off",
            field="--kernel",
        )
    make = partial(
        versions, kernel, lang, old, new, layers_named(layers), as_of, known_at, tuple(ask or ()),
        tuple(pairs_of(settings, "--set").items()), mapping, tuple(pairs_of(readings, "--reading").items()),
    )  # fmt: skip
    held = make()
    stamp = {
        "old": stamp_of(held.old.portfolio, as_of, known_at, mapping),
        "new": stamp_of(held.new.portfolio, as_of, known_at, mapping),
        "language": held.language,
    }
    ran(
        make, stamp, lambda job, counts: changes(job, held, counts, as_of),
        events, accounts, out, buckets, jobs, rejects, json_,
    )  # fmt: skip


def versions(
    kernel: str, lang: Language | None, old: str, new: str, layers: tuple[str, ...], as_of: str,
    known_at: str | None, asked: tuple[str, ...], settings: Pairs, mapping: str | None, readings: Pairs = (),
) -> Impact:  # fmt: skip
    """Return two versions of a portfolio; each process makes its own. Raises Refused."""
    from engine.bulk.impact import Impact
    from engine.bulk.kernel.portfolio import Kernelled

    before = portfolio((old,), layers, as_of, known_at, asked, settings, mapping, readings)
    after = portfolio((new,), layers, as_of, known_at, before.asked, settings, mapping, readings)
    if before.agreements != after.agreements:
        one, other = (", ".join(each.agreements) or "none" for each in (before, after))
        raise Refused(f"{new} is no version of the same: {one} there, {other} here", field="new")
    return Impact(Kernelled(before), Kernelled(after), lang or before.language, kernel == "auto")
