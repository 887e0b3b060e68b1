"""Half a configuration starts nothing: what is wrong is told with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.service.config import BadConfig, embedded, read_config

GOOD = "tenants:\n  main:\n    contracts: [voip-1]\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "tenants"),
        ("tenants: {}\n", "tenants"),
        ("tenants:\n  main: {}\n", "contracts"),
        (GOOD + "prot: 8000\n", "prot"),
        (GOOD + "telemetry: http://localhost:4317\n", "telemetry"),
        (GOOD + "port: 99999\n", "port"),
        (GOOD + "log_decisions: sometimes\n", "log_decisions"),
        (GOOD + "limits: {body_bytes: 1}\n", "body_bytes"),
        (GOOD + "host: 0.0.0.0\n", "public_url"),
        (
            GOOD + "    keys: [{name: billing, variable: NOT_SET_ANYWHERE, rights: [ask]}]\n",
            "NOT_SET_ANYWHERE",
        ),
        ("tenants: [\n", "not YAML"),
        ("tenants: []\n", "tenants: names are wanted, each with what it has"),
        (
            "tenants: {acme: {contract: [voip-1]}}\n",
            "acme.contract: there is no such name; did you mean `contracts`?",
        ),
        ("tenants: {acme: {}}\n", "acme.contracts: it is missing"),
        ("tenants: {acme: {contracts: voip-1}}\nport: eighty\n", "port: a whole number is wanted"),
    ],
)
def test_half_a_configuration_is_refused_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "service.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(BadConfig) as wrong:
        read_config(path)
    assert said in str(wrong.value)
    assert str(path) in str(wrong.value)


def test_what_is_wrong_only_because_of_a_part_of_it_is_not_told(tmp_path: Path) -> None:
    path = tmp_path / "service.yaml"
    path.write_text(GOOD + "    keys: [{name: billing, variable: KEY, rights: [aks]}]\n", "utf-8")
    with pytest.raises(BadConfig) as wrong:
        read_config(path)
    (line,) = str(wrong.value).splitlines()
    assert "main.keys.0.rights.0: input should be 'ask', 'record', 'publish' or 'audit'" in line


@pytest.mark.parametrize("mode", ["off", "fast", "durable"])
def test_every_log_of_decisions_can_be_written_plainly(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "service.yaml"
    path.write_text(GOOD + f"log_decisions: {mode}\n", "utf-8")
    assert read_config(path).log_decisions == mode


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match="nowhere"):
        read_config(tmp_path / "nowhere.yaml")


def test_what_is_given_beside_a_file_goes_before_it(tmp_path: Path) -> None:
    path = tmp_path / "service.yaml"
    path.write_text(GOOD + "port: 9000\n", "utf-8")
    assert read_config(path).port == 9000
    assert read_config(path, port=9001).port == 9001
    assert embedded(("voip-1",)).base_url == "http://127.0.0.1:8000"
