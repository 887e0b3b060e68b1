"""The words of the law, from a folder of the user's own. The texts here are made up, as all that the project holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from contractlang.contract import Contract
from contractlang.load import load_text
from engine.cli import carried_out
from engine.commands.common import FINE, REFUSED
from engine.lawtext import Article, LawText

ROOT = Path(__file__).parents[2]
ARREARS = str(ROOT / "contracts" / "voip-1" / "ledgers" / "arrears.jsonl")
QUESTION = "2026-09-11 provider may suspend_service"
LAYERS = ("--layers", "sector", "--set", "service_class=b25", "--lang", "en")
MADE_UP = """中华人民共和国电信条例 Telecommunications Regulations
========================================
版本 Version: 杜撰

第三十三条 [33]  〔杜撰〕
  第三十三条之前无可言说者。

第三十四条 [34]  〔杜撰〕
  甲种花朵早晨开放。
  乙种花朵晚上开放，包括：
  （一）白色者；
  （二）黄色者。
  丙种花朵不开放，依照第三十五条办理。

第三十五条 [35]
  丁种花朵凋谢。
----------------------------------------
附注 不属于任何一条。
"""


@pytest.fixture
def regulations() -> Contract:
    """A law called as the shipped one is."""
    title = "中华人民共和国电信条例（2016年修订） Telecommunications Regulations"
    head = f'| law telecom_regulations 电信条例 "{title}"\n| layer sector\n'
    return load_text(head + '1. Nothing.\n| states that "nothing"\n').contracts["telecom_regulations"]


def folder(path: Path, **files: str) -> LawText:
    for name, text in files.items():
        (path / f"{name}.txt").write_text(text, "utf-8")
    return LawText(path)


def test_an_article_and_its_paragraphs(tmp_path: Path, regulations: Contract) -> None:
    texts = folder(tmp_path, flowers=MADE_UP)
    assert texts.article(regulations, "34(1)") == Article("flowers.txt", ("甲种花朵早晨开放。",))
    assert texts.article(regulations, "34(2)") == Article(
        "flowers.txt", ("乙种花朵晚上开放，包括：（一）白色者；（二）黄色者。",)
    )
    whole = texts.article(regulations, "第三十四条")
    assert whole is not None
    assert len(whole.paragraphs) == 3
    assert whole.paragraphs[2] == "丙种花朵不开放，依照第三十五条办理。"
    assert texts.article(regulations, "35") == Article("flowers.txt", ("丁种花朵凋谢。",))
    assert texts.article(regulations, "36") is None
    assert texts.article(regulations, "conditions") is None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a", "# 电信条例（2016年修订）\n\n**第三十四条** 花开。\n\n**第三十五条** 花落。\n"),
        ("b", "《中华人民共和国电信条例》\n第34条　花开。\n第35条　花落。\n"),
        ("telecom_regulations_2016", "Some text\n第三十四条 花开。\n第二章 其他\n花落。\n"),
        ("电信条例", "第三十四条\n\n花开。\n"),
        ("run_on", "电信条例\n第3十条 花谢。\n第三十三条花谢，依照\n第三十四条规定办理。\n第三十四条花开。\n"),
        ("collection", "汇编\n[A1] 邮政条例\n第三十四条 花谢。\n[A2] 电信条例 (旧)\n第三十四条 花开。\n[A3] 其他\n"),
    ],
)  # fmt: skip
def test_texts_of_many_shapes(tmp_path: Path, regulations: Contract, name: str, text: str) -> None:
    assert folder(tmp_path, **{name: text}).article(regulations, "34") == Article(f"{name}.txt", ("花开。",))


def test_other_laws_of_like_names_are_left_alone(tmp_path: Path, regulations: Contract) -> None:
    other = MADE_UP.replace("中华人民共和国电信条例", "河南省电信条例")
    texts = folder(tmp_path, local_henan_telecom_regulations=other, notes="见电信条例\n第三十四条 花谢。\n")
    assert texts.article(regulations, "34") is None
    (tmp_path / "old.txt").write_bytes(MADE_UP.encode("gb18030"))
    (tmp_path / "picture.png").write_bytes(b"\x00\x01")
    found = LawText(tmp_path).article(regulations, "34(1)")
    assert found == Article("old.txt", ("甲种花朵早晨开放。",))


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]):
    """Ask about the account in arrears, and return what is printed."""

    def run(*arguments: str, status: int = FINE) -> str:
        found = carried_out(["ask", "voip-1", ARREARS, QUESTION, *LAYERS, *arguments])
        out, err = capsys.readouterr()
        assert found == status, err
        return out if status == FINE else err

    return run


def test_the_words_stand_beneath_the_reason_that_cites_them(tmp_path: Path, ask) -> None:
    folder(tmp_path, flowers=MADE_UP)
    lines = ask("--law-text", str(tmp_path)).splitlines()
    place = next(
        at
        for at, line in enumerate(lines)
        if "the text of telecom_regulations 34(2), from flowers.txt:" in line
    )
    assert "telecom_regulations 34(2)" in lines[place - 1]
    assert lines[place + 1].strip() == "乙种花朵晚上开放，包括：（一）白色者；（二）黄色者。"
    assert sum("from flowers.txt" in line for line in lines) == 1
    assert "花朵" not in ask()


def test_what_is_not_found_is_said_in_one_line(tmp_path: Path, ask) -> None:
    out = ask("--law-text", str(tmp_path))
    assert out.count(f"the text of telecom_regulations 34(2) was not found in {tmp_path}\n") == 1


def test_the_words_as_json(tmp_path: Path, ask) -> None:
    folder(tmp_path, flowers=MADE_UP)
    told = json.loads(ask("--law-text", str(tmp_path), "--json"))
    assert {
        "document": "telecom_regulations@2016", "clause": "34(2)", "file": "flowers.txt",
        "text": "乙种花朵晚上开放，包括：（一）白色者；（二）黄色者。",
    } in told["law_text"]  # fmt: skip
    assert "花朵" not in json.dumps(told["explanation"], ensure_ascii=False)
    assert "law_text" not in json.loads(ask("--json"))
    empty = tmp_path / "empty"
    empty.mkdir()
    told = json.loads(ask("--law-text", str(empty), "--json"))
    assert {(each["file"], each["text"]) for each in told["law_text"]} == {(None, None)}


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path, ask) -> None:
    missing = str(tmp_path / "nowhere")
    assert ask("--law-text", missing, status=REFUSED) == f"--law-text {missing}: no such folder\n"
