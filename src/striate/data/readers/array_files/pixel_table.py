"""Images as rows of a CSV table: a label and the pixels 0 to 255, row by row, in a column each or in one with spaces between.

    label,pixel0,pixel1 ...        (the digits at Kaggle; without a first line of names too, the label first)
    emotion,pixels,Usage           (FER-2013: pixels "70 80 82 ...", Usage Training, PublicTest or PrivateTest)

A number of pixels that is a square is grey, three times a square is red, green, blue of each pixel.
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import numpy as np

from striate.base.disk.foreign import open_regular, too_large
from striate.base.errors import DataError, counted, printable, reason
from striate.data.imageset import ImageSet
from striate.data.readers.array_files.arrays import Array, array_set
from striate.data.readers.parts import part_files

ENDINGS = (".csv", ".tsv")
PIXEL = re.compile(r"pixels?[ _]?\d*|\d+x\d+|0")  # pixel17; 3x4 in MNIST's most usual table
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


def is_pixel_table(path: Path) -> bool:
    """Return whether the first line of a file is that of a table of pixels; False for whatever cannot be read."""
    if path.suffix.lower() not in ENDINGS:
        return False
    try:
        with open_regular(path) as file:
            names, _ = _cells(file.readline(_LONGEST))
    except OSError:
        return False
    known = any(name in LABELS for name in names) and any(PIXEL.fullmatch(name) for name in names)
    return known or (len(names) > 9 and all(name.isdecimal() for name in names[:-1]))


def load_pixel_table(path: Path) -> ImageSet:
    """Return the images of a CSV file, or of train.csv and test.csv in a folder."""
    files, notes = part_files(path, ENDINGS)
    parts: dict[str, tuple[Array, Array]] = {}
    for part, file in files.items():
        parts |= _read(file, part)
    given = np.concatenate([labels for _, labels in parts.values()])
    if given.dtype.kind in "iuf":
        return array_set(path, parts, notes=notes)
    if any(label is None for label in given):
        raise DataError(f"{printable(str(path))} has rows without a label; leave them out")
    words = sorted({str(label) for label in given})
    if numbers := [word for word in words if _is_number(word)]:
        raise DataError(
            f"{printable(str(path))} has the labels {printable(numbers[0])} and {printable(words[-1])}; they must be whole"
            " numbers, or all words"
        )
    numbers = {word: number for number, word in enumerate(words)}
    numbered = {
        part: (images, np.array([numbers[str(label)] for label in labels])) for part, (images, labels) in parts.items()
    }
    return array_set(path, numbered, names=dict(enumerate(map(printable, words))), notes=notes)


def _cells(line: bytes) -> tuple[list[str], str]:
    """Return the cells of the first line of a table, in small letters, and what stands between them."""
    text = line.decode("utf-8-sig", "replace").strip("\r\n").lower()
    mark = next((mark for mark in "\t;" if mark in text), ",")
    return [cell.strip().strip('"').strip() for cell in text.split(mark)], mark


def _read(path: Path, part: str) -> dict[str, tuple[Array, Array]]:
    from pyarrow import csv

    shown = printable(str(path))
    if why := too_large(4 * path.stat().st_size):
        raise DataError(f"{shown} cannot be held: {why}; give fewer images")
    with path.open("rb") as file:
        head = file.readline(_LONGEST)
    names, mark = _cells(head)
    if len(head) == _LONGEST or len(names) > _MOST_COLUMNS:
        raise DataError(f"{shown} has a first line of more than {_MOST_COLUMNS:,} columns, and no picture has them")
    numbers = all(_is_number(cell) for cell in names)
    try:
        table: Any = csv.read_csv(
            path,
            # The names are those of `_cells`, since pyarrow's must be UTF-8.
            read_options=csv.ReadOptions(autogenerate_column_names=True, skip_rows=0 if numbers else 1),
            parse_options=csv.ParseOptions(delimiter=mark),
        )
        if table.num_columns != len(names):
            raise ValueError(f"the first line has {len(names)} columns and the others {table.num_columns}")
    except Exception as error:  # pyarrow's errors are those of each type of file
        raise DataError(
            f"{shown} is not a table of one width ({reason(error)}); every row needs as many columns"
        ) from error
    label = next((place for place, name in enumerate(names) if name in LABELS), 0 if numbers else None)
    if label is None:
        raise DataError(f"{shown} has no column label among {', '.join(printable(n) for n in names[:5])}; name one")
    labels = np.asarray(table.column(label))
    if numbers and not _classes(labels) and _classes(np.asarray(table.column(len(names) - 1))):
        raise DataError(
            f"{shown} has no names in its first line, so its labels are expected in the first column, and those of the last"
            " look like them; put the labels first, or write a line of names with label in it"
        )
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
    told = np.array([_USAGE.get(str(word).strip().lower(), "") for word in usage])
    if "" in told:
        raise DataError(
            f"{shown}: row {int(np.flatnonzero(told == '')[0])} has a Usage that is none of {', '.join(_USAGE)}"
        )
    return {
        name: (images[told == name], labels[told == name]) for name in ("train", "val", "test") if (told == name).any()
    }


def _classes(column: Array) -> bool:
    """Return whether the values are the numbers of two or more classes: all from 0, or from 1, and none left out."""
    values = np.unique(column)
    first = values[0] if len(values) > 1 and column.dtype.kind in "iu" else -1
    return first in (0, 1) and values[-1] - first + 1 == len(values)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
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
