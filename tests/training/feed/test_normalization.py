"""Normalization by the data set, by each image, and of permuted pixels."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.preprocessing import StandardScaler

from striate.base.errors import DataError
from striate.training.feed.normalization import Normalization, notes_on, permutation

CPU = torch.device("cpu")


def batch(shape: tuple[int, ...]) -> np.ndarray:
    images = np.random.default_rng(7).integers(0, 256, shape, dtype=np.uint8)
    images.setflags(write=False)
    return images


def test_per_channel_worked_out_by_hand() -> None:
    images = np.array([[[[0, 255], [51, 102]]]], dtype=np.uint8)  # one image, one row, two columns, two channels
    out = Normalization((0.2, 0.5), (0.1, 0.25))(images, CPU)
    assert out.shape == (1, 2, 1, 2)
    assert torch.allclose(out[0, :, 0], torch.tensor([[-2.0, 0.0], [2.0, -0.4]]), atol=1e-6)


@pytest.mark.parametrize("shape", [(4, 8, 8, 1), (4, 32, 32, 3), (1, 1, 1, 1)])
def test_per_image_against_tensorflows_formula(shape: tuple[int, ...]) -> None:
    images = batch(shape)
    out = Normalization((0.5,) * shape[3], (0.25,) * shape[3], per_image=True)(images, CPU)
    for image, normal in zip(images / 255, out, strict=True):
        divisor = max(image.std(), 1 / np.sqrt(image.size))
        expected = ((image - image.mean()) / divisor).transpose(2, 0, 1)
        np.testing.assert_allclose(normal.numpy(), expected, atol=2e-5)
    assert out.dtype == torch.float32
    assert out.is_contiguous(memory_format=torch.channels_last)


def test_an_image_of_one_colour_is_divided_by_the_floor() -> None:
    images = np.full((1, 4, 4, 1), 40, np.uint8)
    images[0, 0, 0] = 41
    # The deviation, sqrt(15) / 16 / 255, is far below 1 / sqrt(16).
    out = Normalization((0.5,), (0.25,), per_image=True)(images, CPU)
    assert float(out[0, 0, 0, 0]) == pytest.approx(4 * 15 / 16 / 255, rel=1e-3)


@pytest.mark.parametrize("shape", [(3, 8, 8, 1), (3, 5, 7, 3)])
def test_permuted_pixels_keep_their_channels_together_and_are_moved_alike(shape: tuple[int, ...]) -> None:
    images, mean, std = batch(shape), (0.5,) * shape[3], (0.25,) * shape[3]
    plain, moved = (Normalization(mean, std, permuted=yes)(images, CPU) for yes in (False, True))
    order = permutation(shape[1] * shape[2])
    assert sorted(order) == list(range(shape[1] * shape[2]))
    assert (order != np.arange(len(order))).any()
    assert torch.equal(moved.flatten(2), plain.flatten(2)[:, :, torch.tensor(order)])
    assert moved.is_contiguous(memory_format=torch.channels_last)


def test_features_of_a_table_keep_their_units() -> None:
    features = np.array([[[[10.0, -2.0]]]], dtype=np.float64)
    out = Normalization((4.0, 0.0), (3.0, 0.5))(features, CPU)
    assert out.flatten().tolist() == [2.0, -4.0]


@pytest.mark.parametrize("per_image", [False, True])
@pytest.mark.parametrize("permuted", [False, True])
def test_it_comes_back_from_its_labels(per_image: bool, permuted: bool) -> None:
    made = Normalization((0.25, 0.5), (0.125, 1.0), per_image, permuted)
    assert Normalization.of(made.labels()) == made


def test_labels_of_older_checkpoints_mean_what_they_meant() -> None:
    assert Normalization.of({"mean": [0.5], "std": [0.25]}) == Normalization((0.5,), (0.25,))


def table(rows: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(rows).reshape(len(rows), 1, 1, -1)


def shown(rows: np.ndarray, trained: np.ndarray | None = None) -> np.ndarray:
    """Return ``rows`` (N, D) as a net sees them that was trained on ``trained``, or on themselves."""
    measured = Normalization.measured(table(rows if trained is None else trained))
    return measured(table(rows), CPU).numpy().reshape(len(rows), -1)


ROWS = np.random.default_rng(0).normal(size=(400, 3)) * [1, 7, 0.01] + [0, -3, 5]


@pytest.mark.parametrize("move", [0.0, 1.7e9, -1e12])
@pytest.mark.parametrize("scale", [1.0, 1e-300, 1e290])
def test_a_table_moved_or_stretched_looks_the_same_to_the_net(move: float, scale: float) -> None:
    """Held to scikit-learn's scaler for the table as it is; moved by 1e12, its numbers are themselves rounded to 1e-4."""
    expected = StandardScaler().fit_transform(ROWS[:, :2])
    rounding = abs(move) * 1e-15 / 0.9 + 1e-6
    np.testing.assert_allclose(shown((ROWS[:, :2] + move) * scale), expected, atol=rounding)


@pytest.mark.parametrize("value", [14.62, 0.1, -1e300, 3e-310, 0.0, 1 / 3])
@pytest.mark.parametrize("kind", ["float32", "float64"])
def test_a_column_of_one_value_is_left_undivided_and_named(value: float, kind: str) -> None:
    value = value if kind == "float64" else float(np.float32(value / 1e280 if abs(value) > 1e38 else value))
    trained = np.column_stack([ROWS[:, 0], np.full(400, value)]).astype(kind)
    measured = Normalization.measured(table(trained))
    assert (measured.mean[1], measured.std[1]) == (float(trained[0, 1]), 1.0)
    assert shown(trained)[:, 1].tolist() == [0.0] * 400
    (note,) = notes_on(table(trained))
    assert note.startswith(
        f"feature 1 ({trained[0, 1]:g}): one value in all rows that train, but for rounding; left undivided"
    )


def test_a_column_that_rounding_alone_moves_is_one_value() -> None:
    sums = np.array([0.1 + 0.2, 0.3] * 200)  # which differ in the last bit
    trained = np.column_stack([ROWS[:, 0], sums])
    assert Normalization.measured(table(trained)).std[1] == 1.0
    later = np.column_stack([ROWS[:, 0], np.full(400, 0.31)])
    assert np.abs(shown(later, trained)[:, 1]).max() == pytest.approx(0.01)
    # What differs by more than rounding is told apart: a time in seconds whose values are seconds apart.
    assert Normalization.measured(table(1.7e9 + ROWS)).std == pytest.approx(ROWS.std(0), rel=1e-4)
    assert notes_on(table(1.7e9 + ROWS)) == ()


def test_many_flat_columns_are_counted_and_images_have_no_note() -> None:
    (note,) = notes_on(table(np.column_stack([ROWS, np.ones((400, 12))])))
    assert note.startswith("features 3 (1), 4 (1), ")
    assert "12 (1) and 2 more: one value" in note
    assert notes_on(batch((4, 2, 2, 1)) * 0) == ()
    assert Normalization.measured(np.full((2, 1, 1, 1), 51, np.uint8)) == Normalization((pytest.approx(0.2),), (1.0,))


def test_a_number_beyond_float32_is_named_and_not_shown_as_infinity() -> None:
    later = ROWS.copy()
    later[7, 1] = 1e300
    with pytest.raises(
        DataError, match=r"feature 1 of a row is 1e\+300, and those that train are -2.* \+-.*: the net cannot"
    ):
        shown(later, ROWS)
