"""The mkdocs plugin: pages of contracts beside those of a project's own documentation.

It writes real files through `site.py` and only tells mkdocs where they are, so that the same pages are there for
whatever builds sites without plugins.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment
from mkdocs.config import config_options as options
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import BasePlugin
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.utils.templates import TemplateContext

from contractlang.load import Workspace
from engine.documents.histories import files_in
from engine.documents.shelf import Shelf
from engine.documents.site import ASSETS, Site, write, write_documents

_ASIDE = re.compile(r'<div data-aside="(\d+)">\s*<p>.*?</p>\s*</div>', re.S)
_FOLDED = re.compile(r"<(details|svg|form|pre|dl)\b.*?</\1>", re.S)
# How the theme writes its search, as a dialog without a name.
_SEARCH = '<div class="md-search" data-md-component="search" role="dialog"'
_LANG = re.compile(r'<html lang="[^"]*"')
_TAG = re.compile(r"<[^>]*>")


def searchable(block: str) -> str:
    """Return the words by which some markup is to be found: what is open to the eye, without pictures and lists."""
    kept = block
    while (less := _FOLDED.sub(" ", kept)) != kept:
        kept = less
    return " ".join(_TAG.sub(" ", kept).split())


class ContractsConfig(Config):  # type: ignore[no-untyped-call]
    """`contracts` are shown; `library` holds what they use; the pages are written into `build`.

    Pages that take the solver seconds are kept in `kept`.
    """

    contracts = options.ListOfItems(options.Type(str), default=["contracts"])
    library = options.ListOfItems(options.Type(str), default=[])
    build = options.Type(str, default="build/documents")
    kept = options.Type(str, default="build/findings")
    title = options.Type(str, default="Contracts 合同")


@dataclass(frozen=True, slots=True)
class Built:
    """What mkdocs made a site of: its files, its navigation, its templates."""

    files: Files
    nav: Navigation
    env: Environment


@dataclass(frozen=True, slots=True)
class Edited:
    """What came of reading the contracts again: the documents that changed, the files written, and what is wrong."""

    documents: tuple[str, ...]
    files: tuple[str, ...]
    wrong: str


class ContractsPlugin(BasePlugin[ContractsConfig]):  # type: ignore[no-untyped-call]
    """Adds to a site the pages of contracts."""

    held: Built
    site: Site

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Write the pages, and put them into the navigation. Raises PluginError for contracts that cannot be read."""
        if config.use_directory_urls:
            raise PluginError(
                "contracts: the pages link one another as files; set `use_directory_urls: false`"
            )
        # The library that cuts Chinese text into words for the search tells how it begins.
        logging.getLogger("jieba").setLevel(logging.WARNING)
        self.language = str(config.theme["language"]) if "language" in config.theme else "en"
        here = Path(config.config_file_path or ".").resolve().parent
        self.paths = [here / each for each in self.config.contracts]
        self.aside: dict[tuple[str, int], str] = {}
        self.build, self.kept = here / self.config.build, here / self.config.kept
        library = [here / each for each in self.config.library]
        self.workspace = Workspace([*library, *(each for each in self.paths if each.is_dir())])
        self.shelf = Shelf(self.workspace.load(self.paths))
        if wrong := _wrong(self.shelf):
            raise PluginError(f"contracts: {wrong}; `contract check` tells more")
        self.site = self._write()
        if config.nav is not None:
            config.nav = [*config.nav, {self.config.title: _prefixed(self.site.nav)}]
        config.extra_css = [*config.extra_css, f"contracts/assets/{ASSETS[0]}"]
        config.extra_javascript = [*config.extra_javascript, f"contracts/assets/{ASSETS[1]}"]
        return config

    def _write(self, between: Callable[[], None] = lambda: None) -> Site:
        pages = self.build / "contracts"
        return write(self.shelf, pages, files_in(self.paths), kept=self.kept, between=between)

    def edited(self) -> Edited:
        """Read the contracts again, and write the pages of those that have changed, and of nothing else."""
        shelf = Shelf(self.workspace.load(self.paths))
        if wrong := _wrong(shelf):
            return Edited((), (), wrong)
        before, self.shelf = self.shelf, shelf
        changed = [
            name for name, each in shelf.contracts.items() if _text(before, name) != _text(shelf, name)
        ]
        return Edited(tuple(changed), write_documents(shelf, self.build / "contracts", changed), "")

    def rewritten(self, between: Callable[[], None]) -> tuple[str, ...] | None:
        """Write every page again; return the files that have changed, or None where a page came or went.

        What `between` raises, from one page to the next, ends the work.
        """
        before, self.site = self.site, self._write(between)
        pages = [{each for each in site.files if each.endswith(".md")} for site in (before, self.site)]
        return self.site.changed if pages[0] == pages[1] else None

    def file(self, name: str, config: MkDocsConfig) -> File:
        """Return one file that was written, as mkdocs knows it."""
        # What the navigation does not list, other pages lead to.
        return File(
            f"contracts/{name}", str(self.build), config.site_dir, False, inclusion=InclusionLevel.NOT_IN_NAV
        )

    def on_nav(self, nav: Navigation, *, config: MkDocsConfig, files: Files) -> Navigation:
        """Remember the navigation."""
        self.nav = nav
        return nav

    def on_env(self, env: Environment, *, config: MkDocsConfig, files: Files) -> Environment:
        """Remember what the site is made of."""
        self.held = Built(files, self.nav, env)
        return env

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Tell mkdocs of every file that was written."""
        for name in self.site.files:
            files.append(self.file(name, config))
        return files

    def on_page_markdown(self, markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
        """Set markup that is ready aside, so that neither Markdown nor the search reads through all of it.

        What stays in its place are the words by which it should be found.
        """
        if not page.file.src_uri.startswith("contracts/"):
            return markdown
        blocks = markdown.split("\n\n")
        for number, block in enumerate(blocks):
            if block.startswith("<"):
                self.aside[page.file.src_uri, number] = block.strip()
                blocks[number] = f'<div data-aside="{number}"><p>{searchable(block)}</p></div>'
        return "\n\n".join(blocks)

    def on_page_context(
        self, context: TemplateContext, *, page: Page, config: MkDocsConfig, nav: Navigation
    ) -> TemplateContext:
        """Have the theme speak Chinese on a Chinese page, in what stands around it and in its search."""
        chinese = page.file.src_uri.startswith("contracts/zh/")
        config.theme["language"] = "zh" if chinese else self.language
        return context

    def on_post_page(self, output: str, *, page: Page, config: MkDocsConfig) -> str:
        """Put back what was set aside, say of a Chinese page that it is Chinese, and give the search its name."""
        said = "搜索" if page.file.src_uri.startswith("contracts/zh/") else "Search"
        output = output.replace(_SEARCH, f'{_SEARCH} aria-label="{said}"', 1)
        if not page.file.src_uri.startswith("contracts/"):
            return output
        if page.file.src_uri.startswith("contracts/zh/"):
            output = _LANG.sub('<html lang="zh-Hans"', output, count=1)
        return _ASIDE.sub(lambda found: self.aside.pop((page.file.src_uri, int(found[1]))), output)

    def on_serve(self, server: LiveReloadServer, *, config: MkDocsConfig, builder: Any) -> LiveReloadServer:
        """Watch the contracts, so that a page follows the file while it is edited."""
        for path in self.paths:
            server.watch(str(path))
        return server


def _wrong(shelf: Shelf) -> str:
    """Return what makes that contracts cannot be shown; empty where nothing does."""
    found = [*shelf.loaded.unreadable]
    for each in shelf.loaded.errors:
        source = shelf.loaded.sources[each.span.path]
        said = each.message.zh if source.is_chinese else each.message.en
        found.append(f"{source.path}:{source.place(each.span.start)[0]}: {said}")
    return "; ".join(found[:5])


def _text(shelf: Shelf, name: str) -> str:
    contract = shelf.contracts.get(name)
    return "" if contract is None else shelf.loaded.sources[contract.path].text


def _prefixed(nav: Any) -> Any:
    if isinstance(nav, str):
        return f"contracts/{nav}"
    if isinstance(nav, list):
        return [_prefixed(each) for each in nav]
    return {name: _prefixed(each) for name, each in nav.items()}
