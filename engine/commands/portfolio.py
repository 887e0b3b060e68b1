"""What `replay` and `impact` share: their options, the portfolio that they make, and how a run ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING, Annotated, Any

import typer

from contractlang.diagnostic import Language
from engine.commands.common import (
    FOUND,
    Refused,
    many,
    print_json,
    spoken,
)
from engine.commands.given import governed, instant_of, known_of, usable
from engine.render import Screen, progress

if TYPE_CHECKING:
    from engine.bulk.fold import Portfolio
    from engine.bulk.kernel.portfolio import Kernelled
    from engine.bulk.run import Counts, Fold, Job, Tell

Events = Annotated[
    list[str], typer.Option("--events", metavar="FILE", help="Events: .parquet, .csv, .jsonl, .xes, .duckdb#table.")
]  # fmt: skip
Accounts = Annotated[
    str | None, typer.Option("--accounts", metavar="FILE", help="Accounts: a row each, with their settings.")
]
MappingFile = Annotated[
    str | None, typer.Option("--mapping", metavar="FILE", help="How the columns of another's table are events.")
]  # fmt: skip
Day = Annotated[str, typer.Option("--as-of", metavar="DAY", help="The day or instant asked about.")]
Out = Annotated[str, typer.Option("--out", metavar="DIR", help="Where the tables go.")]
Ask = Annotated[
    list[str] | None,
    typer.Option("--ask", metavar="QUESTION", help='Ask of every account: "provider may suspend_service".'),
]
Jobs = Annotated[
    int, typer.Option("--jobs", metavar="N", min=0, help="Processes; 0, as by default, is one a core.")
]
Buckets = Annotated[
    int, typer.Option("--buckets", metavar="N", min=1, max=4096, help="Into how many parts accounts go.")
]
Limit = Annotated[
    str, typer.Option("--rejects", metavar="SHARE", help="Fail if more of the rows are set aside.")
]

ON = {"ray": ("ray", "on_ray"), "spark": ("pyspark", "on_spark")}
"""On what a portfolio can be folded beside the processes of this machine: what has to be installed, and our file."""

Way = Callable[["Job", Callable[[], "Fold"], Mapping[str, Any], "Tell"], "Counts"]
"""How a portfolio is taken through contracts: by this machine, or by many."""

MOST_REASONS = 8
"""How many reasons for setting rows aside are told on a terminal."""

Pairs = tuple[tuple[str, Any], ...]


def portfolio(
    inputs: tuple[str, ...], layers: tuple[str, ...], as_of: str, known_at: str | None, asked: tuple[str, ...],
    settings: Pairs, mapping: str | None, readings: Pairs = (),
) -> Portfolio:  # fmt: skip
    """Return what is the same for all accounts; each process makes its own. Raises Refused."""
    from contractlang.contract import base_name
    from engine.account import Account
    from engine.account_standing import powers_of
    from engine.bulk.fold import Portfolio
    from engine.bulk.mapping import BadMapping, Mapped
    from engine.bulk.reasons import said
    from engine.errors import BadQuestion
    from engine.event import Ledger
    from engine.governing import Programs
    from engine.terms import Terms

    loaded = usable(inputs, layers)
    documents = {name: loaded.contracts[name] for name in loaded.asked}
    agreements = tuple(dict.fromkeys(base_name(c.name) for c in documents.values() if c.kind == "agreement"))
    layers = ("contract", *sorted({*layers} - {"contract"}))
    program = governed(loaded, agreements, layers)
    if not asked:
        asked = tuple(f"{party} may {act}" for party, act in powers_of(Account(program, Terms(), Ledger())))
    try:
        mapped = Mapped.read(Path(mapping)) if mapping else Mapped()
    except BadMapping as wrong:
        zh = f"--mapping {mapping}：{wrong.field}：{said(wrong.reason, 'zh')}"
        raise Refused(f"--mapping {mapping}: {wrong}", zh=zh, where=str(mapping), field=wrong.field) from None
    made = Portfolio(
        Programs(documents), agreements, layers, instant_of(as_of, "--as-of"), as_of.strip().replace("T", " "),
        known_of(known_at), asked, dict(settings), mapped, dict(readings),
    )  # fmt: skip
    try:
        made.questions(agreements, program)
    except BadQuestion as wrong:
        raise Refused(
            f"--ask: {wrong.reason}", zh=f"--ask：{wrong.zh or wrong.reason}", field="--ask"
        ) from None
    return made


def kernelled(
    kernel: str, share: float, seed: int, inputs: tuple[str, ...], layers: tuple[str, ...], as_of: str,
    known_at: str | None, asked: tuple[str, ...], settings: Pairs, mapping: str | None,
    readings: Pairs = (),
) -> Portfolio | Kernelled:  # fmt: skip
    """Return the same with the kernel in front of it, unless it is `off`. Raises Refused."""
    held = portfolio(inputs, layers, as_of, known_at, asked, settings, mapping, readings)
    return with_kernel(held, kernel, share, seed)


def with_kernel(held: Portfolio, kernel: str, share: float, seed: int) -> Portfolio | Kernelled:
    """Return a portfolio with the kernel in front of it, unless it is `off`."""
    from engine.bulk.kernel.portfolio import Kernelled

    return held if kernel == "off" else Kernelled(held, share, seed)


@dataclass(frozen=True, slots=True)
class Made:
    """Gives what is made already, here and in processes that begin as copies of this one; elsewhere it is made anew."""

    fold: Fold
    make: Callable[[], Fold]

    def __call__(self) -> Fold:
        return self.fold

    def __reduce__(self) -> tuple[Any, tuple[Callable[[], Fold]]]:
        return partial, (self.make,)


def stamp_of(held: Portfolio, as_of: str, known_at: str | None, mapping: str | None) -> dict[str, Any]:
    """Return what a run is of, beside its files: documents with their versions and hashes, layers, day, questions."""
    program = held.programs.of(held.agreements, held.layers)
    return {
        "documents": [list(each) for each in program.versions], "layers": list(held.layers), "as_of": as_of,
        "known_at": known_at, "asked": list(held.asked), "settings": dict(held.settings),
        "readings": dict(held.readings),
        "mapping": Path(mapping).read_text("utf-8") if mapping else None,
    }  # fmt: skip


def ran(
    make: Callable[[], Fold], stamp: Mapping[str, Any], page_of: Callable[[Job, Counts], str],
    events: list[str], accounts: str | None, out: str, buckets: int, jobs: int, rejects: str, json_: bool,
    way: Way | None = None,
) -> None:  # fmt: skip
    """Run it, write its page, say what came of it. Exit status 1 if more rows were set aside than allowed."""
    from engine.bulk.kernel.portfolio import Unequal
    from engine.bulk.reasons import said
    from engine.bulk.run import Job, Unlike, Unreachable, run
    from engine.bulk.tables import BadTable, Table

    share = share_of(rejects, "--rejects")
    try:
        job = Job(
            Table.called(accounts) if accounts else None, tuple(map(Table.called, events)), Path(out), buckets,
            jobs or os.cpu_count() or 1,
        )  # fmt: skip
        with progress() as tell:
            counts = (way or run)(job, make, stamp, tell)
    except BadTable as wrong:
        zh = f"{wrong.where}：{said(wrong.reason, 'zh')}"
        raise Refused(str(wrong), zh=zh, where=wrong.where) from None
    except Unreachable as wrong:
        raise Refused(
            f"the cluster could not be had, {wrong}", zh=f"未能取得集群，{wrong}", field="--cluster"
        ) from None
    except Unlike as wrong:
        raise Refused(str(wrong), zh=said(str(wrong), "zh"), field="--out") from None
    except Unequal as wrong:
        raise Refused(
            f"{wrong}. This is a fault of the program: report it, and use --kernel off meanwhile",
            zh=f"{wrong}。此为程序之误：请报告，其间请用 --kernel off", field="--verify",
        ) from None  # fmt: skip
    (job.out / "summary.html").write_text(page_of(job, counts), "utf-8")
    if json_:
        print_json(
            {
                "accounts": counts.accounts, "events": counts.events, "rejects": counts.rejects,
                "undetermined": counts.undetermined, "kernel": counts.kernel, "verified": counts.verified,
                "left": counts.left, "columns": counts.columns, "by_rows": counts.by_rows, "out": str(job.out),
            }
        )  # fmt: skip
    else:
        for line in _came_of(job.out, counts, spoken()):
            Screen.of().line(line)
    rows = counts.events + counts.rejects
    if rows and counts.rejects / rows > share:
        found, most = f"{counts.rejects / rows:.1%}", f"{share:.1%}"
        told = {
            "en": f"{found} of the rows were set aside, more than --rejects allows ({most})",
            "zh": f"搁置的行占{found}，超过 --rejects 允许的{most}",
        }  # fmt: skip
        Screen.of(sys.stderr).line(told[spoken()])
        raise typer.Exit(FOUND)


def _came_of(out: Path, counts: Counts, language: Language) -> Iterator[str]:
    """Yield what is said of a run that is over."""
    from engine.bulk.reasons import said
    from engine.bulk.rejects import why_set_aside

    def pick(en: str, zh: str) -> str:
        return zh if language == "zh" else en

    page = out / "summary.html"
    yield pick(
        f"{many(counts.accounts, 'account')}, {many(counts.events, 'event')}: {page}",
        f"账户{counts.accounts}个，事件{counts.events}件：{page}",
    )
    if counts.kernel:
        how = pick(f"{counts.columns:,} of them as columns, ", f"按列读取{counts.columns}个，")
        yield pick(
            f"{many(counts.kernel, 'account')} by the kernel, {how if counts.columns else ''}"
            f"{counts.verified} of them verified with the engine",
            f"由内核处理{counts.kernel}个账户，{how if counts.columns else ''}经引擎复核{counts.verified}个",
        )
    if counts.kernel and counts.by_rows:
        told = said(counts.by_rows, language)
        yield pick(f"the tables were read row by row: {told}", f"各表逐行读取：{told}")
    for reason, count in sorted(counts.left.items(), key=lambda pair: -pair[1])[:5]:
        told = said(reason, language)
        yield pick(f"{many(count, 'account')} by the engine: {told}", f"由引擎处理{count}个账户：{told}")
    if counts.rejects:
        rejects = out / "rejects.parquet"
        yield pick(
            f"{many(counts.rejects, 'row')} set aside: {rejects}", f"搁置{counts.rejects}行：{rejects}"
        )
        reasons = why_set_aside(rejects)
        for why in reasons[:MOST_REASONS]:
            yield f"  {why.rows:,}  {why.said(language)}"
        if more := sum(each.rows for each in reasons[MOST_REASONS:]):
            yield pick(f"  {more:,}  for other reasons", f"  {more:,}  其他原因")


def machines(on: str, cluster: str | None, whole_files: bool) -> Way | None:
    """Return how a portfolio is folded by what `--on` names; None for the processes of this machine. Raises Refused."""
    if on == "processes":
        if cluster is not None or whole_files:
            option = "--cluster" if cluster is not None else "--whole-files"
            raise Refused(f"{option}: of what cluster? write --on ray or --on spark", field=option)
        return None
    if on not in ON:
        raise Refused(f"--on {on}: write processes, ray or spark", field="--on")
    library, own = ON[on]
    for each in (library, "pyarrow", "llvmlite"):
        if find_spec(each) is None:
            message = f"--on {on}: {each} is not installed; install the extras `cluster` and `kernel`"
            raise Refused(message, field="--on")
    if on == "spark" and which("java") is None and "JAVA_HOME" not in os.environ:
        raise Refused(
            "--on spark: Java (17 or newer) is not installed; Debian calls it default-jre-headless",
            zh="--on spark：未安装Java（17或更高）；Debian的软件包名为default-jre-headless", field="--on",
        )  # fmt: skip
    found: Way = partial(
        import_module(f"engine.bulk.many.{own}").run, address=cluster, whole_files=whole_files
    )
    return found


def share_of(written: str, option: str) -> float:
    """Return a share such as `1%` or `0.01`. Raises Refused, naming the option."""
    text = written.strip()
    try:
        found = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        found = -1.0
    if not 0 <= found <= 1:
        raise Refused(f"{option} {written}: write a share, such as 1% or 0.01", field=option)
    return found
