"""What learns: nets with named insides (taps) and a measured anatomy.

What a net is goes in: how it is built or loaded, what it expects of an image, and what can be said of it untrained. How it
learns belongs in `striate.training`, what it looks at in `striate.probes`, and a net by hand in `striate.scratch`.
"""

from striate.nets.catalog import build, names

__all__ = ["build", "names"]
