"""The digits, against scikit-learn's own reader."""

from __future__ import annotations

import gzip
import importlib.util
from pathlib import Path

import numpy as np
import pytest
from sklearn import datasets

from striate.base.errors import DataError
from striate.data.readers.digits import load_digits, locate, read_digits


def test_pixels_and_labels_are_those_of_scikit_learn() -> None:
    oracle = datasets.load_digits()
    images, labels = read_digits(locate())
    np.testing.assert_array_equal(images[..., 0], np.rint(oracle.images * 255 / 16))
    np.testing.assert_array_equal(labels, oracle.target)
    assert (images.min(), images.max()) == (0, 255)


def test_the_set_is_split_once_and_for_all() -> None:
    digits = load_digits()
    assert digits.test is not None
    assert (len(digits.train), len(digits.test), digits.val) == (1438, 359, None)
    assert digits.image_shape == (8, 8, 1)
    shares = np.bincount(digits.test.labels) / (np.bincount(digits.train.labels) + np.bincount(digits.test.labels))
    np.testing.assert_allclose(shares, 0.2, atol=0.003)
    # The split is part of the content: results of different versions are compared by this number.
    assert digits.fingerprint.startswith("6e61412366db")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1,2\n3,4\n", r"holds \(2, 2\) values"),
        ("\n".join([",".join(["17"] * 64 + ["1"])] * 1797), "pixels from 0 to 16"),
        ("\n".join([",".join(["nan"] * 64 + ["1"])] * 1797), "pixels from 0 to 16"),
        ("\n".join([",".join(["1"] * 64 + ["10"])] * 1797), "labels from 0 to 9"),
        ("a,b\n", "damaged"),
    ],
)
def test_another_file_in_its_place_is_refused(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "digits.csv.gz"
    path.write_bytes(gzip.compress(text.encode()))
    with pytest.raises(DataError, match=words):
        read_digits(path)


def test_a_missing_file_and_a_missing_library_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DataError, match=r"nothing\.gz is absent .* install scikit-learn again"):
        read_digits(tmp_path / "nothing.gz")

    def none(_name: str) -> None:
        return None

    monkeypatch.setattr(importlib.util, "find_spec", none)
    with pytest.raises(DataError, match="scikit-learn, which is not installed"):
        load_digits()
