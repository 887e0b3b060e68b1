"""A site of the contracts, built once, and Debian's Chromium to open it with; skipped by name where that is missing."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from engine.documents.building import build_site, configured

LINE = """\
| agreement line 线路 "Line 线路"
| party provider 甲方, customer 乙方
| event bill 账单 (amount 金额: money, due 到期日: day)
| act pay 支付 (amount 金额: money, bill: bill) by customer, accumulates amount for each bill
| act suspend 暂停 by provider, needs basis
| act warn 催告 by provider

1.1 Bills are paid by their day. 账单到期付清。
| fee: for each bill as it, customer must pay it.amount for it by it.due
1.2 While a bill is late the provider may suspend the line; it warns within ten days. 逾期可以暂停。
| suspension: while fee is overdue, provider may suspend
| for each bill as it, provider must warn within 10 days of it.due
"""
SCENARIO = """\
## A bill that is late

```ledger
2026-03-02 09:00 bill amount=100.00 due=2026-03-10
```

```expect
2026-03-11  provider may suspend: permitted
```
"""
CONTRACTS = Path(__file__).parents[2] / "contracts"


@dataclass
class Opened:
    """A page of the site in the browser, and every address that anything on it asked for."""

    page: Page
    address: str
    asked: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        """Open a page of the site and return it."""
        self.page.goto(self.address + path)
        self.page.wait_for_load_state("load")
        return self.page


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium without a window.

    Its driver runs an event loop until it ends, so it ends with these tests: others have loops of their own.
    """
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        pytest.skip("Chromium is not installed (`make system` installs it): no page is opened in a browser")
    with sync_playwright() as driver:
        running = driver.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield running
        running.close()


@contextmanager
def served(paths: list[Path], folder: Path) -> Iterator[str]:
    """Build a site of some contracts and yield the address at which it is served."""
    with configured(
        paths, [CONTRACTS], Path("none"), folder / "site", folder / "kept", strict=True
    ) as config:
        build_site(config)

    class Quiet(SimpleHTTPRequestHandler):
        """Serves the site and tells nothing of it."""

        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, directory=str(folder / "site"), **named)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()
    thread.join()


@contextmanager
def opened(browser: Browser, address: str) -> Iterator[Opened]:
    """Yield a page in a window of its own."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    # A page may be slow on a machine that builds other things meanwhile; what never comes still fails.
    context.set_default_timeout(60_000)
    context.set_default_navigation_timeout(60_000)
    window = Opened(context.new_page(), address)
    context.on("request", lambda request: window.asked.append(request.url))
    yield window
    context.close()
    assert window.asked
    assert all(each.startswith((address, "data:", "blob:")) for each in window.asked), (
        "a request left the machine"
    )


@pytest.fixture(scope="module")
def address(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a site of a small agreement, with a scenario."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "line").mkdir()
    (folder / "line" / "line.contract").write_text(LINE, "utf-8")
    (folder / "line" / "scenarios.md").write_text(SCENARIO, "utf-8")
    with served([folder / "line"], folder) as found:
        yield found


@pytest.fixture
def site(browser: Browser, address: str) -> Iterator[Opened]:
    """That site in the browser."""
    with opened(browser, address) as window:
        yield window


@pytest.fixture(scope="module")
def big_address(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a site of agreement 1."""
    with served([CONTRACTS / "voip-1"], tmp_path_factory.mktemp("big")) as found:
        yield found


@pytest.fixture
def big(browser: Browser, big_address: str) -> Iterator[Opened]:
    """That site in the browser."""
    with opened(browser, big_address) as window:
        yield window
