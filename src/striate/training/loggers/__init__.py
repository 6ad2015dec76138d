"""Programs that people follow their runs in: what the loop learns goes to them too, and nothing leaves the machine unasked.

A logger goes in with a row in `catalog`, and is loaded when a run asks for it. Logs that other programs wrote are read in
`striate.studies.logs`.
"""
