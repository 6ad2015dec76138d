"""What shows itself where it ends a cell of a notebook: Jupyter, marimo and their like ask an object for `_repr_html_`."""

from __future__ import annotations

from typing import ClassVar

from striate.base.catalog import loaded

SHOWN = "striate.reports.notebook.shown:html"
TRIALS = "striate.reports.notebook.trials:html"
"""Of short answers: a score, a trial, a check, a gate, an exercise."""


class Inline:
    """A result that notebooks show as a card. How it looks is known above, and is loaded when it is first asked for.

    ``CARD`` is the home of what makes the card, where it is another than that of most.
    """

    CARD: ClassVar[str] = ""

    def _repr_html_(self) -> str:
        """Return the card as HTML, complete in itself: nothing in it is requested from anywhere."""
        return loaded(self.CARD or SHOWN)(self)
