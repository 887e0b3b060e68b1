"""Findings kept beside agreements, as `contract analyse --json` wrote them: read back, and held against what is now.

The solver takes minutes over an agreement beside all the law, which no page can wait for. So what it found is a file,
and a page shows nothing of it on trust: the documents are compared by what they mean, each finding's clauses by their
wording, and each history is put to the engine again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contractlang.contract import Contract
from engine.analysis.accepted import rests_on
from engine.analysis.finding import Clause, Finding, Said, Witness
from engine.errors import BadTerms, EngineError
from engine.governing import Programs, governing

FILE = "findings.json"


class BadFindings(EngineError):
    """A file of findings cannot be read. `where` names it, `reason` says why."""

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(
            f"{where}: {reason}; write it anew: contract analyse NAME --layers … --json > {where}"
        )
        self.where, self.reason, self.field = where, reason, ""


@dataclass(frozen=True)
class Saved:
    """What an analysis found: of which agreements under which layers, when the documents meant what, how far it looked.

    `rested_on` holds by its key what each finding's clauses said then (`accepted.rests_on`).
    """

    path: str
    agreements: tuple[str, ...]
    layers: tuple[str, ...]
    documents: Mapping[str, str]
    findings: tuple[Finding, ...]
    rested_on: Mapping[str, str]
    searched: Said | None

    def changed(self, contracts: Mapping[str, Contract]) -> list[str]:
        """Return the documents that mean another thing now, came or went: what was found may not be all, or not hold.

        Raises BadTerms for an agreement or a layer that is not there any more.
        """
        now = {
            each.name: each.meaning_hash
            for each in governing(contracts.values(), self.agreements, self.layers)
        }
        return sorted(
            name for name in now.keys() | self.documents.keys() if now.get(name) != self.documents.get(name)
        )

    def reworded(self, finding: Finding, contracts: Mapping[str, Contract]) -> bool:
        """Tell whether the clauses of a finding say another thing now."""
        return self.rested_on.get(finding.key) != rests_on(finding, contracts)


def beside(agreements: Sequence[Contract]) -> Path | None:
    """Return the file of findings about some agreements, or None where there is none."""
    path = file_of(agreements)
    return path if path.is_file() else None


def file_of(agreements: Sequence[Contract]) -> Path:
    """Return where findings about some agreements are kept: in the folder of the first, named after the others."""
    first, *others = agreements
    name = Path(FILE)
    return Path(first.path).with_name("-".join((name.stem, *(each.base for each in others))) + name.suffix)


def read(path: Path) -> Saved:
    """Return the findings in a file. Raises BadFindings for what `contract analyse --json` did not write."""
    try:
        said = json.loads(path.read_text("utf-8"))
        bound = said["searched"]["bound"]
        findings = tuple(map(_finding, said["findings"]))
        return Saved(
            str(path), tuple(said["agreements"]), tuple(said["layers"]), dict(said["documents"]), findings,
            {made.key: str(each["rests_on"]) for made, each in zip(findings, said["findings"], strict=True)},
            Said(**bound) if bound is not None else None,
        )  # fmt: skip
    except (ValueError, OSError) as wrong:
        raise BadFindings(str(path), " ".join(str(wrong).split())) from None
    except KeyError as wrong:
        raise BadFindings(str(path), f"`{wrong.args[0]}` is missing") from None
    except (TypeError, AttributeError):
        raise BadFindings(str(path), "it is not what `contract analyse --json` writes") from None


def _finding(said: dict[str, Any]) -> Finding:
    """Return a finding from its JSON (`engine.analysis.report.as_json`)."""
    detail = dict(said["detail"])
    if said["what"] is not None:
        detail["what"] = said["what"]
    witness = said["witness"]
    made = Finding(
        said["kind"],
        tuple(Clause(each["document"], each["clause"], each["norm"] or "") for each in said["clauses"]),
        Said(**said["sentence"]),
        Witness(**{**witness, "entries": tuple(witness["entries"])}) if witness is not None else None,
        tuple(Said(**each) for each in said["settles"]),
        Said(**said["bound"]) if said["bound"] is not None else None,
        detail,
    )
    if made.key != said["key"]:
        raise ValueError(f"`{said['key']}` is not called what its clauses are")
    return made


def answered_now(witness: Witness, programs: Programs, agreements: tuple[str, ...]) -> dict[str, str | None]:
    """Return what the engine answers now to the question of a witness, by layers or by reading as its verdicts.

    None stands where the history is no ledger that the documents can take any longer.
    """
    from engine.analysis.witness import History, answer_of, replayed

    found: dict[str, str | None] = {}
    for under in witness.verdicts:
        reading, chosen, option = under.partition("=")
        layers = ("contract",) if chosen else tuple(under.split("+"))
        readings = {**witness.readings, **({reading: option} if chosen else {})}
        history = History(
            tuple(map(dict, witness.entries)),
            dict(witness.settings),
            readings,
            dict(witness.answers),
            dict(witness.asked),
        )
        try:
            decision = replayed(history, programs.of(agreements, layers), layers)
        except (BadTerms, KeyError):
            decision = None
        found[under] = None if decision is None else answer_of(decision)
    return found
