"""What a net looks at: net and images in, a record out, no trace left.

A probe goes into the room of its kind, with a row in `catalog`; beside the rooms lies what all kinds share. What is measured
of a net without asking what it looks at is in `striate.nets.measure`, and the pages of records are in
`striate.reports.probe`.
"""

from striate.probes import probe

__all__ = ["probe"]
