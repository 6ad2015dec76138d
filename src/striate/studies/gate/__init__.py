"""A gate: two commands of anyone's, run with seeds, and the verdict on what they print: keep the change, or discard it.

What starts such commands, reads their numbers or records them goes in; the statistics are those of `striate.studies.claims`
and `striate.studies.looks`. Numbers that lie in a log already are judged in `striate.studies.judged`.
"""
