"""Images as rows of a CSV table: a label and the pixels 0 to 255, row by row, in a column each or in one with spaces between.

    label,pixel0,pixel1 ...        (the digits at Kaggle; without a first line of names too, the label first)
    emotion,pixels,Usage           (FER-2013: pixels "70 80 82 ...", Usage Training, PublicTest or PrivateTest)

A number of pixels that is a square is grey, three times a square is red, green, blue of each pixel.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from striate.base.disk.foreign import too_large
from striate.base.errors import DataError, counted, printable, reason
from striate.data.imageset import ImageSet
from striate.data.readers.array_files.arrays import Array, array_set
from striate.data.readers.parts import part_files

LABELS = ("label", "labels", "class", "emotion", "target", "digit")
_LONGEST = 1 << 20  # bytes of the first line
_MOST_COLUMNS = 100_000
_USAGE = {
    "training": "train",
    "train": "train",
    "publictest": "val",
    "privatetest": "test",
    "validation": "val",
    "test": "test",
}


def load_pixel_table(path: Path) -> ImageSet:
    """Return the images of a CSV file, or of train.csv and test.csv in a folder."""
    files, notes = part_files(path, (".csv",))
    parts: dict[str, tuple[Array, Array]] = {}
    for part, file in files.items():
        parts |= _read(file, part)
    return array_set(path, parts, notes=notes)


def _read(path: Path, part: str) -> dict[str, tuple[Array, Array]]:
    from pyarrow import csv

    shown = printable(str(path))
    if why := too_large(4 * path.stat().st_size):
        raise DataError(f"{shown} cannot be held: {why}; give fewer images")
    with path.open("rb") as file:
        head = file.readline(_LONGEST)
    first = head.decode("utf-8-sig", "replace").strip()
    if len(head) == _LONGEST or first.count(",") >= _MOST_COLUMNS:
        raise DataError(f"{shown} has a first line of more than {_MOST_COLUMNS:,} columns, and no picture has them")
    numbers = all(_is_number(cell) for cell in first.split(","))
    try:
        table: Any = csv.read_csv(path, read_options=csv.ReadOptions(autogenerate_column_names=numbers))
        titles: list[str] = list(table.column_names)
    except Exception as error:  # pyarrow's errors are those of each type of file
        raise DataError(
            f"{shown} is not a table of one width ({reason(error)}); every row needs as many columns"
        ) from error
    names = [name.strip().strip("\ufeff").lower() for name in titles]
    label = next((place for place, name in enumerate(names) if name in LABELS), 0 if numbers else None)
    if label is None:
        raise DataError(f"{shown} has no column label among {', '.join(printable(n) for n in names[:5])}; name one")
    labels = np.asarray(table.column(label))
    if "pixels" in names:
        pixels = _spaced(np.asarray(table.column(names.index("pixels"))), shown)
        usage = np.asarray(table.column(names.index("usage"))) if "usage" in names else None
    else:
        usage = None
        # pandas writes the number of each row first, in a column without a name.
        counting = {0} if label != 0 and names[0] in ("", "unnamed: 0") else set[int]()
        columns = [column for column in range(len(names)) if column not in {label, *counting}]
        pixels = np.empty((len(labels), len(columns)), np.uint8)
        for place, column in enumerate(columns):
            pixels[:, place] = _bytes(np.asarray(table.column(column)), shown, names[column])
    images = _shaped(pixels, shown)
    if usage is None:
        return {part: (images, labels)}
    told = np.array([_USAGE.get(str(word).lower(), "") for word in usage])
    if "" in told:
        raise DataError(
            f"{shown}: row {int(np.flatnonzero(told == '')[0])} has a Usage that is none of {', '.join(_USAGE)}"
        )
    return {
        name: (images[told == name], labels[told == name]) for name in ("train", "val", "test") if (told == name).any()
    }


def _is_number(cell: str) -> bool:
    try:
        float(cell.strip('" '))
    except ValueError:
        return False
    return True


def _bytes(column: Array, shown: str, name: str) -> Array:
    if column.dtype.kind not in "iuf":
        raise DataError(f"{shown}: the column {printable(name)} holds what is not a number, and pixels are 0 to 255")
    wrong = np.flatnonzero(~((column >= 0) & (column <= 255) & (np.trunc(column) == column)))
    if wrong.size:
        raise DataError(
            f"{shown}: row {wrong[0]} has {column[wrong[0]]} in the column {printable(name)}, and pixels are whole numbers from"
            " 0 to 255"
        )
    return column.astype(np.uint8)


def _spaced(cells: Array, shown: str) -> Array:
    try:
        rows = [np.array(str(cell).split(), dtype=np.int64) for cell in cells]
        return np.stack([_bytes(row, shown, "pixels") for row in rows])
    except ValueError as error:
        raise DataError(f"{shown}: the column pixels must hold as many whole numbers in every row") from error


def _shaped(pixels: Array, shown: str) -> Array:
    count = pixels.shape[1]
    for channels in (1, 3):
        side = math.isqrt(count // channels)
        if side and side * side * channels == count:
            return pixels.reshape(-1, side, side, channels)
    raise DataError(
        f"{shown} has {counted(count, 'pixel')} in a row, which are not a square image, nor one of three colours"
    )
