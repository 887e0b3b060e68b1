"""Where `contract` begins: whoever stops it while it is still being read sees no trace of that.

Nothing else is imported before; what comes after tells an interruption itself (`engine/cli.py`).
"""

from __future__ import annotations

import signal
from typing import NoReturn


def main() -> NoReturn:
    """Read the program, then carry out the command line."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from engine.cli import main as carry_out

    signal.signal(signal.SIGINT, signal.default_int_handler)
    carry_out()
