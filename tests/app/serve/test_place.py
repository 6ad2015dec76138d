"""A name from a browser stays in the folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from striate.app.serve.place import Place
from striate.base.errors import RunError


@pytest.fixture
def place(tmp_path: Path) -> Place:
    (tmp_path / "top" / "a" / "b").mkdir(parents=True)
    (tmp_path / "top" / ".hidden").mkdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "top" / "out").symlink_to(tmp_path / "outside")
    (tmp_path / "top" / "in").symlink_to(tmp_path / "top" / "a")
    return Place(tmp_path / "top")


@pytest.mark.parametrize("name", ["a", "a/b", ".", "in"])
def test_what_lies_inside_is_found(place: Place, name: str) -> None:
    assert place.folder(name).is_dir()


@pytest.mark.parametrize(
    "name",
    [
        "",
        "..",
        "../outside",
        "a/../../outside",
        "/etc",
        "out",
        "out/x",
        ".hidden",
        "a/.git",
        "a\0b",
        "no",
        "a/..",
        "./../outside",
    ],
)
def test_what_does_not_is_refused(place: Place, name: str) -> None:
    with pytest.raises(RunError):
        place.folder(name)


def test_names_are_relative_to_the_top(place: Place) -> None:
    assert (place.name(place.top / "a" / "b"), place.name(place.top)) == ("a/b", ".")
