"""One query of a scenario file: the account as the scenario has it. `queries.py` tells what it asks, `replies.py` what
is answered.

What the words of the file are called in the vocabulary, `contracts/scenarios/mapping.yaml` says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from contractlang.contract import base_name
from contractlang.declaration import BlankDecl, OccurrenceDecl
from engine.account import Account
from engine.citing import cited
from engine.dates import iso, parse_as_of
from engine.entries import Entries, Unsupported, first, flat, timed
from engine.event import Instant, Ledger
from engine.joined import joined
from engine.program import Program
from engine.question import InBreachOf
from engine.settings import terms_from
from engine.yaml_text import read_yaml

# What a file says of the channel for notices where none was named.
_NO_CHANNEL = ("blank", "none", "null", "undesignated", "not_designated", "False", "false", "no")
# Readings, questions and blanks have ids that begin so.
_VARIED = ("RS-", "D-", "P-")
# What a variant says of a blank that stays blank.
_NOTHING = ("null", "none", "~", "blank")
# A variant may fix more than one thing.
_PARTS = re.compile(r"\s*[,;&]\s*|\s+and\s+")
# The letter and the name of a norm within its clause.
_CLAUSE_OF_NORM = re.compile(r"[a-z]?(:.*)?$")
# What YAML makes of the options `on` and `off` without quotes.
_OF_FLAGS = {True: "on", False: "off"}


class Absent(Unsupported):
    """A query asks for a sum, for the last day of a duty or for a norm of which no layer that it asks for speaks."""

    def __init__(self, what: str, answer: str = "no_basis") -> None:
        super().__init__(what)
        self.answer = answer


@dataclass(frozen=True)
class Words:
    """How the words of a scenario file are said in the vocabulary."""

    raw: Mapping[str, Any]

    @staticmethod
    def read(path: Path) -> Words:
        """Return the mapping in a file."""
        return Words(read_yaml(path.read_text("utf-8")))

    def amended(
        self, scenario: str, query: str, variant: str, wanted: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Return what is expected, as amended where the file's answer follows no one rule (each with its reason)."""
        change = (self.raw.get("amendments") or {}).get(
            "/".join(each for each in (scenario, query, variant) if each)
        )
        return (
            {**wanted, "answer": change["answer"]}
            if change and str(wanted.get("answer")) == str(change["instead_of"])
            else wanted
        )

    def party(self, written: Any) -> Any:
        """Return a party by its name in the vocabulary."""
        return (self.raw.get("parties") or {}).get(written, written)

    def with_party(self, raw: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return an entry that names by its name in the vocabulary who did it."""
        return {**raw, "by": self.party(raw["by"])} if isinstance(raw.get("by"), str) else raw

    def of(self, ask: Mapping[str, Any]) -> str:
        """Return what a query is of by its one name: that of `due_date:2026-08` is `payment:2026-08`."""
        what, colon, about = str(ask.get("of")).partition(":")
        return str(self.raw["asked"].get(ask["kind"], {}).get(what, what)) + colon + about

    @cached_property
    def documents(self) -> dict[str, list[str]]:
        """Agreement tags to document names."""
        return {key: list(value) for key, value in self.raw["agreements"].items()}


def asked_of(scenario: Mapping[str, Any], query: Mapping[str, Any]) -> str:
    """Return which agreements a query asks: whether one of them allows an act is asked of it alone."""
    ask = query["ask"]
    return str((ask.get("agreement") if ask["kind"] == "allowed" else None) or scenario["agreement"])


class Situation:
    """One query of one scenario: the account as the scenario has it, and the question."""

    def __init__(
        self,
        scenario: Mapping[str, Any],
        query: Mapping[str, Any],
        variant: str,
        layers: tuple[str, ...],
        program: Program,
        mapping: Words,
        named_channel: bool | None = None,
        arrived: bool = True,
    ) -> None:
        self.scenario, self.query, self.program, self.mapping = scenario, query, program, mapping
        self.variant, self.layers = variant, layers
        change = query.get("variant") or {}
        if unknown := sorted(set(change) - {"parameters", "events", "remove_events"}):
            raise Unsupported(f"a variant with {', '.join(unknown)}")
        self.parameters = {**(scenario.get("parameters") or {}), **(change.get("parameters") or {})}
        about = {"agreement": scenario["agreement"]}
        self.raw_events: list[Mapping[str, Any]] = [
            about | timed(mapping.with_party(each)) for each in _changed(scenario.get("events", ()), change)
        ]
        self.readings: dict[str, str] = {}
        self.answers: dict[str, Any] = {}
        # A switch of an unverified rule is turned on for the scenario that rests on it.
        for name, option in (mapping.raw.get("switches") or {}).get(scenario["id"], {}).items():
            if name in program.readings:
                self.readings[name] = option
        for name, value in list(self.parameters.items()):
            if name.startswith(_VARIED):
                self.vary(name, value)
        for part in _PARTS.split(variant) if variant else ():
            self.vary(*part.split("=", 1))
        told = [each for each in self.raw_events if not self.is_denied(each["type"])]
        # A file may tell what happened in any order; what a variant adds stands at its end.
        self.raw_events = sorted(joined(told, mapping.raw), key=lambda each: str(each.get("at") or ""))
        self.channel = self.answers.get("P-NOTICE", self.parameters.get("notice_channel"))
        if named_channel is None:
            named_channel = self.channel is None or str(self.channel) not in _NO_CHANNEL
        self.entries = Entries(self.raw_events, self.parameters, mapping.raw, program, named_channel, arrived)
        self.ids = self.entries.ids
        self.events = list(self.entries.events())
        self.answers |= {k: v for k, v in self.entries.answers.items() if self.is_asked(k)}
        for name, value in self.entries.agreed(minute(query["at"]), self.known()).items():
            self.agree(name, value)
        self.terms = terms_from(program, dict(self.settings()), layers, self.readings, self.answers)
        self.events = [event for event in self.events if not self.was_met(event.id)]
        self.account = Account(program, self.terms, Ledger(tuple(self.events)))

    @property
    def known_at(self) -> Instant | None:
        """The instant up to which the query knows what was recorded; None where it knows everything."""
        known = self.query.get("known_at")
        return parse_as_of(str(known)) if known else None

    def known(self) -> str | None:
        """Return that instant as entries write it."""
        known = self.query.get("known_at")
        return minute(known) if known else None

    def was_met(self, notice: str) -> bool:
        """Tell whether a notice that gave time to perform came to nothing: the breach it names was made good."""
        raw = next((each for each in self.raw_events if each["id"] == notice), None)
        rules = self.mapping.raw["events"][raw["type"]] if raw is not None else ()
        if raw is None or not any(self.entries.ends(raw, rule) for rule in rules):
            return False
        event = next(each for each in self.events if each.id == notice)
        try:
            document, norm = self.norm(str(raw.get("ground")))
        except Unsupported:
            return False
        other = {"provider": "user", "user": "provider"}[str(raw["by"])]
        without = Account(self.program, self.terms, Ledger(tuple(e for e in self.events if e.id != notice)))
        question = InBreachOf(other, norm, event.effect_at, document)
        return without.decide(question, self.known_at).answer in ("no", "cured")

    def vary(self, name: str, value: Any) -> None:
        """Take what a variant or a parameter fixes: a reading, an answer, a blank by its id, another parameter."""
        name = (self.mapping.raw.get("varied") or {}).get(name, name)
        value = None if value in _NOTHING else value
        if name.startswith("RS-"):
            self.readings[name] = _OF_FLAGS[value] if isinstance(value, bool) else str(value)
        elif parameter := self.parameter_of(name):
            self.parameters[parameter] = value
            if self.is_gap(name):
                self.answers[name] = "blank" if value is None else value
        elif name.startswith(_VARIED):
            said = str(value).lower() if isinstance(value, bool) else "blank" if value is None else value
            self.answers[name] = self.mapping.raw["answers"].get(name, {}).get(said, said)
        elif name.startswith("F-"):
            self.date(name, str(value))
        elif name in self.parameters or any(
            each.partition(".")[0] == name for each in self.mapping.raw["parameters"]
        ):
            self.parameters[name] = value
        else:
            raise Unsupported(f"a variant of {name}")

    def varied(self, name: str, value: Any) -> Situation:
        """Return the situation of the same query in which one thing more is fixed."""
        variant = ", ".join(filter(None, (self.variant, f"{name}={value}")))
        return Situation(
            self.scenario, self.query, variant, self.layers, self.program, self.mapping,
            self.entries.named_channel, self.entries.arrived,
        )  # fmt: skip

    def parameter_of(self, blank: str) -> str | None:
        """Return the parameter that fills a blank of the documents, named by its id."""
        targets = self.mapping.raw["parameters"].items()
        return next((key for key, target in targets if target == blank and self.is_asked(blank)), None)

    def date(self, marker: str, day: str) -> None:
        """Give the entry whose date is missing (`F-USER-SIGN-DATE`) a day or an instant."""
        for place, raw in enumerate(self.raw_events):
            acts = (rule["name"] for rule in self.mapping.raw["events"].get(raw["type"], ()))
            if (
                "at" in raw
                and raw["at"] is None
                and marker in (undated(raw.get("by"), each) for each in acts)
            ):
                self.raw_events[place] = timed({**raw, "at": day})
                return
        raise Unsupported(f"a variant of {marker}")

    def is_denied(self, kind: str) -> bool:
        """Tell whether what a finding says was judged not to be so."""
        question = (self.mapping.raw.get("findings") or {}).get(kind)
        return question is not None and self.answers.get(question) in ("no", "false")

    def agree(self, name: str, value: Any) -> None:
        """Take a parameter that both parties have set anew; a hole of the text is filled by their agreement alone."""
        self.parameters[name] = value
        target = self.mapping.raw["parameters"][name]
        if isinstance(target, str) and not self.is_asked(target):
            self.answers[target] = value

    def settings(self) -> Iterator[tuple[str, Any]]:
        """Yield the account's settings, in the words of the vocabulary."""
        named = self.mapping.raw["parameters"]
        for key, value in flat(self.parameters):
            # What nobody knows of a party or a tariff is not said; a blank that stays blank is.
            targets = named.get(key) or ()
            if value is None and not (isinstance(targets, str) and targets.startswith("P-")):
                continue
            for target in targets if isinstance(targets, list | tuple) else [targets]:
                # A target is a setting that takes the value, or `{setting: what it implies}`, the value in it as `{}`.
                name, given = (target, value) if isinstance(target, str) else next(iter(target.items()))
                given = given.replace("{}", str(value)) if isinstance(given, str) else given
                if "." in name or (self.is_asked(name) and not self.is_of_the_other(name)):
                    yield name, given

    def is_asked(self, name: str) -> bool:
        """Tell whether the documents have a declaration of that name which settings can fill."""
        return any(
            name in (d.name, d.alias, d.external) and not (isinstance(d, BlankDecl) and d.gap)
            for d in self.program.declarations.values()
        )

    def is_gap(self, name: str) -> bool:
        """Tell whether a text of those asked has a hole of that name, which no setting fills."""
        blanks = (each for each in self.program.declarations.values() if isinstance(each, BlankDecl))
        return any(each.gap and name in (each.name, each.alias, each.external) for each in blanks)

    def is_of_the_other(self, name: str) -> bool:
        """Tell whether one of two agreements is asked alone, and a blank is not one of its own."""
        documents = self.mapping.documents
        if documents[asked_of(self.scenario, self.query)] == documents[self.scenario["agreement"]]:
            return False
        own = (each for each in self.program.contracts if each.kind == "agreement")
        declared = (d for contract in own for d in contract.declarations.values() if isinstance(d, BlankDecl))
        return name.startswith("P-") and not any(name in (d.name, d.alias, d.external) for d in declared)

    def open_arrivals(self) -> Iterator[tuple[str, dict[str, bool]]]:
        """Yield what is not known of the arrival of notices, and what else it may have been: both are asked about."""
        if self.channel_is_open():
            yield "P-NOTICE", {"named_channel": False}
        if any(self.entries.arrival_is_open(raw) for raw in self.raw_events):
            yield "F-ARRIVAL", {"arrived": False}

    def channel_is_open(self) -> bool:
        """Tell whether when a notice arrived hangs on which channel was named, and nothing says which."""
        return (
            self.channel is None
            and "civil" in self.layers
            and any(
                "channel" in raw and rule.get("read") and first(raw, rule["read"])
                for raw in self.raw_events
                for rule in self.mapping.raw["events"][raw["type"]]
            )
        )

    def giving_time(self, kind: str) -> tuple[str, str]:
        """Return the last notice of a kind that gives time to perform, and when it is over. Raises Absent for none."""
        at, known = minute(self.query["at"]), self.known()
        found = [
            (str(raw["id"]), end)
            for raw in self.raw_events
            for rule in (self.mapping.raw["events"][kind] if raw["type"] == kind else ())
            if (end := self.entries.ends(raw, rule)) is not None
            and str(raw["at"]) <= at
            and (known is None or str(raw.get("recorded_at") or raw["at"]) <= known)
        ]
        if not found:
            raise Absent(kind)
        return found[-1]

    def agreement(self) -> str:
        """Return the agreement that the query is about: the one it names (`A2`, `agreement:A2`), or else the first."""
        ask, named = self.query["ask"], self.mapping.documents
        written = ask.get("agreement") or str(ask.get("of")).rpartition(":")[2]
        return named[written if written in named else self.scenario["agreement"]][0]

    def act(self, written: str) -> str:
        """Return the name of an act in the vocabulary: what the mapping calls it, or its name in either language."""
        word = _joined_up(written)
        return self.named(self.mapping.raw["actions"].get(word, word), OccurrenceDecl)

    def named(self, written: str, kind: type) -> str:
        """Return the name in the vocabulary of what a query names in either language, or with spaces."""
        word = _joined_up(written)
        return next((d.name for d in self.program.called.get(word, ()) if isinstance(d, kind)), word)

    def norm(self, written: str) -> tuple[str | None, str]:
        """Return document and norm of a reference like `1.五.2`, `statute:…` or, of the agreement asked, `五.2`."""
        number, _, rest = written.partition(".")
        documents = self.mapping.raw["documents"]
        if number in documents:
            return documents[number], rest
        statute = written.removeprefix("statute:").removeprefix("law:").strip()
        found = cited(statute, self.mapping.raw["statutes"], self.program.contracts)
        if found is None:
            own = next(each for each in self.program.contracts if each.name == self.agreement())
            if _CLAUSE_OF_NORM.sub("", written) in {clause.number for clause in own.clauses}:
                return own.name, written
            raise Unsupported(f"norm {written}")
        if found[0] not in {base_name(each.name) for each in self.program.contracts}:
            # A law of a layer that is not asked for is not there, and nobody breaks it.
            raise Absent(written, "no")
        return found


def undated(party: Any, act: str) -> str:
    """Return what a file calls the missing date of an act."""
    return f"F-{party}-{act}-DATE".upper()


def _joined_up(written: str) -> str:
    return "_".join(written.lower().split())


def minute(written: Any) -> str:
    """Return an instant asked about as entries write it, so that the two compare."""
    return iso(parse_as_of(str(written)))[:16]


def _changed(events: Iterable[Mapping[str, Any]], change: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the entries of a scenario as a variant changes them: some go, some come, and one may take another's id."""
    more = [{"id": f"variant-{place}", **each} for place, each in enumerate(change.get("events") or (), 1)]
    gone = {*(change.get("remove_events") or ()), *(each["id"] for each in more)}
    yield from (each for each in events if each["id"] not in gone)
    yield from more
