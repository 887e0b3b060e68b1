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
from importlib import import_module
from typing import NoReturn

import typer

from contractlang.source import Unreadable
from engine.commands.about import program
from engine.commands.common import (
    BROKEN,
    FINE,
    FOUND,
    INTERRUPTED,
    REFUSED,
    Refused,
    begin,
    one_line,
    print_json,
)
from engine.commands.helping import asked_for, help_language, meant_by, misused, page
from engine.errors import EngineError
from engine.render import Screen, printable

COMMANDS = {
    "check": "check", "fmt": "fmt", "import": "importing", "run": "run", "ask": "ask", "show": "show", "test": "test",
    "analyse": "analyse", "diff": "diff", "replay": "replay", "impact": "impact", "audit": "audit",
    "replay-decisions": "replay_decisions", "serve": "serve", "desk": "desk", "graph": "graph", "schema": "about",
    "lsp": "lsp", "demo": "about", "docs": "docs", "store": "store", "key": "key",
}  # fmt: skip
"""Each command, in the order in which `contract --help` lists them, with the file of `engine/commands` it stands in."""


def made(asked: str) -> typer.Typer:
    """Return the program with the command that is asked for; with all of them where that is none of them.

    Nobody who asks a question should wait for the options of all the others to be read.
    """
    app = typer.Typer(
        name="contract", no_args_is_help=True, add_completion=False, rich_markup_mode=None,
        pretty_exceptions_enable=False,
        help="Contracts as programs: check them, run an account's ledger through them, and decide its case with"
        " reasons.",
    )  # fmt: skip
    app.callback()(program)
    for name in [asked] if asked in COMMANDS else COMMANDS:
        # (`import` is a word of Python.)
        found = getattr(import_module(f"engine.commands.{COMMANDS[name]}"), _spelled(name))
        if isinstance(found, typer.Typer):
            app.add_typer(found)
        else:
            app.command(name)(found)
    return app


def _spelled(name: str) -> str:
    """Return what a command is called in Python."""
    return "import_" if name == "import" else name.replace("-", "_")


def carried_out(arguments: Sequence[str]) -> int:
    """Carry out one command and return its exit status; whatever goes wrong is told without a stack trace."""
    as_json = "--json" in arguments
    begin(help_language(arguments, os.environ))
    try:
        app = made(next(iter(arguments), ""))
        if _helped(app, arguments):
            return FINE
        return int(app(args=list(arguments), prog_name="contract", standalone_mode=False) or FINE)
    except Refused as wrong:
        return _refuse(wrong, as_json)
    except EngineError as wrong:
        field = str(getattr(wrong, "field", ""))
        where, zh = str(getattr(wrong, "where", "")), wrong.said("zh")
        return _refuse(Refused(str(wrong), zh=zh, where=where, field=field), as_json)
    except Unreadable as wrong:
        return _refuse(Refused(str(wrong)), as_json)
    except BrokenPipeError:
        return _seen_enough()
    except SystemExit as wrong:
        # Typer makes an exit of a closed pipe.
        return _seen_enough() if wrong.code == FOUND else REFUSED
    except OSError as wrong:
        return _refuse(_unreached(wrong), as_json)
    except (KeyboardInterrupt, typer.Abort):
        sys.stderr.write("\n")
        return INTERRUPTED
    except Exception as wrong:
        if hasattr(wrong, "exit_code") and hasattr(wrong, "format_message"):
            # What typer says of a command line it cannot read.
            if type(wrong).__name__ == "NoArgsIsHelpError":
                return FINE
            return _refuse(_misused(wrong.format_message(), arguments), as_json)
        if os.environ.get("CONTRACT_DEBUG"):
            raise
        sys.stderr.write(
            f"internal error: {one_line(wrong)} ({type(wrong).__name__}); CONTRACT_DEBUG=1 shows where\n"
        )
        return BROKEN


def _helped(app: typer.Typer, arguments: Sequence[str]) -> bool:
    """Show the page of the command whose help is asked for, if that is in Chinese; in English typer shows it."""
    found = asked_for(app, arguments) if help_language(arguments, os.environ) == "zh" else None
    if found is not None:
        screen = Screen.of()
        for line in page(*found, screen.width):
            screen.line(line)
    return found is not None


def _misused(said: str, arguments: Sequence[str]) -> Refused:
    """Return what typer says of a command line that it cannot read, as we say things."""
    command, *_ = meant_by(made(next(iter(arguments), "")), arguments)
    said = (said[:1].lower() + said[1:]).rstrip(".").replace(". Did you mean", "; did you mean")
    return Refused(said, f"try `{command} --help`", zh=f"{misused(said)}\n请看 `{command} --help`")


def _unreached(wrong: OSError) -> Refused:
    """Return what is said of a file that the machine does not give."""
    path, said = wrong.filename or "input", wrong.strerror or str(wrong)
    match wrong:
        case FileNotFoundError():
            return Refused(f"{path}: no such file or folder", zh=f"{path}：没有这一文件或文件夹")
        case IsADirectoryError():
            return Refused(
                f"{path}: a folder, not a file: name the file in it",
                zh=f"{path}：这是文件夹；请写明其中的文件",
            )
        case _:
            return Refused(f"{wrong.filename}: {said}" if wrong.filename else said)


def _seen_enough() -> int:
    """The reader of what is printed has closed the pipe: the rest goes nowhere, and all is well."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return FINE


def _refuse(wrong: Refused, as_json: bool) -> int:
    if as_json:
        error = {"where": wrong.where, "field": wrong.field, "reason": "\n".join(wrong.lines)}
        print_json({"error": error, "diagnostics": list(wrong.diagnostics)})
        return REFUSED
    for line in wrong.said():
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
