"""A net of one's own that reads more than its source is known by what it answers with weights that everyone knows."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest
import torch
from torch import nn

from striate.base.disk.files import read_json
from striate.base.errors import RunError
from striate.data import ImageSet
from striate.training import train as door
from striate.training.folder.own_answers import answers, other_answers
from striate.training.folder.own_code import accept_changes
from striate.training.recipe.recipe import Recipe
from striate.training.train import best_net, train

NET = """
import json
from pathlib import Path
from torch import nn

def net(image_shape, classes):
    act = getattr(nn, json.loads(Path("settings.json").read_text()))
    return nn.Sequential(nn.Flatten(), nn.Linear(128, 8), nn.BatchNorm1d(8), act(), nn.Linear(8, classes))
"""


def settings(act: str) -> None:
    Path("settings.json").write_text(f'"{act}"')


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recipe:
    monkeypatch.chdir(tmp_path)
    Path("striate_reads.py").write_text(NET)
    settings("ReLU")
    sys.modules.pop("striate_reads", None)
    sys.path_importer_cache.clear()
    return Recipe(net="striate_reads:net", epochs=2, batch_size=30)


def test_another_file_of_settings_is_refused_by_test_and_told_by_probes(recipe: Recipe, tiny: ImageSet) -> None:
    train(recipe, "run", images=tiny)
    settings("Tanh")
    with pytest.raises(
        RunError, match=r"answers otherwise than when .* though its source is the same: a file, a variable"
    ):
        door.test("run", images=tiny)
    told: list[str] = []
    best_net(door.open_run("run"), warn=told.append)
    assert [text.partition(" than ")[0] for text in told] == ['net "striate_reads:net" answers otherwise']
    settings("ReLU")
    assert door.test("run", images=tiny).images == 18
    best_net(door.open_run("run"), warn=told.append)
    assert len(told) == 1


def test_a_run_goes_on_with_it_only_when_that_is_asked_for(recipe: Recipe, tiny: ImageSet) -> None:
    def stop(tick: object) -> None:
        if getattr(tick, "step", 0) == 1:
            signal.raise_signal(signal.SIGINT)

    train(recipe, "run", images=tiny, watch=stop)
    settings("Tanh")
    with pytest.raises(RunError, match="restore it, or add `changed_code`"):
        train(recipe, "run", images=tiny)
    accept_changes("run")
    with pytest.warns(UserWarning, match="not bit for bit: what the net answers differs from its last part"):
        assert train(recipe, "run", images=tiny).status == "finished"
    (part,) = read_json(Path("run/environment.json"))["continued"]
    assert other_answers(read_json(Path("run/environment.json"))["answers"], part["answers"])


def test_weights_that_were_drawn_or_learnt_have_no_part_in_it(recipe: Recipe, tiny: ImageSet) -> None:
    run = train(recipe, "run", images=tiny)
    known = read_json(run.folder / "environment.json")["answers"]
    assert len(known) == 2 * len(tiny.classes)
    net = best_net(run).net
    before = {name: value.clone() for name, value in net.state_dict().items()}
    assert answers(net, tiny.image_shape) == known
    assert answers(net.train(), tiny.image_shape) == known
    assert net.training
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())


def test_runs_of_the_catalogue_and_older_ones_have_none(tiny: ImageSet, tmp_path: Path) -> None:
    run = train(Recipe(net="mlp", epochs=1), tmp_path / "other", images=tiny)
    assert "answers" not in read_json(run.folder / "environment.json")
    assert not other_answers(None, [1.0])
    assert not other_answers([1.0], None)


def test_what_rounding_does_is_no_other_net() -> None:
    net = nn.Sequential(nn.Conv2d(2, 8, 3), nn.ReLU(), nn.Conv2d(8, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(128, 3))
    narrow, wide = answers(net, (8, 8, 2)), answers(net.double(), (8, 8, 2))
    assert narrow is not None
    assert wide is not None
    assert not other_answers(narrow, wide)
    net[3] = nn.Hardtanh()
    assert other_answers(narrow, answers(net, (8, 8, 2)))


def test_a_net_whose_answers_are_not_finite_or_cannot_be_had_has_none() -> None:
    class Broken(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x.flatten(1)[:, :3] / 0

    class Raising(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            raise ValueError

    assert answers(Broken(), (8, 8, 2)) is None
    assert answers(Raising(), (8, 8, 2)) is None
