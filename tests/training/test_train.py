"""The doors: train, resume and test, and what each refuses."""

from __future__ import annotations

import dataclasses
import os
import shutil
import signal
from pathlib import Path
from typing import get_args

import pytest
import torch
import torch.nn.functional as F

from striate.base.disk.files import read_json
from striate.base.errors import DataError, NetError, RecipeError, RunError
from striate.data import ImageSet
from striate.training.engines import setup
from striate.training.feed.batches import in_order
from striate.training.folder import checkpoints
from striate.training.folder.run import open_run
from striate.training.folder.run_score import Earlier
from striate.training.loop import Tick
from striate.training.recipe.recipe import Recipe, Schedule
from striate.training.schedule import SPREAD, learning_rate
from striate.training.session import extend, mended
from striate.training.train import best_net, resume, train
from striate.training.train import test as score

SCHEDULES: tuple[str, ...] = get_args(Schedule)


def test_the_test_score_is_that_of_the_best_validation_weights(tiny: ImageSet, recipe: Recipe, tmp_path: Path) -> None:
    run = train(recipe.change(epochs=4), tmp_path / "run", images=tiny)
    result = score(run.folder, images=tiny)
    curve = run.curve("val", "accuracy")
    best = max(curve, key=lambda point: (point[1], -point[0]))
    assert result.epoch == best[0]
    found = best_net(run)
    net, normalize = found.net, found.labels.normalization
    with torch.no_grad():
        right = sum(int((net(x).argmax(1) == y).sum()) for x, y in in_order(tiny.test, normalize, torch.device("cpu")))
        val = sum(int((net(x).argmax(1) == y).sum()) for x, y in in_order(tiny.val, normalize, torch.device("cpu")))
    assert result.accuracy == right / 18
    assert best[1] == val / 12


def test_the_test_split_is_touched_once(tiny: ImageSet, recipe: Recipe, tmp_path: Path) -> None:
    run = train(recipe.change(epochs=1), tmp_path / "run", images=tiny)
    first = score(run.folder, images=tiny)
    assert score(run.folder, images=dataclasses.replace(tiny, test=None)) == first == run.test()


def test_a_score_that_is_written_sweeps_away_what_a_kill_left_of_an_earlier_one(
    tiny: ImageSet, recipe: Recipe, tmp_path: Path
) -> None:
    run = train(recipe.change(epochs=1), tmp_path / "run", images=tiny)
    left, mine = run.folder / f".striate-1-{'a' * 16}.tmp", run.folder / ".mine.tmp"
    for path in (left, mine):
        path.write_text("{")
    score(run.folder, images=tiny)
    assert (left.exists(), mine.exists()) == (False, True)


def test_flips_at_the_test_are_scored_beside_the_score_without(tiny: ImageSet, recipe: Recipe, tmp_path: Path) -> None:
    mixed = {"flip_mode": "alternating", "rotate": 5.0, "jitter": 0.1, "mixup": 0.2, "cutmix": 1.0}
    asked = recipe.change(**mixed, test_flips=True, standardize="image", optimizer="rmsprop")
    run = train(asked, tmp_path / "run", images=tiny)
    result = score(run.folder, images=tiny)
    found = best_net(run)
    net = found.net
    [(x, y)] = in_order(tiny.test, found.labels.normalization, torch.device("cpu"))
    with torch.no_grad():
        plain, mirrored = net(x), net(x.flip(3))
    assert result.accuracy == int((plain.argmax(1) == y).sum()) / 18
    assert result.accuracy_flips == int(((plain + mirrored).argmax(1) == y).sum()) / 18
    assert result.loss_flips == pytest.approx(float(F.cross_entropy((plain + mirrored) / 2, y)), rel=1e-4)
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


def test_more_epochs_end_in_the_same_bytes_as_if_asked_for_at_first(
    tiny: ImageSet, recipe: Recipe, tmp_path: Path
) -> None:
    for name, changes in {"constant": {}, "step": {"step_epochs": 1}, "inverse-time": {"decay": 0.1}}.items():
        asked = recipe.change(schedule=name, epochs=1, **changes)
        run = train(asked, tmp_path / name, images=tiny)
        first = score(run.folder, images=tiny)
        assert extend(run, 3).status == "interrupted"  # until somebody goes on with it
        more = train(asked.change(epochs=3), tmp_path / name, images=tiny)
        assert (more.status, more.epoch, more.recipe.epochs) == ("finished", 3, 3)
        whole = train(asked.change(epochs=3), tmp_path / f"{name} at once", images=tiny)
        assert (more.folder / "history.csv").read_bytes() == (whole.folder / "history.csv").read_bytes()
        assert weights(more.folder) == weights(whole.folder)
        part = read_json(more.folder / "environment.json")["continued"][0]
        assert (part["after_epoch"], part["epochs"]) == (1, 3)
        again = score(more.folder, images=tiny)
        assert again.epoch == 1 or again.earlier == (Earlier(first.accuracy, first.loss, first.epoch, first.step),)


def weights(folder: Path) -> list[bytes]:
    return [
        path.read_bytes() for path in sorted((folder / "checkpoints").glob("*.safetensors")) if "best" in path.name
    ] + [sorted((folder / "checkpoints").glob("step-*.safetensors"))[-1].read_bytes()]


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_takes_more_epochs_where_its_rates_do_not_depend_on_them(name: str) -> None:
    before = Recipe(schedule=name, epochs=4, **({"decay": 0.1} if name == "inverse-time" else {}))
    rates = [[learning_rate(recipe, n, 3) for n in range(12)] for recipe in (before, before.change(epochs=8))]
    assert (rates[0] == rates[1]) == (name not in SPREAD)


def test_more_epochs_are_refused_with_the_reason(tiny: ImageSet, recipe: Recipe, tmp_path: Path) -> None:
    run = train(recipe.change(schedule="cosine", epochs=1), tmp_path / "a", images=tiny)
    before = (run.folder / "status.json").read_bytes()
    with pytest.raises(RunError, match=r"cosine of the run .* is spread over its 1 epoch.*train it with `epochs=5`"):
        resume(run.folder, epochs=5)
    with pytest.raises(RunError, match="has 3 epochs, and 2 are fewer"):
        extend(train(recipe, tmp_path / "b", images=tiny), 2)
    assert resume(run.folder, epochs=1).status == "finished"
    assert (run.folder / "status.json").read_bytes() == before


def test_a_kill_at_any_write_of_an_extension_leaves_a_run_that_goes_on(
    tiny: ImageSet, recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(recipe.change(epochs=1), tmp_path / "run", images=tiny)
    whole = train(recipe.change(epochs=2), tmp_path / "whole", images=tiny)
    replace = Path.replace
    for write in range(3):
        folder = Path(shutil.copytree(tmp_path / "run", tmp_path / f"killed {write}"))
        left = [write]

        def cut(self: Path, target: Path, left: list[int] = left) -> Path:
            if left[0] == 0:
                raise KeyboardInterrupt
            left[0] -= 1
            return replace(self, target)

        monkeypatch.setattr(Path, "replace", cut)
        with pytest.raises(KeyboardInterrupt):
            extend(open_run(folder), 2)
        monkeypatch.setattr(Path, "replace", replace)
        told: list[str] = []
        kept = mended(folder, told.append)
        assert kept.recipe.epochs == (2 if write == 2 else 1)
        assert train(kept.recipe, folder, images=tiny).status == "finished"
        train(extend(open_run(folder), 2).recipe, folder, images=tiny)
        assert weights(folder) == weights(whole.folder)


def test_an_interrupted_run_is_scored_and_the_score_is_not_kept(tiny: ImageSet, recipe: Recipe, tmp_path: Path) -> None:
    def watch(tick: Tick) -> None:
        if tick.step == 5 and tick.val is None:
            os.kill(os.getpid(), signal.SIGINT)

    run = train(recipe, tmp_path / "run", images=tiny, watch=watch)
    result = score(run.folder, images=tiny)
    assert (result.status, result.reached, result.epochs, result.epoch) == ("interrupted", 1, 3, 1)
    assert not (run.folder / "test.json").exists()
    early = train(recipe, tmp_path / "early", images=tiny, watch=lambda tick: os.kill(os.getpid(), signal.SIGINT))
    with pytest.raises(RunError, match="has no best-validation checkpoint yet"):
        score(early.folder, images=tiny)


def test_weights_are_kept_every_so_many_epochs_and_tested(tiny: ImageSet, recipe: Recipe, tmp_path: Path) -> None:
    run = train(recipe.change(epochs=5, keep_every=2), tmp_path / "run", images=tiny)
    kept = sorted(path.name for path in (run.folder / "checkpoints").glob("epoch-*.json"))
    assert kept == ["epoch-00000006.json", "epoch-00000012.json"]
    for epoch in (2, 4):
        result = score(run.folder, epoch=epoch, images=tiny)
        whole = train(recipe.change(epochs=epoch), tmp_path / f"{epoch}", images=tiny)
        last = checkpoints.at(whole.folder / "checkpoints", "step", 3 * epoch)
        there = checkpoints.at(run.folder / "checkpoints", "epoch", 3 * epoch)
        assert isinstance(last, checkpoints.Checkpoint)
        assert isinstance(there, checkpoints.Checkpoint)
        assert all(torch.equal(tensor, last.tensors[f"net.{name}"]) for name, tensor in there.tensors.items())
        assert (result.epoch, result.step) == (epoch, 3 * epoch)
    assert not (run.folder / "test.json").exists()
    with pytest.raises(RunError, match=r"kept no weights of epoch 9; it has those of .*2.* \(`keep_every=5`"):
        score(run.folder, epoch=9, images=tiny)
