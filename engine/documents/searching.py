"""What the search of a served site finds, kept in step page by page.

To cut a Chinese page into words takes longer than to show it, so a page that is edited is shown first and searched a
moment later; the search of the theme reads its one index again with the next page that is opened.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.pages import Page

INDEX = "search/search_index.json"


class Searching:
    """Pages that were shown and are yet to be searched, and the index that they go into."""

    def __init__(self, config: MkDocsConfig) -> None:
        self.config = config
        self.waiting: dict[str, Page] = {}

    def plugins(self) -> list[Any]:
        """Return the plugins that make an index."""
        return [each for name, each in self.config.plugins.items() if name.rpartition("/")[2] == "search"]

    def keep(self, page: Page) -> None:
        """Remember a page as it is about to be shown; markup meant for the search goes when it is."""
        self.waiting[page.url] = copy(page)

    def forget(self) -> None:
        """Wait for nothing any more: the whole index has been made."""
        self.waiting.clear()

    def catch_up(self, between: Callable[[], None]) -> bool:
        """Put what waits into the index, and tell whether anything did. What `between` raises ends the work."""
        found = [each.search_index for each in self.plugins() if hasattr(each, "search_index")]
        # (The search of mkdocs itself keeps its entries to itself: it is in step when the whole site is built.)
        indexes = [each for each in found if hasattr(each, "entries")]
        done = False
        while self.waiting and indexes:
            between()
            url, page = next(iter(self.waiting.items()))
            for index in indexes:
                kept = [each for each in index.entries if each["location"].partition("#")[0] != url]
                index.entries = kept
                index.add_entry_from_context(page)
            if self.waiting.get(url) is page:
                del self.waiting[url]
            done = True
        if done:
            between()
            for index in indexes:
                written = Path(self.config.site_dir) / INDEX
                # Whoever reads it meanwhile reads the one before, and all of it.
                new = written.with_suffix(".new")
                new.write_text(index.generate_search_index(None), "utf-8")
                new.replace(written)
        return done
