"""The images of a data set at the size that a net takes, brought there as those were that it was trained on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from striate.data import load, names
from striate.data.catalog import is_table

if TYPE_CHECKING:
    from striate.app.inputs.opened_net import Subject
    from striate.data.imageset import ImageSet


def images_for(
    subject: Subject,
    data: str,
    data_dir: str | Path | None = None,
    skip_damaged: bool = False,
    *,
    enlarge: bool = True,
) -> ImageSet:
    """Return the images of ``data`` as squares of the net's side; as they are where the net takes no squares, or rows.

    Photographs of a path are never read at their own size first: they may be of several, and may fill the disk. Without
    ``enlarge`` a data set of the catalogue stays as it is. Raises DataError as `striate.data.load` does.
    """
    height, width, _ = subject.inputs.image_shape
    square = height if height == width > 1 else None
    at_path = data not in names() and not is_table(data)

    def at(side: int | None) -> ImageSet:
        return load(
            data,
            data_dir=data_dir,
            image_size=side,
            skip_damaged=skip_damaged or subject.skip_damaged,
            levels=subject.levels,
            resizing=subject.resizing,
        )

    found = at(square if at_path else None)
    if at_path or square is None or not enlarge or found.tabular or found.image_shape[:2] == (height, width):
        return found
    return at(square)
