"""A PostgreSQL cluster of the tests' own, in a folder that goes with it, run by a user who is not root."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class Cluster:
    """A cluster that can be stopped and started; it listens on a socket in its folder, and nowhere else."""

    def __init__(self, programs: Path, folder: Path, settings: str) -> None:
        self._programs, self._folder, self._settings = programs, folder, settings
        self._count = 0
        # PostgreSQL refuses to be run by root.
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:
            names = {each.pw_name for each in pwd.getpwall()}
            user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
            os.chown(folder, user.pw_uid, user.pw_gid)
            self._as = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        self._run(
            "initdb", "-D", self._at("data"), "-A", "trust", "-U", "contract", "-E", "UTF8", "--no-sync"
        )

    def start(self) -> None:
        """Start it, and return once it answers."""
        options = f"-k {self._folder} -c listen_addresses= -c max_connections=200 {self._settings}"
        log = self._at("log")
        self._run("pg_ctl", "-D", self._at("data"), "-w", "-t", "60", "-l", log, "-o", options, "start")

    def stop(self, mode: str = "immediate") -> None:
        """Stop it; `immediate` is as if its processes had died."""
        self._run("pg_ctl", "-D", self._at("data"), "-w", "-t", "60", "-m", mode, "stop")

    def database(self) -> str:
        """Make a database, and return its address."""
        self._count += 1
        name = f"store{self._count}"
        self._run("createdb", "-h", str(self._folder), "-U", "contract", name)
        return f"postgresql://contract@/{name}?host={self._folder}"

    def _at(self, name: str) -> str:
        return str(self._folder / name)

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self._programs / program), *arguments], cwd=self._folder, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False, **self._as,
        )  # fmt: skip
        assert done.returncode == 0, f"{program}: {done.stderr}"


def programs() -> Path | None:
    """Return where PostgreSQL's programs are, the newest first; None if they are not there."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -int(path.parent.name))
    own = shutil.which("initdb")
    found += [Path(own).resolve().parent] if own else []
    return next((each for each in found if (each / "initdb").exists()), None)


@contextmanager
def cluster(settings: str = "") -> Iterator[Cluster]:
    """Run a cluster for as long as the context lasts. `settings` are options of the server, such as `-c fsync=off`."""
    there = programs()
    assert there is not None
    # Whoever runs it must reach it, and the name of a socket may have 107 bytes: not in a folder of pytest's.
    with tempfile.TemporaryDirectory(prefix="contract-postgresql-", dir="/tmp") as folder:
        made = Cluster(there, Path(folder), settings)
        made.start()
        try:
            yield made
        finally:
            made.stop()
