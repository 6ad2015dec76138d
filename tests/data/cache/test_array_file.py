"""Files of arrays: their room is taken first, and in the end they hold the rows that were filled."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from striate.base.errors import StorageError
from striate.data.cache.array_file import finished, with_room


@pytest.mark.parametrize("rows", [1, 9, 10, 1000])
def test_the_rows_that_were_filled_are_what_numpy_reads(tmp_path: Path, rows: int) -> None:
    path = tmp_path / "a.npy"
    images = with_room(path, (1000, 2, 3, 1))
    assert path.stat().st_blocks * 512 >= images.nbytes
    images[:rows] = np.arange(rows * 6, dtype=np.uint64).reshape(rows, 2, 3, 1) % 251
    finished(path, images[:rows])
    read = np.load(path, allow_pickle=False)
    assert read.shape == (rows, 2, 3, 1)
    np.testing.assert_array_equal(read, images[:rows])
    assert path.stat().st_size == read.nbytes + 128


def test_a_full_disk_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "posix_fallocate", full)
        with pytest.raises(
            StorageError, match=r"has no room for 12 bytes \(No space left on device\); .* STRIATE_CACHE"
        ):
            with_room(tmp_path / "a.npy", (12, 1, 1, 1))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=23))
    with pytest.raises(StorageError, match="at most half of the free disk is taken"):
        with_room(tmp_path / "a.npy", (12, 1, 1, 1))
