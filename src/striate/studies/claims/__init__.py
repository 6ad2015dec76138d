"""The kinds of claims, one a file, and how each is judged: by comparisons with intervals and the smallest visible effect.

A kind goes in with a row in `kinds`, and judges the outcomes of runs, whoever trained them. What depends on looking more than
once belongs in `striate.studies.looks`, and which runs are still due in `striate.studies.running`.
"""
