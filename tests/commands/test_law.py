"""What governs a command: layers of law, several agreements, supplements."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.commands.common import FINE, REFUSED
from tests.commands.given import ARREARS, QUESTION


@pytest.fixture
def layered(tmp_path: Path) -> str:
    """The account in arrears, with layers of law in the first line of its ledger."""
    head, *events = Path(ARREARS).read_text("utf-8").splitlines()
    path = tmp_path / "layered.jsonl"
    head = json.dumps({**json.loads(head), "layers": ["contract", "sector"]}, ensure_ascii=False)
    path.write_text("\n".join([head, *events]), "utf-8")
    return str(path)


def documents_asked(out: str) -> list[str]:
    return [each["name"].partition("@")[0] for each in json.loads(out)["decision"]["receipt"]["documents"]]


def test_the_law_of_the_layers_asked_for_governs(contract) -> None:
    plain = contract("ask", "voip-1", ARREARS, QUESTION, "--json")[1]
    assert documents_asked(plain) == ["voip-1"]
    assert json.loads(plain)["decision"]["answer"] == "permitted"
    mobile = ("--set", "service_class=b25", "--answer", "D-STDTERM=yes")
    with_law = contract("ask", "voip-1", ARREARS, QUESTION, "--layers", "contract,sector", *mobile, "--json")[
        1
    ]
    assert "telecom_regulations" in documents_asked(with_law)
    assert "civil_code" not in documents_asked(with_law)
    assert json.loads(with_law)["decision"]["answer"] == "forbidden"


def test_the_layers_of_the_ledger_hold_unless_the_option_says_otherwise(contract, layered: str) -> None:
    assert "telecom_regulations" in documents_asked(contract("ask", "voip-1", layered, QUESTION, "--json")[1])
    for named in ("contract", "civil,contract"):
        asked = contract("ask", "voip-1", layered, QUESTION, "--layers", named, "--json")[1]
        assert "telecom_regulations" not in documents_asked(asked)
        assert ("civil_code" in documents_asked(asked)) is named.startswith("civil")


def test_a_law_given_by_name_governs_and_takes_the_place_of_the_one_shipped(contract, tmp_path: Path) -> None:
    own = tmp_path / "henan_telecom.contract"
    own.write_text(
        "| law henan_telecom\n| layer local:HN\n| rank mandatory\n| uses telecom\n"
        "1 Nobody suspends.\n| provider must not suspend_service\n",
        "utf-8",
    )
    for layers in ((), ("--layers", "local:HN")):
        out = contract("ask", "voip-1", str(own), ARREARS, QUESTION, *layers, "--json")[1]
        assert documents_asked(out).count("henan_telecom") == 1
        assert json.loads(out)["decision"]["answer"] == "forbidden"
    out = contract("ask", "voip-1", str(own), ARREARS, QUESTION, "--layers", "civil", "--json")[1]
    assert "henan_telecom" not in documents_asked(out)


def test_a_layer_that_is_not_there_is_refused_with_the_nearest(contract, layered: str) -> None:
    for command in (("run", "voip-1", layered), ("ask", "voip-1", layered, QUESTION)):
        status, out, err = contract(*command, "--layers", "contract,sectr", "--lang", "en")
        assert (status, out) == (REFUSED, "")
        assert err == "--layers: no law of the layer `sectr` is here; did you mean `sector`?\n"
        assert "layers with commas" in contract(*command, "--layers", "contract,,civil", "--lang", "en")[2]
    text = Path(layered).read_text("utf-8").replace('"sector"', '"local:NH"')
    Path(layered).write_text(text, "utf-8")
    status, _, err = contract("run", "voip-1", layered)
    assert status == REFUSED
    assert err.startswith(f"{layered}, layers：")
    assert "是否指`local:HN`？" in err
    assert contract("run", "voip-1", layered, "--layers", "地方:HN")[0] == FINE


def test_run_with_law_says_what_the_law_does(contract) -> None:
    head = ("run", "voip-1", ARREARS, "--as-of", "2026-09-30")
    out = contract(*head, "--layers", "contract,sector,cyber")[1]
    assert out.startswith("A-1001 · voip-1 · cyber, sector\n")
    told = json.loads(contract(*head, "--layers", "sector", "--json")[1])
    assert (told["agreements"], told["layers"]) == (["voip-1"], ["contract", "sector"])


def test_a_supplement_without_what_it_supplements_is_refused(contract, tmp_path: Path) -> None:
    path = tmp_path / "more.contract"
    path.write_text('| supplement more to sale\n| uses sale\n1. Nothing.\n| states that "nothing"\n', "utf-8")
    status, _, err = contract("ask", "voip-1", str(path), ARREARS, QUESTION)
    assert status == REFUSED
    assert "`sale`, is not given" in err
