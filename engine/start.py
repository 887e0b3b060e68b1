"""Where `contract` begins: a Ctrl-C stops it at any time, and leaves no trace of what it was at.

Nothing else is imported before; what comes after tells an interruption itself (`engine/cli.py`).
"""

from __future__ import annotations

import signal
import sys
from typing import NoReturn

A_MOMENT_S = 0.05
"""After how many seconds an interruption that was lost comes again."""


def main() -> NoReturn:
    """Read the program, then carry out the command line."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from engine.cli import main as carry_out

    sys.unraisablehook = _told
    signal.signal(signal.SIGINT, signal.default_int_handler)
    carry_out()


def _told(what: sys.UnraisableHookArgs) -> None:
    """Interrupt once more where that was lost while memory was being cleared; tell of all else as Python does."""
    if not issubclass(what.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(what)
        return
    from threading import Timer, main_thread

    # Not from here: it would be lost again.
    Timer(A_MOMENT_S, signal.pthread_kill, (main_thread().ident, signal.SIGINT)).start()
