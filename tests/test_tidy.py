"""The documentation and the code are in step: words, checks, pages, docstrings; and nothing names where it was made.

`python -m tests.test_tidy` writes what is generated: the table of reserved words.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest
import yaml
from lark import Lark

from contractlang import checks
from contractlang.load import load_text
from contractlang.render import render

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
LANGUAGE = DOCS / "language.md"
GRAMMAR = (ROOT / "contractlang" / "grammar.lark").read_text("utf-8")
RESERVED = re.compile(r"(<!-- begin reserved words.*?-->\n).*?(<!-- end reserved words -->)", re.S)

# Words that would tell where the project was made. Put together here, so that this file does not hold them.
ELSEWHERE = re.compile(
    "|".join(
        re.escape(one + other)
        for one, other in (
            ("/work", "/"), ("/home", "/"), ("/Users", "/"), ("/root", "/"), ("shared", "/"), ("index-", "url = "),
            ("extra-", "index-url"), ("Anth", "ropic"), ("Claude", " Code"), ("Co-Authored", "-By"),
        )
    ),
    re.IGNORECASE,
)  # fmt: skip
# Where test vectors from elsewhere may lie beside the checkout is said in one place.
MAY_NAME = {".ci/run", "Makefile", ".gitignore"}


# ---- what is generated ---------------------------------------------------------------------------------------------


@cache
def keywords() -> dict[str, str]:
    """Return the keyword terminals of the grammar: name to pattern (a regular expression)."""
    terminals = Lark(GRAMMAR, parser="lalr", lexer="contextual", maybe_placeholders=True).terminals
    section = GRAMMAR.split("// ---- Words, in both languages")[1].split("// ---- Literals and marks")[0]
    named = set(re.findall(r"^([A-Z_0-9]+)(?:\.\d+)?:", section, re.M)) | {"_FOR_MORE_THAN"}
    return {
        each.name: re.escape(each.pattern.value) if each.pattern.type == "str" else each.pattern.value
        for each in terminals
        if each.name in named
    }


def spelled(pattern: str) -> str:
    """Return how a keyword is written, from its pattern."""
    plain = re.sub(r"\(\?!\\w\)|\\b|,\?\\s\*", "", pattern)
    return plain.replace(r"\s+", " ").replace("\\", "")


def reserved_words() -> str:
    """Return the table of reserved words as it stands in the reference."""
    words = {spelled(each) for each in keywords().values()}
    english = sorted(each for each in words if each.isascii())
    chinese = sorted(words - set(english))
    listed = [" ".join(f"`{each}`" for each in some) for some in (english, chinese)]
    return f"English: {listed[0]}\n\n中文：{listed[1]}\n"


def write() -> None:
    """Write what is generated."""
    text = LANGUAGE.read_text("utf-8")
    table = reserved_words()
    LANGUAGE.write_text(RESERVED.sub(lambda found: f"{found[1]}\n{table}\n{found[2]}", text), "utf-8")


# ---- the language reference ----------------------------------------------------------------------------------------


def test_the_table_of_reserved_words_is_the_grammar_s() -> None:
    found = RESERVED.search(LANGUAGE.read_text("utf-8"))
    assert found is not None
    assert found[0] == f"{found[1]}\n{reserved_words()}\n{found[2]}", (
        "write it with: python -m tests.test_tidy"
    )


def test_the_reference_speaks_of_every_keyword() -> None:
    """Beside the table, each is met in an explanation or an example."""
    text = RESERVED.sub("", LANGUAGE.read_text("utf-8"))
    missing = [
        name
        for name, pattern in keywords().items()
        if not re.search(
            rf"(?<![a-zA-Z_]){pattern}(?![a-zA-Z_])" if spelled(pattern).isascii() else pattern, text
        )
    ]
    assert not missing


def test_the_reference_is_in_the_order_of_the_grammar() -> None:
    sections = re.findall(r"^// ---- (.+?) -+$", GRAMMAR, re.M)
    headings = re.findall(r"^## (.+)$", LANGUAGE.read_text("utf-8"), re.M)
    assert [each for each in headings if each in sections] == sections


def _examples(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", LANGUAGE.read_text("utf-8"), re.M | re.S)


@pytest.mark.parametrize("text", _examples("document"), ids=lambda text: text.split()[1])
def test_an_example_that_stands_alone_is_read(text: str) -> None:
    loaded = load_text(text, "example.contract", [ROOT / "contracts" / "vocabulary"])
    assert not loaded.diagnostics, render(loaded.diagnostics, loaded.sources)


def test_the_examples_mean_the_same_in_both_languages() -> None:
    meanings = []
    for kind in ("contract", "contract-zh"):
        loaded = load_text(
            "\n".join(_examples(kind)), f"{kind}.contract", [ROOT / "contracts" / "vocabulary"]
        )
        assert not loaded.errors, render(loaded.errors, loaded.sources, "en")
        meanings.append(loaded.contracts["hosting"].meaning_hash)
    assert meanings[0] == meanings[1]


# ---- checks --------------------------------------------------------------------------------------------------------


def _check_files() -> Iterator[str]:
    """Yield the files of checks: those with a function of their own name that returns diagnostics."""
    for path in sorted(Path(checks.__file__).parent.glob("*.py")):
        if path.stem != "__init__":
            found = getattr(importlib.import_module(f"contractlang.checks.{path.stem}"), path.stem, None)
            if inspect.isfunction(found) and found.__annotations__.get("return") == "Iterator[Diagnostic]":
                yield path.stem


def test_every_file_of_checks_is_in_the_list_once() -> None:
    listed = [each.__name__ for each in checks.CHECKS]
    assert sorted(listed) == sorted(_check_files())
    assert len(listed) == len(set(listed))


@pytest.mark.parametrize("check", checks.CHECKS, ids=lambda check: check.__name__)
def test_a_check_says_what_why_and_what_to_do(check: checks.Check) -> None:
    told = inspect.getdoc(check) or ""
    assert all(word in told for word in ("Why it matters:", "Example:", "Remedy:"))
    assert (ROOT / "tests" / "cases" / "errors" / f"{check.__name__}.md").is_file()


# ---- pages ---------------------------------------------------------------------------------------------------------


class _AnyTag(yaml.SafeLoader):
    """Reads mkdocs.yml, whose tags for functions mean nothing here."""


_AnyTag.add_multi_constructor("tag:yaml.org,2002:python/", lambda loader, suffix, node: None)


def _own_pages() -> list[Path]:
    """Return the pages of the documentation; those on each code are listed on the page on checks."""
    return [path for path in DOCS.rglob("*.md") if path.parent.name != "checks"]


def test_every_page_is_in_the_navigation() -> None:
    nav = yaml.load((ROOT / "mkdocs.yml").read_text("utf-8"), _AnyTag)["nav"]
    listed = {each if isinstance(each, str) else next(iter(each.values())) for each in nav}
    assert listed == {str(path.relative_to(DOCS)) for path in _own_pages()}


def test_every_page_is_named_on_the_first() -> None:
    first = (DOCS / "index.md").read_text("utf-8")
    for page in _own_pages():
        assert page.name == "index.md" or f"]({page.relative_to(DOCS)})" in first


def test_what_the_readme_and_the_pages_link_to_is_there() -> None:
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS.rglob("*.md")):
        text = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.M | re.S)
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
            # Pages of contracts are generated; mkdocs and tests/documents look at the links to them.
            assert target.startswith("contracts/") or (page.parent / target).exists(), (
                f"{page.name} links to {target}"
            )


def test_files_that_pages_name_are_there() -> None:
    """A path in backticks that begins with one of our folders exists."""
    folders = "contractlang|engine|client|contracts|docs|tests|bench|requirements"
    for page in (ROOT / "README.md", *DOCS.rglob("*.md")):
        for path in re.findall(rf"`((?:{folders})/[\w./-]*)`", page.read_text("utf-8")):
            assert (ROOT / path).exists(), f"{page.name} names {path}"


def test_what_pages_say_is_in_a_file_is_defined_there() -> None:
    """`name` in `path`, and `path` (`name`)."""
    path = r"`((?:contractlang|engine|client|tests|bench)/[\w/]+\.py)`"
    told: list[tuple[str, str]] = []
    for page in DOCS.rglob("*.md"):
        text = page.read_text("utf-8")
        told += re.findall(rf"`(\w+)` (?:in|of) {path}", text)
        told += [(name, where) for where, name in re.findall(rf"{path} \(`(\w+)`\)", text)]
    assert told
    for name, where in told:
        text = (ROOT / where).read_text("utf-8")
        assert re.search(rf"^\s*(?:async def|def|class) {name}\b|^{name}\b.*=", text, re.M), (name, where)


def test_every_module_is_on_the_map() -> None:
    """The page on architecture says what each file holds; a check, a command and an address have pages of their own."""
    page = (DOCS / "architecture.md").read_text("utf-8").split("## The rooms")[1].split("\n## ")[0]
    elsewhere = {"checks", "commands", "routes", "migrations", "versions"}
    for folder in ("contractlang", "engine"):
        for path in (ROOT / folder).rglob("*.py"):
            known = f"`{path.relative_to(ROOT)}`" in page or (
                path.parent.name != folder and f"`{path.name}`" in page
            )
            assert known or path.name == "__init__.py" or path.parent.name in elsewhere, path


def test_every_kind_of_cell_is_in_the_table() -> None:
    """A tuple whose first part is a capital or two is the key of a cell; with `N` it is who watches a norm."""
    page = (DOCS / "architecture.md").read_text("utf-8").split("## Cells of a position")[1].split("\n## ")[0]
    table = {cell for row in re.findall(r"^\| (`.*?) \|", page, re.M) for cell in re.findall(r"`(.+?)`", row)}
    used = {
        part.value
        for path in (ROOT / "engine").glob("*.py")
        for each in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(each, ast.Tuple) and each.elts and isinstance(part := each.elts[0], ast.Constant)
        if isinstance(part.value, str) and re.fullmatch(r"[A-Z]{1,2}\d?|!", part.value)
    }
    assert used - {"N"} == table


def test_the_grammar_s_tables_are_of_the_grammar() -> None:
    stored = (ROOT / "contractlang" / "grammar.tables").read_bytes()
    assert stored.startswith(sha256(GRAMMAR.encode()).digest()), (
        "write them with: python -m contractlang.grammar"
    )


# ---- every file ----------------------------------------------------------------------------------------------------


def _tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def _modules() -> list[Path]:
    folders = ("contractlang", "engine", "client", "tests", "bench")
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


@pytest.mark.parametrize("path", _modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_begins_with_the_sentence_that_points_to_it(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not text.strip() or ast.get_docstring(ast.parse(text))


def test_nothing_names_where_it_was_made() -> None:
    for path in _tracked():
        name = str(path.relative_to(ROOT))
        if name in MAY_NAME:
            continue
        text = path.read_text("utf-8", errors="ignore")
        found = ELSEWHERE.search(text)
        assert found is None, f"{name}: {found[0]}"


def test_locks_hold_no_address() -> None:
    for path in (ROOT / "requirements").glob("*"):
        assert "://" not in path.read_text("utf-8"), path.name


def test_nothing_is_put_off() -> None:
    mark = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
    for path in _tracked():
        raw = path.read_bytes()
        # In a picture such letters are chance.
        found = None if b"\0" in raw else mark.search(raw.decode("utf-8", errors="ignore"))
        assert found is None, f"{path.relative_to(ROOT)}: {found[0]}"


if __name__ == "__main__":
    write()
