"""Equal images: counted, named, and said with what follows from them."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
from PIL import Image

from striate.data import equal_images as subject
from striate.data.equal_images import blank_notes, equal_notes, notes_on
from striate.data.imageset import Split, image_set
from striate.data.photos.folder import load_folder


def of(shades: list[int], labels: list[int]) -> Split:
    """Images of 2 x 1 pixels, each of a shade and the next one."""
    images = np.array([[[[shade], [shade + 1]]] for shade in shades], np.uint8)
    return Split(images, np.array(labels, np.int64))


def name(split: str, index: int) -> str:
    return f"{split}/\x1b{index}"


def test_what_is_there_twice_is_counted() -> None:
    train = of([1, 1, 2, 1], [0, 0, 1, 0])
    drawn = (
        "2 images of train are there before, pixel for pixel; the drawn validation split keeps equal images on one side"
    )
    assert equal_notes({"train": train}, name) == (drawn,)
    assert equal_notes({"train": train, "val": of([3], [0])}, name)[0] == drawn.split(";")[0]
    assert equal_notes({"train": of([1, 2, 3], [0, 0, 1])}, name) == ()


def test_contradictions_are_counted_and_named_and_their_names_escaped() -> None:
    (note,) = equal_notes({"train": of([1, 2], [0, 1]), "test": of([3, 3], [0, 1])}, name)
    assert note == (
        "1 image is in another class before, pixel for pixel, so that one of the labels is wrong or not enough is seen:"
        r" test/\x1b1 is test/\x1b0"
    )
    told = equal_notes({"train": of([1] * 6, [0, 1, 1, 1, 1, 1])}, name)
    assert "5 images are in another class" in told[1]
    assert told[1].endswith("and 2 more")


def test_what_train_shares_with_another_split_is_counted() -> None:
    splits = {"train": of([1, 2], [0, 1]), "val": of([2, 5], [1, 0]), "test": of([5, 1, 1], [0, 0, 0])}
    assert equal_notes(splits, name) == (
        "1 image of val is also in train, pixel for pixel",
        "2 images of test are also in train, pixel for pixel",
    )


def test_images_of_one_colour_are_named() -> None:
    flat = np.zeros((4, 3, 3, 3), np.uint8)
    flat[1], flat[2, 0, 1], flat[3] = 255, 9, (1, 2, 3)
    assert blank_notes({"train": Split(flat, np.zeros(4, np.int64))}, lambda s, i: f"{s} {i}") == (
        "3 images are of one colour, 1 of them white, as what is transparent becomes: train 0; train 1; train 3",
    )
    assert blank_notes({"train": of([1], [0])}, name) == ()
    assert (
        blank_notes({"train": Split(flat[:, :1, :1], np.zeros(4, np.int64))}, name) == ()
    )  # a single pixel has no other


def test_a_blank_image_is_one_in_which_no_pixel_differs() -> None:
    for place in range(9):
        image = np.full((1, 3, 3, 1), 7, np.uint8)
        image.reshape(-1)[place] = 8
        assert subject.blank_notes({"train": Split(image, np.zeros(1, np.int64))}, name) == ()


def test_the_notes_on_a_set_number_its_images_and_leave_tables_alone() -> None:
    made = image_set("x", ("a", "b"), train=of([1, 1, 2], [0, 1, 1]), test=of([7], [0]), origin="here")
    assert [note.partition(":")[2] for note in notes_on(made)] == ["", " train 1 is train 0"]
    table = np.zeros((3, 1, 1, 2))
    rows = Split(table, np.zeros(3, np.int64))
    assert notes_on(dataclasses.replace(made, train=rows, test=None)) == ()


def put(path: Path, shade: int | tuple[int, int, int] = 100, size: tuple[int, int] = (4, 4)) -> Path:
    """Write an image of one shade but for its last pixel, which is black; ``size`` is (W, H)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.new("L" if isinstance(shade, int) else "RGB", size, shade)
    image.putpixel((size[0] - 1, size[1] - 1), 0 if isinstance(shade, int) else (0, 0, 0))
    image.save(path)
    return path


def test_equal_images_are_never_trained_and_tested_on(tmp_path: Path) -> None:
    for name, start in (("cat", 1), ("dog", 100)):
        for number in range(60):
            put(tmp_path / name / f"{number}.png", start + number // 6)
    whole = load_folder(tmp_path)
    assert whole.test is not None
    assert not set(whole.train.marks) & set(whole.test.marks)
    assert np.bincount(whole.test.labels).tolist() == [12, 12]
    assert whole.notes[0].startswith(
        "100 images of train are there before, pixel for pixel; the drawn validation split"
    )


def test_a_class_of_equal_images_alone_has_no_test(tmp_path: Path) -> None:
    for name, shade in (("cat", 1), ("dog", 2)):
        for number in range(6):
            put(tmp_path / name / f"{number}.png", shade)
    assert load_folder(tmp_path).test is None
