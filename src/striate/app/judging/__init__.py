"""Verdicts on what other programs did, from Python: on what they logged, and on what two commands print.

A further source of results that Striate did not train may go in. The judging itself is in `striate.studies.judged` and
`striate.studies.gate`, and studies that Striate runs are asked in `striate.app.study`.
"""
