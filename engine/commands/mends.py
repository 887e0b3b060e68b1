"""`contract analyse --mends`: what may settle a finding is laid on the text, and what is found then is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from engine.commands.common import SHIPPED, Language
from engine.errors import BadTerms
from engine.render import Screen

if TYPE_CHECKING:
    from contractlang.loaded import Loaded
    from contractlang.norms import Contract
    from engine.analysis.finding import Finding
    from engine.analysis.kept import Kept
    from engine.analysis.tries import Tried


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
    from engine.analysis.report import wrapped
    from engine.analysis.tries import said_of

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
