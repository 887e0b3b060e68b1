"""`contract analyse --property`: whether what an author asserts of agreements holds in every history."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from contractlang.diagnostic import Language
from engine.commands.common import (
    BROKEN,
    FINE,
    FOUND,
    Refused,
    print_json,
)
from engine.commands.given import contracts_in, language_of, refuse_errors, usable
from engine.errors import BadTerms
from engine.render import Screen

if TYPE_CHECKING:
    from contractlang.contract import Contract
    from contractlang.loaded import Loaded

_SAID = {True: ("holds", "成立"), False: ("does not hold", "不成立"), None: ("undecided", "未能判定")}


def assert_all(
    paths: Sequence[str],
    properties: Sequence[str],
    layers: tuple[str, ...],
    as_json: bool,
    lang: Language | None,
) -> int:
    """Ask each property of the agreements in `paths` under some layers, print what is found, return the exit status."""
    from engine.analysis.accepted import Accepted
    from engine.analysis.asserting import failures
    from engine.analysis.report import as_json as told
    from engine.analysis.report import lines
    from engine.analysis.tally import Tally, is_confirmed, searched
    from engine.governing import Programs
    from engine.widths import wrapped

    given = usable(paths, layers)
    agreements = [each for each in given.contracts.values() if each.kind == "agreement"]
    bases = tuple(dict.fromkeys(each.base for each in agreements))
    if len(bases) != len(agreements) or not bases:
        named = ", ".join(each.path for each in agreements) or "none"
        raise Refused(
            f"a property is asserted of one text of an agreement: name one file ({named})", field="contract"
        )
    screen, status, rows = Screen.of(), FINE, []
    for text in properties:
        loaded = _with(text, agreements, paths, layers)
        documents = {name: loaded.contracts[name] for name in loaded.asked}
        try:
            program = Programs(documents).of(bases, layers)
        except BadTerms as wrong:
            raise Refused(f"--layers: {wrong.reason}", field=wrong.field) from None
        tally, accepted = Tally(), Accepted({}, {})
        found = list(failures(program, layers, text, tally))
        holds = None if tally.undecided and not tally.found else not tally.found
        status = BROKEN if not all(map(is_confirmed, found)) else status if holds else max(status, FOUND)
        told_of = [told(each, loaded.contracts, accepted) for each in found]
        rows.append(
            {"property": text, "holds": holds, "findings": told_of, "bound": searched(tally)._asdict()}
        )
        if not as_json:
            language = language_of(loaded, lang)
            chinese = language == "zh"
            screen.line(f"{text}{'：' if chinese else ': '}{_SAID[holds][chinese]}", "bold")
            for finding in found:
                for line in lines(finding, program, language, screen.width, accepted):
                    screen.line(line)
            for line in wrapped(getattr(searched(tally), language), screen.width, "", ""):
                screen.line(line, "dim")
            screen.out.flush()
    if as_json:
        print_json({"agreements": list(bases), "layers": list(layers), "properties": rows})
    return status


def _with(text: str, agreements: Sequence[Contract], paths: Sequence[str], layers: tuple[str, ...]) -> Loaded:
    """Return the documents with what says the contrary of a property: beside the first agreement that has its words."""
    from engine.analysis.asserting import DOCUMENT, BadProperty, supplement

    tried = []
    for agreement in agreements:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"{DOCUMENT}.contract"
            try:
                path.write_text(supplement(text, agreement), "utf-8")
            except BadProperty as wrong:
                raise Refused(f"--property {wrong}", field="property") from None
            tried.append(contracts_in([*paths, str(path)], layers))
        if not tried[-1].errors:
            break
    loaded = tried[-1] if not tried[-1].errors else tried[0]
    refuse_errors(loaded)
    loaded.asked = [name for name in loaded.asked if loaded.contracts[name].kind != "vocabulary"]
    return loaded
