"""What is written to a terminal, and how it is kept harmless and readable: tables, progress, formulas.

All text leaves through `speech`; nothing here decides or computes.
"""
