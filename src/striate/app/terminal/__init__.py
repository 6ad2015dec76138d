"""What is written to a terminal, and how it is kept harmless and readable: tables, formulas, folded prose.

A way to print one kind of record may go in; all text leaves through `speech`, and nothing here decides or computes. Bars of
what is not done yet are in `striate.app.progress`, and pages in `striate.reports`.
"""
