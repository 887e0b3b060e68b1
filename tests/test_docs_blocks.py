"""No block of the documentation is taken on trust: each is run, read or compared, or stands here with a reason.

What a page shows is held to the program by the kind of its block: `console`, and the files beside it, by `test_docs`;
the language by `test_tidy`; the pages of checks by `test_check_pages`. This file runs every line of the `sh` blocks, as
it is shown or in the form that `SCRATCH` gives it, starts what stays running, reads what is meant for another program,
and fails for a block that nobody accounts for. Commands and options within a sentence are looked up in the program.
"""

from __future__ import annotations

import json
import os
import re
import select
import shlex
import signal
import subprocess
import sys
import time
import tomllib
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
import typer.main
from contractclient import Client, Event

from engine.bulk.mapping import Mapped
from engine.cases import event_of
from engine.cli import made
from engine.program import Program
from engine.service.config import read_config
from tests.service.serving import CONTRACTS, serving, texts_of
from tests.test_docs import BLOCK, PAGES, PROGRAM, ROOT, prepare, run, save

SHOWN_WAIT_SECONDS = 60
FIRST_CHARACTERS = 64

LATENESS = "SELECT about AS invoice, date_diff('day', b.happened_at::DATE, c"

BY_KIND = {
    "console": "tests/test_docs.py",
    "sh": "test_a_line_for_the_shell_is_carried_out",
    "contract": "tests/test_tidy.py",
    "contract-zh": "tests/test_tidy.py",
    "document": "tests/test_tidy.py",
    "supplement": "tests/contractlang/test_supplements.py",
}
"""What holds a kind of block, on whatever page it stands. (Blocks with a title are files, which commands use.)"""

BY_NAME = {
    ("README.md", "五、费用与支付"): "test_the_clauses_of_the_readme_stand_in_agreement_1",
    (
        "README.md",
        '{"subject": {"type": "party", "id": "provider"}, "action": {"nam',
    ): "test_the_evaluation_is_answered",
    ("docs/documents.md", "INHERIT: engine/documents/assets/site.yml"): "test_a_site_of_your_own_is_built",
    ("docs/editors.md", "[language-server.contract]"): "test_the_settings_of_an_editor_can_be_read",
    ("docs/portfolios.md", "account: customerID"): "test_the_mapping_is_read",
    (
        "docs/portfolios.md",
        LATENESS,
    ): "test_the_query_of_the_page_finds_what_it_says",
    ("docs/scenarios.md", "## A payment on the last day is in time"): "tests/test_docs.py",
    (
        "docs/scenarios.md",
        "2026-09-10 15:00 user pay amount=100.00 bill=e3",
    ): "test_each_event_of_the_page_can_be_read",
    ("docs/scenarios.md", "2026-03-02 10:00 provider sign"): "tests/test_docs.py",
    (
        "docs/service.md",
        "from contractclient import Client, Entity, Event, Question",
    ): "test_the_client_does_so",
    ("docs/service.md", "store: postgresql://contract@db/contract"): "test_the_configuration_is_read",
    ("docs/tutorial.md", "| block：fee 逾期 时，俱乐部 可以 停用门卡"): "tests/test_docs.py",
}
"""What holds a block of its own, by its page and how its first line begins."""

NOT_RUN = {
    ("docs/architecture.md", "contract text ── parser ── names ── kinds ── elaborate ──▶ norms"):
        "a drawing",
    ("docs/editors.md", 'vim.filetype.add({ extension = { contract = "contract" } })'):
        "for Neovim, which no machine of the tests has; tests/desk drives the server it starts",
}  # fmt: skip
"""Blocks that no test carries out, with the reason."""

SCRATCH = {
    "make demo": "contract demo",
    "make test": "make help | grep '^make test '",
    "make help": "make help",
    # The law of one layer and findings of one kind, so that it takes seconds.
    "contract analyse voip-1 --layers civil,sector": "contract analyse voip-1 --layers sector --only conflict",
    "contract analyse voip-1 --layers civil,consumer --json > contracts/voip-1/findings.json":
        "contract analyse sale --layers consumer --only conflict --json > contracts/sale/findings.json",
    "contract analyse voip-1 voip-2": "contract analyse voip-1 voip-2 --only conflict",
    "contract analyse voip-1 --no-cache": "contract analyse voip-1 --only conflict --no-cache",
    "contract docs build contracts -o site": "contract docs build leases -o site",
    "contract docs serve contracts": "contract docs serve leases",
    "contract serve --store /var/lib/contract.db": "contract serve --store kept.db",
}  # fmt: skip
"""How a line is carried out that would take minutes or leave the folder; all others are carried out as they stand."""

STAYS = ("contract serve", "contract desk", "contract docs serve")
"""What runs until it is stopped: it is started on a free port, and is well once it tells its address."""


@dataclass(frozen=True)
class Block:
    """A fenced block: its page, kind, first line without its comment, and what it holds."""

    page: str
    kind: str
    title: str | None
    first: str
    body: str
    line: int


def blocks() -> Iterator[Block]:
    """Yield every fenced block of the documentation."""
    for path in [*PAGES, ROOT / "CONTRIBUTING.md"]:
        page, text = path.relative_to(ROOT).as_posix(), path.read_text("utf-8")
        for found in BLOCK.finditer(text):
            first = bare(found["body"].splitlines()[0])[:FIRST_CHARACTERS].rstrip()
            yield Block(
                page,
                found["kind"],
                found["title"],
                first,
                found["body"],
                text[: found.start()].count("\n") + 1,
            )


def bare(line: str) -> str:
    """Return a line without the comment at its end."""
    return re.sub(r"\s+# .*$", "", line).rstrip()


def named(page: str, first: str) -> str:
    """Return what a block holds whose page and first line are these."""
    return next(each.body for each in blocks() if (each.page, each.first) == (page, first))


ALL = list(blocks())
LINES = [
    pytest.param(bare(line), id=f"{each.page.rpartition('/')[2]}-{bare(line)}")
    for each in ALL
    if each.kind == "sh"
    for line in each.body.splitlines()
    if line.strip()
]


def test_every_block_is_accounted_for() -> None:
    missing = [
        f"{each.page}:{each.line}: {each.first}"
        for each in ALL
        if not each.title and not each.page.startswith("docs/checks/") and each.kind not in BY_KIND
        and (each.page, each.first) not in {**BY_NAME, **NOT_RUN}
    ]  # fmt: skip
    assert not missing, "neither run nor named with a reason:\n" + "\n".join(missing)


def test_nothing_is_named_that_is_not_shown() -> None:
    shown = {(each.page, each.first) for each in ALL}
    assert {*BY_NAME, *NOT_RUN} <= shown
    assert not {*BY_NAME} & {*NOT_RUN}
    assert set(SCRATCH) <= {param.values[0] for param in LINES}
    here = set(globals())
    assert {each for each in (*BY_NAME.values(), *BY_KIND.values()) if "/" not in each} <= here
    assert all((ROOT / each).is_file() for each in (*BY_NAME.values(), *BY_KIND.values()) if "/" in each)


def test_every_fence_is_closed_and_says_its_kind() -> None:
    for path in PAGES:
        text = path.read_text("utf-8")
        fences = len(re.findall(r"^`{3,}", BLOCK.sub("", text), re.M))
        assert not fences, f"{path.name}: a block without a kind, or one that is not closed"


# ---- what is typed -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A folder with what the lines speak of, and an environment in which `contract` is this program."""
    folder = tmp_path_factory.mktemp("shell")
    prepare(folder)
    (folder / "leases").mkdir()
    for name, source in {
        "agreement.contract": "lease/lease.contract", "agreement-new.contract": "lease/lease-2.contract",
        "leases/lease.contract": "lease/lease.contract", "a.jsonl": "voip-1/ledgers/arrears.jsonl",
        "service.yaml": "",
    }.items():  # fmt: skip
        (folder / name).write_text((CONTRACTS / source).read_text("utf-8") if source else
                                   "tenants: {main: {contracts: [sale]}}\n", "utf-8")  # fmt: skip
    (folder / "Makefile").write_text((ROOT / "Makefile").read_text("utf-8"), "utf-8")
    program = folder / "bin" / "contract"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -c "{PROGRAM}" "$@"\n', "utf-8")
    program.chmod(0o755)
    environment = os.environ | {
        "PATH": f"{program.parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "NO_COLOR": "1", "BROWSER": "true",
        "PYTHONUNBUFFERED": "1", "LANG": "C.UTF-8",
    }  # fmt: skip
    return folder, environment


@pytest.mark.parametrize("line", LINES)
def test_a_line_for_the_shell_is_carried_out(
    line: str, shell: tuple[Path, dict[str, str]], request: pytest.FixtureRequest
) -> None:
    if line.startswith("contract docs pdf"):
        request.getfixturevalue("font")
    folder, environment = shell
    typed = SCRATCH.get(line, line)
    if typed.startswith(STAYS):
        _stays(
            f"{typed if '--port' not in typed else typed.partition(' --port')[0]} --port 0",
            folder,
            environment,
        )
        return
    done = subprocess.run(
        ["bash", "-c", typed], cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        encoding="utf-8", timeout=SHOWN_WAIT_SECONDS * 2, check=False,
    )  # fmt: skip
    # The analysis ends with 1 where it finds something, and changes are found between versions.
    expected = (0, 1) if typed.startswith(("contract analyse", "contract diff")) else (0,)
    assert done.returncode in expected, f"{typed}\n{done.stdout}{done.stderr}"
    assert "Traceback" not in done.stderr


def _stays(typed: str, folder: Path, environment: dict[str, str]) -> None:
    """Start what stays running, wait until it tells its address, and stop it with Ctrl-C."""
    with subprocess.Popen(
        shlex.split(typed), cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        said, end = b"", time.monotonic() + SHOWN_WAIT_SECONDS
        try:
            while b"http://127.0.0.1:" not in said:
                ready, _, _ = select.select([process.stdout], [], [], max(0.0, end - time.monotonic()))
                more = os.read(process.stdout.fileno(), 65536) if ready else b""
                said += more
                assert more, f"{typed} told no address\n{said.decode()}"
            process.send_signal(signal.SIGINT)
            rest, _ = process.communicate(timeout=SHOWN_WAIT_SECONDS)
        finally:
            process.kill()
    assert b"Traceback" not in said + rest, (said + rest).decode()


# ---- what is meant for another program, or quoted ----------------------------------------------------------------


def test_the_clauses_of_the_readme_stand_in_agreement_1() -> None:
    text = (CONTRACTS / "voip-1" / "voip-1.contract").read_text("utf-8")
    lines = named("README.md", "五、费用与支付").splitlines()
    assert [each for each in lines if each.removeprefix("| ") not in text] == []


def test_the_settings_of_an_editor_can_be_read() -> None:
    found = tomllib.loads(named("docs/editors.md", "[language-server.contract]"))
    assert found["language-server"]["contract"] == {"command": "contract", "args": ["lsp"]}


def test_a_site_of_your_own_is_built(shell: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    folder, environment = shell
    text = named("docs/documents.md", "INHERIT: engine/documents/assets/site.yml")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text("# Ours\n", "utf-8")
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts" / "lease.contract").write_text(
        (folder / "agreement.contract").read_text("utf-8"), "utf-8"
    )
    settings = text.replace("engine/documents", str(ROOT / "engine" / "documents"))
    (tmp_path / "mkdocs.yml").write_text(f"site_name: Ours\n{settings}", "utf-8")
    done = subprocess.run(
        ["contract", "docs", "build"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert 'id="2.1"' in (tmp_path / "site" / "contracts" / "en" / "lease.html").read_text("utf-8")


def test_the_query_of_the_page_finds_what_it_says(tmp_path: Path) -> None:
    for each in ALL:
        if each.page == "docs/portfolios.md" and each.title:
            save(tmp_path / each.title, each.body)
    typed = next(
        line.removeprefix("$ ")
        for each in ALL
        if each.page == "docs/portfolios.md" and each.kind == "console"
        for line in each.body.splitlines()
        if "--out late" in line
    )
    run(typed, tmp_path)
    query = named("docs/portfolios.md", LATENESS)
    with duckdb.connect() as database:
        found = database.execute(query.replace("late/", f"{tmp_path}/late/")).fetchall()
    assert found == [("21", 6)]


def test_the_mapping_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mapping.yaml"
    path.write_text(named("docs/portfolios.md", "account: customerID"), "utf-8")
    row = {
        "customerID": "c",
        "invoiceNumber": "7",
        "InvoiceDate": "2/1/2026",
        "DueDate": "3/3/2026",
        "InvoiceAmount": "5.00",
    }
    invoiced = {"name": "invoiced", "id": "7", "amount": "5.00", "due": "2026-03-03"}
    (event,) = Mapped.read(path).of(row)
    assert invoiced.items() <= event.items()
    both = list(Mapped.read(path).of({**row, "SettledDate": "2/9/2026"}))
    assert [each["name"] for each in both] == ["invoiced", "settle"]


def test_each_event_of_the_page_can_be_read(voip_1: Program) -> None:
    lines = named("docs/scenarios.md", "2026-09-10 15:00 user pay amount=100.00 bill=e3").splitlines()
    for number, line in enumerate(lines, 10):
        event_of(voip_1, re.sub(r"\s+\(.*\)$", "", line), "scenarios.md", number)


def test_the_configuration_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME_KEY", "contract_" + "k" * 40)
    text = named("docs/service.md", "store: postgresql://contract@db/contract")
    keys = tmp_path / "jwks.json"
    keys.write_text('{"keys": []}', "utf-8")
    path = tmp_path / "service.yaml"
    path.write_text(text.replace("/etc/jwks.json", str(keys)), "utf-8")
    config = read_config(path)
    assert config.tenants["acme"].contracts == ("voip-1", "/etc/contracts")


def test_the_client_does_so(tmp_path: Path) -> None:
    text = named("docs/service.md", "from contractclient import Client, Entity, Event, Question")
    texts = texts_of(CONTRACTS / "voip-1", CONTRACTS / "vocabulary")
    with serving(tmp_path, {"main": texts}, limits={"per_second": 0}) as live:
        key = live.key()
        with Client(live.url, key) as client:
            client.open_account("A-1001", ["voip-1"], settings={"有效期": "2年"}, parties={"user": "c-17"})
            bill = {"period": "2026-03", "amount": "58.00", "due": "2026-04-10"}
            client.record(
                Event("A-1001", "invoice_issued", "billing", "2026-04-01T09:00:00+08:00", bill, "bill-7")
            )
        kept: dict[str, Any] = {"key": key}
        exec(compile(text.replace("https://pdp.example.com", live.url), "service.md", "exec"), kept)
        assert not kept["answer"].decision
        assert kept["overdue"] == []
        with Client(live.url, key) as client:
            # What was reported is kept: to report it again adds nothing.
            revisions = {
                client.record(
                    Event("A-1001", "pay", "billing", "2026-04-05T10:00:00+08:00", kept["paid"], "p-7")
                ).revision
                for _ in range(2)
            }
        assert len(revisions) == 1


def test_the_evaluation_is_answered(tmp_path: Path) -> None:
    (body,) = (
        each.body for each in ALL if each.page == "README.md" and each.kind == "json" and not each.title
    )
    texts = texts_of(CONTRACTS / "voip-1", CONTRACTS / "vocabulary")
    with serving(tmp_path, {"main": texts}, limits={"per_second": 0}) as live:
        key = live.key()
        with Client(live.url, key) as client:
            client.open_account("A-1001", ["voip-1"])
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        asked = urllib.request.Request(f"{live.url}/access/v1/evaluation", body.encode(), headers)
        with urllib.request.urlopen(asked) as answered:
            told = json.load(answered)
    assert told["decision"] is False
    assert told["context"]["outcome"] == "no_basis"


# ---- commands within a sentence ----------------------------------------------------------------------------------

TARGETS = set(re.findall(r"^## (\w[\w-]*):", (ROOT / "Makefile").read_text("utf-8"), re.M))
PROGRAM_TREE = typer.main.get_command(made(""))


def spoken() -> Iterator[tuple[str, str]]:
    """Yield what stands between backticks and begins with `contract` or `make`, with its page."""
    for path in [*PAGES, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]:
        text = BLOCK.sub("", path.read_text("utf-8"))
        for found in re.finditer(r"`((?:contract|make) [^`]+)`", text):
            yield path.name, found[1]


def unknown(words: list[str]) -> str:
    """Return the first word of a `contract` command that the program does not know, or nothing."""
    command: Any = PROGRAM_TREE
    rest = list(words)
    while hasattr(command, "commands") and rest and not rest[0].startswith("-"):
        if rest[0] not in command.commands:
            return rest[0]
        command = command.commands[rest.pop(0)]
    known = {name for each in command.params for name in (*each.opts, *each.secondary_opts)} | {"--help"}
    return next((each for each in rest if re.match(r"--?[a-z]", each) and each not in known), "")


def test_what_is_spoken_of_exists() -> None:
    wrong = []
    for page, said in spoken():
        words = said.split()
        if words[0] == "make":
            wrong += [f"{page}: {said}" for each in words[1:2] if each not in TARGETS]
        elif missing := unknown(words[1:]):
            wrong.append(f"{page}: {said}: no {missing}")
    assert not wrong, "\n".join(wrong)


def test_a_command_that_does_not_exist_is_told() -> None:
    assert unknown(["fly"]) == "fly"
    assert unknown(["docs", "build", "--fast"]) == "--fast"
    assert not unknown(["docs", "build", "--strict"])
