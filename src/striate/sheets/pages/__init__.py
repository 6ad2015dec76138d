"""A document as files: one page, LaTeX, Markdown, a notebook.

A format goes in as a function of the document alone, so that all formats say the same. What stands in a document is decided
in `striate.sheets.document`, and the pages of single runs and studies are in `striate.reports`.
"""
