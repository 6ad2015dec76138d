"""What is seen: labelled images in memory, from a catalogue or from a folder.

Nothing heavy is imported here, not even NumPy, before it is needed: what only names data or says where they lie is as fast as a
help text. Readers of formats and augmentations have rooms of their own; beside them lies what all data share.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from striate.base.catalog import doors

if TYPE_CHECKING:
    from striate.data.catalog import describe as describe
    from striate.data.catalog import load as load
    from striate.data.catalog import names as names
    from striate.data.imageset import ImageSet as ImageSet
    from striate.data.imageset import Split as Split
    from striate.data.imageset import holdout as holdout
else:
    __all__, __getattr__, __dir__ = doors(__name__, __file__)
