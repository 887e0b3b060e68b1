"""A site built and served: the one of a folder that has a mkdocs.yml, or one of contracts alone.

While it is served, the pages of a document that is edited are made anew first and shown, then found by the search; what
else hangs on it follows when nobody has typed for a moment. Everything else that changes makes the whole site anew.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from mkdocs.commands.build import _build_page, _populate_page, build
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort, ConfigurationError, PluginError
from mkdocs.livereload import LiveReloadServer

from engine.documents.plugin import ContractsPlugin
from engine.documents.searching import Searching

# How long nobody has typed before what else hangs on a document is made anew.
QUIET_SECONDS = 1.0
POLLED_SECONDS = 0.1


class Unbuildable(Exception):
    """A site cannot be built; the message says why."""


class _Superseded(Exception):
    """There is another edit: what was begun is not wanted any longer."""


@contextmanager
def configured(
    paths: Sequence[Path],
    library: Sequence[Path],
    config: Path,
    site: Path | None,
    kept: Path | None,
    strict: bool,
) -> Iterator[MkDocsConfig]:
    """Yield how a site is made: of the contracts in `paths`, or as the file `config` says where there are none.

    `site` is where it goes, `kept` where pages that take long are kept. Raises Unbuildable for settings that cannot be
    read.
    """
    with TemporaryDirectory() as scratch:
        if paths:
            config = _of_contracts(paths, library, Path(scratch), kept)
        target = {} if site is None else {"site_dir": str(site.resolve())}
        try:
            yield load_config(str(config), strict=strict, **target)
        except (ConfigurationError, Abort) as wrong:
            raise Unbuildable(f"{config}: {wrong}") from None


def _of_contracts(paths: Sequence[Path], library: Sequence[Path], scratch: Path, kept: Path | None) -> Path:
    """Write the settings of a site that shows only contracts, and return their file."""
    pages = scratch / "docs"
    pages.mkdir()
    (pages / "index.md").write_text(
        "# Contracts 合同\n\n- [中文](contracts/zh/index.md)\n- [English](contracts/en/index.md)\n", "utf-8"
    )
    own = {
        "INHERIT": str(Path(__file__).parent / "assets" / "site.yml"), "site_name": "Contracts 合同",
        "docs_dir": str(pages), "site_dir": str(scratch / "site"), "nav": [{"首页 Home": "index.md"}],
        "plugins": {"contracts": {
            "title": "逐条 Clause by clause",
            "contracts": [str(each.resolve()) for each in paths], "library": [str(each) for each in library],
            "build": str(scratch / "build"), "kept": str(kept or scratch / "kept"),
        }},
    }  # fmt: skip
    file = scratch / "mkdocs.yml"
    file.write_text(yaml.safe_dump(own, allow_unicode=True), "utf-8")
    return file


def build_site(config: MkDocsConfig) -> list[str]:
    """Build a site and return the warnings. Raises Unbuildable, where a warning counts as a failure too.

    Whatever stood in its folder goes, so that folder must be empty or hold a site.
    """
    site = Path(config.site_dir)
    if site.exists() and not (site.is_dir() and (_is_site(site) or not any(site.iterdir()))):
        raise Unbuildable(
            f"{site}: holds files that are no site, and a site takes the place of everything there"
        )
    try:
        config.plugins.on_startup(command="build", dirty=False)
        return _build(config)
    finally:
        config.plugins.on_shutdown()


def _is_site(folder: Path) -> bool:
    """Tell whether mkdocs made what is in a folder: it writes these two into every site."""
    return all((folder / name).is_file() for name in ("404.html", "sitemap.xml"))


def _build(config: MkDocsConfig, serve_url: str | None = None) -> list[str]:
    """Build a site and return the warnings. Raises Unbuildable with everything that is wrong."""
    told = _Told()
    log = logging.getLogger("mkdocs")
    log.addHandler(told)
    try:
        build(config, serve_url=serve_url)
    except (PluginError, Abort) as wrong:
        raise Unbuildable("\n".join(told.lines) or str(wrong)) from None
    finally:
        log.removeHandler(told)
    return told.lines


class _Told(logging.Handler):
    """Keeps what is told of a build."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one line."""
        self.lines.append(record.getMessage())


# ---- Served ---------------------------------------------------------------------------------------------------------


class Site:
    """A site that is being served: built once, then kept in step with what is edited."""

    def __init__(self, config: MkDocsConfig, told: Callable[[str], None]) -> None:
        self.config, self.told = config, told
        plugin = config.plugins.get("contracts")
        if not isinstance(plugin, ContractsPlugin):
            raise Unbuildable(f"{config.config_file_path}: the plugin `contracts` is not among its plugins")
        self.plugin = plugin
        self.nav = list(config.nav) if config.nav is not None else None
        self.extras = list(config.extra_css), list(config.extra_javascript)
        self.lock = threading.Lock()
        self.resting = threading.Lock()
        self.searching = Searching(config)
        self.edits, self.rested, self.waiting, self.ended = 0, 0, False, False
        self.docs = _stamps(self._others())
        self.written: dict[Path, tuple[int, int]] = {}
        # What is touched here makes browsers look again.
        self.mark = Path(config.site_dir).with_name(Path(config.site_dir).name + ".changed")

    def whole(self) -> None:
        """Build everything. Raises Unbuildable."""
        with self.lock:
            # What the plugin adds is added again.
            self.config.nav = list(self.nav) if self.nav is not None else None
            self.config.extra_css, self.config.extra_javascript = map(list, self.extras)
            self.searching.forget()
            for line in _build(self.config, self.config.site_url or "/"):
                self.told(line)

    def step(self) -> None:
        """Bring the site in step with what has changed: pages of edited contracts first, the rest a moment later."""
        now, written = _stamps(self._others()), _stamps(self._contracts())
        if (now, written) != (self.docs, self.written):
            self.edits += 1
            self.written = written
        try:
            if now != self.docs:
                self.docs = now
                self.whole()
                return
            with self.lock:
                edited = self.plugin.edited()
                self._show(edited.files)
        except Unbuildable as wrong:
            self.told(str(wrong))
            return
        if edited.wrong:
            self.told(f"{edited.wrong}\nthe pages stay as they were until this is mended")
        elif edited.documents:
            self.told(f"shown: {', '.join(edited.documents)}")
            self.waiting = True
        if (self.waiting or self.searching.waiting) and self.rested != self.edits:
            self.rested = self.edits
            threading.Thread(target=self.rest, args=(self.edits,), daemon=True).start()

    def catch_up(self, watched: Callable[[], bool]) -> None:
        """Look once more as soon as files are `watched`: what was edited while the site was built shows itself too."""
        while not watched() and not self.ended:
            time.sleep(POLLED_SECONDS)
        if not self.ended:
            self.mark.touch()

    def rest(self, edits: int) -> None:
        """Have the search find what was edited, then make anew what else hangs on it, unless there is another edit.

        Browsers look again after each.
        """

        def still() -> None:
            if self.edits != edits or self.ended:
                raise _Superseded

        searched = False
        try:
            with self.resting:
                still()
                if self.searching.catch_up(still):
                    self.mark.touch()
            time.sleep(QUIET_SECONDS)
            with self.resting:
                still()
                changed = self.plugin.rewritten(still)
                self.waiting = False
                if changed is None:
                    # A page came or went: the navigation of all others changes. The next step makes the whole anew,
                    # while whoever asks for a page waits.
                    self.docs = {}
                for name in changed or ():
                    still()
                    with self.lock:
                        self._show([name])
                searched = changed is not None and self.searching.catch_up(still)
        except _Superseded:
            return
        if changed is None or changed or searched:
            self.mark.touch()

    def _show(self, names: Sequence[str]) -> None:
        """Put files that were written anew into the site; what the search finds of them follows."""
        searches = self.searching.plugins()
        for each in searches:
            # It would cut a page into words before it is shown.
            each.config["enabled"] = False
        try:
            self._shown(names)
        finally:
            for each in searches:
                each.config["enabled"] = True

    def _shown(self, names: Sequence[str]) -> None:
        held = self.plugin.held
        for name in names:
            file = held.files.get_file_from_path(f"contracts/{name}")
            if file is None and name.endswith(".md"):
                continue
            if file is None:
                file = self.plugin.file(name, self.config)
                held.files.append(file)
            if file.page is None:
                file.copy_file()
                continue
            _populate_page(file.page, self.config, held.files)
            self.searching.keep(file.page)
            _build_page(file.page, self.config, held.files.documentation_pages(), held.nav, held.env)

    def _contracts(self) -> list[Path]:
        """Return the files that the plugin reads."""
        found = [[each] if each.is_file() else each.rglob("*") for each in self.plugin.paths]
        return [each for some in found for each in some if each.is_file()]

    def _others(self) -> list[Path]:
        """Return what the site is made of beside the contracts."""
        pages = [each for each in Path(self.config.docs_dir).rglob("*") if each.is_file()]
        return [*pages, Path(self.config.config_file_path or self.config.docs_dir)]


def _stamps(paths: Sequence[Path]) -> dict[Path, tuple[int, int]]:
    held = {}
    for path in paths:
        try:
            said = path.stat()
        except OSError:
            continue
        held[path] = (said.st_mtime_ns, said.st_size)
    return held


@contextmanager
def served(
    config: MkDocsConfig, host: str, port: int, told: Callable[[str], None]
) -> Iterator[LiveReloadServer]:
    """Build a site and yield what serves it, with `serve()` and `shutdown()`.

    Raises Unbuildable where it cannot be built, and OSError for a port that is in use.
    """
    with TemporaryDirectory() as folder:
        config.site_dir = str(Path(folder) / "site")
        config.site_url = f"http://{host}:{port}/"
        site = Site(config, told)
        config.plugins.on_startup(command="serve", dirty=False)
        site.whole()
        # It says what it watches and when it reloads; what is told here is enough.
        logging.getLogger("mkdocs.livereload").setLevel(logging.ERROR)
        server = LiveReloadServer(site.step, host, port, config.site_dir, polling_interval=POLLED_SECONDS)
        site.mark.touch()
        watched: list[Any] = [config.docs_dir, config.config_file_path, site.mark, *site.plugin.paths]
        for path in filter(None, watched):
            server.watch(str(path))
        threading.Thread(target=site.catch_up, args=(server.observer.is_alive,), daemon=True).start()
        try:
            yield server
        finally:
            site.ended = True
            server.shutdown()
            config.plugins.on_shutdown()
