"""MATLAB files: what they must hold, and that damage is a sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from chaos.hostile_foreign import swollen_mat
from striate.base.errors import DataError
from striate.data import load

WRITTEN = Path(__file__).parents[2] / "written"
IMAGES = np.arange(2 * 2 * 3 * 4, dtype=np.uint8).reshape(2, 2, 3, 4)


@pytest.mark.parametrize(
    ("held", "words"),
    [
        ({"X": IMAGES}, r"holds X, and must hold X \(H, W, C, N\) and y"),
        ({"X": IMAGES.astype(float), "y": [1, 2, 1, 2]}, r"X is double of shape"),
        ({"X": IMAGES, "y": ["a", "b", "a", "b"]}, "y is char"),
        ({"X": IMAGES, "y": {"a": 1}}, "y is struct"),
        ({"X": IMAGES[..., :3], "y": np.array([[1], [2], [1], [2]])}, "has 3 images and 4 labels"),
    ],
)
def test_other_contents_are_refused(tmp_path: Path, held: dict[str, object], words: str) -> None:
    savemat(tmp_path / "a.mat", held)
    with pytest.raises(DataError, match=words):
        load(tmp_path / "a.mat")


def test_labels_without_ten_stay(tmp_path: Path) -> None:
    savemat(tmp_path / "a.mat", {"X": IMAGES, "y": np.array([[1], [2], [1], [2]])})
    made = load(tmp_path / "a.mat")
    assert (made.classes, made.notes) == (("1", "2"), ())


def test_what_would_not_fit_is_not_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("striate.data.readers.array_files.mat.too_large", lambda size: f"too much, {size}")
    with pytest.raises(DataError, match="X cannot be held: too much, 36864; give fewer images"):
        load(WRITTEN / "svhn/train_32x32.mat")


def test_hdf5_and_damage_are_sentences(tmp_path: Path) -> None:
    path = tmp_path / "a.mat"
    path.write_bytes(b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM" + b"\x89HDF\r\n\x1a\n")
    with pytest.raises(DataError, match=r"version 7\.3, which is HDF5; save it with -v7"):
        load(path)
    whole = (WRITTEN / "svhn/train_32x32.mat").read_bytes()
    rng = np.random.default_rng(0)
    told: list[str] = []
    for number in range(40):
        changed = bytearray(whole[: rng.integers(130, len(whole))] if number % 2 else whole)
        changed[int(rng.integers(124, len(changed)))] ^= int(rng.integers(1, 256))
        path.write_bytes(changed)
        try:
            load(path)
        except DataError as error:
            told.append(str(error))
    assert len(told) > 20
    assert all(map(str.isprintable, told))


def test_an_element_that_unpacks_to_more_than_its_shape_has_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.mat").write_bytes(swollen_mat())
    with pytest.raises(DataError, match="unpacks to more than"):
        load(tmp_path / "x.mat")


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("kind", ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8"])
def test_labels_of_every_type_are_those_that_scipy_wrote(tmp_path: Path, kind: str, packed: bool) -> None:
    labels = np.array([[1], [3], [2], [3]], dtype=kind)
    savemat(tmp_path / "a.mat", {"more": np.eye(3), "X": IMAGES, "y": labels}, do_compression=packed)
    made = load(tmp_path / "a.mat")
    assert made.classes == ("1", "2", "3")
    assert sorted(map(bytes, made.train.images)) == sorted(map(bytes, IMAGES.transpose(3, 0, 1, 2)))


def test_labels_in_one_row_are_labels(tmp_path: Path) -> None:
    images = np.arange(8 * 8 * 3 * 4, dtype=np.uint8).reshape(8, 8, 3, 4)
    savemat(tmp_path / "train_32x32.mat", {"X": images, "y": np.array([1, 2, 1, 2], np.uint8)})
    made = load(tmp_path / "train_32x32.mat")
    assert made.train.labels.tolist() == [0, 1, 0, 1]
    savemat(tmp_path / "train_32x32.mat", {"X": images.transpose(3, 0, 1, 2), "y": np.array([1, 2, 1, 2], np.uint8)})
    with pytest.raises(DataError, match=r"X has the shape \(4, 8, 8, 3\), and \(H, W, C, N\)"):
        load(tmp_path / "train_32x32.mat")
