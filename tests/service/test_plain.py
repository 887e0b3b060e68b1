"""What is read in one go of questions and events is what reading in general makes of it; all else is left to that."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.program import Program
from engine.service.authzen import batch, plain, plain_batch, single
from engine.service.cloudevents import BATCH, STRUCTURED, plainly_sent, sent
from engine.service.config import Limits
from engine.service.problems import Problem
from engine.service.requests import object_in, read_json
from engine.written_events import event_from, plain_event_from

LIMITS = Limits()
texts = st.sampled_from(("x", "甲方", "", 'a"b', "a\\b", "\n", "\ud800")) | st.text(max_size=3)
odd = (
    texts
    | st.none()
    | st.integers()
    | st.lists(texts, max_size=1)
    | st.dictionaries(texts, texts, max_size=1)
)
instants = st.sampled_from(
    ("2026-04-10", "2026-04-10T09:00:30.5", "2026-04-10T24:00+08:00", "2026-02-30", "now")
)


@st.composite
def objects(draw: st.DrawFn, /, **fields: st.SearchStrategy[str]) -> str:
    """Return a JSON object by hand: of the fields, mostly as they should be, some may be odd, away, there twice."""
    found = []
    for name, right in fields.items():
        how = draw(st.sampled_from(("right",) * 9 + ("odd", "away", "twice")))
        written = draw(right)
        if how == "odd":
            written = json.dumps(draw(odd), ensure_ascii=draw(st.booleans()))
        found += [f'"{name}": {written}'] * {"away": 0, "twice": 2}.get(how, 1)
    if draw(st.integers(0, 15)) == 0:
        found.append(f'"properties": {json.dumps(draw(odd))}')
    return f"{{{', '.join(draw(st.permutations(found)))}}}"


named = st.sampled_from(('"party"', '"甲方"', '"\\u4e59"', '"u\\"1"'))
entities = objects(type=named, id=named)
questions = objects(
    subject=entities,
    action=objects(name=named),
    resource=entities,
    context=objects(as_of=instants.map(json.dumps)),
)


def read(body: bytes) -> Any:
    """Return what reading a question in general makes of it, or the problem that it is."""
    try:
        return single(object_in(body, LIMITS))
    except Problem as wrong:
        return wrong


@settings(max_examples=500)
@given(written=questions)
def test_a_question_read_at_once_is_the_question(written: str) -> None:
    body = written.encode("utf-8", "surrogatepass")
    found = plain(body)
    assert found is None or found == read(body)


@settings(max_examples=200)
@given(written=st.lists(questions, max_size=3), more=st.sampled_from(("", ', "evaluations": []', ', "x": 1')))
def test_a_batch_read_at_once_is_the_batch(written: list[str], more: str) -> None:
    body = f'{{"evaluations": [{", ".join(written)}]{more}}}'.encode("utf-8", "surrogatepass")
    found = plain_batch(body, 2)
    if found is not None:
        general = batch(object_in(body, LIMITS), 2)
        assert general is not None
        assert found.semantic == general.semantic
        assert found.items == list(map(single, general.items))  # type: ignore[arg-type]


plain_values = st.sampled_from(
    ('"10010"', '"甲"', '"\\u0022"', "1", "1.0", "-2.5", "1e2", "true", "null", "[]", "12345678901234567890")
)
events = objects(
    specversion=st.just('"1.0"'), id=named, source=named, type=named, subject=named, time=instants.map(json.dumps),
    data=objects(by=named, to=plain_values), datacontenttype=st.just('"application/json"'),
)  # fmt: skip


@settings(max_examples=500)
@given(
    written=st.lists(events, max_size=3),
    name=st.sampled_from(("x", "at", "personal", "id", "sequence", "data")),
)
def test_events_read_at_once_are_the_events(written: list[str], name: str) -> None:
    said = f"[{', '.join(written)}]".replace('"to"', f'"{name}"')
    for kind, text in ((BATCH, said), (STRUCTURED, said[1:-1])):
        body = text.encode("utf-8", "surrogatepass")
        try:
            found: Any = plainly_sent(kind, body, 2)
        except Problem as wrong:
            found = wrong
        if found is None:
            continue
        try:
            general: Any = sent(kind, {}, read_json(body, LIMITS, exact=True), 2)
        except Problem as wrong:
            general = wrong
        assert str(found) == str(general)
        assert getattr(found, "field", None) == getattr(general, "field", None)


def test_what_is_reported_most_is_read_at_once() -> None:
    body = b"""[{"specversion": "1.0", "id": "c-1", "source": "switch", "type": "place_call", "subject": "A-1001",
      "time": "2026-04-16T00:00:01+08:00", "data": {"by": "user", "to": "10010"}}]"""
    assert plainly_sent(BATCH, body, 1) == sent(BATCH, {}, read_json(body, LIMITS, exact=True), 1)
    assert plainly_sent(STRUCTURED, body[1:-1], 1) is not None
    for more in (b'"id": "c-2", ', b'"sequence": 1, ', b'"recordedat": "2026-05-01T00:00:00Z", '):
        assert plainly_sent(BATCH, body.replace(b'"source"', more + b'"source"'), 1) is None


def test_an_event_read_by_its_name_is_the_event(voip_1: Program) -> None:
    """Every act and event of the vocabulary, in either language, whoever did it, with each of its fields and others."""
    read_plainly = 0
    parties: tuple[Any, ...] = (None, "user", "甲方", "both", "双方", "nobody", True, ["user"], {})
    for name in (*voip_1.occurrences, "answer", "correct", "nothing"):
        params = voip_1.params[voip_1.occurrences[name].name] if name in voip_1.occurrences else {}
        fields = (
            {},
            *({each: value} for each in (*params, "note", "arrives", "x") for value in ("2026-05", 5, None)),
        )
        for by, data in product(parties, fields):
            raw = {
                "id": "e",
                "source": "s",
                "name": name,
                **({} if by is None else {"by": by}),
                **data,
                "at": "-",
            }
            found = plain_event_from(voip_1, raw, 20, 10)
            if found is not None:
                assert found == event_from(voip_1, raw, "event", 20, 10)
                read_plainly += 1
    assert read_plainly > 100


def test_what_is_asked_most_is_read_at_once() -> None:
    asked = b"""{
      "subject": {"type": "party", "id": "provider"}, "action": {"name": "suspend_service"},
      "resource": {"type": "account", "id": "A-1001"}
    }"""
    dated = asked.replace(b"provider", "甲方".encode())[:-1] + b', "context": {"as_of": "2026-04-20"}}'
    for body in (asked, dated):
        assert plain(body) == read(body)
        assert plain_batch(b'{"evaluations": [%b]}' % body, 1) is not None


@pytest.mark.parametrize("change", [
    (b'"id": "A-1"', b'"id": "A-1", "id": "A-2"'), (b'"id": "A-1"', b'"id": ""'), (b"2026-04-20", b"2026-02-30"),
    (b'"id": "A-1"', b'"id": "A-1", "properties": {}'), (b'"as_of"', b'"known_at"'),
])  # fmt: skip
def test_whatever_is_more_or_wrong_is_read_in_general(change: tuple[bytes, bytes]) -> None:
    asked = b"""{
      "subject": {"type": "party", "id": "provider"}, "action": {"name": "suspend_service"},
      "resource": {"type": "account", "id": "A-1"}, "context": {"as_of": "2026-04-20"}
    }"""
    assert plain(asked) is not None
    assert plain(asked.replace(*change)) is None
