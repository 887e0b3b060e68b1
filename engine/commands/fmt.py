"""`contract fmt`: norm lines written the one way, and turned from one language into the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from contractlang.diagnostic import Language
from engine.commands.common import (
    FINE,
    FOUND,
    REFUSED,
    SHIPPED,
    Json,
    Lang,
    Paths,
    many,
    print_json,
    speak,
    spoken,
)
from engine.commands.given import files_in
from engine.render import Screen
from engine.whole import write_whole

if TYPE_CHECKING:
    from contractlang.surface import Stayed

Check = Annotated[
    bool, typer.Option("--check", help="Change nothing; end with 1 if a file is not written so.")
]
Into = Annotated[
    Language | None,
    typer.Option(
        "--language", help="Write all norm lines in one language: words, names, days and amounts, marks."
    ),
]


def fmt(
    paths: Paths, check: Check = False, language: Into = None, json_: Json = False, lang: Lang = None
) -> None:
    """Write the norm lines of contract files the one way: blanks, widths, marks; with --language, in one language.

    Text, remarks and what is quoted stay to the letter. A file with a line that cannot be read is left alone. With
    --language, names get their spelling in that language, a name that has none stays and is told, and a file with
    errors is left alone; what it means never changes. Ends with 1 if a file is left alone, or with --check if one is to
    be written anew; with 2 if a file cannot be read.

    JSON: changed, unchanged (paths), diagnostics (as of `check`), unreadable (texts), written (whether files were),
    stayed (with --language: path, line, text, name: whether it is a name or else a whole statement).
    """
    from contractlang.formatter import formatted
    from contractlang.load import Workspace
    from contractlang.render import as_json, render
    from contractlang.source import Unreadable, read
    from contractlang.surface import in_language

    changed: list[str] = []
    unchanged: list[str] = []
    unreadable: list[str] = []
    stayed: dict[str, list[Stayed]] = {}
    wrong, sources = [], {}
    workspace = Workspace([SHIPPED])
    for path in files_in(paths):
        try:
            raw = path.read_bytes()
            source = read(str(path), raw)
            speak("zh" if source.is_chinese else "en")
        except Unreadable as refused:
            unreadable.append(str(refused))
            continue
        except OSError as refused:
            unreadable.append(f"{path}: {refused.strerror or refused}")
            continue
        if language is None:
            text, found = formatted(source)
        else:
            made, found = in_language(workspace, source, language == "zh")
            text = made.text
            if made.stayed:
                stayed[str(path)] = made.stayed
        if found:
            wrong += found
            sources[source.path] = source
        elif text.encode() == raw:
            unchanged.append(str(path))
        else:
            changed.append(str(path))
            if not check:
                write_whole(path, text.encode())
    if json_:
        print_json({
            "changed": changed, "unchanged": unchanged, "written": not check,
            "diagnostics": as_json(wrong, sources), "unreadable": unreadable,
            "stayed": [
                {"path": path, "line": each.line, "text": each.text, "name": each.is_name}
                for path, kept in stayed.items() for each in kept
            ],
        })  # fmt: skip
    else:
        screen = Screen.of()
        for each in changed:
            screen.line(each)
        for name, kept in stayed.items():
            screen.line(f"{name}: {_told(kept, lang or language or 'en', language == 'zh')}")
        if wrong:
            screen.out.write(render(wrong, sources, lang, colour=screen.colour) + "\n")
        for each in unreadable:
            screen.line(each, "red")
        screen.line(_summary(len(changed), len(unchanged), len(sources), check), "bold")
    raise typer.Exit(REFUSED if unreadable else FOUND if wrong or (check and changed) else FINE)


def _summary(changed: int, unchanged: int, left: int, check: bool) -> str:
    """Return how many files were, or with `check` are to be, written anew."""
    if spoken() == "zh":
        return f"{changed}个文件{'有待改写' if check else '已改写'}，{unchanged}个无须改动，{left}个未作改动"
    done = "to be formatted" if check else "formatted"
    return f"{many(changed, 'file')} {done}, {unchanged} as they should be, {left} left alone"


def _told(stayed: list[Stayed], lang: Language, chinese: bool) -> str:
    """Return, in words, what stayed as it was, each with its line."""
    names = ", ".join(f"{each.text} ({each.line})" for each in stayed if each.is_name)
    whole = ", ".join(str(each.line) for each in stayed if not each.is_name)
    if lang == "zh":
        other = "中文" if chinese else "英文"
        said = [
            f"没有{other}写法的名称保持原样（行号）：{names}" if names else "",
            f"{other}写不出的行：{whole}" if whole else "",
        ]
    else:
        other = "Chinese" if chinese else "English"
        said = [f"names without a spelling in {other} stay (line): {names}" if names else "",
                f"lines that {other} has no words for stay: {whole}" if whole else ""]  # fmt: skip
    return "; ".join(filter(None, said))
