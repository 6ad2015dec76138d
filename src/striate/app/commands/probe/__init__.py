"""The commands `striate probe NAME`, one file for each kind of probe.

What they share, a net and pictures opened and a page written, is in `opened`; the probes themselves are in `striate.probes`.
"""
