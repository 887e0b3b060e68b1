"""`contract replay`: a whole portfolio through contracts."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from contractlang.diagnostic import Language
from engine.bulk.reasons import said
from engine.commands.common import (
    Json,
    KnownAt,
    Lang,
    Layers,
    Paths,
    Readings,
    Refused,
    Settings,
    print_json,
    speak,
    spoken,
)
from engine.commands.given import layers_named, pairs_of
from engine.commands.portfolio import (
    Accounts,
    Ask,
    Buckets,
    Day,
    Jobs,
    Limit,
    Made,
    MappingFile,
    kernelled,
    machines,
    portfolio,
    ran,
    share_of,
    stamp_of,
    with_kernel,
)
from engine.render import Screen

if TYPE_CHECKING:
    from engine.bulk.fold import Portfolio
    from engine.bulk.kernel.plan import Plan
    from engine.program import Program
    from engine.question import Question
    from engine.terms import Terms

Events = Annotated[
    list[str] | None,
    typer.Option("--events", metavar="FILE", help="Events: .parquet, .csv, .jsonl, .xes, .duckdb#table."),
]
Out = Annotated[str | None, typer.Option("--out", metavar="DIR", help="Where the tables go.")]
Kernel = Annotated[
    str, typer.Option("--kernel", metavar="WHEN", help="auto, on (refuse what it does not have), off.")
]
Verify = Annotated[
    str,
    typer.Option("--verify", metavar="SHARE", help="Fold this share of the accounts with the engine too."),
]
Seed = Annotated[int, typer.Option("--seed", metavar="N", help="Which accounts --verify takes.")]
On = Annotated[str, typer.Option("--on", metavar="WHAT", help="processes (of this machine), ray or spark.")]
Cluster = Annotated[
    str | None,
    typer.Option("--cluster", metavar="ADDRESS", help="Of the cluster; without it, this machine is one."),
]
WholeFiles = Annotated[
    bool, typer.Option("--whole-files", help="With --on: each file of events holds all rows of its accounts.")
]
ShowPlan = Annotated[
    bool, typer.Option("--show-plan", help="Print what the kernel would do, and run nothing.")
]


def replay(
    inputs: Paths, as_of: Day, events: Events = None, out: Out = None, accounts: Accounts = None,
    mapping: MappingFile = None, ask: Ask = None, known_at: KnownAt = None, settings: Settings = None,
    readings: Readings = None, layers: Layers = None, jobs: Jobs = 0, buckets: Buckets = 64, rejects: Limit = "1%",
    kernel: Kernel = "auto",
    verify: Verify = "0", seed: Seed = 0, on: On = "processes", cluster: Cluster = None,
    whole_files: WholeFiles = False, show_plan: ShowPlan = False, lang: Lang = None, json_: Json = False,
) -> None:  # fmt: skip
    """Take a portfolio through contracts: every account of the tables, asked the same on the same day.

    Writes accounts.parquet (states, breaches, what is unpaid, each answer), happenings.parquet, rejects.parquet and
    summary.html. A run that was cut short goes on where it was. Exit status 1 if more rows were set aside than allowed.

    JSON: accounts, events, rejects, undetermined, kernel, verified, left, out; with --show-plan document, steps, left,
    refused.
    """
    from engine.bulk.summary import summary

    if kernel not in ("auto", "on", "off"):
        raise Refused(
            f"--kernel {kernel}: write auto, on or off",
            zh=f"--kernel {kernel}：请写 auto、on 或 off",
            field="--kernel",
        )
    given = (
        tuple(inputs), layers_named(layers), as_of, known_at, tuple(ask or ()),
        tuple(pairs_of(settings, "--set").items()), mapping, tuple(pairs_of(readings, "--reading").items()),
    )  # fmt: skip
    share = share_of(verify, "--verify")
    held = portfolio(*given)
    made, reasons = _planned(held, accounts)
    if show_plan:
        speak(held.language)
        _show(held, made, reasons, json_)
        return
    if not events:
        raise Refused("which events? name a table with --events", field="--events")
    if out is None:
        raise Refused("where do the tables go? name a folder with --out", field="--out")
    if kernel == "on" and made is None:
        raise Refused(
            "\n".join(("--kernel on: the kernel does not have", *(f"  {_said(*each, 'en')}" for each in reasons))),
            zh="\n".join(("--kernel on：内核无", *(f"  {_said(*each, 'zh')}" for each in reasons))), field="--kernel",
        )  # fmt: skip
    if kernel == "auto" and made is None and not json_:
        first, more, language = reasons[0], len(reasons) - 1, spoken()
        why = _said(*first, language)
        line = {
            "en": f"by the engine, since the kernel does not have {why}",
            "zh": f"由引擎处理，因内核无{why}",
        }
        Screen.of().line(line[language])
        if more:
            others = {
                "en": f"and {more} more: --show-plan lists them",
                "zh": f"另有{more}项：--show-plan 逐一列出",
            }
            Screen.of().line(others[language])
    stamp = stamp_of(held, as_of, known_at, mapping) | {"kernel": kernel, "verify": share, "seed": seed}
    way = machines(on, cluster, whole_files)
    fold = Made(with_kernel(held, kernel, share, seed), partial(kernelled, kernel, share, seed, *given))
    ran(
        fold, stamp,
        lambda job, counts: summary(job.out, held, counts, as_of, lang or held.language),
        events, accounts, out, buckets, jobs, rejects, json_, way,
    )  # fmt: skip


def _planned(held: Portfolio, accounts: str | None) -> tuple[Plan | None, tuple[tuple[str, str], ...]]:
    """Return the plan under what is set for all accounts, or why there is none.

    What the table of accounts sets for each is taken from its first row: others are planned for as they come.
    """
    from engine.bulk.kernel.plan import Refused as NoPlan
    from engine.bulk.kernel.portfolio import Kernelled
    from engine.settings import terms_from

    program = held.programs.of(held.agreements, held.layers)
    terms = terms_from(program, dict(held.settings), held.layers, held.readings)
    questions = held.questions(held.agreements, program)
    if accounts is not None:
        program, terms, questions = _of_first(held, accounts) or (program, terms, questions)
    try:
        return Kernelled(held).plan(program, terms, questions), ()
    except NoPlan as none:
        return None, none.reasons


def _of_first(held: Portfolio, accounts: str) -> tuple[Program, Terms, tuple[Question, ...]] | None:
    """Return what the first row of the table of accounts comes to; None where it comes to nothing. Raises Refused."""
    from engine.bulk.fold import Folded
    from engine.bulk.tables import BadTable, Table, first_row

    try:
        row = first_row(Table.called(accounts))
    except BadTable as wrong:
        zh = f"{wrong.where}：{said(wrong.reason, 'zh')}"
        raise Refused(str(wrong), zh=zh, where=wrong.where) from None
    try:
        head = json.loads(row, parse_float=str)
    except ValueError:
        return None
    taken = held.take("", head, (), Folded()) if isinstance(head, dict) else None
    return None if taken is None else (taken.account.program, taken.account.terms, taken.asked)


def _show(held: Portfolio, made: Plan | None, reasons: tuple[tuple[str, str], ...], json_: bool) -> None:
    """Print a plan, a line for each thing that it does, beneath the norm that says so."""
    from engine.bulk.kernel import plan_words
    from engine.naming import Naming

    if json_:
        steps = [] if made is None else [[each.clause, each.norm, each.told] for each in made.steps]
        print_json(
            {
                "document": list(held.agreements), "steps": steps, "left": dict(made.left) if made else {},
                "refused": [list(each) for each in reasons],
            }
        )  # fmt: skip
        return
    line, language = Screen.of().line, spoken()
    naming = Naming(held.programs.of(held.agreements, held.layers), language)

    def pick(en: str, zh: str) -> str:
        return zh if language == "zh" else en

    if made is None:
        line(
            pick(
                "The kernel has no plan: every account is folded by the engine.",
                "内核无方案：所有账户均由引擎处理。",
            )
        )
        for each in reasons:
            line(f"  {_said(*each, language)}")
        return
    for reading, option in sorted(made.readings.items()):
        line(
            pick(
                f"{reading} is read as {option}", f"{naming.name(reading)}取{naming.option(reading, option)}"
            )
        )
    for norm in dict.fromkeys(each.norm for each in made.steps):
        line(norm)
        for told in dict.fromkeys(each.told for each in made.steps if each.norm == norm):
            line(f"  {plan_words.line(told, naming)}")
    for table in made.tables:
        told, rolls = plan_words.line(table.told, naming), table.rolls is not False
        line(
            pick(
                f"{table.name}: for each day, {told}{', rolled' if rolls else ''}",
                f"{table.name}：每一日，{told}{'，逢休息日调整' if rolls else ''}",
            )
        )
    for name, why in sorted(made.left.items()):
        why = plan_words.line(why, naming)
        line(
            pick(
                f"an account with {name} is folded by the engine: {why}",
                f"有{naming.name(name)}的账户由引擎处理：{why}",
            )
        )


def _said(clause: str, reason: str, language: Language) -> str:
    told = said(reason, language)
    if not clause:
        return told
    return f"{clause}：{told}" if language == "zh" else f"{clause}: {told}"
