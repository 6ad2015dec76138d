"""The run folder, which is the source of truth of a run: its files, their seals, how a run is saved and opened again.

Whoever writes or reads a file of a run does it here. How a file becomes whole or absent is settled in `striate.base.disk`,
and where the runs of a study lie in `striate.studies.layout`.
"""
