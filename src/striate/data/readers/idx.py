"""MNIST and Fashion-MNIST from their IDX files, gzip-compressed or not.

IDX: two zero bytes, one byte for the type (8 is uint8), one for the number of dimensions, each dimension as a
big-endian 32-bit number, then the values. Sources: LeCun, Cortes and Burges, The MNIST database, 1998; Xiao, Rasul and
Vollgraf, Fashion-MNIST, arXiv 1708.07747.
"""

from __future__ import annotations

import math
import struct
from pathlib import Path

import numpy as np

from striate.base.errors import DataError, counted
from striate.data.imageset import Images, ImageSet, Split, image_set
from striate.data.readers.download import absent, download, target
from striate.data.readers.layouts import IDX_FILES, IdxLayout, idx_file, unpacked


def load_idx(layout: IdxLayout, *, data_dir: Path | None = None, fetch: bool = True) -> ImageSet:
    """Return MNIST or Fashion-MNIST: uint8 (N, 28, 28, 1), 60,000 train and 10,000 test images; no val.

    Raises DataError, naming the file and what is wrong in it, for what is absent, damaged or not this data set.
    """
    folder = layout.locate(data_dir) or _downloaded(layout, target(data_dir) / layout.folders[0], fetch)
    return read(folder, layout)


def read(folder: Path, layout: IdxLayout) -> ImageSet:
    """Read the four files in ``folder`` as `load_idx` does."""
    paths: list[Path] = []
    for name in IDX_FILES:
        path = idx_file(folder, name)
        if path is None:
            raise absent(layout.name, (f"{name}.gz",), folder, "it is not there")
        paths.append(path)
    if other := layout.other(paths[1]):
        raise DataError(f"{paths[1]} belongs to {other}, and {layout.name} was asked for; name another folder")
    return image_set(
        layout.name,
        layout.classes,
        train=_split(paths[0], paths[1], layout.train_records, layout),
        test=_split(paths[2], paths[3], layout.test_records, layout),
        origin=str(folder),
    )


def read_idx(path: Path, shape: tuple[int, ...]) -> Images:
    """Return the values of one IDX file, uint8 of ``shape``; raises DataError when the file is not exactly that."""
    header = struct.pack(f">HBB{len(shape)}I", 0, 8, len(shape), *shape)
    content = unpacked(path, len(header) + math.prod(shape) + 1)
    if len(content) < 4 or content[:2] != b"\0\0":
        raise DataError(
            f"{path} starts with the bytes {content[:4].hex()}, and an IDX file of uint8 with {header[:4].hex()}"
        )
    if content[2] != 8:
        raise DataError(f"{path} holds values of the IDX type 0x{content[2]:02x}, and 0x08 (uint8) is accepted")
    if content[3] != len(shape):
        raise DataError(f"{path} has {content[3]} dimensions, and {len(shape)} are expected")
    if len(content) < len(header):
        raise DataError(f"{path} ends inside its header, at byte {len(content)} of {len(header)}; fetch it again")
    found = struct.unpack(f">{len(shape)}I", content[4 : len(header)])
    if found != shape:
        raise DataError(f"{path} says its shape is {found}, and {shape} is expected; fetch the official file")
    values = len(content) - len(header)
    if values != math.prod(shape):
        amount = "more values" if values > math.prod(shape) else counted(values, "value")
        raise DataError(f"{path} holds {amount} where {math.prod(shape):,} belong; fetch the official file")
    return np.frombuffer(content, dtype=np.uint8, offset=len(header)).reshape(shape)


def _split(images_path: Path, labels_path: Path, records: int, layout: IdxLayout) -> Split:
    labels = read_idx(labels_path, (records,)).astype(np.int64)
    wrong = np.flatnonzero(labels >= len(layout.classes))
    if wrong.size:
        raise DataError(
            f"{labels_path}: image {wrong[0]} has the label {labels[wrong[0]]}, and labels are 0 to"
            f" {len(layout.classes) - 1} ({wrong.size} such images); fetch the official file"
        )
    return Split(read_idx(images_path, (records, layout.side, layout.side))[..., None], labels)


def _downloaded(layout: IdxLayout, folder: Path, fetch: bool) -> Path:
    for remote, name in zip(layout.remotes, IDX_FILES, strict=True):
        if idx_file(folder, name) is None:
            if not fetch:
                raise absent(layout.name, tuple(f"{n}.gz" for n in IDX_FILES), folder, "downloading is switched off")
            download(remote, folder, layout.name)
    return folder
