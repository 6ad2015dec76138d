"""MNIST and Fashion-MNIST from their IDX files, gzip-compressed or not.

IDX: two zero bytes, one byte for the type (8 is uint8), one for the number of dimensions, each dimension as a
big-endian 32-bit number, then the values. Sources: LeCun, Cortes and Burges, The MNIST database, 1998; Xiao, Rasul and
Vollgraf, Fashion-MNIST, arXiv 1708.07747.
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from striate.base.disk.foreign import open_regular
from striate.base.errors import DataError, counted, reason
from striate.data.imageset import Images, ImageSet, Split, image_set
from striate.data.readers.download import Remote, absent, download, is_file, roots, target

_FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)


@dataclass(frozen=True)
class Layout:
    """Where the four files may lie under a root, how many images they hold, and where they come from.

    ``opening`` are the first ten training labels: both sets use the same file names, and these tell them apart.
    """

    name: str
    folders: tuple[str, ...]
    remotes: tuple[Remote, ...]
    classes: tuple[str, ...]
    opening: bytes
    train_records: int = 60_000
    test_records: int = 10_000
    side: int = 28


def _remotes(address: str, hashes: Sequence[str]) -> tuple[Remote, ...]:
    return tuple(
        Remote(f"{file}.gz", f"{address}{file}.gz", f"md5:{md5}") for file, md5 in zip(_FILES, hashes, strict=True)
    )


MNIST = Layout(
    name="mnist",
    folders=("MNIST/raw", "mnist", "."),
    remotes=_remotes(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        (
            "f68b3c2dcbeaaa9fbdd348bbdeb94873",
            "d53e105ee54ea40749a09fcbcd1e9432",
            "9fb629c4189551a2d022fa330f9573f3",
            "ec29112dd5afa0611ce80d1b7f02629c",
        ),
    ),
    classes=tuple(str(digit) for digit in range(10)),
    opening=bytes((5, 0, 4, 1, 9, 2, 1, 3, 1, 4)),
)

FASHION_MNIST = Layout(
    name="fashion-mnist",
    folders=("FashionMNIST/raw", "fashion-mnist", "."),
    remotes=_remotes(
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        (
            "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
            "25c81989df183df01b3e8a0aad5dffbe",
            "bef4ecab320f06d8554ea6380940ec79",
            "bb300cfdad3c16e7a12a480ee83cd310",
        ),
    ),
    classes=(
        "t-shirt/top",
        "trouser",
        "pullover",
        "dress",
        "coat",
        "sandal",
        "shirt",
        "sneaker",
        "bag",
        "ankle boot",
    ),
    opening=bytes((9, 0, 0, 3, 0, 2, 7, 2, 5, 5)),
)


def load_idx(layout: Layout, *, data_dir: Path | None = None, fetch: bool = True) -> ImageSet:
    """Return MNIST or Fashion-MNIST: uint8 (N, 28, 28, 1), 60,000 train and 10,000 test images; no val.

    Raises DataError, naming the file and what is wrong in it, for what is absent, damaged or not this data set.
    """
    folder = locate(layout, data_dir) or _downloaded(layout, target(data_dir) / layout.folders[0], fetch)
    return read(folder, layout)


def locate(layout: Layout, data_dir: Path | None) -> Path | None:
    """Return the first folder that has all four files and does not hold the other data set of the same file names."""
    for root in roots(data_dir):
        for place in layout.folders:
            paths = [_file(root / place, name) for name in _FILES]
            if all(paths) and paths[1] and _other(paths[1], layout) is None:
                return root / place
    return None


def read(folder: Path, layout: Layout) -> ImageSet:
    """Read the four files in ``folder`` as `load_idx` does."""
    paths: list[Path] = []
    for name in _FILES:
        path = _file(folder, name)
        if path is None:
            raise absent(layout.name, (f"{name}.gz",), folder, "it is not there")
        paths.append(path)
    if other := _other(paths[1], layout):
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
    content = _content(path, len(header) + math.prod(shape) + 1)
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


def _split(images_path: Path, labels_path: Path, records: int, layout: Layout) -> Split:
    labels = read_idx(labels_path, (records,)).astype(np.int64)
    wrong = np.flatnonzero(labels >= len(layout.classes))
    if wrong.size:
        raise DataError(
            f"{labels_path}: image {wrong[0]} has the label {labels[wrong[0]]}, and labels are 0 to"
            f" {len(layout.classes) - 1} ({wrong.size} such images); fetch the official file"
        )
    return Split(read_idx(images_path, (records, layout.side, layout.side))[..., None], labels)


def _content(path: Path, limit: int) -> bytes:
    """Return at most ``limit`` bytes of ``path``, decompressed: what is too long is seen without unpacking it all."""
    parts: list[bytes] = []
    length = 0
    try:
        with open_regular(path) as file, gzip.open(file, "rb") if path.suffix == ".gz" else file as stream:
            while length < limit and (part := stream.read(min(1 << 20, limit - length))):
                parts.append(part)
                length += len(part)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(
            f"{path} is damaged or cut off after {length:,} unpacked bytes ({reason(error)}); fetch it again"
        ) from error
    return b"".join(parts)


def _file(folder: Path, name: str) -> Path | None:
    for path in (folder / f"{name}.gz", folder / name, folder / name.replace("-idx", ".idx")):
        if is_file(path):
            return path
    return None


def _other(labels: Path, layout: Layout) -> str | None:
    """Return the name of the other data set when these training labels are certainly its own."""
    try:
        opening = _content(labels, 18)[8:]
    except DataError:
        return None  # what is damaged is reported when it is read
    others = (other for other in (MNIST, FASHION_MNIST) if other.name != layout.name)
    return next((other.name for other in others if other.opening == opening), None)


def _downloaded(layout: Layout, folder: Path, fetch: bool) -> Path:
    for remote, name in zip(layout.remotes, _FILES, strict=True):
        if _file(folder, name) is None:
            if not fetch:
                raise absent(layout.name, tuple(f"{n}.gz" for n in _FILES), folder, "downloading is switched off")
            download(remote, folder, layout.name)
    return folder
