"""The layers by hand in the one loop: the same promises as PyTorch, held by the same means."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
import torch

from striate.base.disk.files import read_json
from striate.base.errors import NetError, RecipeError
from striate.data import ImageSet
from striate.training import loop
from striate.training.engines.scratch import ScratchEngine
from striate.training.engines.setup import set_up
from striate.training.feed.batches import in_order
from striate.training.loop import Tick
from striate.training.recipe.recipe import Recipe
from striate.training.train import best_net, train
from striate.training.train import test as score

OPTIONS = {"filters": 3, "filter_size": 3, "hidden": 8, "batch_norm": True, "dropout": 0.3}
VARIANTS = {
    "adam": {},
    "plain descent and cosine": {"optimizer": "sgd", "momentum": 0.0, "lr": 0.1, "schedule": "cosine"},
    "momentum and weight decay": {"optimizer": "sgd", "weight_decay": 0.01, "lr": 0.1},
    "the twin": {"engine": "twin"},
    "rmsprop in float64": {"optimizer": "rmsprop", "precision": "float64", "record_steps": True},
}


@pytest.fixture
def by_hand() -> Recipe:
    return Recipe(
        engine="scratch",
        net_options=OPTIONS,
        flip=True,
        pad_crop=1,
        cutout=2,
        batch_size=25,
        epochs=3,
        lr=0.01,
        seed=3,
    )


def final_bytes(folder: Path) -> dict[str, bytes]:
    states = sorted((folder / "checkpoints").glob("step-*.safetensors"))[-1:]
    kept = [folder / "history.csv", *states, *sorted((folder / "checkpoints").glob("best-*.safetensors"))]
    return {path.name: path.read_bytes() for path in kept}


def stop_after(step: int) -> loop.Watch:
    def watch(tick: Tick) -> None:
        if tick.step == step and tick.val is None:
            os.kill(os.getpid(), signal.SIGINT)

    return watch


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_run_cut_at_any_step_and_resumed_ends_in_the_same_bytes(
    variant: str, tiny: ImageSet, by_hand: Recipe, tmp_path: Path
) -> None:
    recipe = by_hand.change(**VARIANTS[variant])
    whole = train(recipe, tmp_path / "whole", images=tiny)
    assert (whole.status, whole.step) == ("finished", 9)
    for cut in range(1, 9):
        assert train(recipe, tmp_path / f"cut{cut}", images=tiny, watch=stop_after(cut)).status == "interrupted"
        assert train(recipe, tmp_path / f"cut{cut}", images=tiny).status == "finished"
        assert final_bytes(tmp_path / f"cut{cut}") == final_bytes(tmp_path / "whole"), f"cut after update {cut}"


def test_the_resume_test_can_fail(
    tiny: ImageSet, by_hand: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: a resume that forgets what the update rule remembers must be seen."""
    train(by_hand, tmp_path / "whole", images=tiny)
    train(by_hand, tmp_path / "cut", images=tiny, watch=stop_after(4))
    whole_load = ScratchEngine.load

    def forget(self: ScratchEngine, state: dict[str, torch.Tensor]) -> None:
        whole_load(self, {name: value for name, value in state.items() if name.startswith("net.")})

    monkeypatch.setattr(ScratchEngine, "load", forget)
    train(by_hand, tmp_path / "cut", images=tiny)
    assert final_bytes(tmp_path / "cut") != final_bytes(tmp_path / "whole")


def test_the_test_score_is_that_of_the_best_weights_and_of_their_twin(
    tiny: ImageSet, by_hand: Recipe, tmp_path: Path
) -> None:
    run = train(by_hand, tmp_path / "run", images=tiny)
    result = score(run.folder, images=tiny)
    used = best_net(run)
    net = used.net
    normalize = set_up(by_hand, tiny, print).splits.normalization
    with torch.no_grad():
        right = sum(int((net(x).argmax(1) == y).sum()) for x, y in in_order(tiny.test, normalize, torch.device("cpu")))
    assert result.accuracy == right / 18
    assert used.labels.engine == "scratch"
    anatomy = read_json(run.folder / "anatomy.json")
    assert [layer["kind"] for layer in anatomy["layers"]] == [
        "convolution", "batch norm", "relu", "max pool", "flatten", "dense", "relu", "dropout", "dense",
    ]  # fmt: skip
    assert read_json(run.folder / "environment.json")["precision"] == "float32"


def test_it_learns_and_a_non_finite_loss_ends_it(tiny: ImageSet, tmp_path: Path) -> None:
    base = Recipe(engine="scratch", net="softmax", net_options={"hidden": 16}, batch_size=10, epochs=12, lr=0.01)
    run = train(base, tmp_path / "run", images=tiny)
    assert run.curve("val", "accuracy")[-1][1] == 1.0
    bad = train(base.change(optimizer="sgd", lr=1000.0, epochs=100), tmp_path / "bad", images=tiny)
    assert bad.status == "diverged"
    assert "not finite" in bad.reason


def test_weight_decay_is_that_of_pytorch(tiny: ImageSet, by_hand: Recipe) -> None:
    """One plain step with weight decay a and rate r takes r * a * W from a weight, and nothing from a bias."""
    plain = by_hand.change(optimizer="sgd", momentum=0.0, precision="float64")
    engines = [set_up(recipe, tiny, print).engine for recipe in (plain, plain.change(weight_decay=0.5))]
    before = {name: value.clone() for name, value in engines[0].weights().items()}
    feed = set_up(plain, tiny, print).feed
    for engine in engines:
        engine.update(*feed.batch(1, 0), 0.1, 1, 0)
    for name, first in before.items():
        gap = engines[0].weights()[name] - engines[1].weights()[name]
        expected = 0.05 * first if name.startswith("W") else torch.zeros_like(first)
        assert torch.allclose(gap, expected, atol=1e-15), name


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"optimizer": "adamw"}, "optimizer is adamw, and engine scratch accepts sgd or rmsprop or adam"),
        ({"precision": "bfloat16"}, "precision is bfloat16, and engine scratch accepts auto or float32 or float64"),
        ({"label_smoothing": 0.1}, "label_smoothing is 0.1, and engine scratch accepts 0"),
        ({"optimizer": "sgd", "nesterov": True}, "nesterov is True, and engine scratch accepts False"),
        ({"net": "vgg11"}, 'net "vgg11" belongs to `engine=torch`'),
        ({"filtres": 3}, r'field "filtres" is unknown \(did you mean "filters"\?\)'),
        ({"engine": "scrach"}, r'engine is scrach, and must be .* \(did you mean "scratch"\?\)'),
    ],
)
def test_what_the_layers_by_hand_do_not_know_is_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(RecipeError, match=words):
        Recipe(engine="scratch").change(**changes)


def test_a_net_of_two_classes_refuses_more(tiny: ImageSet, tmp_path: Path) -> None:
    with pytest.raises(NetError, match="logistic tells two classes apart, and the data have 3"):
        train(Recipe(engine="scratch", net="logistic"), tmp_path / "run", images=tiny)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"epsilon": 1e-3, "epsilon_form": "keras"},
        {"schedule": "one-cycle", "cycle_momentum": True},
        {"optimizer": "sgd", "lr": 0.05, "schedule": "one-cycle", "cycle_momentum": True},
    ],
)
def test_forms_of_epsilon_and_moving_momentum_are_those_of_pytorch(
    by_hand: Recipe, tiny: ImageSet, tmp_path: Path, fields: dict[str, object]
) -> None:
    recipe = by_hand.change(**fields, precision="float64", epochs=2)
    losses = [
        dict(train(recipe.change(engine=engine), tmp_path / engine, images=tiny).curve("val", "loss"))
        for engine in ("scratch", "twin")
    ]
    assert losses[0] == pytest.approx(losses[1], rel=1e-9)
    plain = train(by_hand.change(precision="float64", epochs=2), tmp_path / "plain", images=tiny)
    assert dict(plain.curve("val", "loss")) != pytest.approx(losses[0], rel=1e-6)
