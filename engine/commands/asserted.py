"""`contract analyse --property`: whether what an author asserts of an agreement holds in every history."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from engine.commands.common import BROKEN, CONTRACT, FINE, FOUND, Language, Refused, print_json
from engine.commands.given import language_of, usable
from engine.render import Screen


def assert_all(paths: Sequence[str], properties: Sequence[str], as_json: bool, lang: Language | None) -> int:
    """Ask each property of the one agreement in `paths`, print what is found, and return the exit status."""
    from engine.analysis import analyse
    from engine.analysis.accepted import Accepted
    from engine.analysis.asserting import DOCUMENT, BadProperty, gives_way, is_said, supplement
    from engine.analysis.report import as_json as told
    from engine.analysis.report import lines, wrapped
    from engine.analysis.tally import Tally, is_confirmed, searched
    from engine.governing import Programs

    agreements = [c for c in usable(paths).contracts.values() if c.kind == "agreement"]
    if len(agreements) != 1:
        named = ", ".join(each.path for each in agreements) or "none"
        raise Refused(f"a property is asserted of one agreement: name one file ({named})", field="contract")
    agreement = agreements[0]
    screen, status, rows = Screen.of(), FINE, []
    for text in properties:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"{DOCUMENT}.contract"
            try:
                path.write_text(supplement(text, agreement.base), "utf-8")
            except BadProperty as wrong:
                raise Refused(f"--property {wrong}", field="property") from None
            loaded = usable([*paths, str(path)])
        documents = {name: loaded.contracts[name] for name in loaded.asked}
        programs, tally, accepted = Programs(documents), Tally(), Accepted({}, {})
        program = programs.of((agreement.base,), (CONTRACT,))
        if gives_way(program):
            raise Refused(
                f"--property {text}: a sentence of the agreement takes from it too; no clash would show that it fails",
                field="property",
            )
        found = list(
            analyse(programs, (agreement.base,), only=frozenset({"conflict"}), about=is_said, tally=tally)
        )
        holds = None if tally.undecided and not tally.found else not tally.found
        status = BROKEN if not all(map(is_confirmed, found)) else status if holds else max(status, FOUND)
        told_of = [told(each, loaded.contracts, accepted) for each in found]
        rows.append(
            {"property": text, "holds": holds, "findings": told_of, "bound": searched(tally)._asdict()}
        )
        if not as_json:
            language = language_of(loaded, lang)
            said = {
                True: ("holds", "成立"),
                False: ("does not hold", "不成立"),
                None: ("undecided", "未能判定"),
            }[holds]
            screen.line(f"{text}{'：' if language == 'zh' else ': '}{said[language == 'zh']}", "bold")
            for finding in found:
                for line in lines(finding, program, language, screen.width, accepted):
                    screen.line(line)
            for line in wrapped(getattr(searched(tally), language), screen.width, "", ""):
                screen.line(line, "dim")
    if as_json:
        print_json({"agreement": agreement.base, "properties": rows})
    return status
