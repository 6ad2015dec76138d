"""The only place where the name of a sheet becomes its questions; a row is a module below `striate.sheets.builtin`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from striate.base.catalog import Catalog, loaded
from striate.base.errors import StudyError
from striate.sheets.sheet import Sheet, sheet_from_file


@dataclass(frozen=True)
class Entry:
    """One builtin sheet: its name, and the course and homework that it answers."""

    name: str
    title: str

    def sheet(self) -> Sheet:
        """Return the sheet, whose module is loaded now."""
        return loaded(f"striate.sheets.builtin.{self.name}:SHEET")


BUILTIN: Catalog[Entry] = Catalog(
    "sheet",
    StudyError,
    (
        Entry("cs7150", "CS 7150 Deep Learning, Homework 1, summer 2020"),
        Entry("convnets2020", "Homework 2, Convolutional Networks, October 2020"),
        Entry("eecs498", "EECS 498/598 Deep Learning, Homework 1, 2019"),
        Entry("csce636", "CSCE 636 Deep Learning, Assignment 2"),
    ),
    also=lambda: "or the path of a sheet file",
)


def sheet(name: str) -> Sheet:
    """Return the builtin sheet ``name``, or the one in the sheet file of that path; raises StudyError."""
    if name not in BUILTIN and (name.endswith(".py") or "/" in name):
        return sheet_from_file(Path(name))
    return BUILTIN.entry(name).sheet()
