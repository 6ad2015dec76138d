"""From a study to its runs and verdicts: which runs are due, who does them, and when they are judged.

A further place for runs goes in as an `executor`, in a module or a folder of its own. How one run goes is the matter of
`striate.training`, and what its outcome counts for that of `striate.studies.claims`.
"""
