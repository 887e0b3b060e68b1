"""Conflict checks: a file that lists clauses, what is expected of them, and is held against what the analysis finds.

What is expected in the words of the file is answered by kinds of finding; the table stands in `mapping.yaml` under
`conflict_checks`, and nothing else knows of any check. A check passes only if one finding of such a kind contains all
the clauses listed, or, where none is expected, if there is no such finding. One that a history shows has to be gone
where `no_conflict_when` holds; what that means is said in the table of that name (`wording.py`). What norms cannot
express fails, with the reason.

Where a text is sound as it is written and one way of carrying it out is not, that practice is a sentence of its own
(table `practices`): it is laid beside the agreement as a supplement, and has to clash with what the check names.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any, NamedTuple

from contractlang.contract import Contract
from contractlang.declaration import BlankDecl, QuestionDecl, ReadingDecl
from contractlang.numerals import plain_number
from engine.analysis import analyse
from engine.analysis.assuming import Assuming
from engine.analysis.finding import Clause, Finding
from engine.analysis.repeated import has_more
from engine.analysis.wording import Wording
from engine.citing import cited
from engine.errors import EngineError
from engine.governing import CONTRACT, Programs
from engine.yaml_text import YAMLError, read_yaml


class BadChecks(EngineError):
    """A file is not one of conflict checks: put right what the message names."""

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(f"{where}: {reason}" if where else reason)
        self.where, self.reason, self.field = where, reason, "conflict_checks"


class NotEncoded(EngineError):
    """A check names a clause that no document has: what is found, or is not, says nothing of it."""


class Outcome(NamedTuple):
    """What came of one check."""

    check: str
    passed: bool
    expected: str
    got: str


_WORDS = {True: ("true", "yes"), False: ("false", "no")}
"""How a value that is so, or is not, is written."""

PRACTICE = "practice"
"""What the supplement is called that says how a text is carried out."""

CUT_OFF = "cut off"
"""What of a kind rests on the silence of a text that breaks off: it may have stood in what is lost."""

Laid = Callable[[str], Contract]
"""Returns the document that a text is. Raises EngineError where it cannot be read."""


class Reference(NamedTuple):
    """A clause as a file of checks names it: the document, and the number, perhaps with the letter of a norm."""

    written: str
    document: str
    place: str


@dataclass
class Checker:
    """Runs checks. Only the kinds that answer a check are looked for, about its clauses."""

    programs: Programs
    words: Mapping[str, Any]
    laid: Laid

    def run(self, text: str) -> Iterator[Outcome]:
        """Yield the outcome of every check in a file. Raises BadChecks before any is run."""
        for check in checks_in(text):
            yield self.outcome(check)

    def outcome(self, check: Mapping[str, Any]) -> Outcome:
        """Return what came of one check."""
        id, expected = str(check["id"]), str(check["expected"])
        answer = self.words["conflict_checks"].get(expected)
        if answer is None:
            return Outcome(id, False, expected, f"no kind of finding answers `{expected}`")
        if "inexpressible" in answer:
            return Outcome(id, False, expected, f"not expressible in norms: {answer['inexpressible']}")
        try:
            wanted = [self.reference(str(each)) for each in check["norms"]]
            outcome, shown = self.judged(id, expected, answer, wanted)
            absent, witness = (check.get(name) or {} for name in ("no_conflict_when", "witness"))
            if "none" in answer and shown is not None and witness:
                return self.described(outcome, answer, wanted, witness)
            if outcome.passed and "practised" in answer:
                return self.practised(outcome, answer, wanted, witness, absent)
            if not outcome.passed or shown is None or not absent:
                return outcome
            if shown.witness is None:
                return self.settled(outcome, answer, wanted, absent)
            return self.gone(outcome, answer, wanted, absent)
        except NotEncoded as wrong:
            return Outcome(id, False, expected, f"not encoded: {wrong}")
        except (EngineError, KeyError) as wrong:
            return Outcome(id, False, expected, f"error: {wrong}")

    def judged(
        self, id: str, expected: str, answer: Mapping[str, Any], wanted: Collection[Reference],
        assuming: Assuming | None = None,
    ) -> tuple[Outcome, Finding | None]:  # fmt: skip
        """Return whether a finding of the right kind contains the clauses, or none does where none should."""
        undecided: Finding | None = None
        chosen = _chosen(assuming or Assuming())
        for each in self.findings(wanted, (*answer.get("found", ()), *answer.get("none", ())), assuming):
            settled = each.witness is None and self.hangs(each, wanted, chosen)
            # A law that only speaks of what a clash hangs on is in no conflict itself.
            beside = each.detail.get("beside", 0) if "none" in answer else 0
            clashing = dataclasses.replace(each, clauses=each.clauses[: len(each.clauses) - beside])
            if settled or not self.contains(clashing, wanted):
                continue
            if each.kind == "unknown":
                undecided = each
            elif "none" in answer:
                return Outcome(id, False, expected, f"found all the same: {each.key}"), each
            else:
                return Outcome(id, True, expected, each.key), each
        if undecided is not None:
            return Outcome(id, False, expected, f"undecided: {undecided.key}"), undecided
        if "none" in answer:
            return Outcome(id, True, expected, "no such finding"), None
        kinds = ", ".join(answer["found"])
        said = f"no finding of the kinds {kinds} contains all the clauses listed"
        return Outcome(id, False, expected, said), None

    def described(
        self,
        outcome: Outcome,
        answer: Mapping[str, Any],
        wanted: Collection[Reference],
        witness: Mapping[str, Any],
    ) -> Outcome:
        """Return the outcome of a check that expects nothing, asked of what its witness describes.

        Where nothing says what that means, it is what is found in any history that counts.
        """
        try:
            assuming, asked = self.assumed(witness)
        except ValueError:
            return outcome
        again, _ = self.judged(outcome.check, outcome.expected, answer, wanted, assuming)
        return again._replace(got=f"{again.got} when {_said(asked)}") if again.passed else outcome

    def gone(
        self,
        outcome: Outcome,
        answer: Mapping[str, Any],
        wanted: Collection[Reference],
        absent: Mapping[str, Any],
    ) -> Outcome:
        """Return the outcome of a check whose finding has to be gone where `no_conflict_when` holds."""
        try:
            assuming, asked = self.assumed(absent)
        except ValueError as wrong:
            return outcome._replace(passed=False, got=str(wrong))
        _, still = self.judged(outcome.check, outcome.expected, answer, wanted, assuming)
        said = _said(asked)
        if still is None:
            return outcome._replace(got=f"{outcome.got}; gone when {said}")
        # One of several findings about the clauses may be gone, and nothing have come in its place.
        before, after = (self.keys(answer, wanted, each) for each in (None, assuming))
        if after < before:
            gone, left = (", ".join(sorted(keys)) for keys in (before - after, after))
            return outcome._replace(got=f"{gone}; gone when {said}, while this stays: {left}")
        return outcome._replace(passed=False, got=f"{still.key} is not gone when {said}")

    def settled(
        self, outcome: Outcome, answer: Mapping[str, Any], wanted: Collection[Reference], absent: Mapping[str, Any]
    ) -> Outcome:  # fmt: skip
        """Return the outcome of a check about what no history shows.

        It is gone where a reading is chosen, a blank filled or a question answered on which it hangs, or without
        the law that it needs; of all else `no_conflict_when` is not asked.
        """
        try:
            assuming, asked = self.assumed(absent)
        except ValueError:
            assuming, asked = Assuming(), {}
        if assuming.without_layers:
            return self.gone(outcome, answer, wanted, absent)
        chosen = _chosen(assuming)
        of_histories = (
            dataclasses.replace(assuming, readings={}, settings={}, answers={}, fields={}) != Assuming()
        )
        about = self.findings(wanted, answer["found"]) if chosen and not of_histories else ()
        gone = {each.key: self.hangs(each, wanted, chosen) for each in about if self.contains(each, wanted)}
        for key, settled in gone.items():
            if settled:
                return outcome._replace(got=f"{key}; gone when {_said(asked)}")
        for key, settled in gone.items():
            if settled is False:
                return outcome._replace(passed=False, got=f"{key} is not gone when {_said(asked)}")
        return outcome._replace(got=f"{outcome.got} (no history shows it: `no_conflict_when` is not asked)")

    def hangs(
        self, finding: Finding, wanted: Collection[Reference], chosen: Mapping[str, Any]
    ) -> bool | None:
        """Tell whether what a finding hangs on is settled by what is chosen; None if it is about something else."""
        on = finding.detail.get("reading") or finding.detail.get("blank")
        if on is not None:
            return any(value is not None and on in self.names(name) for name, value in chosen.items())
        answered = {each for name in chosen for each in self.names(name)}
        asked = {
            question
            for place in finding.clauses
            if any(self.means(each, place) for each in wanted)
            for question in finding.detail.get("judged", {}).get(place.norm, ())
        }
        if asked & answered:
            return True
        cases = [
            [
                str(chosen[name]).lower() not in _WORDS[needed]
                for on, needed in case.items()
                for name in chosen
                if on in self.names(name)
            ]
            for case in finding.detail.get("cases", ())
        ]
        return all(map(any, cases)) if any(cases) else None

    def names(self, called: str) -> set[str]:
        """Return what is declared under a name, in either language or by its id; and that name."""
        kinds = (BlankDecl, ReadingDecl, QuestionDecl)
        declared = (
            e for contract in self.programs.contracts.values() for e in contract.declarations.values()
        )
        found = [e for e in declared if isinstance(e, kinds) and called in (e.name, e.alias, e.external)]
        return {called, *(name for each in found for name in (each.name, each.alias))}

    def assumed(self, told: Mapping[str, Any]) -> tuple[Assuming, dict[str, Any]]:
        """Return what is taken for granted by words, and the words that say it.

        What means nothing is left out: what is found in no history of many is in none of fewer. Raises ValueError where
        nothing of it means anything.
        """
        wording = Wording(self.words, self.programs.contracts.values())
        assuming, asked = Assuming(), {}
        for name, value in told.items():
            try:
                meant = [Assuming.of(each) for each in wording.meant(name, value)]
            except ValueError as wrong:
                raise ValueError(f"`{name}: {value}`: {wrong}") from None
            if meant:
                asked[name] = value
                assuming = reduce(Assuming.and_also, meant, assuming)
        if not asked:
            raise ValueError(f"nothing says what `{_said(told)}` means")
        return assuming, asked

    def keys(
        self, answer: Mapping[str, Any], wanted: Collection[Reference], assuming: Assuming | None
    ) -> set[str]:
        """Return what every finding is called that answers a check and is not settled; what is undecided, too."""
        chosen = _chosen(assuming or Assuming())
        return {
            each.key
            for each in self.findings(wanted, answer["found"], assuming)
            if self.contains(each, wanted) and not self.hangs(each, wanted, chosen)
        }

    def practised(
        self,
        outcome: Outcome,
        answer: Mapping[str, Any],
        wanted: Collection[Reference],
        practice: Mapping[str, Any],
        sound: Mapping[str, Any],
    ) -> Outcome:
        """Return the outcome of a check by which the text is sound, a practice is not, and another one is."""
        found: list[str | None] = []
        for told in (practice, sound):
            lines = [line for name, value in told.items() if (line := self.practice(name, value))]
            if told and not lines:
                return outcome._replace(passed=False, got=f"nothing says what `{_said(told)}` means")
            found.append(self.clash(answer, wanted, lines) if lines else None)
        clash, still = found
        if clash is None:
            return outcome._replace(
                passed=False, got=f"carried out so ({_said(practice)}), it does not clash"
            )
        if still is not None:
            return outcome._replace(passed=False, got=f"{still} is not gone when {_said(sound)}")
        got = f"{outcome.got} as it is written; carried out so ({_said(practice)}): {clash}"
        return outcome._replace(got=f"{got}; gone when {_said(sound)}" if sound else got)

    def practice(self, name: str, value: Any) -> str | None:
        """Return the sentence that says how a text is carried out; none where no table has it."""
        found = self.words.get("practices", {}).get(name, {}).get(value)
        return str(found) if found is not None else None

    def clash(
        self, answer: Mapping[str, Any], wanted: Collection[Reference], lines: Collection[str]
    ) -> str | None:
        """Return what is found of a practice and every law named, where its sentences are laid beside the agreement."""
        agreements = [each.base for each in self.programs.contracts.values() if each.kind == "agreement"]
        amended = next(each.document for each in wanted if each.document in agreements)
        said = "\n".join(("1. Practice.", *(f"| {line}" for line in lines)))
        document = self.laid(f"| supplement {PRACTICE} to {amended}\n{said}\n")
        beside = Programs({**self.programs.contracts, document.name: document})
        asked = Checker(beside, self.words, self.laid)
        own = Reference(PRACTICE, document.base, "1")
        clashing = [own, *(each for each in wanted if each.document not in agreements)]
        for each in asked.findings([own, *wanted], answer["practised"]):
            if each.kind != "unknown" and asked.contains(each, clashing):
                return each.key
        return None

    def reference(self, written: str) -> Reference:
        """Return the clause that a reference such as `1.五.3` or `law:电信条例34(2)` means. Raises NotEncoded."""
        number, _, rest = written.partition(".")
        statute = written.removeprefix("law:")
        if number in self.words["documents"]:
            found: tuple[str, str] | None = self.words["documents"][number], rest
        else:
            found = cited(statute, self.words["statutes"], self.programs.contracts.values())
        if found is None:
            raise NotEncoded(f"nothing is called {written}")
        reference = Reference(written, *found)
        if not any(self.means(reference, each) for each in self.places(reference.document)):
            raise NotEncoded(f"{written} is no clause of {reference.document}")
        return reference

    def places(self, document: str) -> Iterator[Clause]:
        """Yield the clauses of a document in all its versions, and its norms."""
        for contract in self.programs.contracts.values():
            if contract.base == document:
                yield from (Clause(contract.name, each.number) for each in contract.clauses)
                said = (*contract.norms, *contract.losses)
                yield from (Clause(contract.name, each.clause, each.id) for each in said)

    def findings(
        self, wanted: Collection[Reference], named: Collection[str], assuming: Assuming | None = None
    ) -> Iterator[Finding]:
        """Yield what is found, or undecided, about the clauses wanted, under the laws among them, kind by kind.

        Named is a kind (`gap`), what of it (`gap/reading`), or what of it rests on the silence of a text that breaks
        off (`gap/cut off`). Once a check is decided, nothing more is asked.
        """
        documents = {each.document for each in wanted}
        held = [each for each in self.programs.contracts.values() if each.base in documents]
        agreements = tuple(dict.fromkeys(each.base for each in held if each.kind == "agreement"))
        left_out = assuming.without_layers if assuming is not None else ()
        laws = {each.layer for each in held if each.kind == "law" and each.layer not in left_out}
        layers = (CONTRACT, *sorted(laws))

        def about(place: tuple[str, str]) -> bool:
            return any(self.means(each, Clause(*place)) for each in wanted)

        for kind in dict.fromkeys(each.partition("/")[0] for each in named):
            only = frozenset((kind, "unknown"))
            for found in analyse(self.programs, agreements, layers, only, about, None, assuming):
                names = {found.kind, found.key.partition(":")[0]}
                if any(self.breaks_off(place) for place in found.clauses):
                    names.add(f"{found.kind}/{CUT_OFF}")
                if found.kind == "unknown" or not names.isdisjoint(named):
                    yield found

    def breaks_off(self, place: Clause) -> bool:
        """Tell whether a clause is where the text of a document ends that is not there in full."""
        contract = self.programs.contracts.get(place.document)
        return contract is not None and contract.truncated and place.clause == contract.clauses[-1].number

    def contains(self, finding: Finding, wanted: Collection[Reference]) -> bool:
        """Tell whether every clause listed takes part in a finding; one listed twice is meant by itself alone."""
        if len(set(wanted)) < len(wanted) and not all(
            any(self.means(each, place) for each in wanted) for place in finding.clauses
        ):
            return False
        return all(any(self.means(each, place) for place in finding.clauses) for each in wanted)

    def means(self, reference: Reference, place: Clause) -> bool:
        """Tell whether a reference means a clause: the clause, one of its paragraphs, or the very norm.

        A clause that only refers to another means that one, too; a document without a number, all of it.
        """
        contract = self.programs.contracts.get(place.document)
        if contract is None or contract.base != reference.document:
            return False
        if not reference.place:
            return True
        referring = [
            each.clause
            for each in contract.remarks
            if (each.how, each.text) == ("see", place.clause)
            and (contract.kind == "law" or not has_more(contract, each.clause))
        ]
        if any(self.means(reference, Clause(place.document, e)) for e in referring):
            return True
        wanted, clause, norm = map(plain_number, (reference.place, place.clause, place.norm))
        if wanted in (clause, norm) or clause.startswith(f"{wanted}("):
            return True
        # What is said of a reading is said of every norm that is there in one of its options.
        if any(
            chosen.reading == place.norm
            for each in contract.norms
            if plain_number(each.id) == wanted
            for chosen in each.option
        ):
            return True
        # `八.1b` of a clause that has no norm with that letter is its second half: the clause is meant.
        lettered = wanted[-1:].isalpha() and wanted[-1:].isascii() and wanted[:-1] == clause
        return lettered and not _has(contract, wanted) and not _letter(norm, clause)


def checks_in(text: str) -> list[Mapping[str, Any]]:
    """Return the conflict checks in a file: each an entry with `id`, `norms`, `expected`. Raises BadChecks."""
    try:
        data = read_yaml(text)
    except YAMLError as wrong:
        raise BadChecks("", f"not YAML: {' '.join(str(wrong).split())}") from None
    checks = data.get("conflict_checks") if isinstance(data, dict) else None
    if not isinstance(checks, list):
        raise BadChecks(
            "", "there is no list `conflict_checks`; write `conflict_checks:` and a list of entries below it"
        )
    for number, check in enumerate(checks, 1):
        where = f"conflict_checks, entry {number}"
        if not isinstance(check, dict):
            raise BadChecks(where, "an entry has `id`, `norms` and `expected`")
        for name in ("id", "expected"):
            if not isinstance(check.get(name), str):
                raise BadChecks(where, f"`{name}` is missing or no text")
        if not isinstance(check.get("norms"), list) or not check["norms"]:
            raise BadChecks(where, "`norms` is a list of clauses, such as `- '1.五.3'`")
    return checks


def _chosen(assuming: Assuming) -> dict[str, Any]:
    """Return what is chosen or answered: of that it is asked whether it settles what no history shows."""
    return {**assuming.readings, **assuming.settings, **assuming.answers}


def _said(told: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in told.items())


def _has(contract: Contract, id: str) -> bool:
    named = (each.id for each in (*contract.norms, *contract.losses))
    return any(plain_number(each) == id for each in named)


def _letter(norm: str, clause: str) -> bool:
    """Tell whether a norm is one of the lettered ones of its clause."""
    return norm.startswith(clause) and len(norm) == len(clause) + 1 and norm[-1].isalpha()
