"""What shows itself where it ends a cell of a notebook: Jupyter, marimo and their like ask an object for `_repr_html_`."""

from __future__ import annotations

from striate.base.catalog import loaded

SHOWN = "striate.reports.notebook.shown:html"


class Inline:
    """A result that notebooks show as a card. How it looks is known above, and is loaded when it is first asked for."""

    def _repr_html_(self) -> str:
        """Return the card as HTML, complete in itself: nothing in it is requested from anywhere."""
        return loaded(SHOWN)(self)
