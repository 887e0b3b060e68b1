"""What a draft would change is what the engine says under either text; one that says the same changes nothing."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from random import Random

import duckdb
import pytest

from bench import synthetic
from engine.bulk.kernel.straight import Done
from engine.bulk.kernel.versions import Versions
from engine.bulk.tables import read_all
from engine.cli import carried_out
from tests.bulk.test_kernel import CASES, program_of, written
from tests.bulk.test_straight import as_plain_python, parquet
from tests.conftest import CONTRACTS

VOIP_1 = CONTRACTS / "voip-1" / "voip-1.contract"
ROWS = [
    {"account": account, "id": id, "name": name, "at": at, **fields}
    for account in ("early", "late")
    for id, name, at, fields in (
        ("a", "sign", "2026-03-02T10:00", {"by": "provider"}),
        ("b", "sign", "2026-03-02T10:05", {"by": "user"}),
        (
            "c",
            "invoice_issued",
            "2026-09-01T09:00",
            {"period": "2026-08", "amount": "58.00", "due": "2026-09-10"},
        ),
        ("d", "pay", "2026-09-05T09:00", {"by": "user", "amount": "58.00", "bill": "c"}),
    )
    if not (account == "late" and id == "d")
]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "events.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in ROWS), "utf-8")
    return path


def draft(tmp_path: Path, old: str, new: str) -> str:
    text = VOIP_1.read_text("utf-8")
    assert old in text
    folder = tmp_path / "draft"
    folder.mkdir()
    (folder / "voip-1.contract").write_text(text.replace(old, new), "utf-8")
    return str(folder / "voip-1.contract")


def compared(new: str, log: Path, *more: str) -> int:
    out = str(log.parent / "out")
    return carried_out(["impact", "voip-1", new, "--events", str(log), "--as-of", "2026-09-20", "--out", out,
                        "--set", "term=2 years", "--jobs", "1", "--buckets", "2", "--lang", "en", *more])  # fmt: skip


def test_thirty_days_of_grace_take_the_power_from_who_had_it(tmp_path: Path, log: Path) -> None:
    new = draft(tmp_path, "暂停权：付费 逾期 时", "暂停权：付费 逾期 超过 30日 时")
    assert compared(new, log) == 0
    (row,) = read_all(tmp_path / "out" / "differences.parquet")
    assert (row["account"], row["kind"], row["what"]) == ("late", "answer", "provider may suspend_service")
    assert (row["old"], row["new"]) == ("permitted", "forbidden")
    assert "overdue since" in row["told_old"]
    assert "not overdue for more than 30 days" in row["told_new"]
    page = (tmp_path / "out" / "summary.html").read_text("utf-8")
    assert "1 of 2 accounts would be judged differently" in page
    assert "http" not in page, "nothing of the page comes from elsewhere"


def test_the_page_speaks_the_language_of_the_agreement(tmp_path: Path, log: Path) -> None:
    new = draft(tmp_path, "暂停权：付费 逾期 时", "暂停权：付费 逾期 超过 30日 时")
    command = [
        "impact",
        "voip-1",
        new,
        "--events",
        str(log),
        "--as-of",
        "2026-09-20",
        "--out",
        str(tmp_path / "zh"),
    ]
    assert carried_out([*command, "--set", "term=2 years", "--jobs", "1", "--buckets", "2"]) == 0
    page = (tmp_path / "zh" / "summary.html").read_text("utf-8")
    assert '<html lang="zh-CN">' in page
    assert "2个账户中，1个的判断将有不同。" in page
    assert "甲方可否暂停服务：可以 → 不得" in page
    words = re.sub(r"<style>.*?</style>|<[^>]*>|(aria-label|role|lang|charset)=", " ", page)
    assert not re.search(r"[a-z]{2,} [a-z]{2,}", words), "no sentence is in English"
    (row,) = read_all(tmp_path / "zh" / "differences.parquet")
    assert "五.2自2026年9月11日起逾期" in row["told_old"]


def test_a_later_day_of_payment_undoes_a_breach(tmp_path: Path, log: Path) -> None:
    new = draft(tmp_path, "不迟于 账单.到期日，遇休息日顺延 若 到期顺延 为 顺延", "限 60日 内")
    assert compared(new, log, "--lang", "zh") == 0
    page = (tmp_path / "out" / "summary.html").read_text("utf-8")
    assert re.search(r"<summary>late</summary><pre>乙方于2026年9月20日是否违反五\.2：是\n", page)
    assert "<pre>乙方于2026年9月20日是否违反五.2：否\n" in page
    found = {(row["kind"], row["what"]): row for row in read_all(tmp_path / "out" / "differences.parquet")}
    assert (found["breach", "voip-1 五.2:付费"]["old"], found["breach", "voip-1 五.2:付费"]["new"]) == (
        "open",
        "no breach",
    )


def test_a_draft_that_says_the_same_changes_nothing(tmp_path: Path, log: Path) -> None:
    new = draft(tmp_path, "| 暂停权 优先于 使用", "| # A remark.\n| 暂停权 优先于 使用")
    assert compared(new, log) == 0
    assert not read_all(tmp_path / "out" / "differences.parquet")


HIRED = [
    {"account": "k", "id": id, "name": name, "at": at, **fields}
    for id, name, at, fields in (
        ("s1", "sign", "2026-03-02T09:00", {"by": "owner"}),
        ("s2", "sign", "2026-03-02T09:05", {"by": "hirer"}),
        ("lot", "handed_over", "2026-03-02T10:00", {"day": "2026-03-02", "rent": "40.00", "until": "2026-03-10T10:00"}),
        ("harm", "broke", "2026-03-20T10:00", {}),
    )
]  # fmt: skip
HIRE_DRAFT = [("* 5%", "* 10%"), ("36 hours", "900 hours"), ("machine to broken", "machine to away")]
EXPLAINED = {
    "hire 3 back: in breach → no breach": (
        "hirer is in breach of 3 on 2026-04-01: yes\n  3 was breached on 2026-03-11 22:00, not cured (lot)",
        "hirer is in breach of 3 on 2026-04-01: no\n  the agreement is in force",
    ),
    "unpaid: less → more": (
        "5:fine (about the breach of 2, lot): 3.00 CNY owed, 0.00 CNY paid",
        "5:fine (about the breach of 2, lot): 5.00 CNY owed, 0.00 CNY paid",
    ),
    "machine is broken → machine is away": (
        "machine is broken since 2026-03-20 10:00 (harm)",
        "machine is away since 2026-03-20 10:00 (harm)",
    ),
}
"""What differs of the hired machine, and what is told of it under the old text and under the draft."""


@pytest.mark.parametrize("kind", ["jsonl", "csv", "parquet"])
def test_each_group_opens_to_what_the_engine_says_under_either_text(kind: str, tmp_path: Path) -> None:
    old = CASES["hire"][0]
    new = old
    for before, after in HIRE_DRAFT:
        assert before in new
        new = new.replace(before, after)
    for folder, text in (("old", old), ("new", new)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "hire.contract").write_text(text, "utf-8")
    command = ["impact", *(str(tmp_path / each / "hire.contract") for each in ("old", "new")), "--lang", "en"]
    command += ["--as-of", "2026-04-01", "--out", str(tmp_path / "out"), "--jobs", "1", "--buckets", "2"]
    assert carried_out([*command, "--events", hired(tmp_path, kind)]) == 0
    page = unescape((tmp_path / "out" / "summary.html").read_text("utf-8"))
    for title, told in EXPLAINED.items():
        group = page.partition(f"<h2>{title}</h2>")[2].partition("<h2>")[0]
        opened = re.findall(r"<summary>k</summary><pre>(.*?)</pre><pre>(.*?)</pre></details>", group, re.S)
        ((under_old, under_new),) = opened
        assert told[0] in under_old
        assert told[1] in under_new


def hired(folder: Path, kind: str) -> str:
    """Write what happened to the hired machine as a table of a kind; return where."""
    lines = folder / "events.jsonl"
    lines.write_text("".join(json.dumps(each) + "\n" for each in HIRED), "utf-8")
    if kind == "jsonl":
        return str(lines)
    table = folder / f"events.{kind}"
    with duckdb.connect() as at:
        kinds = dict.fromkeys(dict.fromkeys(name for each in HIRED for name in each), "VARCHAR")
        at.execute(f"COPY (SELECT * FROM read_json('{lines}', columns = {kinds})) TO '{table}'")
    return str(table)


def test_kernel_and_engine_find_the_same_differences(tmp_path: Path) -> None:
    new = draft(tmp_path, "不迟于 账单.到期日，遇休息日顺延 若 到期顺延 为 顺延", "限 20日 内")
    log = tmp_path / "events.jsonl"
    rows = (each for each in synthetic.events(40, 8) if each["name"] != "place_call")
    log.write_text("".join(json.dumps(each) + "\n" for each in rows), "utf-8")
    found = {}
    for kernel in ("auto", "off"):
        out = tmp_path / kernel
        asked = ["--ask", "provider may suspend_service", "--ask", "provider may terminate"]
        command = [
            "impact",
            "voip-1",
            new,
            "--events",
            str(log),
            "--as-of",
            "2025-08-20",
            "--out",
            str(out),
            *asked,
        ]
        command += ["--set", "term=2 years", "--jobs", "1", "--buckets", "2", "--kernel", kernel]
        assert carried_out(command) == 0
        found[kernel] = [
            sorted(map(str, read_all(out / f"{kind}.parquet")))
            for kind in ("accounts", "differences", "rejects")
        ]
    assert found["auto"] == found["off"]
    kinds = {each["kind"] for each in read_all(tmp_path / "auto" / "differences.parquet")}
    assert {"answer", "breach"} <= kinds, "there is something to differ about"


ALIKE = {
    "receivables": [("for bill by bill.due", "for bill within 5 days of bill.due")],
    "sale": [
        ("within 7 days of order.day", "within 4 days of order.day"),
        ("more than 10 days", "more than 2 days"),
    ],
    "hire": [("while rent is overdue and not machine", "while not machine"), ("5 business days", "9 days")],
}
"""Drafts that look at the same columns."""
UNLIKE = {
    "club": [
        ('bring_guest.guest is "one" and', 'bring_guest.guest is "three" or'),
        ("within 7 days", "within 2 days"),
    ],
    "hire": [
        (" where lot.rent > 20.00 CNY", ""),
        ("hirer must not lend_on where paid", "hirer must not lend_on"),
    ],
    "sale": [("either party must not disclose", "seller must not disclose"), ("where good_quality", "")],
}
"""Drafts that look at other columns, or otherwise."""


@pytest.mark.parametrize("is_compiled", [False, pytest.param(True, marks=pytest.mark.soak)])
@pytest.mark.parametrize(
    ("name", "alike"), [*((name, True) for name in ALIKE), *((name, False) for name in UNLIKE)]
)
def test_whole_tables_are_compared_as_their_accounts_are(
    name: str, alike: bool, is_compiled: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.bulk.kernel.in_units.STRAIGHT_FROM", 0)
    if not is_compiled:
        as_plain_python(monkeypatch)
    done: list[tuple[Done, bool]] = []
    whole = Versions.fold

    def fold(self: Versions, *given) -> Done:
        done.append((whole(self, *given), self.is_alike))
        return done[-1][0]

    monkeypatch.setattr(Versions, "fold", fold)
    old, asked = CASES[name]
    new = old
    for before, after in (ALIKE if alike else UNLIKE)[name]:
        assert before in new
        new = new.replace(before, after)
    (tmp_path / "new").mkdir()
    texts = [tmp_path / f"{name}.contract", tmp_path / "new" / f"{name}.contract"]
    for path, text in zip(texts, (old, new), strict=True):
        path.write_text(text, "utf-8")
    events = parquet(written(program_of(old), Random(name), 80, 0.02), tmp_path / "events.parquet", {}, "")
    found = {}
    for kernel in ("auto", "off"):
        out = tmp_path / kernel
        command = [
            "impact",
            *map(str, texts),
            "--events",
            str(events),
            "--as-of",
            "2026-03-14",
            "--out",
            str(out),
        ]
        command += [word for each in asked for word in ("--ask", each.replace(" ", " may "))]
        command += ["--jobs", "1", "--buckets", "2", "--kernel", kernel, "--rejects", "100%"]
        assert carried_out(command) == 0
        found[kernel] = [
            sorted(map(str, read_all(out / f"{kind}.parquet")))
            for kind in ("accounts", "differences", "rejects")
        ]
    assert found["auto"] == found["off"]
    assert [each.accounts > 5 and each.left > 0 for each, _ in done] == [True], "some are compared as columns"
    assert [is_alike for _, is_alike in done] == [alike]
    kinds = {each["kind"] for each in read_all(tmp_path / "auto" / "differences.parquet")}
    assert kinds & {"breach", "unpaid", "state"}, "there is something to differ about"


def test_another_agreement_is_no_draft(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compared("voip-2", log) == 2
    assert "no version of the same" in capsys.readouterr().err
