"""What holds for every question that is built in: it can be planned, follows its base, and runs to a verdict file."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from small_nets import small
from striate.app.options.repeating import study_command
from striate.base.catalog import loaded
from striate.base.disk.files import read_json
from striate.base.errors import StudyError
from striate.data import load
from striate.reports.study.page import write_study_report
from striate.studies import builtin
from striate.studies.catalog import BUILTIN, question
from striate.studies.claims.comparison import ANSWERS
from striate.studies.running import execute
from striate.studies.running.execute import run_study
from striate.studies.running.pool import in_turn
from striate.studies.running.process import do
from striate.studies.running.starts import unstarted
from striate.training.engines.setup import check
from striate.training.trials.largest_rate import largest_rate

# What makes a study small enough for a test; --set reaches the same fields.
TOY: dict[str, Any] = {"epochs": 1, "train_images": 60, "batch_size": 30}


def toy(name: str) -> dict[str, Any]:
    """Return the changes that make study ``name`` small, less those that its arms set for themselves."""
    base = question(name).base
    own = {key for arm in question(name).study({}).arms for key in arm.changes}
    changes = {**TOY, **(small(base.net) if base.engine == "torch" else {})}
    return {key: value for key, value in changes.items() if key not in own or key in ("n", "width", "batch_size")}


def test_every_module_of_a_study_has_a_row() -> None:
    folder = Path(builtin.__file__).parent
    modules = {".".join(file.relative_to(folder).with_suffix("").parts) for file in folder.glob("*/[a-z]*.py")}
    assert modules == {entry.module for entry in BUILTIN.values()}


@pytest.mark.parametrize("name", BUILTIN)
def test_a_question_is_a_question(name: str) -> None:
    study = question(name).study({})
    assert study.name == name
    assert study.question.endswith("?")
    assert BUILTIN[name].summary.endswith((".", "?"))
    assert (loaded(f"striate.studies.builtin.{BUILTIN[name].module}").__doc__ or "").startswith(BUILTIN[name].summary)
    assert study.claims
    assert len({claim.name for claim in study.claims}) == len(study.claims)
    judged = {arm for claim in study.claims for arm in claim.arms}
    assert len(study.arms) >= 2
    assert judged <= {arm.name for arm in study.arms}
    assert json.loads(json.dumps(study.to_json()))["name"] == name


@pytest.mark.parametrize("name", BUILTIN)
def test_the_arms_follow_the_base(name: str) -> None:
    changed = question(name).study({"data": "mnist", "epochs": 3}, seeds=2)
    assert changed.seeds == (0, 1)
    for arm in changed.arms:
        recipe = changed.recipe(arm, 1)
        # An arm that others start from may have epochs of its own, by a rule.
        assert (recipe.data, recipe.epochs, recipe.seed) == ("mnist", arm.changes.get("epochs", 3), 1)


OWN = """
from torch import nn


class Rich(nn.Module):
    def __init__(self, image_shape, classes, norm: str = "none", activation: str = "relu", residual: bool = False,
                 dropout: float = 0.5, dropout_scaling: str = "inverted", n: int = 2, width: int = 6, block: str = "standard",
                 order: str = "post", widths: list = [[4], [4]], hidden: list = []):
        super().__init__()
        depth = sum(len(stage) for stage in widths)
        first = nn.Conv2d(image_shape[2], width, 3, padding=1)
        rest = [nn.Conv2d(width, width, 3, padding=1) for _ in range(depth - 1)]
        act = nn.Sigmoid if activation == "sigmoid" else nn.ReLU
        layers = [layer for conv in (first, *rest) for layer in (conv, act())]
        self.net = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, classes))

    def forward(self, x):
        return self.net(x)


def bare(image_shape, classes):
    return Rich(image_shape, classes)
"""
FOR_ANY_NET = (
    "augmentation",
    "schedules",
    "learning-rates",
    "step-gamma",
    "divergence",
    "shallow-or-simple",
    "transfer",
)
TORCH = [name for name in BUILTIN if question(name).base.engine == "torch" and name != "same-curve"]


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own_nets.py").write_text(OWN, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize("name", TORCH)
def test_a_net_of_ones_own_is_put_in_with_its_own_defaults(name: str) -> None:
    study = question(name).study({"net": "own_nets:Rich"})
    for arm in study.arms:
        recipe = study.recipe(arm, 0)
        assert recipe.net == arm.changes.get("net", "own_nets:Rich")
        if "n" in arm.changes:
            assert recipe.options.n in {2, 6, 10}  # once, three and five times its own 2
        if name == "vgg11" and "width" in arm.changes:
            assert recipe.options.width == 12  # twice its own 6


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize("name", TORCH)
def test_a_net_without_the_options_is_put_in_or_refused_by_their_names(name: str) -> None:
    if name in (*FOR_ANY_NET, "locality"):
        assert question(name).study({"net": "own_nets:bare"}).arms
        return
    with pytest.raises(
        StudyError,
        match=r"of its net, and net own_nets:bare has no such option \(it has none\); give it parameters of these",
    ):
        question(name).study({"net": "own_nets:bare"})


def test_an_arm_that_sets_what_the_net_has_by_itself_is_refused_with_the_remedy() -> None:
    with pytest.raises(StudyError, match='since net vgg11 has activation="relu" by itself; set it otherwise'):
        question("vgg11").study({"net": "vgg11"})
    assert question("vgg11").study({"net": "vgg11", "activation": "none"}).arms[-1].changes["width"] == 128


def test_arms_are_named_by_the_layers_of_their_kind_of_net() -> None:
    names = [arm.name for arm in question("depth").study({"net": "resnet-v2", "n": 1}).arms]
    assert names == ["plain 11", "plain 29", "plain 47", "residual 11", "residual 29", "residual 47"]  # 9n + 2


def test_arms_are_named_by_their_learning_rates_to_the_digit() -> None:
    arms = question("learning-rates").study({"lr": 0.025}).arms
    assert [arm.name for arm in arms[:5]] == ["SGD 0.00025", "SGD 0.0025", "SGD 0.025", "SGD 0.25", "SGD 2.5"]
    assert all(float(arm.name.split()[1]) == pytest.approx(arm.changes["lr"], rel=1e-9) for arm in arms)


@pytest.mark.parametrize(
    ("changes", "shift"),
    [
        ({}, 1),
        ({"data": "mnist"}, 3),
        ({"data": "cifar10"}, 4),
        ({"image_size": 64}, 8),
        ({"image_size": 1024}, 64),
        ({"data": "cifar10", "pad_crop": 2}, 2),
    ],
)
def test_transforms_shift_by_an_eighth_of_the_images(changes: dict[str, Any], shift: int) -> None:
    study = question("augmentation").study(changes)
    made = {arm.name: study.recipe(arm, 0) for arm in study.arms}
    assert (made["none"].pad_crop, made["flip"].pad_crop, made["crop"].pad_crop) == (0, 0, shift)
    assert made["flip + crop + cutout"].cutout == 2 * shift
    assert study.notes == (
        f"crops shift an image by up to {shift} pixels, and cutout blackens a square of {2 * shift}",
    )


@pytest.mark.parametrize("name", [name for name in BUILTIN if question(name).base.data != "sums"])
def test_a_folder_of_photographs_is_put_in(name: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for kind in ("cat", "dog"):
        (tmp_path / "photos" / kind).mkdir(parents=True)
        for number in range(10):
            pixels = rng.integers(0, 256, (20 + number, 24, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / "photos" / kind / f"{number}.png")
    changes = {**toy(name), "data": str(tmp_path / "photos"), "train_images": None}
    study = question(name).study(changes)
    for arm in study.arms:
        recipe = unstarted(study, arm)
        images = load(recipe.data, image_size=recipe.image_size)
        assert images.classes == ("cat", "dog")
        check(recipe, images)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the runs of a study be done in this process, as its workers do them; and largest rates be sought by few updates."""

    def done(jobs: Any, workers: int, threads: int, beat: Any, warn: Any, failures: dict[Path, str]) -> None:
        source, kept = jobs if callable(jobs) else in_turn(jobs), dict[str, Any]()
        while job := source(()):
            if reason := do(json.loads(job.line()), kept, partial(warn, job.folder)):
                failures[job.folder] = reason

    monkeypatch.setattr(execute, "run_jobs", done)
    monkeypatch.setitem(largest_rate.__kwdefaults__, "updates", 20)


@pytest.mark.slow
@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("name", BUILTIN)
def test_it_runs_to_a_verdict_and_a_report(name: str, tmp_path: Path) -> None:
    study = question(name).study(toy(name), seeds=1)
    answer = run_study(study, tmp_path / "study", workers=1)
    assert answer.failures == {}
    record = read_json(tmp_path / "study" / "verdict.json")
    assert [verdict["claim"] for verdict in record["verdicts"]] == [claim.name for claim in study.claims]
    assert {verdict["answer"] for verdict in record["verdicts"]} <= set(ANSWERS)
    assert {arm["name"] for arm in record["arms"]} == {arm.name for arm in study.arms}
    page = write_study_report(tmp_path / "study", study_command).read_text(encoding="utf-8")
    assert study.question in page
