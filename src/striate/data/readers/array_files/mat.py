"""Images in MATLAB files of version 5, as SVHN's cropped digits come: X uint8 (H, W, C, N) and y (N, 1).

Names, shapes and types are read first, and what would not fit into memory is not loaded. Files of version 7.3 are HDF5, and
are not read. Of labels 1 to 10, 10 is the digit 0. Source: Netzer et al., Reading Digits in Natural Images, 2011.
"""

from __future__ import annotations

import math
import os
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, cast

from numpy.typing import NDArray

from striate.base.disk.foreign import open_regular, too_large
from striate.base.errors import DataError, printable, reason
from striate.data.imageset import ImageSet
from striate.data.readers.array_files.arrays import array_set
from striate.data.readers.parts import part_files

Array = NDArray[Any]
_START, _COMPRESSED = 128, 15  # bytes of the header; miCOMPRESSED
_PIECE, _SLACK = 1 << 20, 1 << 16
_TYPES = {"uint8", "int8", "uint16", "int16", "int32", "int64", "uint32", "uint64", "double", "single"}


def load_mat(path: Path) -> ImageSet:
    """Return the images of one .mat file, or of train_*.mat and test_*.mat in a folder."""
    files, notes = part_files(path, (".mat",))
    parts = {name: _read(file) for name, file in files.items()}
    labels = parts["train"][1] if "train" in parts else None
    digits = labels is not None and labels.size and labels.min() >= 1 and labels.max() == 10
    if digits:
        parts = {name: (images, given % 10) for name, (images, given) in parts.items()}
        notes = (*notes, "the label 10 stands for the digit 0, as in SVHN")
    return array_set(path, parts, notes=notes)


def _read(path: Path) -> tuple[Array, Array]:
    from scipy.io import loadmat, whosmat

    shown = printable(str(path))
    try:
        with open_regular(path) as file:
            held = {name: (shape, kind) for name, shape, kind in whosmat(cast(Any, file))}
            missing = [name for name in ("X", "y") if name not in held]
            if missing:
                known = ", ".join(printable(name)[:50] for name in list(held)[:10]) or "nothing"
                raise DataError(f"{shown} holds {known}, and must hold X (H, W, C, N) and y (N, 1)")
            for name in ("X", "y"):
                shape, kind = held[name]
                if kind not in _TYPES or (name == "X" and (kind != "uint8" or len(shape) != 4)):
                    raise DataError(
                        f"{shown}: {name} is {kind} of shape {shape}, and X must be uint8 (H, W, C, N), y numbers"
                    )
                if why := too_large(3 * math.prod(shape) * 8 ** (name == "y")):
                    raise DataError(f"{shown}: {name} cannot be held: {why}; give fewer images")
            _refuse_swollen(file, held, shown)
            file.seek(0)
            arrays = loadmat(cast(Any, file), variable_names=["X", "y"])
    except DataError:
        raise
    except NotImplementedError as error:
        raise DataError(f"{shown} is of MATLAB's version 7.3, which is HDF5; save it with -v7") from error
    except Exception as error:  # a damaged file can raise anything
        raise DataError(
            f"{shown} is no MATLAB file of version 5, or is damaged ({reason(error)}); fetch it again"
        ) from error
    return arrays["X"].transpose(3, 0, 1, 2), arrays["y"]


def _refuse_swollen(file: BinaryIO, held: Mapping[str, tuple[tuple[int, ...], str]], shown: str) -> None:
    """Raise DataError where a compressed element unpacks to more than the variables take that the file names.

    SciPy asks memory for as much as the element itself says of its data, which its shape need not agree with.
    """
    most = sum(8 * math.prod(shape) for shape, _ in held.values()) + _SLACK * (len(held) + 1)
    file.seek(_START)
    while len(tag := file.read(8)) == 8:
        kind, size = min((struct.unpack(order, tag) for order in ("<II", ">II")), key=lambda pair: pair[0])
        if kind != _COMPRESSED:
            file.seek(size, os.SEEK_CUR)
            continue
        unpacked, left, made = zlib.decompressobj(), size, 0
        while left > 0 and (piece := file.read(min(left, _PIECE))):
            left -= len(piece)
            while piece and not unpacked.eof:
                made += len(unpacked.decompress(piece, _PIECE))
                piece = unpacked.unconsumed_tail
                if made > most:
                    raise DataError(f"{shown} unpacks to more than the {most:,} bytes of what it names; fetch it again")
