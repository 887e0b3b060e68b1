"""Figures are named as Prometheus wants them, so that what only grows can be asked for its rate."""

from __future__ import annotations

from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from tests.service.serving import CONTRACTS, question, serving, texts_of

TEXTS = {"main": texts_of(CONTRACTS / "voip-1", CONTRACTS / "vocabulary")}
GROW = {
    "contract_requests", "contract_decisions", "contract_decisions_logged", "contract_decisions_dropped",
    "contract_events", "contract_notices", "contract_deliveries", "contract_shadow", "contract_snapshots",
}  # fmt: skip


def test_what_only_grows_is_a_counter_and_nothing_else_is(tmp_path: Path) -> None:
    with serving(tmp_path, TEXTS, log_decisions="durable") as live:
        client = live.client()
        opened = {"account": "a", "agreements": ["voip-1"], "settings": {"有效期": "2年"}}
        assert client.post("/accounts", json=opened).status_code == 200
        client.post("/access/v1/evaluation", json=question("user", "place_call", "a"))
        told = client.get("/metrics").text
    families = {each.name: each for each in text_string_to_metric_families(told)}
    assert {name for name, each in families.items() if each.type == "counter"} == GROW
    for name, each in families.items():
        assert each.documentation, name
        if each.type != "counter":
            assert not name.endswith(("_total", "_count", "_created")), name
    assert [(each.name, each.value) for each in families["contract_decisions_logged"].samples] == [
        ("contract_decisions_logged_total", 1.0)
    ]
