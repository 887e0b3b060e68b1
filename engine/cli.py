"""`contract`, the one program: everything that `contract --help` lists.

Every command has `--json`; its shape is versioned (`"version": 1`) and told in the command's help. Exit status: 0 fine,
1 findings or failing tests, 2 cannot be read or asked, with everything that is wrong. An answer, whatever it is, is no
failure.

What a command needs is imported inside it, so that `contract ask` need not wait for what only others want.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import NoReturn

import typer

from contractlang.source import Unreadable
from engine.commands.about import demo, program, schema
from engine.commands.analyse import analyse
from engine.commands.ask import ask
from engine.commands.audit import audit
from engine.commands.check import check
from engine.commands.common import BROKEN, FINE, FOUND, INTERRUPTED, REFUSED, Refused, one_line, print_json
from engine.commands.desk import desk
from engine.commands.diff import diff
from engine.commands.docs import docs
from engine.commands.fmt import fmt
from engine.commands.graph import graph
from engine.commands.impact import impact
from engine.commands.importing import import_
from engine.commands.key import key
from engine.commands.lsp import lsp
from engine.commands.replay import replay
from engine.commands.replay_decisions import replay_decisions
from engine.commands.run import run
from engine.commands.serve import serve
from engine.commands.show import show
from engine.commands.store import store
from engine.commands.test import test
from engine.errors import EngineError
from engine.render import printable

app = typer.Typer(
    name="contract", no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False,
    help="Contracts as programs: check them, run an account's ledger through them, and decide its case with reasons.",
)  # fmt: skip
app.callback()(program)
# In the order in which `contract --help` lists them.
for command in (
    check,
    fmt,
    import_,
    run,
    ask,
    show,
    test,
    analyse,
    diff,
    replay,
    impact,
    audit,
    replay_decisions,
    serve,
    desk,
    graph,
    schema,
    lsp,
    demo,
):
    # (`import` is a word of Python.)
    app.command(command.__name__.strip("_").replace("_", "-"))(command)
app.add_typer(docs)
app.add_typer(store)
app.add_typer(key)


def carried_out(arguments: Sequence[str]) -> int:
    """Carry out one command and return its exit status; whatever goes wrong is told without a stack trace."""
    as_json = "--json" in arguments
    try:
        return int(app(args=list(arguments), prog_name="contract", standalone_mode=False) or FINE)
    except Refused as wrong:
        return _refuse(wrong, as_json)
    except EngineError as wrong:
        field = str(getattr(wrong, "field", ""))
        return _refuse(Refused(str(wrong), where=str(getattr(wrong, "where", "")), field=field), as_json)
    except Unreadable as wrong:
        return _refuse(Refused(str(wrong)), as_json)
    except BrokenPipeError:
        return _seen_enough()
    except SystemExit as wrong:
        # Typer makes an exit of a closed pipe.
        return _seen_enough() if wrong.code == FOUND else REFUSED
    except OSError as wrong:
        return _refuse(Refused(f"{wrong.filename or 'input'}: {wrong.strerror or wrong}"), as_json)
    except (KeyboardInterrupt, typer.Abort):
        sys.stderr.write("\n")
        return INTERRUPTED
    except Exception as wrong:
        if hasattr(wrong, "exit_code") and hasattr(wrong, "format_message"):
            # What typer says of a command line it cannot read.
            if type(wrong).__name__ == "NoArgsIsHelpError":
                return FINE
            return _refuse(Refused(wrong.format_message(), "try `contract --help`"), as_json)
        if os.environ.get("CONTRACT_DEBUG"):
            raise
        sys.stderr.write(
            f"internal error: {one_line(wrong)} ({type(wrong).__name__}); CONTRACT_DEBUG=1 shows where\n"
        )
        return BROKEN


def _seen_enough() -> int:
    """The reader of what is printed has closed the pipe: the rest goes nowhere, and all is well."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return FINE


def _refuse(wrong: Refused, as_json: bool) -> int:
    if as_json:
        error = {"where": wrong.where, "field": wrong.field, "reason": "\n".join(wrong.lines)}
        print_json({"error": error, "diagnostics": list(wrong.diagnostics)})
        return REFUSED
    for line in wrong.lines:
        # Diagnostics are drawn already, and may be coloured.
        sys.stderr.write((line if wrong.diagnostics else printable(line)) + "\n")
    return REFUSED


def main() -> NoReturn:
    """Carry out the command line and end the process."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    status = carried_out(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _seen_enough()
    sys.exit(status)


if __name__ == "__main__":
    main()
