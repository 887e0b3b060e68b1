"""Rewrite every expected block from what the code says now: `make cases`. Read the difference as somebody else's."""

from __future__ import annotations

import runpy
import sys


def main() -> None:
    """Rewrite the error cases, the commands shown in the docs, and the pages made from the code."""
    for module, arguments in (
        ("tests.test_error_cases", ["--rewrite"]),
        ("tests.test_docs", []),
        ("tests.test_tidy", []),
    ):
        sys.argv = [module, *arguments]
        runpy.run_module(module, run_name="__main__")


if __name__ == "__main__":
    main()
