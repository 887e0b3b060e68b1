"""Whatever is half typed, the desk answers: texts cut off at each keystroke, and texts with anything in them."""

import random
from datetime import date
from pathlib import Path

import pytest

from contractlang.load import check_text
from engine.desk import completion, hints, hover, lenses, outline, renames, tokens
from engine.desk.law import Law
from engine.desk.papers import Papers, Understood
from engine.desk.places import offset_of, position_of

CONTRACTS = Path(__file__).parents[2] / "contracts"
MARKS = '|｜：:，,()（）"“”.#0123456789 \n\t\r\u2028\x0b𠮷é应可must '
NOISE = [*MARKS, "|| ", "\n| ", "五、", "5.1 "]


def ask_everything(papers: Papers, law: Law, path: str, offset: int) -> Understood:
    """Ask all that an editor asks, at one place."""
    paper = papers.understand(path)
    assert paper is not None
    source = paper.source
    assert offset_of(source, position_of(source, offset)) == min(offset, len(source.text))
    completion.complete(source, offset, paper, ["other"])
    hover.hover(paper, offset, law)
    renames.definition(papers, paper, offset)
    numbers = tokens.tokens(paper)
    assert len(numbers) % 5 == 0
    assert min(numbers, default=0) >= 0
    outline.outline(paper)
    outline.folds(paper)
    list(hints.hints(paper, date(2026, 9, 1), 0, len(source.text)))
    list(lenses.lenses(paper, [], []))
    return paper


def damaged(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text))
    cut = chance.choice((0, 0, 1, 1, 2, 40))
    return text[:at] + "".join(chance.choices(NOISE, k=chance.choice((0, 1, 1, 3)))) + text[at + cut :]


def type_through(name: str, keystrokes: range, folder: Path) -> None:
    text = (CONTRACTS / name / f"{name}.contract").read_text("utf-8")
    papers, law = Papers((CONTRACTS,), (folder,)), Law(folder / "law")
    path = str(folder / f"{name}.contract")
    for length in keystrokes:
        papers.put(path, text[:length])
        ask_everything(papers, law, path, length)


@pytest.mark.parametrize(("name", "first"), [("sale", 700), ("voip-1", 400)])
def test_a_text_can_be_asked_about_at_every_keystroke(name: str, first: int, tmp_path: Path) -> None:
    type_through(name, range(first, first + 90), tmp_path)


@pytest.mark.soak
@pytest.mark.parametrize("name", ["sale", "voip-1", "voip-2"])
def test_a_text_can_be_asked_about_at_every_keystroke_of_the_whole(name: str, tmp_path: Path) -> None:
    size = len((CONTRACTS / name / f"{name}.contract").read_text("utf-8"))
    type_through(name, range(0, size, 3), tmp_path)


@pytest.mark.parametrize(
    "seed", [1, pytest.param(2, marks=pytest.mark.soak), pytest.param(3, marks=pytest.mark.soak)]
)
def test_a_text_with_anything_in_it_can_be_asked_about(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    whole = (CONTRACTS / "sale" / "sale.contract").read_text("utf-8")
    papers, law = Papers((CONTRACTS,), (tmp_path,)), Law(tmp_path / "law")
    path = str(tmp_path / "sale.contract")
    text = whole
    for turn in range(60 if seed == 1 else 1_500):
        if turn % 15 == 0:
            text = whole
        text = damaged(text, chance) or whole
        papers.put(path, text)
        paper = ask_everything(papers, law, path, chance.randrange(len(text)))
        # What is understood keystroke by keystroke is what would be understood at once.
        if turn % 10 == 0:
            said = [each.message for each in check_text(paper.source.text, path, [CONTRACTS])]
            assert [each.message for each in paper.loaded.diagnostics] == said
