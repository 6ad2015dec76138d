"""The pages of the probes, one file for each kind of record.

A new kind of record gets its file here and a row in `page`; until then `plain` shows it. What the pages of other things need
as well belongs in `striate.reports.kit`.
"""
