"""The mkdocs plugin: pages of contracts beside those of a project's own documentation.

It writes real files through `site.py` and only tells mkdocs where they are, so that the same pages are there for
whatever builds sites without plugins.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.config import config_options as options
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import BasePlugin
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page

from engine.documents.histories import files_in
from engine.documents.shelf import Shelf
from engine.documents.site import ASSETS, Site, write

_ASIDE = re.compile(r'<div data-aside="(\d+)">\s*<p>.*?</p>\s*</div>', re.S)
_FOLDED = re.compile(r"<(details|svg|form|pre|dl)\b.*?</\1>", re.S)
_TAG = re.compile(r"<[^>]*>")


def searchable(block: str) -> str:
    """Return the words by which some markup is to be found: what is open to the eye, without pictures and lists."""
    kept = block
    while (less := _FOLDED.sub(" ", kept)) != kept:
        kept = less
    return " ".join(_TAG.sub(" ", kept).split())


class ContractsConfig(Config):  # type: ignore[no-untyped-call]
    """`contracts` are shown; `library` holds what they use; the pages are written into `build`."""

    contracts = options.ListOfItems(options.Type(str), default=["contracts"])
    library = options.ListOfItems(options.Type(str), default=[])
    build = options.Type(str, default="build/documents")
    title = options.Type(str, default="Contracts 合同")


class ContractsPlugin(BasePlugin[ContractsConfig]):  # type: ignore[no-untyped-call]
    """Adds to a site the pages of contracts."""

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Write the pages, and put them into the navigation. Raises PluginError for contracts that cannot be read."""
        if config.use_directory_urls:
            raise PluginError(
                "contracts: the pages link one another as files; set `use_directory_urls: false`"
            )
        here = Path(config.config_file_path or ".").resolve().parent
        self.paths = [here / each for each in self.config.contracts]
        self.aside: dict[tuple[str, int], str] = {}
        self.build = here / self.config.build
        library = [here / each for each in self.config.library]
        shelf = Shelf.of(self.paths, [*library, *(each for each in self.paths if each.is_dir())])
        wrong = [*shelf.loaded.unreadable, *(str(each.message) for each in shelf.loaded.errors)]
        if wrong:
            raise PluginError(
                "contracts: " + "; ".join(map(str, wrong[:5])) + "; `contract check` tells more"
            )
        self.site: Site = write(
            shelf, self.build / "contracts", files_in(self.paths), kept=self.build.parent / "findings"
        )
        if config.nav is not None:
            config.nav = [*config.nav, {self.config.title: _prefixed(self.site.nav)}]
        config.extra_css = [*config.extra_css, f"contracts/assets/{ASSETS[0]}"]
        config.extra_javascript = [*config.extra_javascript, f"contracts/assets/{ASSETS[1]}"]
        return config

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Tell mkdocs of every file that was written."""
        for name in self.site.files:
            # What the navigation does not list, other pages lead to.
            files.append(
                File(
                    f"contracts/{name}",
                    str(self.build),
                    config.site_dir,
                    False,
                    inclusion=InclusionLevel.NOT_IN_NAV,
                )
            )
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

    def on_post_page(self, output: str, *, page: Page, config: MkDocsConfig) -> str:
        """Put back what was set aside, and say of a Chinese page that it is Chinese."""
        if not page.file.src_uri.startswith("contracts/"):
            return output
        if page.file.src_uri.startswith("contracts/zh/"):
            output = output.replace('<html lang="en"', '<html lang="zh-Hans"', 1)
        return _ASIDE.sub(lambda found: self.aside.pop((page.file.src_uri, int(found[1]))), output)

    def on_serve(self, server: LiveReloadServer, *, config: MkDocsConfig, builder: Any) -> LiveReloadServer:
        """Watch the contracts, so that a page follows the file while it is edited."""
        for path in self.paths:
            server.watch(str(path))
        return server


def _prefixed(nav: Any) -> Any:
    if isinstance(nav, str):
        return f"contracts/{nav}"
    if isinstance(nav, list):
        return [_prefixed(each) for each in nav]
    return {name: _prefixed(each) for name, each in nav.items()}
