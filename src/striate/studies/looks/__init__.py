"""Looking more than once: at which levels, until when, and what was seen each time.

What keeps the error of all looks together at the level that was fixed beforehand goes in. A single comparison belongs in
`striate.studies.claims`, and the order in which runs are done in `striate.studies.running`.
"""
