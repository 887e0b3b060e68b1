"""`contract analyse --mends` and `--ranges`: what is found where the text, or what fills a blank of it, is another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from contractlang.diagnostic import Language
from engine.commands.common import (
    SHIPPED,
)
from engine.errors import BadTerms
from engine.render import Screen

if TYPE_CHECKING:
    from contractlang.contract import Contract
    from contractlang.loaded import Loaded
    from engine.analysis.assuming import Assuming
    from engine.analysis.finding import Finding
    from engine.analysis.kept import Kept
    from engine.analysis.ranges import Range
    from engine.analysis.tries import Tried
    from engine.governing import Programs


def mends_tried(
    found: Sequence[Finding], loaded: Loaded, documents: Mapping[str, Contract], agreements: tuple[str, ...],
    layers: tuple[str, ...], kinds: Iterable[str], kept: Kept,
) -> Iterator[tuple[Finding, tuple[Tried, ...]]]:  # fmt: skip
    """Yield each finding for which there are mends, with what came of them, as they are tried."""
    from contractlang.load import Workspace
    from engine.analysis import analyse
    from engine.analysis.mended import tried
    from engine.governing import Programs

    workspace = Workspace([SHIPPED])

    def read(path: str, text: str) -> Mapping[str, Contract] | None:
        made = workspace.check(path, text)
        if made.errors:
            return None
        mended = made.contracts[made.asked[0]]
        return {name: mended for name, each in documents.items() if each.path == path}

    def again(contracts: Mapping[str, Contract], kept: Kept) -> Iterable[Finding]:
        try:
            return list(analyse(Programs(contracts), agreements, layers, frozenset(kinds), kept=kept))
        except BadTerms:
            return ()

    return tried(found, documents, loaded.sources, read, again, kept)


def show_mends(tries: Iterable[tuple[Finding, tuple[Tried, ...]]], language: Language) -> None:
    """Print what came of the mends of each finding, as they are tried."""
    from engine.analysis.tries import said_of
    from engine.widths import wrapped

    screen, chinese = Screen.of(), language == "zh"
    screen.line()
    screen.heading(
        "补救的试验：逐一写入文本并重新分析"
        if chinese
        else "mends, tried: laid on the text, and analysed again"
    )
    some = False
    for finding, came in tries:
        some = True
        screen.line(f"• {finding.key}")
        for each in came:
            for line in wrapped(getattr(each.mend.said, language), screen.width, "    ", "      "):
                screen.line(line)
            for line in wrapped(getattr(said_of(each), language), screen.width, "    → ", "      "):
                screen.line(line)
            for new in each.new:
                for line in wrapped(
                    getattr(new.sentence, language), screen.width, "        • ", "          "
                ):
                    screen.line(line)
        screen.line()
        screen.out.flush()
    if not some:
        screen.line("没有可以试验的补救" if chinese else "no mend could be tried")


def ranges_of(
    programs: Programs, agreements: tuple[str, ...], layers: tuple[str, ...], kinds: Iterable[str], kept: Kept
) -> Iterator[Range]:
    """Yield for which values of each blank a finding arises, if not for all of them."""
    from engine.analysis import analyse
    from engine.analysis.ranges import ORDERED, ranges

    wanted = ORDERED & frozenset(kinds) if kinds else ORDERED

    def found(assuming: Assuming, about: Finding | None) -> Iterable[Finding]:
        places = {(each.document, each.clause) for each in about.clauses} if about is not None else None
        asks = places.__contains__ if places is not None else None
        only = frozenset({about.kind}) if about is not None else wanted
        return analyse(programs, agreements, layers, only, asks, assuming=assuming, kept=kept)

    return ranges(programs.of(agreements, layers).contracts, found) if wanted else iter(())


def show_ranges(found: Iterable[Range], language: Language) -> None:
    """Print for which values of a blank each finding arises, as they are found."""
    from engine.analysis.ranges import bound_of, said_of
    from engine.widths import wrapped

    screen, chinese = Screen.of(), language == "zh"
    screen.line()
    screen.heading("空白的取值" if chinese else "values of blanks: for which of them a finding arises")
    some = False
    for each in found:
        some = True
        for said, first in (
            (getattr(each.finding.sentence, language), "• "),
            (getattr(said_of(each), language), "    → "),
            (getattr(bound_of(each), language), "    "),
            (each.finding.key, "    "),
        ):
            for line in wrapped(said, screen.width, first, "  " if first == "• " else "      "):
                screen.line(line)
        screen.line()
        screen.out.flush()
    if not some:
        screen.line(
            "没有发现取决于空白的取值"
            if chinese
            else "no finding arises for some values of a blank and not for others"
        )
