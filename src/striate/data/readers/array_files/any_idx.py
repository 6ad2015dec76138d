"""Images in IDX files of any name and size: PREFIXtrain-images-idx3-ubyte, its labels, and those of test or t10k.

EMNIST stores each image column by column: where the prefix begins with ``emnist`` rows and columns are exchanged, and a file
PREFIXmapping.txt names the classes by their character codes. Sources: LeCun, Cortes and Burges, The MNIST database, 1998;
Cohen et al., EMNIST, arXiv 1702.05373.
"""

from __future__ import annotations

import gzip
import re
import struct
import zlib
from pathlib import Path

from striate.base.disk.foreign import open_regular, too_large
from striate.base.errors import DataError, listed, printable, reason
from striate.data.imageset import Images, ImageSet
from striate.data.readers.array_files.arrays import Array, array_set
from striate.data.readers.idx import read_idx

NAME = re.compile(r"(?P<prefix>.*?)(?P<part>train|test|t10k)-images[.-]idx3-ubyte(\.gz)?$")
_MOST = 1 << 40  # bytes that a header may promise before memory is asked


def load_idx_files(path: Path) -> ImageSet:
    """Return the images of ``path``: a folder with the files of one set, or one of its files of images."""
    folder = path if path.is_dir() else path.parent
    found = [(match["prefix"], match["part"], file) for file in _listed(folder) if (match := NAME.match(file.name))]
    prefixes = sorted({prefix for prefix, _, _ in found})
    if path.is_dir():
        if len(prefixes) > 1:
            names = listed([printable(f"{prefix}train-images-idx3-ubyte") for prefix in prefixes[:5]], "or")
            raise DataError(
                f"{printable(str(path))} has {len(prefixes)} sets of IDX files; give the path of one: {names}"
            )
        prefix = prefixes[0]
    else:
        match = NAME.match(path.name)
        if match is None:
            raise DataError(f"{printable(str(path))} must be called ...train-images-idx3-ubyte, beside its labels")
        prefix = match["prefix"]
    parts: dict[str, tuple[Array, Array]] = {}
    turned = prefix.lower().startswith("emnist")
    for start, part, file in found:
        if start == prefix:
            images = _values(file, 3)
            labels = _values(file.with_name(file.name.replace("-images", "-labels").replace("idx3", "idx1")), 1)
            parts["test" if part == "t10k" else part] = images.transpose(0, 2, 1) if turned else images, labels
    notes = ("rows and columns of EMNIST's images were exchanged, which are stored column by column",) if turned else ()
    return array_set(
        folder / prefix.strip("-_.") if prefix else folder, parts, names=_mapping(folder, prefix), notes=notes
    )


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(file for file in folder.iterdir() if not file.is_dir())  # archives unpack to folders of that name
    except OSError as error:
        raise DataError(f"the folder {printable(str(folder))} could not be read ({reason(error)})") from error


def _values(path: Path, dimensions: int) -> Images:
    """Return the values of an IDX file of that many dimensions, as its header tells them, after memory was asked."""
    shown = printable(str(path))
    try:
        with open_regular(path) as file, gzip.open(file, "rb") if path.suffix == ".gz" else file as stream:
            header = stream.read(4 + 4 * dimensions)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{shown} could not be read ({reason(error)}); put it beside the others") from error
    if len(header) < 4 + 4 * dimensions or header[:4] != bytes((0, 0, 8, dimensions)):
        raise DataError(
            f"{shown} is not an IDX file of uint8 with {dimensions} dimensions; it begins with {header[:4].hex()}"
        )
    shape = struct.unpack(f">{dimensions}I", header[4:])
    size = 1
    for length in shape:
        size *= length
    if why := "no machine has as much memory" if size > _MOST else too_large(2 * size):
        raise DataError(f"{shown} says that it holds {size:,} values, and cannot be held: {why}; fetch it again")
    return read_idx(path, shape)


def _mapping(folder: Path, prefix: str) -> dict[int, str] | None:
    """Return the names of EMNIST's classes: each line is a label and the codes of the characters that it stands for."""
    try:
        with open_regular(folder / f"{prefix}mapping.txt") as file:
            lines = file.read(1 << 16).decode("ascii", "replace").splitlines()
        rows = [[int(word) for word in line.split()] for line in lines if line.strip()]
        return {row[0]: printable("/".join(map(chr, row[1:]))) for row in rows}
    except (OSError, ValueError, IndexError, OverflowError):
        return None
