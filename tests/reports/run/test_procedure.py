"""The procedure in words: each field of a recipe changes them, or is listed as saying nothing there."""

from __future__ import annotations

from typing import Any

import pytest

from striate.reports.run.procedure import SILENT, procedure
from striate.training.recipe.recipe import Recipe

# A value other than the default for each field, with the fields that it needs beside it.
OTHER: dict[str, dict[str, Any]] = {
    "mean": {"mean": [0.5], "std": [0.25]},
    "std": {"std": [0.25], "mean": [0.5]},
    "start": {"start": "runs/first"},
    "start_hash": {"start_hash": "0" * 64, "start": "runs/first"},
    "freeze": {"freeze": "body"},
    "unfreeze_after": {"unfreeze_after": 2, "freeze": "body"},
    "fixed_statistics": {"fixed_statistics": "all"},
    "start_lr_factor": {"start_lr_factor": 0.1},
    "engine": {"engine": "scratch", "net": "softmax"},
    "net": {"net": "mlp"},
    "net_options": {"net_options": {"dropout": 0.5}},
    "data": {"data": "mnist"},
    "image_size": {"image_size": 64},
    "resize": {"resize": "pad"},
    "resize_filter": {"resize_filter": "lanczos"},
    "decoding": {"decoding": "full"},
    "validation": {"validation": 0.25},
    "validate_on_test": {"validate_on_test": True},
    "train_images": {"train_images": 100},
    "standardize": {"standardize": "image"},
    "permute_pixels": {"permute_pixels": True},
    "flip": {"flip": True},
    "flip_mode": {"flip": True, "flip_mode": "alternating"},
    "rotate": {"rotate": 15.0},
    "translate": {"translate": 2},
    "pad_crop": {"pad_crop": 4},
    "pad_mode": {"pad_crop": 4, "pad_mode": "reflect"},
    "jitter": {"jitter": 0.2},
    "cutout": {"cutout": 3},
    "mixup": {"mixup": 0.2},
    "cutmix": {"cutmix": 1.0},
    "test_flips": {"test_flips": True},
    "optimizer": {"optimizer": "rmsprop"},
    "lr": {"lr": 0.02},
    "momentum": {"optimizer": "sgd", "momentum": 0.5},
    "alpha": {"optimizer": "rmsprop", "alpha": 0.9},
    "nesterov": {"optimizer": "sgd", "nesterov": True},
    "beta1": {"beta1": 0.8},
    "beta2": {"beta2": 0.99},
    "epsilon": {"epsilon": 1e-7},
    "epsilon_form": {"epsilon_form": "keras"},
    "cycle_momentum": {"schedule": "one-cycle", "cycle_momentum": True},
    "lowest_momentum": {"schedule": "one-cycle", "cycle_momentum": True, "lowest_momentum": 0.8},
    "weight_decay": {"weight_decay": 1e-4},
    "schedule": {"schedule": "cosine"},
    "warmup_epochs": {"warmup_epochs": 2.0},
    "step_epochs": {"schedule": "step", "step_epochs": 3},
    "gamma": {"schedule": "step", "gamma": 0.5},
    "peak": {"schedule": "one-cycle", "peak": 0.4},
    "decay": {"schedule": "inverse-time", "decay": 1e-6},
    "label_smoothing": {"label_smoothing": 0.1},
    "batch_size": {"batch_size": 64},
    "sync_batch_norm": {"sync_batch_norm": True},
    "epochs": {"epochs": 25},
    "classes": {"classes": "3,5"},
    "precision": {"precision": "float64"},
    "seed": {"seed": 7},
}


def test_every_field_has_its_place_or_is_silent() -> None:
    assert {*OTHER, *SILENT} == set(Recipe.model_fields)
    for field in SILENT:
        assert procedure(Recipe(**{field: 2 if field == "keep_every" else True}), {}) == procedure(Recipe(), {})


@pytest.mark.parametrize("field", OTHER)
def test_a_field_that_is_changed_changes_the_words(field: str) -> None:
    changed = OTHER[field]
    without = {key: value for key, value in changed.items() if key != field}
    if field in ("engine", "mean", "std"):
        without = {}
    assert procedure(Recipe(**changed), {}) != procedure(Recipe(**without), {})


def test_the_published_setting_in_words() -> None:
    recipe = Recipe(
        net="convnet-cs7150",
        data="cifar10",
        lr=1e-4,
        schedule="inverse-time",
        decay=1e-6,
        epochs=25,
        precision="float32",
    )
    text = procedure(recipe, {"train_images": 45000, "val_images": 5000, "precision": "float32"})
    assert text == (
        "The net convnet-cs7150 is trained on 45,000 images of cifar10 for 25 epochs in batches of 32 (1,407 updates an"
        " epoch); 5,000 images are held out for validation. Images are normalized by the channel means and deviations of"
        " the training images, and not augmented. Updates are by Adam (beta1 0.9, beta2 0.999 and epsilon 1e-08), on the"
        " cross-entropy. The learning rate of 0.0001 is divided by 1 + 1e-06 times the number of updates done. It is"
        " computed in float32, with seed 0; the weights of the best validation epoch are tested, once."
    )


def test_a_table_has_rows_and_a_net_by_hand_the_loss_that_is_its_own() -> None:
    recipe = Recipe(net="svm", engine="scratch", data="sums", lr=0.5)
    text = procedure(recipe, {"train_images": 500, "val_images": 250})
    assert "500 rows of sums" in text
    assert "250 rows are held out" in text
    assert "Features are normalized by their means and deviations in the training rows" in text
    assert "on the hinge loss" in text
    assert "image" not in text
    assert "on the logistic loss" in procedure(recipe.change(net="logistic"), {})


def test_processes_are_told_with_what_batch_norm_saw() -> None:
    told = procedure(Recipe(), {"processes": 2, "continued": [{"threads": 1}, {"processes": 4}]})
    assert "cut over 2, then over 4 processes, with batch norm over the part of its own process" in told
    whole = procedure(Recipe(sync_batch_norm=True), {"processes": 2})
    assert "cut over 2 processes, with batch norm over the whole batch" in whole
    assert "process" not in procedure(Recipe(), {"processes": 1})
