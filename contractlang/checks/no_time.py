"""Windows that last no time."""

from __future__ import annotations

from collections.abc import Iterator

from contractlang.checks.parts import Anatomy, called
from contractlang.diagnostic import Diagnostic, Said, warning
from contractlang.expression import Const
from contractlang.norms import Maintenance, Window, Within
from contractlang.values import Period

ELAPSED = ("seconds", "minutes", "hours")


def no_time(anatomy: Anatomy) -> Iterator[Diagnostic]:
    """Find periods of nought in which something must, may or must not be done.

    Why it matters: nobody can do anything in no hours, so such a duty is late as it arises. No days end with the day on
    which they begin, which their words hardly say.

    Example: in

        | report: upon incident, provider must report within 0 hours

    the provider is in breach however quickly it reports.

    Remedy: write the time that is meant, `at once` if it is that, or `by` and the day where it is the same day.
    """
    for norm in anatomy.contract.norms:
        if isinstance(norm, Maintenance) or norm.window is None:
            continue
        period = _period(norm.window)
        if period is None or period.count > 0:
            continue
        name = called(norm)
        if period.unit in ELAPSED:
            ends = Said("it is over as it begins", "一开始即已届满")
        else:
            ends = Said("it ends with the day on which it begins", "于起算之日终了时届满")
        yield warning(
            "no-time",
            norm.window.span,
            f"the period of {name.en} is nought: {ends.en}",
            f"{name.zh}的期间为零：{ends.zh}",
            help=Said(
                "write the time that is meant, or `at once`, or `by …`",
                "写明应有的期间，或写 `立即`、`不迟于 …`",
            ),
        )


def _period(window: Window) -> Period | None:
    """Return the period of a window that is written as a number."""
    written = window.limit.period if isinstance(window.limit, Within) else None
    return written.value if isinstance(written, Const) and isinstance(written.value, Period) else None
