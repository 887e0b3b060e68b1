"""HTML put together from parts: what is not markup already is escaped, so no text of a contract becomes markup."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from contractlang.diagnostic import Language

# What begins markup in Markdown: emphasis, code, links, entities, attributes.
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~&])")
_TAG, _LIST, _ITEM = re.compile(r"<[^>]*>"), re.compile(r"<ul\b[^>]*>"), re.compile(r"</li>(?=\s*<li\b)")
# What a slug leaves out of a file's name.
_UNNAMED = re.compile(r"[^\w.-]+")


class Html(str):
    """Markup that is ready."""

    __slots__ = ()


def element(tag: str, *parts: object, **attributes: object) -> Html:
    """Return an element; `class_` is its class, `data_kind` its `data-kind`, and None leaves an attribute out."""
    said = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{html.escape(str(value))}"'
        for name, value in attributes.items()
        if value is not None
    )
    return Html(f"<{tag}{said}>{inside(parts)}</{tag}>")


def inside(parts: object) -> Html:
    """Return parts one after the other: markup as it is, text escaped, None as nothing."""
    if parts is None:
        return Html("")
    if isinstance(parts, Html):
        return parts
    if isinstance(parts, str):
        return Html(html.escape(parts, quote=False))
    if isinstance(parts, Iterable):
        return Html("".join(inside(each) for each in parts))
    return Html(html.escape(str(parts), quote=False))


def joined(parts: Iterable[object], between: str) -> Html:
    """Return parts with a text between each two."""
    return Html(inside(between).join(inside(each) for each in parts))


def link(target: str, *parts: object) -> Html:
    """Return a link."""
    return element("a", *parts, href=target)


def plain(parts: object) -> str:
    """Return parts as text without markup, on one line: the items of a list parted by semicolons."""
    text = _TAG.sub("", _ITEM.sub("; ", _LIST.sub(" ", inside(parts))))
    return " ".join(html.unescape(text).split())


def in_markdown(text: str) -> str:
    """Return a text as Markdown that shows it letter by letter, on one line."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def file_name(name: str) -> str:
    """Return the name of a page's file for a document, a scenario or a clause."""
    return _UNNAMED.sub("-", name).strip("-")


def pick(language: Language, en: str, zh: str) -> str:
    """Of the two ways of saying a thing, the one in this language."""
    return en if language == "en" else zh
