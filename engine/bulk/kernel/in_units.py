"""Whole tables folded as columns: in units of whole accounts, each by a process; what is done is not folded again."""

from __future__ import annotations

import json
import shutil
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.bulk.kernel.machine import is_extra
from engine.bulk.mapping import Mapped
from engine.bulk.run import STRAIGHT, Counts, Spread, Tell
from engine.bulk.tables import Table

if TYPE_CHECKING:
    from engine.bulk.kernel.straight import Straight
    from engine.bulk.kernel.units import Outline, Piece, Spill, Survey, Unit

STRAIGHT_FROM = 100_000
"""From how many rows on a table is folded as a whole: to compile what does so takes as long as so many one by one."""


class InUnits(ABC):
    """What folds the units of tables: a portfolio, or two versions of one."""

    @property
    @abstractmethod
    def mapped(self) -> Mapped:
        """How rows are events."""

    @property
    @abstractmethod
    def tables(self) -> Mapping[str, Mapping[str, str]]:
        """The tables that come out, each with its columns and their SQL types."""

    @abstractmethod
    def readers(self) -> list[Straight]:
        """Return what folds whole tables, one for each version; nothing without a plan. Raises Unlike."""

    @abstractmethod
    def fold_whole(self, unit: Unit, targets: Mapping[str, Path], left: Path) -> Counts:
        """Fold the accounts of a unit; write its tables, and the names of those that are left. Raises Unequal."""

    def straight(self, tables: Sequence[Table], work: Path, spread: Spread, tell: Tell) -> Counts | str:
        """Fold tables of many rows as columns; where they have few, or cannot be, return why. Raises Unequal."""
        if self.mapped.events:
            return "a mapping is given"
        if {each.suffix for each in tables} != {".parquet"}:
            return "not all tables are Parquet"
        if not is_extra():
            return "llvmlite and pyarrow (the extra `kernel`) are not installed"
        from engine.bulk.kernel.room import keep_room
        from engine.bulk.kernel.straight import BROKEN, Unlike
        from engine.bulk.kernel.units import outlined

        try:
            outlines = [outlined(each.path) for each in tables]
            if (rows := sum(each.rows for each in outlines)) < STRAIGHT_FROM:
                return f"they have {rows:,} rows, and it is worth while from {STRAIGHT_FROM:,} on"
            keep_room()
            readers = self.readers()
            if not readers:
                return "there is no plan"
            for each in readers:
                for outline in outlines:
                    each.reader.check_schema(outline.schema)
                each.warm()
            return self._in_units(outlines, work, spread, tell)
        except (Unlike, *BROKEN) as wrong:
            for left in work.glob(f"{STRAIGHT}.*"):
                left.unlink()
            return str(wrong).strip().split("\n")[0]

    def _in_units(self, tables: list[Outline], work: Path, spread: Spread, tell: Tell) -> Counts:
        from engine.bulk.kernel import units

        pieces = [piece for each in tables for piece in each.pieces]
        surveys: list[Survey] = []
        for each in spread("surveyed", [(piece, len(tables) == 1) for piece in pieces]):
            tell("looking at accounts", len(surveys), len(pieces))
            surveys.append(each)
        found = units.cut(pieces, surveys)
        if found is None:
            found = units.scattered_units(self._scattered(tables, work, spread, tell))
        done = Counts()
        asked_units = [(number, unit, work) for number, unit in enumerate(found)]
        for number, each in enumerate(spread("fold_unit", asked_units)):
            tell("folding columns", number, len(found))
            done += each
        return done

    @staticmethod
    def _scattered(tables: list[Outline], work: Path, spread: Spread, tell: Tell) -> Spill:
        """Scatter tables, if they are not yet. A column that is wider in one place is so in all."""
        from engine.bulk.kernel import units

        folder, mark = work / "laid", work / "laid.json"
        files = dict.fromkeys(piece.path for each in tables for piece in each.pieces)
        spill, pieces = units.spill_of(folder, list(files), sum(each.rows for each in tables))
        if mark.is_file():
            return replace(spill, wider=frozenset(json.loads(mark.read_text("utf-8"))))
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        as_wide = dict.fromkeys(range(len(pieces)), frozenset[str]())
        left = list(as_wide)
        while left:
            asked = [(pieces[number], number, spill) for number in left]
            for done, wider in enumerate(spread("scatter", asked)):
                tell("scattering columns", done, len(left))
                as_wide[left[done]] = wider
            spill = replace(spill, wider=spill.wider.union(*as_wide.values(), units.overfull(spill)))
            left = [number for number, wider in as_wide.items() if wider != spill.wider]
        _write(mark, sorted(spill.wider))
        return spill

    @staticmethod
    def surveyed(piece: Piece, alone: bool) -> Survey:
        """Look at the accounts of a piece of a table, which may be `alone`."""
        from engine.bulk.kernel import units

        return units.surveyed(piece, alone)

    @staticmethod
    def scatter(piece: Piece, number: int, spill: Spill) -> frozenset[str]:
        """Lay the rows of a piece of a table part by part; return which columns are wider."""
        from engine.bulk.kernel import units

        return units.scattered(piece, number, spill)

    def fold_unit(self, number: int, unit: Unit, work: Path) -> Counts:
        """Fold a unit and leave its files; one that was folded before is not folded again. Raises Unequal."""
        mark = work / f"{STRAIGHT}.{number}.json"
        if mark.is_file():
            return Counts(**json.loads(mark.read_text("utf-8")))
        targets = {kind: work / f"{STRAIGHT}.{number}.{kind}.piece" for kind in self.tables}
        counts = self.fold_whole(unit, targets, work / f"{STRAIGHT}.{number}.left.parquet")
        _write(mark, asdict(counts))
        return counts


def _write(mark: Path, found: Any) -> None:
    """Leave what was found, whole or not at all."""
    part = mark.with_suffix(".part")
    part.write_text(json.dumps(found), "utf-8")
    part.replace(mark)
