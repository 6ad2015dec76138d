"""Files that came through the page: of their kind alone, the oldest forgotten, under no name of a browser's."""

from __future__ import annotations

from pathlib import Path

import pytest

from striate.app.serve.uploads import MOST, Uploads
from striate.base.errors import DataError, NetError


def whole(path: Path) -> None:
    if not path.read_bytes():
        raise NetError(f'"{path}" is empty')


@pytest.fixture
def uploads() -> Uploads:
    return Uploads("thing", (".a", ".b"), whole)


def test_a_file_is_kept_under_its_content(uploads: Uploads) -> None:
    key = uploads.take(b"1", "../../x.A")
    path = uploads.path(key)
    assert (path.read_bytes(), path.suffix, path.stem) == (b"1", ".a", key.removeprefix("dropped:"))
    assert (path.parent.stat().st_mode & 0o777) == 0o700
    assert (uploads.name(key), uploads.name("digits:3"), uploads.name("dropped:0")) == (
        "../../x.A",
        "digits:3",
        "dropped:0",
    )
    assert uploads.take(b"1", "y.a") == key


def test_what_is_no_such_file_is_refused_by_its_own_name_and_not_kept(uploads: Uploads) -> None:
    uploads.take(b"1", "x.a")
    with pytest.raises(NetError, match=r'^"empty.b" is empty$'):
        uploads.take(b"", "empty.b")
    with pytest.raises(DataError, match=r"does not end in .a, .b"):
        uploads.take(b"1", "x.png")
    assert len(list(uploads.path(uploads.take(b"1", "x.a")).parent.iterdir())) == 1


def test_the_oldest_is_forgotten(uploads: Uploads) -> None:
    keys = [uploads.take(b"%d" % number, "x.a") for number in range(MOST + 1)]
    with pytest.raises(DataError, match="this thing is not here any more; give it again"):
        uploads.path(keys[0])
    assert all(uploads.path(key).is_file() for key in keys[1:])
