"""Image files decoded into one array, on all cores: in the user cache, mapped by every process, or in memory where it is small.

Where no size is asked for, the headers tell whether all images have one; if they differ, all become squares of `DEFAULT_SIDE`.
Images of 16 bits are scaled by the levels of the whole set, which are looked for when the first such image is met. Images come
in the order of the files, whatever core was the first to be done, so the array is a function of the files alone.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np

from striate.base.errors import DataError, printable
from striate.data.cache import memory_limit as memory
from striate.data.cache.mapped import blocks, touched
from striate.data.cache.shelf import Allocate, Kept, Question, find_or_make
from striate.data.imageset import Images
from striate.data.photos.decode import PIXEL_LIMIT, Decoded, Deep, Unreadable, photograph, range_of, size_of, unwarned
from striate.data.photos.levels import FULL, Levels, levels_of
from striate.data.photos.resizing import USUAL, Resizing
from striate.data.photos.source import Source, Stamp, name_of, opened, stamp_of
from striate.data.photos.survey import File, Survey
from striate.data.waiting import cores, counted, tell

DEFAULT_SIDE = 64
CACHED = 1 << 20  # bytes of image files from which on they are kept in the cache: fewer are read as fast again
_AHEAD = 4  # images that each core may be ahead of the array
_BYTES_A_CORE = 8 * PIXEL_LIMIT  # that decoding the largest image takes, about
_VERSION = "Pillow {}, libjpeg-turbo {}"


@dataclass
class Stack:
    """``images`` uint8 (N, H, W, C) of all splits, one after the other, and the ``files`` of each that were read.

    ``levels`` scaled the images of 16 bits, whose values are in ``range`` where that was looked for; None where there was none.
    ``facts`` counts what is said of `Decoded`, and `enlarged` ones; ``kept`` is the entry of the cache, where it is in one.
    """

    images: Images
    files: dict[str, list[File]]
    resized: bool = False
    levels: Levels | None = None
    range: tuple[int, int] | None = None
    facts: dict[str, int] = field(default_factory=dict[str, int])
    kept: Kept | None = None


def stacked(found: Survey, side: int | None, levels: Levels | None = None, resizing: Resizing = USUAL) -> Stack:
    """Return every image of ``found`` as squares of ``side`` pixels, or of one height and width where that is None.

    What cannot be read goes to ``found.damaged``. Raises DataError when the images would need more than `memory.limit` and
    cannot be kept in the cache.
    """
    every = [(split, *file) for split, files in found.files.items() for file in files]
    sources = [source for _, source, _ in every]
    stamps = [stamp_of(source, found.root) for source in sources]
    maker = _Maker(found, sources, side, levels, resizing)
    kept = _kept(maker, stamps) if sum(size for _, size, _ in stamps) >= CACHED else None
    if kept is not None:
        images, told = kept.images, kept.told
    else:
        images, told, _ = maker.fill(maker.in_memory, hashing=False)
    damaged: dict[str, str] = told["damaged"]
    stack = Stack(images, {split: [] for split in found.files}, told["resized"], facts=told["facts"], kept=kept)
    stack.levels = Levels(*told["levels"]) if told["levels"] else None
    stack.range = tuple(told["range"]) if told["range"] else None
    for place, (split, source, label) in enumerate(every):
        if why := damaged.get(str(place)):
            found.damaged.append(f"{printable(name_of(source, found.root))} {why}")
        else:
            stack.files[split].append((source, label))
    return stack


def _kept(maker: _Maker, stamps: list[Stamp]) -> Kept | None:
    import PIL
    from PIL import features

    jpeg = features.version_feature("libjpeg_turbo") or features.version_codec("jpg")
    given = maker.given and [maker.given.low, maker.given.high]
    way: dict[str, Any] = {
        "side": maker.side,
        "resizing": maker.resizing.to_json(),
        "levels": given,
        "decoder": _VERSION.format(PIL.__version__, jpeg),
    }
    root = str(maker.found.root.absolute())
    question = Question(maker.found.place.name, root, stamps, way)
    return find_or_make(question, maker.content, maker.fill, tell)


class _Maker:
    """Fills an array with the images of ``sources``, one after another."""

    def __init__(
        self, found: Survey, sources: list[Source], side: int | None, levels: Levels | None, resizing: Resizing
    ) -> None:
        self.found, self.sources, self.resizing = found, sources, resizing
        self.side, self.given = side, levels
        self.levels: Levels | None = None
        self.range: tuple[int, int] | None = None

    def fill(self, allocate: Allocate, *, hashing: bool = True) -> tuple[Images, dict[str, Any], str]:
        """Return the images, what is to be told of them, and the hash of their files' bytes."""
        side = self.side if self.side is not None else self.side_for()
        images, count = np.empty((0, 0, 0, 1), np.uint8), 0
        damaged: dict[str, str] = {}
        facts: dict[str, int] = {}
        whole = hashlib.sha256()
        what = f"reading the images of {printable(self.found.place.name)}"
        with unwarned():
            for place, made in enumerate(self.decoded(side, what, hashing=hashing)):
                digest, read = made
                whole.update(digest)
                if isinstance(read, Unreadable):
                    damaged[str(place)] = printable(str(read))
                    continue
                pixels = read.pixels
                channels = max(images.shape[3], pixels.ndim * 2 - 3)  # 1 of (H, W), 3 of (H, W, 3)
                if (*pixels.shape[:2], channels) != images.shape[1:]:
                    images = self.room(allocate, images, count, (*pixels.shape[:2], channels))
                # Grey repeats itself in each channel.
                images[count] = pixels[..., None] if pixels.ndim == 2 else pixels
                touched(images, images[count].nbytes)
                count += 1
                enlarged = {"enlarged"} if side and min(read.width, read.height) < side else set[str]()
                for fact in (*read.facts, *enlarged):
                    facts[fact] = facts.get(fact, 0) + 1
        told = {
            "resized": side is not None,
            "levels": self.levels and [self.levels.low, self.levels.high],
            "range": self.range and list(self.range),
            "facts": dict(sorted(facts.items())),
            "damaged": damaged,
        }
        return images[:count], told, whole.hexdigest()

    def content(self) -> str:
        """Return the hash that `fill` returns, without decoding anything."""
        whole = hashlib.sha256()
        for source in self.sources:
            whole.update(_hashed(source))
        return whole.hexdigest()

    def decoded(self, side: int | None, what: str, *, hashing: bool) -> Iterator[tuple[bytes, Decoded | Unreadable]]:
        """Yield the hash and the image of each source in order, or why it cannot be read."""

        def one(source: Source) -> tuple[bytes, Decoded | Unreadable | Deep]:
            digest = _hashed(source) if hashing else b""
            try:
                return digest, photograph(source, self.levels, side, self.resizing)
            except (Unreadable, Deep) as error:
                return digest, error

        def resolved(
            source: Source, result: tuple[bytes, Decoded | Unreadable | Deep]
        ) -> tuple[bytes, Decoded | Unreadable]:
            digest, read = result
            if isinstance(read, Deep):
                self.find_levels()
                try:
                    return digest, photograph(source, self.levels, side, self.resizing)
                except Unreadable as error:
                    return digest, error
            return digest, read

        workers = max(1, min(cores(), memory.limit() // _BYTES_A_CORE, 32))
        if workers == 1 or len(self.sources) < 2 * workers:
            for source in counted(self.sources, what):
                yield resolved(source, one(source))
            return
        # Pillow lets go of the interpreter's lock while it decodes and resizes.
        waiting: deque[tuple[Source, Future[tuple[bytes, Decoded | Unreadable | Deep]]]] = deque()
        pool = ThreadPoolExecutor(workers)
        try:
            for source in counted(self.sources, what):
                waiting.append((source, pool.submit(one, source)))
                if len(waiting) > _AHEAD * workers:
                    first, future = waiting.popleft()
                    yield resolved(first, future.result())
            for first, future in waiting:
                yield resolved(first, future.result())
        finally:
            pool.shutdown(cancel_futures=True)

    def find_levels(self) -> None:
        """Settle the levels of 16-bit images, once: those that were given, or those of all files."""
        if self.levels is None and self.given is None:
            self.range = _range(self.sources)
            self.levels = FULL if self.range is None else levels_of(*self.range)
        elif self.levels is None:
            self.levels = self.given

    def side_for(self) -> int | None:
        """Return the side that all images must be brought to, where their headers tell several sizes; None where one."""
        sizes = (size for source in self.sources if (size := size_of(source)) is not None)
        first = next(sizes, None)
        return DEFAULT_SIDE if any(size != first for size in sizes) else None

    def room(self, allocate: Allocate, before: Images, count: int, shape: tuple[int, int, int]) -> Images:
        """Return an array for all images of ``shape``, with the ``count`` that are there already."""
        if before.shape[1:3] not in ((0, 0), shape[:2]):
            raise DataError(
                f"the images of {printable(str(self.found.place))} change while they are read; read them again"
            )
        images, done = allocate((len(self.sources), *shape)), 0
        for block in blocks(before[:count]):  # grey so far
            images[done : done + len(block)] = block
            touched(images, images[:1].nbytes * len(block))
            done += len(block)
        return images

    def in_memory(self, shape: tuple[int, ...]) -> Images:
        """Return an array in memory; raises DataError where it would be too large."""
        count, height, width, channels = shape
        if (need := count * height * width * channels) > memory.limit():
            todo = "give image_size to have them made smaller" if self.side is None else "give a smaller image_size"
            raise DataError(
                f"the {len(self.sources):,} images of {printable(str(self.found.place))} need {memory.gigabytes(need)} at"
                f" {width} x {height} pixels, and may have a quarter of the memory, {memory.gigabytes(memory.limit())};"
                f" {todo}, or fewer images"
            )
        return np.empty(shape, np.uint8)


def _hashed(source: Source) -> bytes:
    try:
        with opened(source) as file:
            return hashlib.file_digest(cast(Any, file), "sha256").digest()
    except OSError:
        return bytes(32)


def _range(sources: Iterable[Source]) -> tuple[int, int] | None:
    """Return the smallest and largest value of the images of 16 bits; no more are read once they use the full range."""
    low, high = 65535, 0
    for source in sources:
        if found := range_of(source):
            low, high = min(low, found[0]), max(high, found[1])
            if low < high and levels_of(low, high) == FULL:
                return None
    return (low, high) if low <= high else None
