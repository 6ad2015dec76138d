"""The folder that is served, and the names in it: a name from a browser never leads out of the folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from striate.base.errors import RunError, printable


@dataclass(frozen=True)
class Place:
    """The folder ``top`` that is served; ``data_dir`` is where data lie."""

    top: Path
    data_dir: Path | None = None

    def folder(self, name: str) -> Path:
        """Return the folder of the run or study ``name``, relative to the top; raises RunError for any other name.

        Hidden folders are none, nor is what a symbolic link leads out to.
        """
        parts = Path(name).parts
        wrong = not name or "\0" in name or Path(name).is_absolute() or any(part.startswith("..") for part in parts)
        if wrong or any(part.startswith(".") and part != "." for part in parts):
            raise RunError(f'"{printable(name)}" is not a name in this folder; choose one of its list')
        whole = self.top / name
        real, top = os.path.realpath(whole), os.path.realpath(self.top)
        if os.path.commonpath([real, top]) != top:
            raise RunError(f'"{printable(name)}" leads out of the folder that is served')
        if not whole.is_dir():
            raise RunError(f'"{printable(name)}" is gone: there is no such folder any more')
        return whole

    def name(self, folder: Path) -> str:
        """Return how ``folder`` is named here; the top itself is "."."""
        return os.path.relpath(folder, self.top)
