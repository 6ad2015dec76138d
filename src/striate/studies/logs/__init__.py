"""Other programs' logs, read for what they say of runs: one reader a file, each safe with a file that a stranger sent.

A reader goes in with a row in `catalog`, and returns the rows that `log` describes. What the rows mean is settled in
`striate.studies.judged`; logs that Striate writes itself are the matter of `striate.training.loggers`.
"""
