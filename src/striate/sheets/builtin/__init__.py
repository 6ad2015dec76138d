"""The sheets of four courses, a module or a folder each: their questions in our own words, and the parts of every answer.

A course goes in with a row in `striate.sheets.catalog`, and names what is to be trained without training it. A sentence that
depends on numbers belongs in `striate.sheets.answers`.
"""
