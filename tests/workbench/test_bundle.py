"""The page as it is built is made of the sources beside it, and asks nothing of another machine."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "editors" / "desk"
PAGE = ROOT / "engine" / "workbench" / "page"


def test_the_bundle_is_built_from_its_sources() -> None:
    """`make desk` writes it anew; the sum is that of build.mjs."""
    total = sha256()
    names = ["package.json", "package-lock.json", "build.mjs", "../vscode/syntaxes/contract.tmLanguage.json"]
    names += [f"src/{name}" for name in sorted(path.name for path in (SOURCES / "src").iterdir())]
    for name in names:
        total.update(f"{name}\n".encode() + (SOURCES / name).read_bytes())
    first = (PAGE / "desk.js").read_text("utf-8").partition("\n")[0]
    assert first == f"// built from {total.hexdigest()} by: make desk", "build it anew with: make desk"
    assert (PAGE / "desk.css").read_bytes() == (SOURCES / "src" / "desk.css").read_bytes()


def test_every_word_of_the_page_is_in_both_languages() -> None:
    words = (SOURCES / "src" / "words.js").read_text("utf-8")
    known = dict(re.findall(r'^  (\w+): \["((?:[^"\\]|\\.)*)", "', words, re.M))
    used: set[str] = set()
    for path in (SOURCES / "src").glob("*.js"):
        used |= set(re.findall(r'\bsay\("(\w+)"', path.read_text("utf-8")))
    used |= set(re.findall(r'data-(?:say|label)="(\w+)"', (PAGE / "index.html").read_text("utf-8")))
    assert used <= set(known)


def test_the_page_names_its_own_files_only() -> None:
    page = (PAGE / "index.html").read_text("utf-8")
    assert not re.findall(r'(?:src|href)="(?:[a-z]+:)?//', page)
    assert "@import" not in (PAGE / "desk.css").read_text("utf-8")


def test_the_lock_names_no_registry() -> None:
    assert "resolved" not in (SOURCES / "package-lock.json").read_text("utf-8")


def test_what_is_bundled_has_its_licences_beside_it() -> None:
    said = (PAGE / "licences.txt").read_text("utf-8")
    assert "@codemirror/view" in said
    assert "MIT" in said
