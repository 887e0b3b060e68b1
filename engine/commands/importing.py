"""`contract import`: an agreement in Word or plain text, made into a contract file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.commands.common import Json, Lang, Refused, many, print_json
from engine.commands.given import found_at
from engine.render import Screen
from engine.whole import write_whole

if TYPE_CHECKING:
    from engine.paper.printed import Printed

TEXTS = (".txt", ".text", ".md")
_AGREEMENT = typer.Argument(metavar="AGREEMENT", help="A Word file (.docx) or a plain text (.txt).")
_OUT = typer.Option(
    "--out", "-o", metavar="FILE", help="Write the contract file here; otherwise it is printed."
)
_NAME = typer.Option("--name", metavar="NAME", help="What the agreement is called; by default as its file.")
_FORCE = typer.Option("--force", help="Write over a file that is there.")


def import_(
    agreement: Annotated[str, _AGREEMENT], out: Annotated[str | None, _OUT] = None,
    name: Annotated[str | None, _NAME] = None, force: Annotated[bool, _FORCE] = False, lang: Lang = None,
    json_: Json = False,
) -> None:  # fmt: skip
    """Make a contract file of an agreement in Word or plain text, with its text and its clause numbers.

    Numbers that Word counts are counted, tables become lines, tracked changes are taken as accepted; what was left out
    is said. No norm is written: `contract check` names each clause that waits for one.

    JSON: name, title, file (null where none was written), clauses (numbers, in order), notes (en, zh), text.
    """
    from engine.paper.importing import imported

    made = imported(_printed(found_at(agreement)), name or Path(agreement).stem)
    if not made.text.partition("\n")[2].strip():
        raise Refused(f"{agreement}: there is no text in it (文件没有文字)", where=agreement)
    if out is not None:
        path = Path(out)
        if path.exists() and not force:
            raise Refused(f"{out} is there already (文件已存在); --force writes over it", field="out")
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, made.text.encode())
    if json_:
        print_json({
            "name": made.name, "title": made.title, "file": out, "clauses": made.clauses,
            "notes": [{"en": each.en, "zh": each.zh} for each in made.notes], "text": made.text,
        })  # fmt: skip
        return
    chinese = (lang or ("zh" if made.chinese else "en")) == "zh"
    # A file that is printed can be led into another one; what is said of it goes elsewhere.
    screen = Screen.of(sys.stderr if out is None else sys.stdout)
    if out is None:
        sys.stdout.write(made.text)
    count = len(made.clauses)
    screen.line(f"{made.title}：{count}条" if chinese else f"{made.title}: {many(count, 'clause')}", "bold")
    for each in made.notes:
        screen.line(f"  {each.zh if chinese else each.en}")
    if out is not None:
        written = f"已写入 {out}；下一步" if chinese else f"written to {out}; next"
        screen.line(f"{written}: contract check {out}")


def _printed(path: Path) -> Printed:
    from contractlang.source import read
    from engine.paper.printed import UnreadablePaper, of_text
    from engine.paper.word import read_word

    raw, kind = path.read_bytes(), path.suffix.lower()
    try:
        if kind == ".docx":
            return read_word(str(path), raw)
    except UnreadablePaper as wrong:
        raise Refused(str(wrong), where=str(path)) from None
    if kind not in TEXTS:
        raise Refused(
            f"{path}: a Word file (.docx) or a plain text (.txt) is read; save it as one of them"
            " (请另存为 .docx 或 .txt)",
            where=str(path),
        )
    return of_text(read(str(path), raw))
