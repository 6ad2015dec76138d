"""Labelled images in memory, and what is computed from them: statistics, a hold-out, a fingerprint.

Images are uint8 N,H,W,C, which is what a file holds and a quarter of what float32 would need; labels are int64 N.
A table of D features is N,1,1,D of floats: one pixel with D channels, so that a channel's statistics are a feature's.
All are read-only, so no run can change what the next one sees.
"""

from __future__ import annotations

import functools
import hashlib
import json
import math
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from striate.base.errors import DataError
from striate.base.seeds import generator
from striate.data.groups import groups_of, hold
from striate.data.levels import Levels

Images = NDArray[np.uint8]
Labels = NDArray[np.int64]
Cells = NDArray[Any]  # uint8 pixels, or features of a float type
_Number = TypeVar("_Number", bound=np.generic)

_BLOCK = 2048  # images per block of `statistics`: 12 MB of 16-bit squares for 32 x 32 x 3


@dataclass(frozen=True, eq=False)
class Split:
    """``images`` uint8 (N, H, W, C) in 0..255 and ``labels`` int64 (N,) from 0; both are kept read-only.

    Features of a table are float32 or float64 (N, 1, 1, D), finite. Raises DataError when types, dimensions or lengths
    differ from that, or when there is no image.
    """

    images: Cells
    labels: Labels

    def __post_init__(self) -> None:
        images, labels = self.images, self.labels
        features = images.dtype.name in ("float32", "float64") and images.ndim == 4 and images.shape[1:3] == (1, 1)
        if not features and (images.dtype != np.uint8 or images.ndim != 4):
            raise DataError(
                f"images are {images.dtype} with {images.ndim} dimensions, and must be uint8 N,H,W,C;"
                " features of a table are floats N,1,1,D"
            )
        if labels.dtype != np.int64 or labels.shape != images.shape[:1]:
            raise DataError(
                f"labels are {labels.dtype} of shape {labels.shape}, and must be int64 of shape ({len(images)},),"
                " one for each image"
            )
        if images.size == 0:
            raise DataError(f"a split of shape {images.shape} holds no image, and needs at least one")
        if features and not np.isfinite(images).all():
            row, _, _, column = np.argwhere(~np.isfinite(images))[0]
            raise DataError(
                f"feature {column} of row {row} is {images[row, 0, 0, column]}, and must be a finite number;"
                " mend it or leave the row out"
            )
        object.__setattr__(self, "images", _read_only(images))
        object.__setattr__(self, "labels", _read_only(labels))

    def __len__(self) -> int:
        return len(self.labels)

    @functools.cached_property
    def marks(self) -> tuple[bytes, ...]:
        """One mark an image: equal where all its bytes are (SHA-256, cut to 16 bytes)."""
        return tuple(hashlib.sha256(image.data).digest()[:16] for image in self.images.reshape(len(self), -1))

    @property
    def firsts(self) -> Labels:
        """For each image the index of the first one that is equal to it, int64 (N,): its own, where there is none before."""
        first: dict[bytes, int] = {}
        return np.array([first.setdefault(mark, index) for index, mark in enumerate(self.marks)], dtype=np.int64)

    def take(self, indices: Labels) -> Split:
        """Return the images of ``indices``, int64, in that order."""
        return Split(self.images[indices], self.labels[indices])


@dataclass(frozen=True, eq=False)
class ImageSet:
    """Splits of one data set; ``val`` or ``test`` is None where the source has none.

    ``classes[k]`` is the name of label k; ``origin`` says where the bytes came from; ``notes`` are sentences for the
    report; ``levels`` are the 16-bit values that became 0 and 255, None where no image had 16 bits. Make one with
    `image_set`, which computes ``fingerprint`` and checks that the splits fit together.
    """

    name: str
    classes: tuple[str, ...]
    train: Split
    val: Split | None
    test: Split | None
    fingerprint: str
    origin: str
    notes: tuple[str, ...] = ()
    levels: Levels | None = None

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """(H, W, C) of every image."""
        height, width, channels = self.train.images.shape[1:]
        return height, width, channels

    @property
    def tabular(self) -> bool:
        """Whether these are the features of a table and no images."""
        return self.train.images.dtype != np.uint8


def image_set(
    name: str,
    classes: tuple[str, ...],
    *,
    train: Split,
    val: Split | None = None,
    test: Split | None = None,
    origin: str,
    notes: tuple[str, ...] = (),
) -> ImageSet:
    """Return the checked and fingerprinted set; raises DataError when shapes differ or a label has no class."""
    for split_name, split in (("train", train), ("val", val), ("test", test)):
        if split is None:
            continue
        if split.images.shape[1:] != train.images.shape[1:]:
            raise DataError(
                f"{name}: images of {split_name} are {split.images.shape[1:]} and those of train"
                f" {train.images.shape[1:]} (H, W, C); give them one size"
            )
        wrong = np.flatnonzero((split.labels < 0) | (split.labels >= len(classes)))
        if wrong.size:
            raise DataError(
                f"{name}: image {wrong[0]} of {split_name} has the label {split.labels[wrong[0]]},"
                f" and labels are 0 to {len(classes) - 1}"
            )
    return ImageSet(name, classes, train, val, test, fingerprint(classes, train, val, test), origin, notes)


def fingerprint(classes: tuple[str, ...], train: Split, val: Split | None, test: Split | None) -> str:
    """Return the SHA-256 (64 hexadecimal digits) over class names, shapes, labels and pixels of every split.

    It depends on content alone: name, origin and notes do not enter, and numbers enter in little-endian order.
    """
    splits = {"train": train, "val": val, "test": test}
    header: dict[str, Any] = {
        "classes": classes,
        "shapes": {name: split.images.shape if split else None for name, split in splits.items()},
    }
    if train.images.dtype != np.uint8:
        header["types"] = {name: split.images.dtype.name if split else None for name, split in splits.items()}
    sha = hashlib.sha256(json.dumps(header, sort_keys=True).encode())
    for split in splits.values():
        if split is not None:
            sha.update(np.ascontiguousarray(split.labels.astype("<i8", copy=False)).data)
            sha.update(np.ascontiguousarray(split.images.astype(split.images.dtype.newbyteorder("<"), copy=False)).data)
    return sha.hexdigest()


def statistics(images: Cells) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return mean and standard deviation per channel of uint8 (N, H, W, C): two float32 (C,), in [0, 1] units.

    The sums are whole numbers and therefore exact; memory is bounded by one block, whatever N is. Features (N, 1, 1, D)
    keep their own units, and give float64 (D,).
    """
    count, height, width, channels = images.shape
    cells = count * height * width
    if cells == 0:
        raise DataError(f"images of shape {images.shape} have no mean; at least one image is needed")
    if images.dtype != np.uint8:
        return _of_features(images.reshape(count, channels))
    total = np.zeros(channels, dtype=np.int64)
    squares = np.zeros(channels, dtype=np.int64)
    for start in range(0, count, _BLOCK):
        # Rows of W*C values keep the inner axis long, which is what makes NumPy's column sums fast.
        block = images[start : start + _BLOCK].reshape(-1, width * channels).astype(np.uint16)
        total += block.sum(axis=0, dtype=np.int64).reshape(width, channels).sum(axis=0)
        block *= block  # 255 squared is 65025 and fits
        squares += block.sum(axis=0, dtype=np.int64).reshape(width, channels).sum(axis=0)
    mean = total / cells
    # Variance over whole numbers first: n * sum(x^2) - sum(x)^2 has no cancellation in Python's integers.
    variance = [int(s) * cells - int(t) ** 2 for s, t in zip(squares, total, strict=True)]
    std = np.array([math.sqrt(v) / cells for v in variance])
    return (mean / 255).astype(np.float32), (std / 255).astype(np.float32)


def _of_features(rows: Cells) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return mean and deviation, float64 (D,), of rows (N, D) of finite floats; exactly 0 for a column of one value.

    Each column is first divided by a power of two, so that no square overflows, and counted from its first value, so that
    neither a large mean nor its rounding reaches the deviation.
    """
    _, exponent = np.frexp(np.abs(rows).max(axis=0).astype(np.float64))
    scaled = np.ldexp(rows.astype(np.float64), -exponent)
    shifted = scaled - scaled[0]
    mean = scaled[0] + shifted.mean(axis=0)
    return np.ldexp(mean, exponent), np.ldexp(shifted.std(axis=0), exponent)


def holdout(
    labels: Labels, fraction: float, seed: int, firsts: Labels | None = None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Split indices into (train, val), both sorted int64; ``fraction`` of each class goes to val.

    A class of n images gives round(fraction * n), but at least 1 and at most n - 1. The draw depends on labels,
    fraction, seed and ``firsts`` alone (stream ``split``). ``firsts[i]`` is the index of the first image equal to i
    (`Split.firsts`): equal images come to one side, so a class may give a few less or more, and nothing where all its
    images are equal; where no two images are equal it changes nothing. Raises DataError when fraction is not inside
    (0, 1), when there is no label, when a class has a single image, which cannot be on both sides, and when nothing can be
    held out because all images of every class are equal.
    """
    if not 0 < fraction < 1:
        raise DataError(f"the validation fraction is {fraction}, and must lie between 0 and 1, both excluded")
    if labels.size == 0:
        raise DataError("there is no label to split into training and validation; give at least two images per class")
    classes, counts = np.unique(labels, return_counts=True)
    single = classes[counts < 2]
    if single.size:
        raise DataError(
            f"class {int(single[0])} has a single image ({single.size} such classes), and a validation split needs at"
            " least two images of each class; add images, or give a val split of your own"
        )
    rng = generator(seed, "split")
    held = np.zeros(labels.size, dtype=bool)
    groups = {} if firsts is None else groups_of(firsts)
    for value, count in zip(classes, counts, strict=True):
        order = rng.permutation(np.flatnonzero(labels == value))
        size = min(max(math.floor(fraction * int(count) + 0.5), 1), int(count) - 1)
        if groups:
            hold(order, size, labels, groups, held)
        else:
            held[order[:size]] = True
    if not held.any():
        raise DataError(
            "all images of each class are equal, and a validation split needs two different images of a class; add images,"
            " or give a val split of your own"
        )
    return np.flatnonzero(~held).astype(np.int64), np.flatnonzero(held).astype(np.int64)


def _read_only(array: NDArray[_Number]) -> NDArray[_Number]:
    view = np.ascontiguousarray(array).view()
    view.setflags(write=False)
    return view
