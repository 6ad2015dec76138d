"""Results as cards in a notebook: one for each kind of thing that a cell may end with, from the parts that the pages have.

The card of a further kind may go in. A whole sheet as a notebook is written by `striate.sheets.pages`, and the bar of a cell
that still runs by `striate.app.progress`.
"""
