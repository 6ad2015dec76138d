"""CIFAR-10 and CIFAR-100 from the official binary archives, read member by member, never unpacked.

A record is one label byte (CIFAR-100: the coarse label, then the fine one, which is used) and 3,072 pixel bytes, a
plane of 32 x 32 for red, green and blue.
Source: Krizhevsky, Learning multiple layers of features from tiny images, 2009.

What the user provides is judged by its structure, not by its hash: names, sizes, counts and labels must be right.
Nothing but regular files with the expected names is read out of the archive, and no more bytes are decompressed than the data
set has, plus a little (`striate.data.readers.tar`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from striate.base.disk.foreign import open_regular
from striate.base.errors import DataError, reason, sentence
from striate.data.imageset import Images, ImageSet, Labels, Split, image_set
from striate.data.readers.download import Remote, absent, download, is_file, roots, target
from striate.data.readers.tar import Damaged, members

_PIXELS = 3 * 32 * 32
_SLACK = 16 << 20  # bytes of headers, notes and padding that an archive may hold beside its records
_ADDRESS = "https://www.cs.toronto.edu/~kriz/"

_FINE_CLASSES = (
    "apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel can"
    " castle caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur dolphin"
    " elephant flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower leopard lion lizard lobster"
    " man maple_tree motorcycle mountain mouse mushroom oak_tree orange orchid otter palm_tree pear pickup_truck"
    " pine_tree plain plate poppy porcupine possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk"
    " skyscraper snail snake spider squirrel streetcar sunflower sweet_pepper table tank telephone television tiger"
    " tractor train trout tulip turtle wardrobe whale willow_tree wolf woman worm"
)


@dataclass(frozen=True)
class Layout:
    """What an archive must hold: ``records`` images in each file, and ``labels`` bytes before each image's pixels."""

    name: str
    remote: Remote
    folder: str
    train_files: tuple[str, ...]
    test_files: tuple[str, ...]
    train_records: int
    test_records: int
    label_bytes: int
    classes: tuple[str, ...]

    @property
    def record(self) -> int:
        """Bytes of one image with its labels; the last label byte is the one used."""
        return self.label_bytes + _PIXELS

    @property
    def records(self) -> dict[str, int]:
        """Images in each file."""
        train = dict.fromkeys(self.train_files, self.train_records)
        return train | dict.fromkeys(self.test_files, self.test_records)


CIFAR10 = Layout(
    name="cifar10",
    remote=Remote(
        "cifar-10-binary.tar.gz", f"{_ADDRESS}cifar-10-binary.tar.gz", "md5:c32a1d4ab5d03f1284b67883e8d87530"
    ),
    folder="cifar-10-batches-bin",
    train_files=tuple(f"data_batch_{number}.bin" for number in range(1, 6)),
    test_files=("test_batch.bin",),
    train_records=10_000,
    test_records=10_000,
    label_bytes=1,
    classes=("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
)

CIFAR100 = Layout(
    name="cifar100",
    remote=Remote(
        "cifar-100-binary.tar.gz", f"{_ADDRESS}cifar-100-binary.tar.gz", "md5:03b5dce01913d631647c71ecec9e9cb8"
    ),
    folder="cifar-100-binary",
    train_files=("train.bin",),
    test_files=("test.bin",),
    train_records=50_000,
    test_records=10_000,
    label_bytes=2,
    classes=tuple(_FINE_CLASSES.split()),
)


def load_cifar(layout: Layout, *, data_dir: Path | None = None, fetch: bool = True) -> ImageSet:
    """Return CIFAR-10 or CIFAR-100: uint8 (N, 32, 32, 3), 50,000 train and 10,000 test images; no val.

    Raises DataError, naming file, member and the first offender, for what is absent, damaged or not this data set.
    """
    source = locate(layout, data_dir)
    if source is None:
        if not fetch:
            raise absent(layout.name, (layout.remote.file,), target(data_dir), "downloading is switched off")
        source = download(layout.remote, target(data_dir), layout.name)
    return read(source, layout)


def locate(layout: Layout, data_dir: Path | None) -> Path | None:
    """Return the archive, or the folder of unpacked .bin files, in the first root that has either."""
    for root in roots(data_dir):
        if is_file(archive := root / layout.remote.file):
            return archive
        if os.path.isdir(folder := root / layout.folder):
            return folder
    return None


def read(source: Path, layout: Layout) -> ImageSet:
    """Read ``source``, an archive or a folder, as `load_cifar` does."""
    expected = layout.records
    splits: dict[str, tuple[Images, Labels]] = {}
    found = _folder_members(source, layout) if source.is_dir() else _archive_members(source, layout)
    for file, content in found:
        if file in splits:
            raise DataError(f"{source} holds {file} twice; use the official {layout.remote.file}")
        splits[file] = _decode(content, expected[file], layout, f"{file} in {source}")
    missing = [file for file in expected if file not in splits]
    if missing:
        raise DataError(f"{source} lacks {sentence(missing)}; use the official {layout.remote.file}")
    return image_set(
        layout.name,
        layout.classes,
        train=_joined(splits, layout.train_files),
        test=_joined(splits, layout.test_files),
        origin=str(source),
    )


def _joined(splits: dict[str, tuple[Images, Labels]], files: tuple[str, ...]) -> Split:
    return Split(np.concatenate([splits[f][0] for f in files]), np.concatenate([splits[f][1] for f in files]))


def _decode(content: bytes, records: int, layout: Layout, where: str) -> tuple[Images, Labels]:
    if len(content) != records * layout.record:
        raise DataError(
            f"{where} has {len(content):,} bytes, and {records:,} records of {layout.record:,} bytes make"
            f" {records * layout.record:,}; use the official {layout.remote.file}"
        )
    table = np.frombuffer(content, dtype=np.uint8).reshape(records, layout.record)
    labels = table[:, layout.label_bytes - 1].astype(np.int64)
    wrong = np.flatnonzero(labels >= len(layout.classes))
    if wrong.size:
        raise DataError(
            f"{where}: record {wrong[0]} (byte {int(wrong[0]) * layout.record + layout.label_bytes - 1}) has the label"
            f" {labels[wrong[0]]}, and labels are 0 to {len(layout.classes) - 1} ({wrong.size} such records);"
            f" use the official {layout.remote.file}"
        )
    planes = table[:, layout.label_bytes :].reshape(records, 3, 32, 32)
    return np.ascontiguousarray(planes.transpose(0, 2, 3, 1)), labels


def _folder_members(folder: Path, layout: Layout) -> Iterator[tuple[str, bytes]]:
    for file in layout.records:
        path = folder / file
        if not is_file(path):
            continue
        try:
            with open_regular(path) as stream:
                # One byte more than is right is enough to see that a file is too long.
                content = stream.read(layout.records[file] * layout.record + 1)
        except OSError as error:
            raise DataError(f"{path} could not be read ({reason(error)}); check the file") from error
        yield file, content


def _archive_members(archive: Path, layout: Layout) -> Iterator[tuple[str, bytes]]:
    limit = sum(layout.records.values()) * layout.record + _SLACK
    wanted = {f"{layout.folder}/{file}": count * layout.record for file, count in layout.records.items()}
    try:
        for name, content in members(archive, wanted, limit):
            yield name.rpartition("/")[2], content
    except Damaged as error:
        raise DataError(f"{archive} {error}; use the official {layout.remote.file}, or fetch it again") from error
