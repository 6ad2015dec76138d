"""A name from a browser stays in the folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from striate.app.serve.place import Place, files_below
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


@pytest.mark.parametrize("name", ["a/b", "../outside/x", "out/x", "a/none", ".hidden/x", ""])
def test_a_file_is_one_of_the_folder_or_refused(place: Place, name: str) -> None:
    (place.top.parent / "outside" / "x").write_text("x")
    (place.top / ".hidden" / "x").write_text("x")
    (place.top / "a" / "file").write_text("x")
    assert place.file("a/file").read_text() == "x"
    with pytest.raises(RunError):
        place.file(name)


def test_files_are_found_below_but_those_of_runs_and_hidden_ones(tmp_path: Path) -> None:
    for name in (
        "b.pt",
        "a/x.pt",
        "a/y.txt",
        ".h/x.pt",
        "run/recipe.json",
        "run/checkpoints/w.pt",
        "1/2/3/near.pt",
        "1/2/3/4/far.pt",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    assert files_below(tmp_path, (".pt",)) == ["b.pt", "1/2/3/near.pt", "a/x.pt"]
    assert files_below(tmp_path, (".pt",), most=1) == ["b.pt"]
    assert files_below(tmp_path, (".pt",), looked_at=1) == ["b.pt"]


def test_a_name_that_no_folder_can_have_is_a_short_sentence(place: Place) -> None:
    for name in ("a" * 5000, "a/" * 3000, "none"):
        with pytest.raises(RunError, match="is no run or study of this folder, or not any more") as caught:
            place.folder(name)
        assert len(str(caught.value)) < 250
        with pytest.raises(RunError, match="is no file of this folder"):
            place.file(name)


def test_a_name_of_other_bytes_is_found_as_a_browser_was_told_it(place: Place) -> None:
    os.mkdir(os.fsencode(place.top) + b"/caf\xe9")
    name = place.name(place.top / os.fsdecode(b"caf\xe9")).encode("utf-8", "replace").decode()
    assert name == "caf?"
    assert os.fsencode(place.folder(name).name) == b"caf\xe9"
    with pytest.raises(RunError):
        place.folder("caf??")
