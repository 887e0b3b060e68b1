"""Several documents loaded together: versions of one, and circles of priority that run through several."""

from pathlib import Path

import pytest

from contractlang.expression import StateValue
from contractlang.load import Loaded, load
from contractlang.render import render
from engine.walk import walk

LAW = """\
| law {name}
| version "{version}"
| layer sector
| valid from {days}
| party provider
| act stop by provider, needs basis

Article 1 Stopping.
| source "Rules, Article 1", single
| halt: provider may stop
"""


def together(tmp_path: Path, **texts: str) -> Loaded:
    for name, text in texts.items():
        (tmp_path / f"{name}.contract").write_text(text, "utf-8")
    return load([tmp_path / f"{name}.contract" for name in texts])


def rules(version: str, days: str, name: str = "rules") -> str:
    return LAW.format(version=version, days=days, name=name)


def test_two_versions_of_one_document_are_both_there(tmp_path: Path) -> None:
    found = together(tmp_path, a=rules("1", "2016-01-01 to 2020-12-31"), b=rules("2", "2021-01-01"))
    assert not found.diagnostics, render(found.diagnostics, found.sources, "en")
    assert found.asked == ["rules", "rules@2"]
    assert [found.contracts[each].version for each in found.asked] == ["1", "2"]


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ("2016-01-01", "2021-01-01", "two versions of `rules` are valid on 2021-01-01"),
        ("2016-01-01 to 2020-12-31", "2020-12-31", "two versions of `rules` are valid on 2020-12-31"),
        (
            "2016-01-01 to 2030-12-31",
            "2020-01-01 to 2020-12-31",
            "two versions of `rules` are valid on 2020-01-01",
        ),
    ],
)
def test_versions_that_overlap_are_reported(tmp_path: Path, one: str, other: str, said: str) -> None:
    (wrong,) = together(tmp_path, a=rules("1", one), b=rules("2", other)).errors
    assert (wrong.code, wrong.message.en) == ("versions", said)
    assert len(wrong.labels) == 1


def test_a_circle_through_two_documents_is_reported_with_both(tmp_path: Path) -> None:
    found = together(
        tmp_path,
        a=rules("1", "2016-01-01", "rules") + "| halt prevails over others\n",
        b=rules("1", "2016-01-01", "others") + "| others prevails over rules\n",
    )
    (wrong,) = found.errors
    assert wrong.code == "circular"
    assert {wrong.span.path, *(each.span.path for each in wrong.labels)} == {
        str(tmp_path / "a.contract"), str(tmp_path / "b.contract"),
    }  # fmt: skip
    assert "`halt`" in wrong.message.en


def test_no_circle_where_each_says_its_own_condition(tmp_path: Path) -> None:
    found = together(
        tmp_path,
        a=rules("1", "2016-01-01", "rules") + '| question q: "?"\n| rules prevails over others when q\n',
        b=rules("1", "2016-01-01", "others") + '| question q: "?"\n| others prevails over rules when not q\n',
    )
    assert not found.errors, render(found.errors, found.sources, "en")


def test_a_circle_between_a_supplement_and_what_it_amends(tmp_path: Path) -> None:
    agreement = (
        "| agreement hosting\n| party provider\n| act stop by provider\n| act warn by provider\n"
        "1.1 Stopping.\n| halt: provider may stop\n1.2 Warning.\n| alarm: provider may warn\n"
        "1.3 Order.\n| halt prevails over alarm\n"
    )
    extra = "| supplement more to hosting\n2.1 Otherwise.\n| alarm prevails over halt\n"
    (wrong,) = together(tmp_path, hosting=agreement, more=extra).errors
    assert wrong.code == "circular"
    assert "hosting:`alarm`" in wrong.message.en
    assert not together(tmp_path, hosting=agreement, more=extra + "| repeals 1.3\n").errors


def test_what_an_earlier_version_said_makes_no_circle(tmp_path: Path) -> None:
    one, other = "| rules prevails over others\n", "| others prevails over rules\n"
    found = together(
        tmp_path,
        a=rules("1", "2016-01-01 to 2020-12-31") + one,
        b=rules("2", "2021-01-01") + '| states that "nothing"\n',
        c=rules("1", "2016-01-01", "others") + other,
    )
    assert not found.errors, render(found.errors, found.sources, "en")


def test_what_each_says_alone_is_no_circle(tmp_path: Path) -> None:
    found = together(
        tmp_path,
        a=rules("1", "2016-01-01", "rules") + "| rules prevails over others\n",
        b=rules("1", "2016-01-01", "others"),
        c=rules("1", "2016-01-01", "third") + "| others prevails over third\n",
    )
    assert not found.errors


HOLES = (
    "| agreement hosting\n| party provider\n| act stop by provider\n| gap due_day: {kind}\n"
    "1.1 Stopping.\n| provider must stop by {use}\n"
)


def test_what_fills_a_hole_is_of_its_kind(tmp_path: Path) -> None:
    law = rules("1", "2016-01-01") + "| fills due_day with 30 days\n"
    (wrong,) = together(tmp_path, hosting=HOLES.format(kind="day", use="due_day"), a=law).errors
    assert wrong.message.en == "a day fills `due_day` of hosting, not a period"
    assert not together(tmp_path, hosting=HOLES.format(kind="day", use="2026-01-01"), a=law).errors


def test_a_hole_that_is_nearly_called_so_is_named(tmp_path: Path) -> None:
    law = rules("1", "2016-01-01") + "| fills due_days with 2026-01-01\n"
    found = together(tmp_path, hosting=HOLES.format(kind="day", use="due_day"), a=law)
    assert "did you mean `due_day`?" in [each.help.en for each in found.diagnostics if each.help]


def test_blanks_that_fill_one_another_are_reported(tmp_path: Path) -> None:
    """Whatever asked for one of them would never have come to an end."""
    blanks = "| blank one: day\n| blank two: day\n"
    law = rules("1", "2016-01-01") + blanks + "| fills one with two\n"
    (wrong,) = together(tmp_path, a=law + "| fills two with one\n").errors
    assert wrong.message.en == "what fills these blanks runs in a circle: `one` → `two` → `one`"
    (wrong,) = together(tmp_path, a=law.replace("with two", "with one")).errors
    assert wrong.message.zh == "空白的填补彼此循环：`one` → `one`"
    later = rules("2", "2020-01-01") + blanks + "| fills two with one\n"
    ended = law.replace("valid from 2016-01-01", "valid from 2016-01-01 to 2019-12-31")
    assert "circular" not in [each.code for each in together(tmp_path, a=ended, b=later).errors]


def test_a_definition_speaks_of_the_state_in_law_of_whose_sentence_uses_it(tmp_path: Path) -> None:
    common = (
        "| vocabulary common\n| party owner, tenant\n| state rate, in law: money\n"
        '| define cheap is rate < 50.00 CNY\n| define cheap_now(limit) is rate < 50.00 CNY and limit is "x"\n'
        "| act leave by tenant, needs basis\n"
    )
    lease = '| agreement {}\n| uses common\n1.1 Text.\n| tenant may leave when cheap or cheap_now("x")\n'
    found = together(tmp_path, common=common, one=lease.format("one"), other=lease.format("other"))
    assert not found.diagnostics, render(found.diagnostics, found.sources, "en")
    for name in ("one", "other"):
        (norm,) = found.contracts[name].norms
        states = [each for each in walk(norm.when) if isinstance(each, StateValue)]
        assert [each.document for each in states] == [name, name]
