"""Sums whose lines come to different things."""

from __future__ import annotations

from collections.abc import Iterator

from contractlang.checks.parts import Anatomy
from contractlang.diagnostic import Diagnostic, Label, Said, error
from contractlang.kinds import in_chinese, in_english
from contractlang.norms import AmountRule


def mixed_sum(anatomy: Anatomy) -> Iterator[Diagnostic]:
    """Find sums of which one line comes to money, another to a count or to money in another currency.

    Why it matters: lines of one name are alternatives of one sum, and whoever is owed it is owed the one or the other.
    Euros do not add up with yuan, so a sum that could be either cannot be paid, compared or added.

    Example: after

        2.1 | amount fee: for each bill as it, is 100.00 CNY where it.domestic
        2.1 | amount fee: for each bill as it, is 20.00 EUR where not it.domestic

    nobody can say in what `fee` is paid.

    Remedy: write both in one currency; or give the second a name of its own.
    """
    first: dict[tuple[str, str], AmountRule] = {}
    for rule in anatomy.contract.amounts:
        other = first.setdefault((rule.document, rule.name), rule)
        if rule.kind != other.kind:
            yield error(
                "mixed-sum",
                rule.span,
                f"`{rule.name}` is {in_english(rule.kind)} here, and {in_english(other.kind)} in another line",
                f"`{rule.alias or rule.name}`在此处为{in_chinese(rule.kind)}，在另一行为{in_chinese(other.kind)}",
                help=Said(
                    f"write both in one, or give this one a name of its own, such as `{rule.name}_2`",
                    f"请写成同一种，或给这一项另取名称，如`{rule.alias or rule.name}_2`",
                ),
                labels=(Label(other.span, Said("the other line", "另一行")),),
            )
