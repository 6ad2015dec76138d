"""What learns: nets with named insides (taps) and a measured anatomy."""

from striate.nets.catalog import build, names

__all__ = ["build", "names"]
