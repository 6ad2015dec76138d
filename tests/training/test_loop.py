"""Exact resume, divergence, and random streams that a treatment leaves alone."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from striate.base.disk.files import read_json
from striate.base.errors import RunError
from striate.data import ImageSet
from striate.training import loop
from striate.training.engines import pytorch as torch_engine
from striate.training.engines.setup import initial_net
from striate.training.folder.run import Run
from striate.training.loop import Tick
from striate.training.recipe.recipe import Recipe
from striate.training.train import resume, train

VARIANTS = {
    "adam": {},
    "nesterov and cosine": {"optimizer": "sgd", "nesterov": True, "schedule": "cosine", "weight_decay": 0.01},
    "adamw and one-cycle": {"optimizer": "adamw", "schedule": "one-cycle", "weight_decay": 0.01},
    "every loss in float64": {"record_steps": True, "precision": "float64"},
    "alternating": {"flip_mode": "alternating", "pad_mode": "reflect", "rotate": 9.0, "jitter": 0.2},
    "mixed and rmsprop": {"mixup": 0.3, "cutmix": 1.0, "standardize": "image", "optimizer": "rmsprop"},
}


def final_bytes(folder: Path) -> dict[str, bytes]:
    """Return history, last state and best weights of a run, by name."""
    states = sorted((folder / "checkpoints").glob("step-*.safetensors"))[-1:]
    kept = [folder / "history.csv", *states, *sorted((folder / "checkpoints").glob("best-*.safetensors"))]
    return {path.name: path.read_bytes() for path in kept}


def stop_after(step: int) -> loop.Watch:
    """Return a watcher that asks for a stop, as Ctrl-C does, once update ``step`` is done."""

    def watch(tick: Tick) -> None:
        if tick.step == step and tick.val is None:
            os.kill(os.getpid(), signal.SIGINT)

    return watch


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_run_cut_at_any_step_and_resumed_ends_in_the_same_bytes(
    variant: str, tiny: ImageSet, recipe: Recipe, tmp_path: Path
) -> None:
    recipe = recipe.change(**VARIANTS[variant])
    whole = train(recipe, tmp_path / "whole", images=tiny)
    assert (whole.status, whole.step) == ("finished", 9)
    for cut in range(1, 9):
        folder = tmp_path / f"cut{cut}"
        assert train(recipe, folder, images=tiny, watch=stop_after(cut)).status == "interrupted"
        assert train(recipe, folder, images=tiny).status == "finished"
        assert final_bytes(folder) == final_bytes(tmp_path / "whole"), f"cut after update {cut}"


def test_a_run_resumed_after_every_single_step_ends_in_the_same_bytes(
    tiny: ImageSet, recipe: Recipe, tmp_path: Path
) -> None:
    train(recipe, tmp_path / "whole", images=tiny)
    for step in range(1, 10):
        run = train(recipe, tmp_path / "chain", images=tiny, watch=stop_after(step))
    assert run.status == "finished"
    assert final_bytes(tmp_path / "chain") == final_bytes(tmp_path / "whole")


def test_the_resume_test_can_fail(
    tiny: ImageSet, recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: a resume that forgets the optimizer's state must be seen."""
    train(recipe, tmp_path / "whole", images=tiny)
    train(recipe, tmp_path / "cut", images=tiny, watch=stop_after(4))
    monkeypatch.setattr(torch_engine, "load_state_tensors", lambda optimizer, tensors: None)
    train(recipe, tmp_path / "cut", images=tiny)
    assert final_bytes(tmp_path / "cut") != final_bytes(tmp_path / "whole")


def dying(k: int, after: bool) -> Callable[[Path, Path], Path]:
    """Return a rename that ends the process before or after its k-th call."""
    rename, count = Path.replace, 0

    def replace(self: Path, target: Path) -> Path:
        nonlocal count
        count += 1
        if count == k and not after:
            os._exit(9)
        renamed = rename(self, target)
        if count == k:
            os._exit(9)
        return renamed

    return replace


def test_a_run_killed_at_any_write_ends_in_the_same_bytes(
    tiny: ImageSet, recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Die before or after the k-th rename, for every k, as SIGKILL would; then go on in this process."""
    monkeypatch.setattr(loop, "SAVE_SECONDS", 0.0)
    recipe = recipe.change(record_steps=True)
    train(recipe, tmp_path / "whole", images=tiny)
    k, written = 0, False
    while not written:
        k += 1
        for after in (False, True):
            folder = tmp_path / f"{k}{'after' if after else 'before'}"
            child = os.fork()
            if child == 0:
                Path.replace = dying(k, after)
                train(recipe, folder, images=tiny)
                os._exit(0)
            written = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
            assert train(recipe, folder, images=tiny).status == "finished"
            assert final_bytes(folder) == final_bytes(tmp_path / "whole"), f"killed {folder.name} rename {k}"
            assert not list(folder.rglob(".*.tmp"))
            assert (folder / "anatomy.json").is_file()
    assert k > 15


def test_best_weights_of_updates_that_are_done_again_are_forgotten(
    tiny: ImageSet, recipe: Recipe, tmp_path: Path
) -> None:
    """A kill between the best and the state leaves weights that this run may never reach again."""
    from striate.training.folder import checkpoints

    run = train(recipe, tmp_path / "run", images=tiny, watch=stop_after(4))
    stray = {name: torch.zeros_like(tensor) for name, tensor in initial_net(recipe, tiny).state_dict().items()}
    checkpoints.write(run.folder / "checkpoints", "best", 8, stray, {"accuracy": 1.0})
    train(recipe, tmp_path / "run", images=tiny)
    train(recipe, tmp_path / "whole", images=tiny)
    assert final_bytes(tmp_path / "run") == final_bytes(tmp_path / "whole")


def test_a_damaged_checkpoint_is_passed_over_for_the_one_before(
    tiny: ImageSet, recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "SAVE_SECONDS", 0.0)
    train(recipe, tmp_path / "whole", images=tiny)
    train(recipe, tmp_path / "cut", images=tiny, watch=stop_after(8))
    newest = tmp_path / "cut/checkpoints/step-00000008.safetensors"
    content = bytearray(newest.read_bytes())
    content[-3] ^= 1
    newest.write_bytes(content)
    told: list[str] = []
    assert train(recipe, tmp_path / "cut", images=tiny, warn=told.append).status == "finished"
    assert "step-00000008.safetensors is damaged" in told[0]
    assert "continuing from update 6" in told[0]
    assert final_bytes(tmp_path / "cut") == final_bytes(tmp_path / "whole")


@pytest.mark.parametrize("again", [1, 4])
def test_what_an_interrupted_run_saves_after_damage_is_there_and_the_whole_best_too(
    tiny: ImageSet, recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, again: int
) -> None:
    """Both latest checkpoints are damaged, so it starts anew, and is stopped long before it is as far as they were."""
    monkeypatch.setattr(loop, "SAVE_SECONDS", 0.0)
    train(recipe, tmp_path / "whole", images=tiny)
    checkpoints = train(recipe, tmp_path / "cut", images=tiny, watch=stop_after(8)).folder / "checkpoints"
    damaged = sorted(checkpoints.glob("step-*.safetensors"))
    for path in damaged:
        path.write_bytes(path.read_bytes()[:-1])
    best = {path: path.read_bytes() for path in checkpoints.glob("best-*")}
    train(recipe, tmp_path / "cut", images=tiny, watch=stop_after(again), warn=lambda text: None)
    assert (checkpoints / f"step-{again:08d}.safetensors").is_file()
    assert not [path for path in damaged if path.exists()]
    if again < 3:  # no epoch has ended yet, so that it has no other best
        assert {path: path.read_bytes() for path in best} == best
    told: list[str] = []
    assert train(recipe, tmp_path / "cut", images=tiny, warn=told.append).status == "finished"
    assert told == []  # it went on from what it had saved
    assert final_bytes(tmp_path / "cut") == final_bytes(tmp_path / "whole")


def test_two_checkpoints_and_the_best_are_kept(
    tiny: ImageSet, recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "SAVE_SECONDS", 0.0)
    run = train(recipe.change(epochs=5), tmp_path / "run", images=tiny)
    names = sorted(path.name for path in (run.folder / "checkpoints").glob("*.json"))
    best = max(run.curve("val", "accuracy"), key=lambda point: (point[1], -point[0]))[0]
    assert names == [f"best-{3 * best:08d}.json", "step-00000012.json", "step-00000015.json"]


def test_a_non_finite_loss_ends_the_run_as_diverged_with_the_step(
    tiny: ImageSet, recipe: Recipe, tmp_path: Path
) -> None:
    # Without ReLU, for a net whose units all died has a constant and finite loss.
    changes = {"optimizer": "sgd", "lr": 1000.0, "norm": "none", "activation": "none", "epochs": 50}
    run = train(recipe.change(**changes), tmp_path / "run", images=tiny)
    assert run.status == "diverged"
    assert "not finite" in run.reason
    assert f"update {run.step}" in run.reason or f"update {run.step + 1}" in run.reason
    assert all(np.isfinite(value) for _, value in run.curve("train", "loss"))


def test_training_leaves_torchs_own_generator_alone(tiny: ImageSet, recipe: Recipe, tmp_path: Path) -> None:
    torch.manual_seed(1)
    before = torch.get_rng_state()
    train(recipe.change(epochs=1), tmp_path / "run", images=tiny)
    assert torch.equal(torch.get_rng_state(), before)


def test_seeds_differ_and_repeat(tiny: ImageSet, recipe: Recipe) -> None:
    def weights(seed: int) -> torch.Tensor:
        return next(initial_net(recipe.change(seed=seed), tiny).parameters())

    assert torch.equal(weights(1), weights(1))
    assert not torch.equal(weights(1), weights(2))


def test_other_images_under_the_same_name_are_refused_on_resume(tiny: ImageSet, recipe: Recipe, tmp_path: Path) -> None:
    train(recipe, tmp_path / "run", images=tiny, watch=stop_after(2))
    other = ImageSet("tiny", tiny.classes, tiny.train, tiny.val, tiny.test, fingerprint="1" * 64, origin="")
    with pytest.raises(RunError, match="fingerprint differs"):
        train(recipe, tmp_path / "run", images=other)


def test_a_folder_of_another_run_is_refused_and_left_alone(tiny: ImageSet, recipe: Recipe, tmp_path: Path) -> None:
    train(recipe.change(epochs=1), tmp_path / "run", images=tiny)
    before = final_bytes(tmp_path / "run")
    with pytest.raises(RunError, match="holds another run"):
        train(recipe.change(epochs=2), tmp_path / "run", images=tiny)
    assert final_bytes(tmp_path / "run") == before
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.txt").write_text("mine")
    with pytest.raises(RunError, match="not empty"):
        train(recipe, tmp_path / "photos", images=tiny)
    assert [path.name for path in (tmp_path / "photos").iterdir()] == ["cat.txt"]


def test_a_second_process_is_told_who_holds_the_run(tiny: ImageSet, recipe: Recipe, tmp_path: Path) -> None:
    from striate.base.disk.lock import locked

    with locked(tmp_path / "run"), pytest.raises(RunError, match=f"in use by process {os.getpid()}"):
        train(recipe, tmp_path / "run", images=tiny)


def test_a_finished_run_is_not_trained_again(tiny: ImageSet, recipe: Recipe, tmp_path: Path) -> None:
    train(recipe, tmp_path / "run", images=tiny)
    before = (tmp_path / "run/timing.csv").read_bytes()

    def watch(tick: Tick) -> None:
        raise AssertionError("an update was done")

    run: Run = train(recipe, tmp_path / "run", images=tiny, watch=watch)
    assert run.status == "finished"
    assert resume(tmp_path / "run").status == "finished"
    assert (tmp_path / "run/timing.csv").read_bytes() == before


def test_the_environment_says_what_the_result_depends_on(tiny: ImageSet, recipe: Recipe, tmp_path: Path) -> None:
    run = train(recipe.change(epochs=1), tmp_path / "run", images=tiny)
    facts = read_json(run.folder / "environment.json")
    assert facts["data_fingerprint"] == tiny.fingerprint
    assert facts["train_images"] == 60
    assert facts["precision"] in ("float32", "bfloat16")
    assert list(run.folder.glob("events.out.tfevents.*"))
