"""Verdicts on runs that were trained elsewhere: a log becomes arms with seeds, and the claims of a study judge them.

What makes runs of rows, and refuses what would make a verdict untrue, goes in. How a program's log is read belongs in
`striate.studies.logs`.
"""
