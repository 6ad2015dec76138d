"""Images in files of their own, and in parts of others."""

from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from striate.data.photos.decode import Unreadable, decode
from striate.data.photos.source import Slice, changed, ending, name_of, opened, stamp_of


def test_a_part_of_a_file_is_read_as_a_file(tmp_path: Path) -> None:
    pixels = np.arange(64, dtype=np.uint8).reshape(8, 8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, format="PNG")
    path = tmp_path / "many"
    path.write_bytes(b"before" + file.getvalue() + b"after")
    held = Slice(path, "many:1", 6, len(file.getvalue()))
    np.testing.assert_array_equal(decode(held), pixels)
    assert (ending(held), name_of(held, tmp_path)) == ("", "many:1")
    assert stamp_of(held, tmp_path) == ("many:1@6", held.size, changed(os.stat(path)))
    path.write_bytes(b"before")
    with pytest.raises(Unreadable, match="its file is cut off"):
        decode(held)
    path.unlink()
    assert stamp_of(held, tmp_path) == ("many:1", -1, 0)


def test_a_path_is_named_from_its_folder_on(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b.PNG"
    path.parent.mkdir()
    path.write_bytes(b"12")
    assert name_of(path, tmp_path) == "a/b.PNG"
    assert ending(path) == ".png"
    assert stamp_of(path, tmp_path)[:2] == ("a/b.PNG", 2)
    with opened(path) as file:
        assert file.read() == b"12"
