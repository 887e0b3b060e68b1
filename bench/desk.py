"""The language server over its protocol, in a process of its own: what one who types waits for."""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from pathlib import Path

from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient

TYPED = "限于 核心(功能) 且 数 < 9"


def typing(path: Path, turns: int = 15) -> list[tuple[str, str, str]]:
    """Diagnostics and completion while a clause of a contract of a thousand is typed, wall times.

    Once in a file in which all else is right, once in one whose every second copy speaks of acts that nothing declares.
    """
    vocabulary = path.with_name("telecom.contract")
    words = vocabulary.read_text("utf-8")
    rows = _rows(path, turns, "")
    vocabulary.write_text("\n".join(words.split("\n")[: len(words.split("\n")) // 2]), "utf-8")
    rows += _rows(path, turns, ", in a file with hundreds of errors")
    vocabulary.write_text(words, "utf-8")
    return rows + asyncio.run(_edited(path))


def _edits(text: str) -> dict[str, list[str]]:
    """Return, for each kind of edit, the text as it is after each of a few keystrokes."""
    first, last = text.index("限于 核心(功能)"), text.rindex("限于 非 核心")
    label, line = text.index("提供服务："), text.index("\n", text.rindex("功能权"))
    blank = text.index("宽限 grace")
    again = text.rindex("\n", 0, line)
    turns = range(9)
    return {
        "a condition, first clause": [text[:first] + f"限于 {n} < 9 且 " + text[first + 3 :] for n in turns],
        "a condition, last clause": [text[:last] + f"限于 {n} < 9 且 " + text[last + 3 :] for n in turns],
        "a label, first clause": [text[:label] + "新" * (n + 1) + text[label:] for n in turns],
        "a norm line written twice, or away": [
            text[:line] + (text[again:line] if n % 2 else "") + text[line:] for n in turns
        ],
        "the text of a clause": [text[: label - 3] + "字" * (n + 1) + text[label - 3 :] for n in turns],
        "a declaration": [text[:blank] + "新" * (n + 1) + text[blank:] for n in turns],
    }  # fmt: skip


def _cpu(process: int) -> float:
    """Return the milliseconds that all threads of a process have been at work (Linux)."""
    threads = Path(f"/proc/{process}/task").iterdir()
    return sum(int((each / "schedstat").read_text().split()[0]) for each in threads) / 1e6


async def _edited(path: Path) -> list[tuple[str, str, str]]:
    """What the server's process is busy until everything that is wrong is told, by kind of edit."""
    client, told = LanguageClient("bench", "1"), asyncio.Event()

    @client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    def publish(params: lsp.PublishDiagnosticsParams) -> None:
        told.set()

    await _begin(client, path)
    uri, text, number = path.as_uri(), path.read_text("utf-8"), 1
    client.text_document_did_open(
        lsp.DidOpenTextDocumentParams(lsp.TextDocumentItem(uri, "contract", 1, text))
    )
    await told.wait()
    process = client._server.pid  # type: ignore[union-attr]
    rows = []
    for what, texts in _edits(text).items():
        busy = []
        for changed in texts:
            number += 1
            before = _cpu(process)
            client.text_document_did_change(
                lsp.DidChangeTextDocumentParams(
                    lsp.VersionedTextDocumentIdentifier(number, uri),
                    [lsp.TextDocumentContentChangeWholeDocument(changed)],
                )
            )
            # Answered once all is told, and from one place of the text.
            await client.text_document_definition_async(
                lsp.DefinitionParams(lsp.TextDocumentIdentifier(uri), lsp.Position(0, 0))
            )
            busy.append(_cpu(process) - before)
        rows.append(
            (f"  CPU until all is told, after {what}", f"{statistics.median(busy):.0f} ms", "under 100 ms")
        )
    await _end(client)
    return rows


def _rows(path: Path, turns: int, of: str) -> list[tuple[str, str, str]]:
    first, checked, completed = asyncio.run(_typed(path, turns))
    return [
        (
            f"language server: what does not parse, after a keystroke, median (p95){of}",
            f"{statistics.median(first):.0f} ms ({_tail(first):.0f} ms)",
            "under 100 ms",
        ),
        (
            "  everything that is wrong, median (p95)",
            f"{statistics.median(checked):.0f} ms ({_tail(checked):.0f} ms)",
            "under 100 ms",
        ),
        (
            "  completion after a keystroke, while it is checked, median (p95)",
            f"{statistics.median(completed):.0f} ms ({_tail(completed):.0f} ms)",
            "under 50 ms",
        ),
    ]


def _tail(times: list[float]) -> float:
    return sorted(times)[len(times) * 95 // 100]


async def _typed(path: Path, turns: int) -> tuple[list[float], list[float], list[float]]:
    client = LanguageClient("bench", "1")
    told: dict[int | None, asyncio.Event] = {}
    at: dict[int | None, list[float]] = {}

    @client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    def publish(params: lsp.PublishDiagnosticsParams) -> None:
        at.setdefault(params.version, []).append(time.perf_counter())
        told.setdefault(params.version, asyncio.Event()).set()

    await _begin(client, path)
    uri, text = path.as_uri(), path.read_text("utf-8")
    client.text_document_did_open(
        lsp.DidOpenTextDocumentParams(lsp.TextDocumentItem(uri, "contract", 1, text))
    )
    await told.setdefault(1, asyncio.Event()).wait()
    place = text.index("限于 核心(功能)")
    line = text.count("\n", 0, place)
    column = place - text.rindex("\n", 0, place) - 1
    first, checked, completed = [], [], []
    for turn in range(turns):
        number = turn + 2
        length = 1 + turn % len(TYPED)
        changed = text[:place] + TYPED[:length] + text[place:]
        start = time.perf_counter()
        client.text_document_did_change(
            lsp.DidChangeTextDocumentParams(
                lsp.VersionedTextDocumentIdentifier(number, uri),
                [lsp.TextDocumentContentChangeWholeDocument(changed)],
            )
        )
        await client.text_document_completion_async(
            lsp.CompletionParams(lsp.TextDocumentIdentifier(uri), lsp.Position(line, column + length))
        )
        completed.append(1000 * (time.perf_counter() - start))
        # What is asked now is answered once the text is checked, and what is wrong is told before.
        await client.text_document_folding_range_async(
            lsp.FoldingRangeParams(lsp.TextDocumentIdentifier(uri))
        )
        first.append(1000 * (at[number][0] - start))
        checked.append(1000 * (at[number][-1] - start))
    await _end(client)
    return first, checked, completed


async def _begin(client: LanguageClient, path: Path) -> None:
    await client.start_io(sys.executable, "-m", "engine.cli", "lsp")
    folder = lsp.WorkspaceFolder(path.parent.as_uri(), "bench")
    await client.initialize_async(
        lsp.InitializeParams(
            capabilities=lsp.ClientCapabilities(),
            workspace_folders=[folder],
            initialization_options={"analysis": False},
        )
    )
    client.initialized(lsp.InitializedParams())


async def _end(client: LanguageClient) -> None:
    await client.shutdown_async(None)
    client.exit(None)
    await client.stop()
