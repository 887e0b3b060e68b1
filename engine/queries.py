"""What a query of a scenario file asks, as a question to the engine."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from contractlang.declaration import OccurrenceDecl, PartyDecl, StateDecl
from contractlang.norms import Obligation
from engine.dates import day_of_month, parse_as_of, parse_instant, start_of
from engine.entries import Unsupported
from engine.question import (
    AmountOfSum,
    Arrived,
    InBreachOf,
    LastDay,
    May,
    Question,
    Renewed,
    StateOf,
    TimeBarred,
    WhoBears,
)
from engine.situation import Absent, Situation


def question_of(situation: Situation) -> Question:
    """Return the question that the query asks. Raises Unsupported for a kind that cannot be asked."""
    ask, at = situation.query["ask"], parse_as_of(str(situation.query["at"]))
    match ask["kind"]:
        case "allowed" | "earliest" | "latest":
            return _allowed(situation, ask, at)
        case "breach":
            document, norm = situation.norm(ask["norm"])
            return InBreachOf(_party(situation, ask["party"]), norm, at, document)
        case "in_force":
            return StateOf("agreement", at, situation.agreement())
        case "overdue":
            return AmountOfSum("pay", at, situation.ids[str(ask.get("invoice") or ask["of"])])
        case "state":
            of = situation.mapping.of(ask).partition(":")[0]
            of = "agreement" if of in situation.mapping.documents else situation.named(of, StateDecl)
            return StateOf(of, at, situation.agreement() if of == "agreement" else None)
        case "renewed":
            return Renewed(at, situation.agreement())
        case "deadline":
            return _deadline(situation, situation.mapping.of(ask), at)
        case "amount":
            return _amount(situation, situation.mapping.of(ask), at)
        case "bears_loss":
            leak = next((e.id for e in situation.events if e.name == "credentials_leaked"), "")
            return WhoBears(leak, at)
        case "limitation_expired":
            return TimeBarred("pay", situation.ids.get(ask["claim"]), at)
        case "notice_arrived" | "arrived":
            return Arrived(_notice(situation, ask), at)
        case kind:
            raise Unsupported(f"kind of query {kind}")


def _allowed(situation: Situation, ask: Mapping[str, Any], at: int) -> Question:
    """Return whether a party may do an act, with what the query, the mapping and earlier entries say of it."""
    entries, party = situation.entries, _party(situation, ask.get("actor") or ask["party"])
    act = situation.act(ask["action"])
    declared = situation.program.declarations.get(act)
    params = {each.name for each in declared.params} if isinstance(declared, OccurrenceDecl) else set()
    told = {k: v for k, v in ask.items() if k not in ("kind", "actor", "party", "action", "agreement")}
    fields = {
        **entries.presumed(act, party),
        **_unsaid(situation, act, at),
        **told,
        **entries.told_of(act, ask),
    }
    return May(party, act, at, {k: entries.value(act, k, v) if k in params else v for k, v in fields.items()})


def _party(situation: Situation, written: Any) -> str:
    """Return the party that is asked about. Raises Unsupported for a name that no party has."""
    party = str(situation.mapping.party(written))
    if not isinstance(situation.program.declarations.get(party), PartyDecl):
        raise Unsupported(f"party {written}")
    return party


def _notice(situation: Situation, ask: Mapping[str, Any]) -> str:
    """Return the entry whose arrival is asked about: any field of the question may name it."""
    ids = {each["id"] for each in situation.raw_events}
    named = next((value for value in ask.values() if value in ids), None)
    if named is None:
        raise Unsupported("arrival of an entry that is not there")
    return str(named)


def _unsaid(situation: Situation, act: str, at: int) -> dict[str, Any]:
    """Return what the query leaves to the entries before it: disclosure is to the authority that asked for it."""
    found: dict[str, Any] = {}
    for field, sources in (situation.mapping.raw.get("unsaid") or {}).get(act, {}).items():
        for raw in situation.raw_events:
            if raw["type"] in sources and raw.get("at") and parse_instant(raw["at"]) <= at:
                found[field] = raw.get(sources[raw["type"]])
    return found


def _deadline(situation: Situation, of: str, at: int) -> Question:
    """Return the question about a last day, or about from when an act is open."""
    what, _, about = of.partition(":")
    if opening := situation.mapping.raw["openings"].get(of):
        ask = situation.query["ask"]
        party = ask.get("actor") or ask.get("party") or opening["by"]
        return May(_party(situation, party), opening["act"], at)
    if notice := situation.mapping.raw["given"].get(of):
        return Arrived(situation.giving_time(notice)[0], at)
    if what == "term_end":
        return LastDay(None, at, document=situation.agreement())
    if what == "payment" and about.startswith("due-in-"):
        year, month = map(int, about.removeprefix("due-in-").split("-")[:2])
        numbered = situation.parameters.get("due_day")
        if numbered is None:
            return LastDay("pay", at, trigger={"at": start_of(date(year, month, 1))})
        day = day_of_month(year, month, int(numbered))
        return LastDay("pay", at, trigger={"due": day, "at": start_of(day.replace(day=1))})
    if what == "payment":
        return LastDay("pay", at, about=situation.ids.get(about))
    if what == "limitation":
        return LastDay("pay", at, about=situation.ids.get(about), bar=True)
    act = situation.act(what)
    if any(isinstance(rule.norm, Obligation) and rule.act_name == act for rule in situation.program.rules):
        return LastDay(act, at)
    if isinstance(situation.program.declarations.get(act), OccurrenceDecl):
        raise Absent(of)
    raise Unsupported(f"deadline of {of}")


def _amount(situation: Situation, of: str, at: int) -> Question:
    """Return the question about a sum, or about a price."""
    what, _, about = of.partition(":")
    names = situation.mapping.raw["amounts"]
    name = names.get(what)
    # What is unpaid of a late fee is no question to the engine: it says what one comes to.
    if name is None or about.partition(":")[0] in names:
        raise Unsupported(f"amount of {of}")
    if name == "tariff":
        return StateOf(name, at, situation.agreement())
    if name != "pay" and name not in situation.program.sum_names:
        raise Absent(of)
    return AmountOfSum(name, at, situation.ids.get(about))
