"""The doors: train, resume and test, and what each refuses."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from striate.base.errors import DataError, NetError, RecipeError, RunError
from striate.base.files import read_json
from striate.data import ImageSet
from striate.training import setup
from striate.training.batches import in_order
from striate.training.normalization import Normalization
from striate.training.recipe import Recipe
from striate.training.run import open_run
from striate.training.train import best_net, resume, train
from striate.training.train import test as score


def test_the_test_score_is_that_of_the_best_validation_weights(tiny: ImageSet, recipe: Recipe, tmp_path: Path) -> None:
    run = train(recipe.change(epochs=4), tmp_path / "run", images=tiny)
    result = score(run.folder, images=tiny)
    curve = run.curve("val", "accuracy")
    best = max(curve, key=lambda point: (point[1], -point[0]))
    assert result["epoch"] == best[0]
    net, values, _ = best_net(run)
    normalize = Normalization(tuple(values["mean"]), tuple(values["std"]))
    with torch.no_grad():
        right = sum(int((net(x).argmax(1) == y).sum()) for x, y in in_order(tiny.test, normalize, torch.device("cpu")))
        val = sum(int((net(x).argmax(1) == y).sum()) for x, y in in_order(tiny.val, normalize, torch.device("cpu")))
    assert result["accuracy"] == right / 18
    assert best[1] == val / 12


def test_the_test_split_is_touched_once(tiny: ImageSet, recipe: Recipe, tmp_path: Path) -> None:
    run = train(recipe.change(epochs=1), tmp_path / "run", images=tiny)
    first = score(run.folder, images=tiny)
    assert score(run.folder, images=dataclasses.replace(tiny, test=None)) == first == run.test()


def test_flips_at_the_test_are_scored_beside_the_score_without(tiny: ImageSet, recipe: Recipe, tmp_path: Path) -> None:
    mixed = {"flip_mode": "alternating", "rotate": 5.0, "jitter": 0.1, "mixup": 0.2, "cutmix": 1.0}
    asked = recipe.change(**mixed, test_flips=True, standardize="image", optimizer="rmsprop")
    run = train(asked, tmp_path / "run", images=tiny)
    result = score(run.folder, images=tiny)
    net, values, _ = best_net(run)
    [(x, y)] = in_order(tiny.test, Normalization.of(values), torch.device("cpu"))
    with torch.no_grad():
        plain, mirrored = net(x), net(x.flip(3))
    assert result["accuracy"] == int((plain.argmax(1) == y).sum()) / 18
    assert result["accuracy_flips"] == int(((plain + mirrored).argmax(1) == y).sum()) / 18
    assert result["loss_flips"] == pytest.approx(float(F.cross_entropy((plain + mirrored) / 2, y)), rel=1e-4)
    assert run.test() == result


def test_what_cannot_be_tested_says_why(tiny: ImageSet, recipe: Recipe, tmp_path: Path) -> None:
    changes = {"optimizer": "sgd", "lr": 1000.0, "norm": "none", "activation": "none", "epochs": 30}
    diverged = train(recipe.change(**changes), tmp_path / "a", images=tiny)
    with pytest.raises(
        RunError, match="is diverged, and only one that is not has weights to be tested; train again with a smaller lr"
    ):
        score(diverged.folder, images=tiny)
    finished = train(recipe.change(epochs=1), tmp_path / "b", images=tiny)
    with pytest.raises(DataError, match="has no test split"):
        score(finished.folder, images=dataclasses.replace(tiny, test=None))
    with pytest.raises(RunError, match="no run in"):
        score(tmp_path / "c")


def test_a_refused_recipe_writes_nothing(tiny: ImageSet, tmp_path: Path) -> None:
    with pytest.raises(NetError, match="4 stages"):
        train(Recipe(net_options={"widths": [[2]] * 4}), tmp_path / "run", images=tiny)
    with pytest.raises(DataError):
        train(Recipe(data="digitz"), tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


def test_batch_norm_over_a_single_value_is_refused(tiny: ImageSet, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"batch norm .* of net mlp sees one value a channel"):
        train(Recipe(net="mlp", net_options={"norm": "batch"}, batch_size=1), tmp_path / "run", images=tiny)
    norm_over_space = Recipe(net="convnet", net_options={"norm": "batch", "widths": [[2]], "hidden": []}, batch_size=1)
    setup.check(norm_over_space, tiny)  # a map of many places has a variance


def test_it_learns(tiny: ImageSet, tmp_path: Path) -> None:
    run = train(Recipe(epochs=12, batch_size=10), tmp_path / "run", images=tiny)
    assert run.curve("val", "accuracy")[-1][1] == 1.0
    assert run.curve("train", "loss")[-1][1] < run.curve("train", "loss")[0][1]


def test_resume_asks_for_a_run(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"no run in .*recipe.json"):
        resume(tmp_path)


def test_a_damaged_run_folder_is_an_error_in_one_sentence(tiny: ImageSet, recipe: Recipe, tmp_path: Path) -> None:
    run = train(recipe.change(epochs=1), tmp_path / "run", images=tiny)
    (run.folder / "recipe.json").write_text('{"net": ')
    with pytest.raises(RunError, match="cannot be read"):
        open_run(run.folder)


def test_a_failed_run_says_so(tiny: ImageSet, recipe: Recipe, tmp_path: Path) -> None:
    def watch(tick: object) -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        train(recipe, tmp_path / "run", images=tiny, watch=watch)
    assert read_json(tmp_path / "run/status.json")["status"] == "failed"
    assert train(recipe, tmp_path / "run", images=tiny).status == "finished"
