"""The questions that Striate ships, one a file, in the form of a user's own study file.

A question goes in with a row in `striate.studies.catalog`, into the folder that says what it varies. A claim that no kind can
state yet needs a new kind in `striate.studies.claims`.
"""
