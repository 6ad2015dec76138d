"""Progress in a notebook: one line with a bar, drawn anew in place, by what Jupyter and marimo have for that."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from html import escape
from typing import Any

from striate.base.catalog import loaded

Place = Callable[[str], None]  # puts HTML where the last it was given stands

PAUSE = 0.2  # seconds between two drawings, which cross the network


def notebook() -> Place | None:
    """Return what shows HTML below the cell that runs, in Jupyter or marimo; None where this is not a notebook."""
    # Neither is imported: a program that runs in a notebook has it loaded.
    if (marimo := sys.modules.get("marimo")) is not None and marimo.running_in_notebook():
        return lambda html: marimo.output.replace(marimo.Html(html))
    ipython: Any = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if getattr(shell, "kernel", None) is None:  # IPython on a terminal
        return None
    ipython = loaded("IPython.display")
    shown: list[Any] = []

    def place(html: str) -> None:
        if shown:
            shown[0].update(ipython.HTML(html))
        else:
            shown.append(ipython.display(ipython.HTML(html), display_id=True))

    return place


class NotebookBar:
    """The bar of one task, with the calls that `rich.progress.Progress` has for it."""

    def __init__(self, place: Place) -> None:
        self._place, self._last, self._before = place, 0.0, ""
        self._now: dict[str, Any] = {"description": "", "completed": 0, "total": None, "note": ""}

    def add_task(self, description: str, *, note: str = "", total: float | None = None) -> int:
        """Name the task; there is only one."""
        self.update(0, description=description, note=note, total=total)
        return 0

    def update(self, task: int, **changed: Any) -> None:
        """Draw what has changed, unless it was drawn a moment ago."""
        self._now |= changed
        if time.monotonic() - self._last >= PAUSE:
            self.draw()

    def print(self, line: str) -> None:
        """Show ``line`` above the bar, in the place of the line before."""
        self._before = line

    def draw(self) -> None:
        """Show the bar as it is now."""
        now, self._last = self._now, time.monotonic()
        extent = f' max="{now["total"]}" value="{now["completed"]}"' if now["total"] else ""
        words = escape(f"{now['description']}   {now['note']}")
        above = f"<div>{escape(self._before)}</div>" if self._before else ""
        self._place(f'{above}<div><progress{extent} aria-label="{words}"></progress> {words}</div>')
