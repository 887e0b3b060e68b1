"""The desk in a browser on a contract of a thousand clauses: how long a keystroke takes to be seen."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

TYPED = "限于核心(功能)且数<9 "
TURNS = 6
# Each event of the keyboard, from the key to the next picture, as browsers measure it (Event Timing; steps of 8 ms).
# What is quicker than 16 ms is not told of.
_WATCH = """() => {
  window.delays = [];
  new PerformanceObserver((all) => all.getEntries().forEach((each) => {
    if (each.name === 'keydown' || each.name === 'keypress') window.delays.push(each.duration);
  })).observe({ type: 'event', durationThreshold: 16 });
}"""


def typing_in_browser(path: Path) -> list[tuple[str, str, str]]:
    """Wall times of keystrokes while the text is checked beside; none where there is no Chromium."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        return []
    command = [sys.executable, "-m", "engine.cli", "desk", str(path.parent), "--port", "0", "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as desk, sync_playwright() as driver:
        assert desk.stdout is not None
        address = desk.stdout.readline().strip()
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(120_000)
        page.goto(f"{address}#{path.name}")
        page.wait_for_selector("#outline button")
        keys, delays = _typed(page)
        browser.close()
        desk.terminate()
    told = sorted([*delays, *[16.0] * max(0, keys - len(delays))])
    tail = told[len(told) * 95 // 100]
    what = "desk in a browser: a keystroke until it is seen, p95 (longest)"
    return [(what, f"{tail:.0f} ms ({told[-1]:.0f} ms)", "under 100 ms")]


def _typed(page: Page) -> tuple[int, list[float]]:
    page.locator(".cm-line", has_text="限于").first.click()
    page.keyboard.press("End")
    page.evaluate(_WATCH)
    for _ in range(TURNS):
        for letter in TYPED:
            # A person who types fast: ten keys a second. (Letters by key code, so that the browser sees key events.)
            page.keyboard.press(
                "k" if ord(letter) > 127 else letter if letter.isalnum() else "Space", delay=5
            )
            page.wait_for_timeout(95)
    page.wait_for_timeout(1_000)
    return TURNS * len(TYPED), [float(each) for each in page.evaluate("window.delays")]
