"""What is asked: arms, seeds and claims fixed beforehand, run, and judged on what is on disk.

What states a question, has its runs done, or turns their histories into verdicts goes in; one run is the matter of
`striate.training`, and the report that of `striate.reports.study`. Parts import one another, never this door.
"""
