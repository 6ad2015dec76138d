"""What a net looks at: net and images in, a record out, no trace left."""

from striate.probes import probe

__all__ = ["probe"]
