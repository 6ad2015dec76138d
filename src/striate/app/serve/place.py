"""The folder that is served, and the names in it: a name from a browser never leads out of the folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from striate.base.disk.foreign import kind_of
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
        whole = self._inside(name)
        if not os.path.isdir(whole):
            raise RunError(
                f'"{_short(name)}" is no run or study of this folder, or not any more; choose one of its list'
            )
        return whole

    def file(self, name: str) -> Path:
        """Return the regular file ``name`` below the top; raises RunError as `folder` does."""
        whole = self._inside(name)
        if not os.path.isfile(whole) or kind_of(whole) != "file":
            raise RunError(f'"{_short(name)}" is no file of this folder, or not any more; choose one of its list')
        return whole

    def name(self, folder: Path) -> str:
        """Return how ``folder`` is named here; the top itself is "."."""
        return os.path.relpath(folder, self.top)

    def _inside(self, name: str) -> Path:
        parts = Path(name).parts
        wrong = not name or "\0" in name or Path(name).is_absolute() or any(part.startswith("..") for part in parts)
        if wrong or any(part.startswith(".") and part != "." for part in parts):
            raise RunError(f'"{_short(name)}" is not a name in this folder; choose one of its list')
        whole = self.top / name
        if "?" in name and not os.path.lexists(whole):
            whole = _spelt(self.top, parts)
        real, top = os.path.realpath(whole), os.path.realpath(self.top)
        if os.path.commonpath([real, top]) != top:
            raise RunError(f'"{_short(name)}" leads out of the folder that is served')
        return whole


def _short(name: str) -> str:
    return printable(name if len(name) <= 120 else f"{name[:120]}...")


def _spelt(top: Path, parts: tuple[str, ...]) -> Path:
    """Return the path whose bytes, where they are no UTF-8, a browser was told as "?": the first one that reads so."""
    here = top
    for part in parts:
        found = here / part
        if not os.path.lexists(found) and os.path.isdir(here):
            alike = (one for one in sorted(os.listdir(here)) if one.encode("utf-8", "replace") == part.encode())
            found = here / next(alike, part)
        here = found
    return here


def files_below(top: Path, endings: tuple[str, ...], *, most: int = 200, looked_at: int = 20_000) -> list[str]:
    """Return the names, relative to ``top``, of files that end in one of ``endings``, in order; none of a run is among them.

    Hidden folders, links and what belongs to a run are passed over; ``looked_at`` names at most are seen, and 4 levels.
    """
    found: list[str] = []
    for here, inner, names in os.walk(top):
        level = 0 if here == str(top) else os.path.relpath(here, top).count(os.sep) + 1
        run = "recipe.json" in names
        inner[:] = [] if run or level >= 3 else sorted(name for name in inner if not name.startswith("."))
        looked_at -= len(names) + len(inner)
        if not run:
            ours = (name for name in sorted(names) if name.endswith(endings) and not name.startswith("."))
            whole = (os.path.join(here, name) for name in ours)
            found += [os.path.relpath(path, top) for path in whole if not os.path.islink(path)]
        if len(found) >= most or looked_at <= 0:
            break
    return found[:most]
