"""What is seen: labelled images in memory, from a catalogue or from a folder.

Nothing heavy is imported here; scikit-learn, Pillow and pooch come in when a data set needs them. Readers of formats and
augmentations have rooms of their own; beside them lies what all data share.
"""

from striate.data.catalog import describe, load, names
from striate.data.imageset import ImageSet, Split, holdout

__all__ = ["ImageSet", "Split", "describe", "holdout", "load", "names"]
