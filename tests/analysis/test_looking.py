"""What is neither found nor excluded is said to be so, and what is found needs the engine's word."""

from __future__ import annotations

from pathlib import Path

import pytest

from contractlang.load import load, load_text
from engine.analysis import analyse, looking, searcher, solver
from engine.analysis.assuming import Assuming
from engine.analysis.finding import Finding
from engine.analysis.lawful import denied
from engine.analysis.near import Near, Singled, Values
from engine.analysis.tally import Tally, is_confirmed
from engine.cli import carried_out
from engine.commands.common import BROKEN, FOUND
from engine.governing import Programs

CONTRACTS = Path(__file__).parents[2] / "contracts"
CLUB = """
| agreement club
| party host, guest
| event bell
| act enter by guest, needs basis

1.1 A guest may enter.
| entry: guest may enter
1.2 After the bell nobody enters.
| silence: guest must not enter when bell is done
"""


def found(only: str = "conflict", text: str = CLUB) -> tuple[list[Finding], Tally]:
    """Return the findings on a contract, and what came of the questions."""
    loaded, tally = load_text(text, "club.contract"), Tally()
    assert not loaded.errors, [each.message.en for each in loaded.errors]
    findings = analyse(Programs(loaded.contracts), ("club",), only=frozenset([only]), tally=tally)
    return list(findings), tally


def test_every_question_is_counted() -> None:
    (_,), tally = found()
    assert (tally.asked, tally.found, tally.none, tally.undecided) == (1, 1, 0, 0)
    findings, tally = found(text=CLUB.replace("when bell is done", "when bell is done and not bell is done"))
    assert not findings
    assert (tally.asked, tally.found, tally.none, tally.undecided) == (1, 0, 1, 0)


def test_what_the_engine_does_not_confirm_is_listed_as_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searcher, "replayed", lambda *_: None)
    (finding,), tally = found()
    assert finding.kind == "unknown"
    assert [each.clause for each in finding.clauses] == ["1.1", "1.2"]
    assert finding.sentence.en.startswith("whether 1.1:entry and 1.2:silence clash: not decided")
    assert "engine confirms none" in finding.sentence.en
    assert finding.bound is not None
    assert not is_confirmed(finding)
    assert (tally.asked, tally.undecided) == (1, 1)


def test_a_history_that_is_not_confirmed_fails_the_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "club.contract"
    path.write_text(CLUB, "utf-8")
    monkeypatch.setenv("CONTRACT_CACHE", "off")
    assert carried_out(("analyse", str(path))) == FOUND
    monkeypatch.setattr(searcher, "replayed", lambda *_: None)
    for options in ((), ("--gate",), ("--only", "conflict"), ("--json",)):
        assert carried_out(("analyse", str(path), *options)) == BROKEN
        assert "unknown/conflict not confirmed:club/1.1:entry+club/1.2:silence" in capsys.readouterr().out
    # Whoever has looked for himself may publish.
    key = "unknown/conflict not confirmed:club/1.1:entry+club/1.2:silence"
    assert (
        carried_out(("analyse", str(path), "--accept", key, "--reason", "it rings only at closing time")) == 0
    )
    assert carried_out(("analyse", str(path), "--only", "conflict")) == BROKEN
    assert carried_out(("analyse", str(path), "--only", "conflict", "--gate")) == 0


def test_the_limit_is_its_own_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solver, "LIMIT", 20)
    (finding,), tally = found()
    assert finding.kind == "unknown"
    assert finding.key == "unknown/conflict at the limit:club/1.1:entry+club/1.2:silence"
    assert is_confirmed(finding)  # It is no fault of ours.
    assert tally.undecided == 1


@pytest.fixture(scope="module")
def programs() -> Programs:
    """Both agreements, with all the law."""
    loaded = load([CONTRACTS / "voip-1", CONTRACTS / "voip-2", CONTRACTS / "law"], [CONTRACTS / "vocabulary"])
    return Programs({name: loaded.contracts[name] for name in loaded.asked})


def test_what_the_law_lets_a_provider_do_takes_nothing_from_what_is_agreed(programs: Programs) -> None:
    findings = list(
        analyse(
            programs, ("voip-1", "voip-2"), ("contract", "sector"), frozenset(["against"]),
            {("voip-2", "二.3")}.__contains__,
        )
    )  # fmt: skip
    assert not [each for each in findings if {place.clause for place in each.clauses} == {"二.3", "34(2)"}]
    assert not [each for each in findings if each.kind == "unknown"]


BOUND = """
| agreement bound
| uses telecom
| blank term "P-TERM": years

1.1 It lasts ____ years from the first signature.
| agreement takes effect once provider did sign
| agreement lasts term
1.2 Nobody ends it before.
| no_end: either party must not terminate
"""


def test_a_term_left_blank_does_not_end_before_the_law_can_speak_of_it(programs: Programs) -> None:
    loaded = load_text(BOUND, "bound.contract", [CONTRACTS / "vocabulary"])
    assert not loaded.errors, [each.message.en for each in loaded.errors]
    held = Programs({**programs.contracts, **loaded.contracts})
    layers = ("contract", "civil")
    asked = searcher.Searcher(held.of(("bound",), layers), layers, {("civil_code", "563(2)")}.__contains__)
    findings = list(denied(asked, held.of(("bound",), ("contract",)), "civil"))
    assert [[place.clause for place in each.clauses] for each in findings] == [["1.2", "563(2)"]] * 2
    for each in findings:  # One for each party.
        assert each.witness is not None
        assert each.witness.verdicts == {"contract": "forbidden", "contract+civil": "permitted"}


def test_what_the_law_gives_beside_the_agreement_is_not_against_it(programs: Programs) -> None:
    """八.3 says when one may end the agreement, and the law when else: neither takes anything from the other."""
    findings = analyse(
        programs, ("voip-1",), ("contract", "civil"), frozenset(["against"]), {("civil_code", "563(2)")}.__contains__
    )  # fmt: skip
    assert not [each for each in findings if each.detail.get("what") is None]


def test_what_the_law_gives_by_a_measure_of_its_own_is_one_finding(programs: Programs) -> None:
    def measures(assuming: Assuming) -> list[Finding]:
        findings = analyse(
            programs, ("voip-2",), ("contract", "civil", "sector"), frozenset(["against"]),
            {("voip-2", "四.2")}.__contains__, assuming=assuming,
        )  # fmt: skip
        return [each for each in findings if each.detail.get("what") == "measure"]

    (finding,) = measures(Assuming())
    assert [each.clause for each in finding.clauses] == [
        *("四.2", "496(2)", "497", "543", "4"),
        # Laws that speak of what these hang on.
        *("9", "10", "140(2)"),
    ]
    assert finding.witness is not None
    assert finding.witness.verdicts == {"contract": "permitted", "contract+civil+sector": "forbidden"}
    assert not measures(Assuming.of({"answers": {"consented": True}}))


def test_what_is_given_upon_a_breach_is_measured_for_each_party(programs: Programs) -> None:
    """八.3 lets the party end it that did not break it: of the provider a breach of the user's is looked at."""
    findings = analyse(
        programs, ("voip-1",), ("contract", "civil", "sector", "consumer"), frozenset(["against"]),
        {("voip-1", "八.3")}.__contains__,
    )  # fmt: skip
    witnesses = [each.witness for each in findings if each.detail.get("what") == "measure"]
    assert {each.asked["by"] for each in witnesses if each is not None} == {"provider", "user"}


MANY = """
| agreement club
| party host, guest
| event bell
| act enter by guest
| act eat by guest
| act sing by guest
| act pay by guest
| act close by host, needs basis

1.1 A guest enters, eats, sings and pays.
| d1: guest must enter within 1 days
| d2: guest must eat within 2 days
| d3: guest must sing within 3 days
| d4: guest must pay within 4 days
1.2 If it does not, the host may close.
| closing: for each breach of 1.1 as wrong, host may close
1.3 After the bell nobody closes.
| late: host must not close when bell is done
"""


@pytest.fixture
def asked_of(monkeypatch: pytest.MonkeyPatch) -> list[int | None]:
    """Return of which duties' breaches the solver is asked one by one, as it goes."""
    found: list[int | None] = []
    shown = looking.Step.shown

    def watched(step: looking.Step, judged: object, focus: int | None, strict: bool = False) -> object:
        found.append(focus)
        return shown(step, judged, focus, strict)  # type: ignore[arg-type]

    monkeypatch.setattr(looking.Step, "shown", watched)
    return found


def test_a_clash_upon_the_breach_of_any_duty_is_shown_for_the_first_that_shows_it(
    asked_of: list[int | None],
) -> None:
    (finding,), tally = found(text=MANY)
    assert [each.clause for each in finding.clauses] == ["1.2", "1.3"]
    assert finding.witness is not None
    assert len(asked_of) == 1
    assert (tally.asked, tally.found) == (1, 1)


def test_what_cannot_be_whichever_duty_is_broken_is_not_asked_of_each(asked_of: list[int | None]) -> None:
    never = MANY.replace("when bell is done", "when bell is done and not bell is done")
    findings, tally = found(text=never)
    assert not findings
    assert not asked_of
    assert (tally.asked, tally.none, tally.undecided) == (1, 1, 0)


HALL = """
| agreement club
| party host, guest
| event bell
| act enter (way: text) by guest, needs basis

1.1 A guest who is not late may enter.
| reading late lateness "RS-late": "is a guest late after the bell?"
| option yes_late: entry: guest may enter when not bell is done
| option not_late: entry: guest may enter
1.2 After the bell nobody enters.
| silence: guest must not enter when bell is done
| entry prevails over silence
"""


def test_a_clash_that_hangs_on_a_reading_shows_both_answers() -> None:
    findings, _ = found(text=HALL)
    (finding,) = findings
    assert finding.key == "conflict/reading:club/1.1:entry+club/1.2:silence"
    assert finding.witness is not None
    assert finding.witness.verdicts == {"late=not_late": "permitted", "late=yes_late": "forbidden"}


def test_a_clash_is_gone_once_the_reading_is_chosen() -> None:
    text = HALL.replace("option not_late:", "option not_late, by default:")
    assert not found(text=text)[0]


def test_what_is_assumed_holds_in_every_history() -> None:
    loaded = load_text(CLUB, "club.contract")
    assert not loaded.errors
    findings: list[Finding] = []
    for given, gone in (
        ({"never": ["bell"]}, True), ({"acts": ["bell"]}, True), ({"answers": {"nothing": True}}, False),
        ({"since": [{"of": "bell", "at_least": "31 days"}]}, False),
    ):  # fmt: skip
        findings = list(
            analyse(
                Programs(loaded.contracts),
                ("club",),
                only=frozenset(["conflict"]),
                assuming=Assuming.of(given),
            )
        )
        assert bool(findings) is not gone, given
    (finding,) = findings
    assert finding.witness is not None
    assert finding.witness.asked["at"] >= "2026-04-02"
    with pytest.raises(ValueError, match="nothing is assumed by `sometimes`"):
        Assuming.of({"sometimes": []})
    with pytest.raises(ValueError, match="`a while` is no time"):
        Assuming.of({"since": [{"of": "bell", "at_least": "a while"}]})


def taken_from(clause: str) -> list[Finding]:
    """Return what the law takes from a clause of agreement 1."""
    loaded = load([CONTRACTS / "voip-1", CONTRACTS / "law"], [CONTRACTS / "vocabulary"])
    programs = Programs({name: loaded.contracts[name] for name in loaded.asked})
    asked, only = ("contract", "sector"), frozenset(["against"])
    return list(analyse(programs, ("voip-1",), asked, only, about=lambda place: place == ("voip-1", clause)))


def test_a_minute_that_cannot_be_the_usual_one_is_the_first_that_can_be() -> None:
    text = CLUB.replace("entry: guest may enter", "entry: for each bell, guest may enter within 10 minutes")
    (finding,), _ = found(text=text)
    assert finding.witness is not None
    (bell,), asked = finding.witness.entries, finding.witness.asked
    assert bell["at"] == asked["at"] == "2026-03-02T09:00"


@pytest.mark.parametrize("few", [True, False])
def test_a_history_does_not_hang_on_where_the_search_begins(
    few: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    findings, note = taken_from("二.2"), Near.note

    def noted(near: Near, question: str, world: Singled) -> None:
        wrong: Values = {
            name: not each if isinstance(each, bool) else each + 1 for name, each in world.values.items()
        }
        values = {**world.values, "today": wrong["today"]} if few else wrong
        note(near, question, world._replace(values=values))

    monkeypatch.setattr(Near, "note", noted)
    assert taken_from("二.2") == findings
