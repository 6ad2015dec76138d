"""CIFAR-10 and CIFAR-100 from the official binary archives, read member by member, never unpacked.

A record is one label byte (CIFAR-100: the coarse label, then the fine one, which is used) and 3,072 pixel bytes, a
plane of 32 x 32 for red, green and blue.
Source: Krizhevsky, Learning multiple layers of features from tiny images, 2009.

What the user provides is judged by its structure, not by its hash: names, sizes, counts and labels must be right.
Nothing but regular files with the expected names is read out of the archive, and no more bytes are decompressed than the data
set has, plus a little (`striate.data.readers.tar`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from striate.base.disk.foreign import open_regular
from striate.base.errors import DataError, reason, sentence
from striate.data.imageset import Images, ImageSet, Labels, Split, image_set
from striate.data.readers.download import absent, download, is_file, target
from striate.data.readers.layouts import CifarLayout
from striate.data.readers.tar import Damaged, members

_SLACK = 16 << 20  # bytes of headers, notes and padding that an archive may hold beside its records


def load_cifar(layout: CifarLayout, *, data_dir: Path | None = None, fetch: bool = True) -> ImageSet:
    """Return CIFAR-10 or CIFAR-100: uint8 (N, 32, 32, 3), 50,000 train and 10,000 test images; no val.

    Raises DataError, naming file, member and the first offender, for what is absent, damaged or not this data set.
    """
    source = layout.locate(data_dir)
    if source is None:
        if not fetch:
            raise absent(layout.name, (layout.remote.file,), target(data_dir), "downloading is switched off")
        source = download(layout.remote, target(data_dir), layout.name)
    return read(source, layout)


def read(source: Path, layout: CifarLayout) -> ImageSet:
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


def _decode(content: bytes, records: int, layout: CifarLayout, where: str) -> tuple[Images, Labels]:
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


def _folder_members(folder: Path, layout: CifarLayout) -> Iterator[tuple[str, bytes]]:
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


def _archive_members(archive: Path, layout: CifarLayout) -> Iterator[tuple[str, bytes]]:
    limit = sum(layout.records.values()) * layout.record + _SLACK
    wanted = {f"{layout.folder}/{file}": count * layout.record for file, count in layout.records.items()}
    try:
        for name, content in members(archive, wanted, limit):
            yield name.rpartition("/")[2], content
    except Damaged as error:
        raise DataError(f"{archive} {error}; use the official {layout.remote.file}, or fetch it again") from error
