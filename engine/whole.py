"""Files of people, written in one move: whole or not at all, so that nobody reads or is left with half of one."""

from __future__ import annotations

import os
from pathlib import Path
from secrets import token_hex


def write_whole(path: Path, raw: bytes) -> None:
    """Put `raw` in the place of a file, with the rights that it has, or make it as any other. An OSError names it."""
    real = path.resolve()
    if real.exists() and not real.is_file():
        # What is no file (/dev/stdout) keeps its place.
        real.write_bytes(raw)
        return
    kept = real.stat().st_mode & 0o7777 if real.exists() else None
    beside = real.with_name(f".{real.name[:40]}.{token_hex(4)}")
    mode = 0o666 if kept is None else kept
    try:
        with open(beside, "xb", opener=lambda path, flags: os.open(path, flags, mode)) as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        if kept is not None:
            os.chmod(beside, kept)
        os.replace(beside, real)
    except BaseException as wrong:
        beside.unlink(missing_ok=True)
        if isinstance(wrong, OSError):
            wrong.filename = str(path)
        raise
