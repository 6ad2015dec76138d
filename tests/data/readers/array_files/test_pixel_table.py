"""CSV tables of pixels: Kaggle's digits, FER-2013, colours, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from striate.base.errors import DataError
from striate.data import load


def put(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n")
    return path


def test_names_in_any_order_and_none_at_all(tmp_path: Path) -> None:
    named = put(tmp_path / "a.csv", "pixel0,pixel1,pixel2,pixel3,Label", "1,2,3,4,0", "5,6,7,8,9")
    made = load(named)
    assert (made.classes, made.image_shape) == (("0", "9"), (2, 2, 1))
    assert made.train.images[1, ..., 0].tolist() == [[5, 6], [7, 8]]
    bare = put(tmp_path / "b.csv", "0,1,2,3,4,5,6,7,8,9", "3,9,8,7,6,5,4,3,2,1")
    made = load(bare)
    assert made.classes == ("0", "3")
    assert made.train.images[0, ..., 0].tolist() == [[1, 2, 3], [4, 5, 6], [7, 8, 9]]


def test_spaced_pixels_and_their_usage(tmp_path: Path) -> None:
    rows = ["0,1 2 3 4,Training", "1,5 6 7 8,Training", "1,9 9 9 1,PublicTest", "0,4 3 2 1,PrivateTest"]
    made = load(put(tmp_path / "fer.csv", "emotion,pixels,Usage", *rows))
    assert made.train.images[1, ..., 0].tolist() == [[5, 6], [7, 8]]
    assert made.val is not None
    assert made.test is not None
    assert (made.val.labels.tolist(), made.test.images[0, 0, 0].tolist()) == ([1], [4])


def test_three_times_a_square_are_colours(tmp_path: Path) -> None:
    names = ",".join(f"pixel{i}" for i in range(12))
    rows = [",".join([*map(str, range(k, k + 12)), str(k)]) for k in (0, 1)]
    made = load(put(tmp_path / "rgb.csv", f"{names},label", *rows))
    assert made.image_shape == (2, 2, 3)
    assert made.train.images[0, 0, 1].tolist() == [3, 4, 5]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["label,pixel0", "0,1", "1,256"], "row 1 has 256 in the column pixel0, and pixels are whole numbers"),
        (["label,pixel0", "0,1", "1,2.5"], r"row 1 has 2\.5 in the column pixel0"),
        (["label,pixel0", "0,1", "1,x"], "the column pixel0 holds what is not a number"),
        (["label,pixel0", "0,1", "1,2,3"], "is not a table of one width"),
        (["label,pixel0,pixel1", "0,1,2", "1,2,3"], "has 2 pixels in a row, which are not a square image"),
        (["label,pixel0", "0,1", "x,2"], "must be whole numbers"),
        (["emotion,pixels,Usage", "0,1 2 3 4,Training", "1,1 2,Training"], "as many whole numbers in every row"),
        (["emotion,pixels,Usage", "0,1 2 3 4,Training", "1,1 2 3 4,Some"], "row 1 has a Usage that is none of"),
    ],
)
def test_what_is_no_table_of_pixels_is_refused(tmp_path: Path, lines: list[str], words: str) -> None:
    with pytest.raises(DataError, match=words):
        load(put(tmp_path / "a.csv", *lines))


def test_the_row_numbers_that_pandas_writes_are_no_pixels(tmp_path: Path) -> None:
    # As DataFrame.to_csv writes a table, of which the first column has no name.
    made = load(put(tmp_path / "a.csv", ",label,pixel0,pixel1,pixel2,pixel3", "0,1,1,2,3,4", "1,0,5,6,7,8"))
    assert (made.classes, made.image_shape) == (("0", "1"), (2, 2, 1))
    assert made.train.images[1, ..., 0].tolist() == [[5, 6], [7, 8]]


def test_other_names_of_pixels_and_many_of_them(tmp_path: Path) -> None:
    named = ",".join(f"{row}x{column}" for row in range(1, 29) for column in range(1, 29))
    pixels = [",".join(["0"] * 784), ",".join(["9"] * 784)]
    rows = [f"{number},{pixels[number]}" for number in (0, 1)]
    for name in ("mnist_train.csv", "mnist_test.csv"):
        put(tmp_path / name, f"label,{named}", *rows)
    made = load(tmp_path)
    assert made.test is not None
    assert (len(made.train), len(made.test), made.image_shape) == (2, 2, (28, 28, 1))
    last = ",".join(f"pixel{i:04d}" for i in range(784))  # 7 kB before the name that tells the label
    words = [f"{pixels[number]};{name}".replace(",", ";") for number, name in enumerate(("shirt", "bag"))]
    made = load(put(tmp_path / "last.csv", f"{last},class".replace(",", ";"), *words))
    assert made.classes == ("bag", "shirt")
    assert made.train.images[:, 0, 0, 0].tolist() == [0, 9]
    assert made.train.labels.tolist() == [1, 0]


def test_without_names_labels_in_the_last_column_are_not_taken_for_pixels(tmp_path: Path) -> None:
    rows = ["9,1,2,3,4,5,6,7,8,0", "13,9,8,7,6,5,4,3,2,1"]
    with pytest.raises(DataError, match="its labels are expected in the first column, and those of the last look like"):
        load(put(tmp_path / "a.csv", *rows))
