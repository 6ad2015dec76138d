"""Dropped pictures: images alone, the oldest forgotten, nothing else opened."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from striate.app.serve.pictures import Dropped
from striate.app.serve.uploads import MOST
from striate.base.errors import DataError


def png(value: int) -> bytes:
    file = BytesIO()
    Image.fromarray(np.full((4, 4), value, np.uint8)).save(file, "PNG")
    return file.getvalue()


def test_a_picture_is_kept_under_its_content() -> None:
    dropped = Dropped()
    word = dropped.take(png(1), "../../a.png")
    path = Path(dropped.word(word))
    assert path.read_bytes() == png(1)
    assert path.stem == word.removeprefix("dropped:")
    assert dropped.shown(word) == "../../a.png"
    assert (path.parent.stat().st_mode & 0o777) == 0o700
    assert dropped.take(png(1), "b.png") == word


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "a.png", "a.png"),
        (b"<svg/>", "a.svg", "does not end in"),
        (b"GIF89a", "a.png", "a.png"),
        (png(1)[:40], "a.png", "a.png"),
    ],
)
def test_what_is_no_image_is_refused_by_its_own_name(content: bytes, name: str, said: str) -> None:
    with pytest.raises(DataError, match=said) as caught:
        Dropped().take(content, name)
    assert "striate-page" not in str(caught.value)


def test_the_oldest_is_forgotten() -> None:
    dropped = Dropped()
    words = [dropped.take(png(value), "a.png") for value in range(MOST + 1)]
    with pytest.raises(DataError, match="this picture is not here any more; give it again"):
        dropped.word(words[0])
    assert Path(dropped.word(words[1])).is_file()


@pytest.mark.parametrize(
    "word", ["", "a.png", "/etc/passwd", "http://x/a.png", "digits:1-9", "digits:x", "nodata:1", "dropped:../a"]
)
def test_no_path_is_opened(word: str) -> None:
    with pytest.raises(DataError):
        Dropped().word(word)
