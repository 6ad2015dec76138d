"""Labelled images in memory or mapped from a file, and what is computed from them: a hold-out, marks, a fingerprint.

Images are uint8 N,H,W,C, which is what a file holds and a quarter of what float32 would need; labels are int64 N.
A table of D features is N,1,1,D of floats: one pixel with D channels, so that a channel's statistics are a feature's.
All are read-only, so no run can change what the next one sees.
"""

from __future__ import annotations

import functools
import hashlib
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from striate.base.errors import DataError
from striate.base.seeds import generator
from striate.data.cache.mapped import Rows, blocks, rows_of
from striate.data.groups import groups_of, hold
from striate.data.photos.levels import Levels

Images = NDArray[np.uint8]
Labels = NDArray[np.int64]
Cells = NDArray[Any]  # uint8 pixels, or features of a float type
_Number = TypeVar("_Number", bound=np.generic)

Known = Callable[[str, Callable[[], str]], str]
"""Returns the fingerprint of an arrangement of images that is kept somewhere, or else the one that it is given to make."""


@dataclass(frozen=True, eq=False)
class Split:
    """``images`` uint8 (N, H, W, C) in 0..255 and ``labels`` int64 (N,) from 0; both are kept read-only.

    Images may be mapped from a file, and be larger than memory: go through them by `striate.data.cache.mapped.blocks`.
    ``known_marks`` are the `marks`, where somebody has computed them before; ``groups`` the name of each image's group where an
    index names groups (empty for an image without one), else nothing.

    Features of a table are float32 or float64 (N, 1, 1, D), finite. Raises DataError when types, dimensions or lengths
    differ from that, or when there is no image.
    """

    images: Cells
    labels: Labels
    known_marks: tuple[bytes, ...] = ()
    groups: tuple[str, ...] = ()

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
                " correct it or leave the row out"
            )
        object.__setattr__(self, "images", _read_only(images))
        object.__setattr__(self, "labels", _read_only(labels))

    def __len__(self) -> int:
        return len(self.labels)

    @functools.cached_property
    def marks(self) -> tuple[bytes, ...]:
        """One mark an image: equal where all its bytes are (SHA-256, cut to 16 bytes)."""
        return self.known_marks or marks_of(self.images)

    @property
    def firsts(self) -> Labels:
        """For each image the index of the first one that is equal to it, int64 (N,): its own, where there is none before."""
        first: dict[bytes, int] = {}
        return np.array([first.setdefault(mark, index) for index, mark in enumerate(self.marks)], dtype=np.int64)

    def take(self, indices: Labels) -> Split:
        """Return the images of ``indices``, int64, in that order."""
        marks = tuple(self.known_marks[index] for index in indices.tolist()) if self.known_marks else ()
        groups = tuple(self.groups[index] for index in indices.tolist()) if self.groups else ()
        return Split(rows_of(self.images, indices), self.labels[indices], marks, groups)


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
    known: Known | None = None,
) -> ImageSet:
    """Return the checked and fingerprinted set; raises DataError when shapes differ or a label has no class.

    ``known`` keeps fingerprints of these very images; it is asked by a hash over the rest: classes, labels, lengths.
    """
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
    made = functools.partial(fingerprint, classes, train, val, test)
    whole = made() if known is None else known(_digest(classes, train, val, test, pixels=False), made)
    return ImageSet(name, classes, train, val, test, whole, origin, notes)


def fingerprint(classes: tuple[str, ...], train: Split, val: Split | None, test: Split | None) -> str:
    """Return the SHA-256 (64 hexadecimal digits) over class names, shapes, labels and pixels of every split.

    It depends on content alone: name, origin and notes do not enter, and numbers enter in little-endian order.
    """
    return _digest(classes, train, val, test, pixels=True)


def _digest(classes: tuple[str, ...], train: Split, val: Split | None, test: Split | None, *, pixels: bool) -> str:
    """Return the fingerprint; without ``pixels``, the marks of the images stand for them."""
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
            if not pixels:
                sha.update(b"".join(split.marks))
                continue
            for block in blocks(split.images):
                sha.update(np.ascontiguousarray(block.astype(block.dtype.newbyteorder("<"), copy=False)).data)
    return sha.hexdigest()


def marks_of(images: Cells) -> tuple[bytes, ...]:
    """Return one mark an image: equal where all its bytes are (SHA-256, cut to 16 bytes)."""
    return tuple(
        hashlib.sha256(image.data).digest()[:16]
        for block in blocks(images)
        for image in np.ascontiguousarray(block).reshape(len(block), -1)
    )


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
    if isinstance(array, Rows):  # of a mapped array, which is read-only itself
        return array
    view = np.ascontiguousarray(array).view()
    view.setflags(write=False)
    return view
