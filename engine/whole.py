"""Files of people, written in one move: whole or not at all, so that nobody reads or is left with half of one."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import mkstemp


def write_whole(path: Path, raw: bytes) -> None:
    """Put `raw` in the place of a file, with the rights that it has, or make it. An OSError names the file."""
    real = path.resolve()
    if real.exists() and not real.is_file():
        # What is no file (/dev/stdout) keeps its place.
        real.write_bytes(raw)
        return
    mode = real.stat().st_mode & 0o7777 if real.exists() else 0o644
    made = None
    try:
        handle, made = mkstemp(dir=real.parent, prefix=f".{real.name[:40]}.")
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(made, mode)
        os.replace(made, real)
    except BaseException as wrong:
        if made is not None:
            os.unlink(made)
        if isinstance(wrong, OSError):
            wrong.filename = str(path)
        raise
