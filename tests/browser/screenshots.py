"""The main views of the desk as pictures, in Chinese and English, for the documentation: `make screenshots`.

They are looked at by whoever makes them; docs/desk.md shows them.
"""

from __future__ import annotations

import base64
import re
import shutil
import struct
import sys
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from contractlang.load import Workspace
from contractlang.source import Source
from contractlang.surface import in_language
from tests.browser.conftest import CONTRACTS, LINE
from tests.workbench.serving import desk
from tests.workbench.with_service import with_service

OUT = Path(__file__).parents[2] / "docs" / "pictures"
SIZE: ViewportSize = {"width": 1180, "height": 720}
LONG = 200_000


class Shown(NamedTuple):
    """What is shown in one language: an agreement, what is mistyped in it, a clause, a case, the law beside it."""

    name: str
    locale: str
    agreement: str
    line: str
    typed: str
    clause: str
    case: int
    act: str
    layer: str


CHINESE = Shown("zh", "zh-CN", "voip-1", "暂停权：", "，除非 紧急", "五.3", 2, "暂停服务", "sector")
ENGLISH = Shown("en", "en-GB", "sale", "hold:", ", unles disclose", "3.3", 5, "suspend_delivery", "civil")


@contextmanager
def opened(browser: Browser, address: str, locale: str) -> Iterator[Page]:
    """Yield the desk in a window of its own, its text there."""
    context = browser.new_context(viewport=SIZE, locale=locale)
    context.set_default_timeout(LONG)
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector(".cm-content")
    expect(page.locator("#outline button").first).to_be_visible()
    yield page
    context.close()


def to_the_end(page: Page) -> None:
    """Go to the end of a line: first to those of its rows."""
    for _ in range(4):
        page.keyboard.press("End")


def shoot(page: Page, what: str, language: str) -> None:
    """Keep what is seen."""
    page.mouse.move(0, 0)
    page.wait_for_timeout(700)
    picture = page.context.new_page()
    try:
        seen = page.screenshot()
        rgba = picture.evaluate(_PIXELS, base64.b64encode(seen).decode())
    finally:
        picture.close()
    (OUT / f"desk-{what}.{language}.png").write_bytes(
        _small(base64.b64decode(rgba), SIZE["width"], SIZE["height"])
    )


_PIXELS = """async (png) => {
  const made = await createImageBitmap(await (await fetch("data:image/png;base64," + png)).blob());
  const canvas = new OffscreenCanvas(made.width, made.height);
  const drawn = canvas.getContext("2d");
  drawn.drawImage(made, 0, 0);
  const { data } = drawn.getImageData(0, 0, made.width, made.height);
  let said = "";
  for (let at = 0; at < data.length; at += 32768) said += String.fromCharCode(...data.subarray(at, at + 32768));
  return btoa(said);
}"""


def _small(rgba: bytes, width: int, height: int) -> bytes:
    """Return pixels as a PNG of at most 256 colours: those that are most often seen, and for the others the nearest."""
    pixels = np.frombuffer(rgba, np.uint8).reshape(-1, 4)[:, :3].astype(np.int32)
    coarse = (pixels // 8) * 8
    keys = (coarse[:, 0] << 16) | (coarse[:, 1] << 8) | coarse[:, 2]
    found, where, counts = np.unique(keys, return_inverse=True, return_counts=True)
    kept = found[np.argsort(-counts)[:256]]
    palette = np.stack([kept >> 16, (kept >> 8) & 255, kept & 255], axis=1)
    each = np.stack([found >> 16, (found >> 8) & 255, found & 255], axis=1)
    nearest = np.argmin(((each[:, None, :] - palette[None, :, :]) ** 2).sum(axis=2), axis=1).astype(np.uint8)
    rows = nearest[where].reshape(height, width)
    # What a colour stands for is the mean of all that it stands for.
    spread = np.stack(
        [np.bincount(nearest[where].ravel(), pixels[:, part], len(kept)) for part in range(3)], axis=1
    )
    colours = np.rint(
        spread / np.maximum(np.bincount(nearest[where].ravel(), minlength=len(kept)), 1)[:, None]
    )
    raw = b"".join(b"\0" + row.tobytes() for row in rows)

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"PLTE", colours.astype(np.uint8).tobytes())
        + chunk(b"IDAT", zlib.compress(raw, 9))
        + chunk(b"IEND", b"")
    )


def main() -> None:
    """Make every picture anew."""
    expect.set_options(timeout=LONG)
    OUT.mkdir(exist_ok=True)
    wanted = set(sys.argv[1:])
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        sys.exit("Chromium is not installed (`make system` installs it)")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for shown in (CHINESE, ENGLISH):
            for name, make in (("desk", views), ("findings", found), ("accounts", accounts)):
                if wanted <= {name, shown.name}:
                    make(browser, shown)
        browser.close()


def views(browser: Browser, shown: Shown) -> None:
    """Show an agreement of ours in every panel."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / ("合同" if shown.name == "zh" else "contracts")
        shutil.copytree(CONTRACTS / shown.agreement, root / shown.agreement)
        with desk(root) as address, opened(browser, address, shown.locale) as page:
            expect(page.locator(".worth .count").nth(4)).to_have_text(re.compile(r"\d+"))
            expect(page.locator(".lens").first).to_be_visible()
            page.locator("#outline button", has_text=shown.clause).first.click()
            page.locator(".cm-line", has_text=shown.line).first.click()
            to_the_end(page)
            page.keyboard.type(shown.typed)
            page.keyboard.press("Escape")
            page.wait_for_selector("button.mend")
            shoot(page, "check", shown.name)
            for _ in shown.typed:
                page.keyboard.press("Backspace")
            page.keyboard.press("Escape")
            page.locator("#tab-clause").click()
            page.locator("#outline button", has_text=shown.clause).first.click()
            expect(page.locator("#panel-clause .near svg")).to_be_visible()
            shoot(page, "clause", shown.name)
            page.locator("#tab-scenario").click()
            page.locator("#panel-scenario .bar select").select_option(index=shown.case)
            expect(page.locator(".asks > li").first).to_be_visible()
            shoot(page, "scenario", shown.name)
            page.locator("#tab-asking").click()
            page.locator("#ask-act").select_option(shown.act)
            expect(page.locator("#answer .head")).to_be_visible()
            shoot(page, "ask", shown.name)


def found(browser: Browser, shown: Shown) -> None:
    """Show what the analysis finds beside the law, the history that shows it, and a change compared."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / ("合同" if shown.name == "zh" else "contracts")
        shutil.copytree(CONTRACTS / shown.agreement, root / shown.agreement)
        with desk(root) as address, opened(browser, address, shown.locale) as page:
            page.locator("#tab-findings").click()
            page.locator(f"#law-{shown.layer}").press("Space")
            expect(page.locator(".finding").first).to_be_visible()
            shoot(page, "findings", shown.name)
            page.locator("button.witness").first.press("Enter")
            expect(page.locator("#panel-scenario .asked .head")).to_be_visible()
            shoot(page, "witness", shown.name)
            compare(page, shown)


def compare(page: Page, shown: Shown) -> None:
    """Change a period and compare."""
    page.locator("#outline button", has_text=shown.clause).first.click()
    page.locator(".cm-line", has_text=shown.line).first.click()
    to_the_end(page)
    page.keyboard.type("，除非 付费 已履行" if shown.name == "zh" else ", unless disclose")
    page.keyboard.press("Escape")
    page.locator("#tab-compare").click()
    page.locator("#compare").click()
    expect(page.locator("#panel-compare .page")).to_be_visible()
    shoot(page, "compare", shown.name)


def accounts(browser: Browser, shown: Shown) -> None:
    """Show what a draft changes for the accounts of a service, and the door to it."""
    text = (
        LINE if shown.name == "en" else in_language(Workspace(), Source("line.contract", LINE), True)[0].text
    )
    held = {f"A-{number}": ("2026-03-10",) * (number % 3) for number in range(1, 12)}
    with tempfile.TemporaryDirectory() as folder, with_service(Path(folder), text, held) as served:
        context = browser.new_context(viewport=SIZE, locale=shown.locale)
        context.set_default_timeout(LONG)
        page = context.new_page()
        page.goto(f"{served.url}/desk")
        page.locator("#key").fill(served.key("ask", "audit"))
        page.keyboard.press("Enter")
        expect(page.locator("#outline button").first).to_be_visible()
        old = "it.due" if shown.name == "en" else "it.到期日"
        page.locator(".cm-line", has_text="fee").first.click()
        to_the_end(page)
        for _ in old:
            page.keyboard.press("Backspace")
        page.keyboard.type("2030-01-01" if shown.name == "en" else "2030年1月1日")
        page.keyboard.press("Escape")
        page.locator("#tab-accounts").click()
        page.locator("#judge").click()
        page.locator(".groups button.cite").first.click()
        expect(page.locator(".both section").first).to_be_visible()
        shoot(page, "accounts", shown.name)
        context.close()


if __name__ == "__main__":
    main()
