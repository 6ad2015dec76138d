"""Normalization by the data set, by each image, and of permuted pixels."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from striate.training.normalization import Normalization, permutation

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
