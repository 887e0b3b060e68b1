"""Whatever is typed, there is an answer: diagnostics or a refusal by name, never an exception."""

import json
import random
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench import big
from contractlang.load import Workspace, load_text
from contractlang.render import as_json, render
from contractlang.source import Unreadable, read

CONTRACTS = Path(__file__).parents[2] / "contracts"
TEXTS = [path.read_text("utf-8") for path in sorted(CONTRACTS.rglob("*.contract"))]
PIECES = [re.findall(r'"[^"]*"|\w+|\s+|.', text) for text in TEXTS]
WORDS = sorted({piece for pieces in PIECES for piece in pieces if not piece.isspace()})
ODD = [
    "\x00",
    "(",
    "）",
    "“",
    '"',
    "|",
    "||",
    "\n",
    "\n| ",
    "😀",
    "٣",
    "²",
    "\u2028",
    "\ufeff",
    "第1二条 ",
    "9" * 400,
    "、",
    "not ",
    "99999 years",
    "2026-02-30",
    "每月99日",
    "either party ",
    "now ",
]
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))

# One for all: what an edit leaves behind must not mislead the next.
WORKSPACE = Workspace([CONTRACTS / "vocabulary"])


@st.composite
def broken(draw: st.DrawFn) -> str:
    """A contract of ours with some words deleted, exchanged or put in."""
    pieces = list(draw(st.sampled_from(PIECES)))
    for _ in range(draw(st.integers(1, 12))):
        at = draw(st.integers(0, len(pieces) - 1))
        word = draw(st.sampled_from(WORDS) | st.sampled_from(ODD))
        match draw(st.sampled_from(["delete", "exchange", "insert", "cut"])):
            case "delete":
                pieces[at] = ""
            case "exchange":
                pieces[at] = word
            case "insert":
                pieces[at] += f" {word} "
            case _:
                del pieces[at + 1 :]
    return "".join(pieces)


def answered(text: str) -> None:
    loaded = WORKSPACE.check(str(CONTRACTS / "voip-1" / "fuzz.contract"), text)
    for each in loaded.errors:
        assert each.help is not None, each.message.en
    for language in ("en", "zh"):
        render(loaded.diagnostics, loaded.sources, language)
    json.dumps(as_json(loaded.diagnostics, loaded.sources))


@QUICK
@given(broken())
def test_a_broken_contract_is_answered(text: str) -> None:
    answered(text)


SMALL = [text for text in TEXTS if len(text) < 20_000]


def edited(data: st.DataObject, text: str) -> str:
    """A text after an edit as a lawyer makes it: a line, a word, a name here or everywhere, a number, a wording."""
    lines = text.split("\n")
    at = data.draw(st.integers(0, len(lines) - 1))
    match data.draw(
        st.sampled_from(
            ["remove", "repeat", "move", "longer", "word", "name", "everywhere", "number", "wording"]
        )
    ):
        case "remove":
            del lines[at]
        case "repeat":
            lines.insert(data.draw(st.integers(0, len(lines))), lines[at])
        case "move":
            lines.insert(data.draw(st.integers(0, len(lines) - 1)), lines.pop(at))
        case "longer":
            lines[at] += "  "
        case "word":
            pieces = re.findall(r'"[^"]*"|\w+|\s+|.', lines[at]) or [""]
            own = sorted({*re.findall(r"\w+", text)} or {"x"})
            word = data.draw(st.sampled_from(own) | st.sampled_from(WORDS))
            pieces[data.draw(st.integers(0, len(pieces) - 1))] = word
            lines[at] = "".join(pieces)
        case "number":
            lines[at] = (
                data.draw(st.sampled_from(["9.9 x", "五、题", "3. x", "Article 7 x", ""])) + "\n" + lines[at]
            )
        case "wording":
            lines[at] = lines[at].replace('"', '"!', 1)
        case where:
            named = re.findall(r"\| ?(\w+)[:：]", text) or ["x"]
            name = data.draw(st.sampled_from(named))
            return text.replace(name, f"{name}_x", -1 if where == "everywhere" else 1)
    return "\n".join(lines)


@settings(QUICK, max_examples=25)
@given(st.data())
def test_a_text_that_is_edited_is_what_it_would_be_afresh(data: st.DataObject) -> None:
    """Whatever was held before, a workspace says of a text what a load of it says: each place, each word."""
    texts = [data.draw(st.sampled_from(SMALL))]
    path, library = str(CONTRACTS / "voip-1" / "edited.contract"), [CONTRACTS / "vocabulary"]
    workspace = Workspace(library)
    workspace.check(path, texts[0])
    for _ in range(data.draw(st.integers(1, 3))):
        texts.append(edited(data, texts[-1]))
    for text in (*texts[1:], texts[0]):
        again, afresh = workspace.check(path, text), load_text(text, path, library)
        assert again.diagnostics == afresh.diagnostics
        # Where a condition stands makes no condition another.
        assert repr(again.contracts) == repr(afresh.contracts)


@pytest.mark.soak
@settings(QUICK, max_examples=400)
@given(st.data())
def test_a_text_that_is_edited_for_long_is_what_it_would_be_afresh(data: st.DataObject) -> None:
    """As above, for many edits on end, in long texts too, and with what the text uses edited in between."""
    unsaved: dict[str, str] = {}
    path, library = str(CONTRACTS / "voip-1" / "edited.contract"), CONTRACTS / "vocabulary"
    workspace = Workspace([library], unsaved)
    text = data.draw(st.sampled_from(TEXTS))
    for _ in range(data.draw(st.integers(2, 8))):
        if data.draw(st.integers(0, 4)) == 0:
            used = data.draw(st.sampled_from(sorted(library.rglob("*.contract"))))
            unsaved[str(used)] = edited(data, unsaved.get(str(used)) or used.read_text("utf-8"))
        else:
            text = edited(data, text)
        again, afresh = workspace.check(path, text), Workspace([library], unsaved).check(path, text)
        assert again.diagnostics == afresh.diagnostics
        assert repr(again.contracts) == repr(afresh.contracts)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(3))
def test_a_thousand_clauses_that_are_edited_are_what_they_would_be_afresh(tmp_path: Path, seed: int) -> None:
    """In the first and in the last clauses, a condition, a label, a declaration and a line: one after another."""
    path, chance = big.write(tmp_path, 27), random.Random(seed)
    workspace, text = Workspace([tmp_path]), path.read_text("utf-8")
    workspace.check(str(path), text)
    for what in chance.choices(["且 1 < 9", "_x", "", "twice", "break"], k=6):
        lines = text.split("\n")
        at = chance.choice([chance.randrange(2, 90), chance.randrange(len(lines) - 90, len(lines))])
        match what:
            case "":
                del lines[at]
            case "twice":
                lines.insert(at, lines[at])
            case "_x":
                lines[at] = re.sub(r"\w+(?=[:：])", lambda found: f"{found[0]}_x", lines[at], count=1)
            case _:
                lines[at] += f" {what}"
        text = "\n".join(lines)
        again, afresh = workspace.check(str(path), text), load_text(text, str(path), [tmp_path])
        assert again.diagnostics == afresh.diagnostics
        assert again.contracts == afresh.contracts


@QUICK
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_any_text_is_answered(text: str) -> None:
    answered("| 协议 a\n| " + text)


@QUICK
@given(
    st.sampled_from(TEXTS),
    st.integers(0, 10_000),
    st.binary(max_size=20),
    st.sampled_from(["utf-8", "gb18030", "utf-16"]),
)
def test_any_bytes_are_answered(text: str, at: int, put: bytes, encoding: str) -> None:
    raw = text[:3000].encode(encoding)
    try:
        source = read("a", raw[:at] + put + raw[at:])
    except Unreadable:
        return
    answered(source.text)


HEAD = "| agreement a\n| party user\n| act pay (amount: money) by user\n1.1 x\n"


@pytest.mark.parametrize(
    "text",
    [
        "\n" * 100_000,
        HEAD + "| pay_fee: user must pay within 30 days\n" * 200_000,
        HEAD + "| user shall pay within 30 days\n" * 200_000,
        HEAD + "".join(f"| user mst{i} pay\n" for i in range(50_000)),
        HEAD + "| pay_fee: user must pay within 1 day\n" * 9_000 + "| pay_fee prevails over pay_fee\n" * 9_000,
        "本协议由双方签订。\n" * 300_000,
        "".join(f"{number}.1 双方友好。\n" for number in range(100_000)),
        "| agreement a\n" + "|| b\n" * 500_000,
        "| " + "(" * 200_000,
        HEAD + "| when " + "(" * 57 + "user did pay" + ")" * 57 + ", user must pay\n",
        HEAD + "| user must pay within 1 day" + ", otherwise user must pay within 1 day" * 150,
        "第" + "9" * 6000 + "条 x\n第1二条 x\n第²条 x\n٣. x\n" + "一" * 5000 + "、x\n",
    ],
    ids=["blank lines", "10 MB", "10 MB of errors", "all different", "priorities", "text only", "clauses", "continued",
         "open brackets", "brackets", "otherwise", "numerals"],
)  # fmt: skip
def test_what_is_large_or_deep_is_answered(text: str) -> None:
    loaded = load_text(text)
    render(loaded.diagnostics, loaded.sources)
