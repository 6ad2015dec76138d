"""What is known of the published data sets without reading them."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from striate.base.errors import DataError
from striate.data.catalog import ENTRIES
from striate.data.readers.layouts import CIFAR10, CIFAR100, FASHION_MNIST, IDX_FILES, MNIST, idx_file, unpacked


@pytest.mark.parametrize("layout", [CIFAR10, CIFAR100, MNIST, FASHION_MNIST], ids=lambda layout: layout.name)
def test_the_catalogue_says_of_each_what_its_layout_says(layout) -> None:
    entry = ENTRIES[layout.name]
    assert entry.classes == len(set(layout.classes))
    assert entry.locate == layout.locate


def test_a_record_of_cifar_is_its_labels_and_its_pixels() -> None:
    assert (CIFAR10.record, CIFAR100.record) == (1 + 3072, 2 + 3072)
    assert sum(CIFAR10.records.values()) == sum(CIFAR100.records.values()) == 60_000


def test_a_file_is_found_with_and_without_compression_and_under_its_other_name(tmp_path: Path) -> None:
    name = IDX_FILES[1]
    assert idx_file(tmp_path, name) is None
    for written in (name.replace("-idx", ".idx"), name, f"{name}.gz"):
        (tmp_path / written).write_bytes(gzip.compress(b"abcdef") if written.endswith(".gz") else b"abcdef")
        found = idx_file(tmp_path, name)
        assert found == tmp_path / written
        assert unpacked(found, 4) == b"abcd"
        assert unpacked(found, 9) == b"abcdef"


def test_a_damaged_one_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.gz").write_bytes(gzip.compress(b"abcdef" * 100)[:-9])
    with pytest.raises(DataError, match="is damaged or cut off"):
        unpacked(tmp_path / "x.gz", 1000)


def test_labels_of_the_other_set_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "labels").write_bytes(bytes(8) + FASHION_MNIST.opening)
    assert MNIST.other(tmp_path / "labels") == "fashion-mnist"
    assert FASHION_MNIST.other(tmp_path / "labels") is None
