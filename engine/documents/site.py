"""Everything that is generated from some contracts, written as real Markdown files that any site builder can read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from contractlang.diagnostic import Language
from engine.documents import acceptances, changes, document, findings, histories, registers, sides
from engine.documents.called import short
from engine.documents.document import File
from engine.documents.markup import element, file_name, link, pick
from engine.documents.shelf import Shelf

LANGUAGES: tuple[Language, ...] = ("zh", "en")
ASSETS = ("documents.css", "documents.js")
T = TypeVar("T")
NAMES = {"zh": "中文", "en": "English"}


@dataclass(frozen=True, slots=True)
class Site:
    """What was written: the files beneath the folder, the tree of pages for a navigation, which files are new."""

    files: tuple[str, ...]
    nav: list[Any]
    changed: tuple[str, ...]


def write(
    shelf: Shelf, folder: Path, scenarios: Iterable[Path] = (), languages: Sequence[Language] = LANGUAGES,
    kept: Path | None = None, between: Callable[[], None] = lambda: None,
) -> Site:  # fmt: skip
    """Write every page beneath `folder`, each language in its own folder; what is not made any more is removed.

    `scenarios` are the scenario files told, `kept` is where pages that take long are kept. A file that would not
    change is left as it is, so that whoever watches the folder sees only what is new. `between` is called before each
    page, and before anything is written: what it raises ends the work.
    """
    made: dict[str, str] = {}
    nav: list[Any] = []

    def paced(each: T) -> T:
        between()
        return each

    told = list(map(paced, histories.told(shelf, scenarios)))
    changed = list(map(paced, changes.pages(shelf, languages, kept)))
    found = [
        paced(each) for some in findings.sets(shelf) for each in findings.pages(shelf, some, languages, kept)
    ]
    pairs = [each for each in findings.sets(shelf) if len(each) > 1]
    for language in languages:
        listed: list[tuple[str, list[tuple[str, str]]]] = []
        for each in map(paced, _files(shelf, language, listed)):
            made[f"{language}/{each.path}"] = each.text
        if told:
            for each in histories.pages(told, language):
                made[f"{language}/{each.path}"] = each.text
            title = pick(language, "Scenarios", "案例")
            listed.append((title, [(title, "scenarios.md")]))
        for _, pages in found:
            made[f"{language}/{pages[language].path}"] = pages[language].text
        if found:
            titles = [(called[language], pages[language].path) for called, pages in found]
            for pair in pairs:
                made[f"{language}/{sides.path_of(pair)}"] = sides.page(shelf, pair, language).text
                titles.append((sides.called(pair, language), sides.path_of(pair)))
            told_of = {pages[language].path: pages[language].text for _, pages in found}
            made[f"{language}/{acceptances.PATH}"] = acceptances.page(shelf, told_of, language).text
            titles.append((pick(language, *acceptances.TITLE), acceptances.PATH))
            listed.append((pick(language, "Findings", "分析发现"), titles))
        for _, _, pages in changed:
            made[f"{language}/{pages[language].path}"] = pages[language].text
        if changed:
            titles = [
                (changes.called(one, other, language), changes.path_of(one, other))
                for one, other, _ in changed
            ]
            listed.append((pick(language, "Changes", "变更"), titles))
        made[f"{language}/index.md"] = _index(language, listed, languages)
        tree: list[Any] = [f"{language}/index.md"]
        tree += [{part: [{title: f"{language}/{path}"} for title, path in pages]} for part, pages in listed]
        nav.append({NAMES[language]: tree})
    for name in ASSETS:
        made[f"assets/{name}"] = files("engine.documents").joinpath("assets", name).read_text("utf-8")
    between()
    new = _put(folder, made)
    if folder.is_dir():
        for path in sorted(folder.rglob("*"), reverse=True):
            if path.is_file() and path.relative_to(folder).as_posix() not in made:
                path.unlink()
    return Site(tuple(made), nav, new)


def write_documents(
    shelf: Shelf, folder: Path, names: Iterable[str], languages: Sequence[Language] = LANGUAGES
) -> tuple[str, ...]:
    """Write the pages of some documents alone, and return the files that have changed by it."""
    made = {}
    for name in names:
        for language in languages:
            for each in document.pages(shelf, shelf.contracts[name], language):
                made[f"{language}/{each.path}"] = each.text
    return _put(folder, made)


def _files(
    shelf: Shelf, language: Language, listed: list[tuple[str, list[tuple[str, str]]]]
) -> Iterator[File]:
    """Yield every file of a language but its index, and list its pages by part."""
    parts = {
        "agreement": ("Agreements", "协议"),
        "supplement": ("Supplements", "补充协议"),
        "law": ("Law", "法律"),
    }
    for kind, title in parts.items():
        pages = []
        for contract in shelf.contracts.values():
            if contract.kind == kind:
                yield from document.pages(shelf, contract, language)
                pages.append((short(contract, language), f"{file_name(contract.name)}.md"))
                if contract.norms and kind != "law":
                    graph = pick(language, "graph", "义务图")
                    pages.append(
                        (f"{short(contract, language)} · {graph}", f"{file_name(contract.name)}-graph.md")
                    )
        if pages:
            listed.append((pick(language, *title), pages))
    pages = []
    for each in registers.pages(shelf, language):
        yield each
        pages.append((pick(language, *registers.TITLES[each.path.removesuffix(".md")]), each.path))
    listed.append((pick(language, "Registers", "登记表"), pages))


def _index(
    language: Language, listed: list[tuple[str, list[tuple[str, str]]]], languages: Sequence[Language]
) -> str:
    title = pick(language, "Contracts, clause by clause", "合同逐条")
    others = [
        element("p", link(f"../{each}/index.html", NAMES[each]), class_="other-language")
        for each in languages
        if each != language
    ]
    parts = [f"---\ntitle: {title}\n---\n\n# {title}", *others]
    for part, pages in listed:
        items = [element("li", link(path.replace(".md", ".html"), name)) for name, path in pages]
        parts.append(f"## {part}\n\n{element('ul', *items)}")
    return "\n\n".join(parts) + "\n"


def _put(folder: Path, made: dict[str, str]) -> tuple[str, ...]:
    """Write the files that are not there as they should be, and return which those were."""
    changed = []
    for name, text in made.items():
        path = folder / name
        if not path.is_file() or path.read_text("utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
            changed.append(name)
    return tuple(changed)
