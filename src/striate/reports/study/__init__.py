"""The report of a study, read from its folder alone: plan, cards, tables, files.

What shows arms, seeds or verdicts goes in, also those of runs that were trained elsewhere. Nothing is judged here: verdicts
come from `striate.studies`, and a single run is shown in `striate.reports.run`.
"""
