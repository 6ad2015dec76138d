"""The metadata of a run say how its net is built again, and how an image becomes what the net takes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from striate.app.exporting.export import export
from striate.app.inputs.metadata import metadata
from striate.app.inputs.opened_net import Subject
from striate.data.photos.resizing import Resizing
from striate.nets import build
from striate.nets.inputs import Inputs


def run_of(folder: Path, **fields: Any) -> Path:
    from striate.training.recipe.recipe import Recipe
    from striate.training.train import train

    return train(Recipe(epochs=1, batch_size=512, **fields), folder / "run", warn=lambda text: None).folder


def opened(folder: Path) -> Subject:
    from striate.app.inputs.opened_net import open_subject

    return open_subject(str(folder))


def test_a_run_leaves_with_what_its_net_is_built_from(tmp_path: Path) -> None:
    from safetensors import safe_open

    from striate.nets.weights.load import load_weights

    folder = run_of(tmp_path, net_options={"widths": [[3]], "hidden": []})
    assert export(folder, "safetensors", tmp_path / "run.safetensors").checked == "the weights as they are"
    with safe_open(tmp_path / "run.safetensors", "pt") as file:
        found = json.loads(file.metadata()["striate"])
    assert str(tmp_path) not in json.dumps(found)
    assert found["classes"] == [str(digit) for digit in range(10)]
    made = found["built_as"]
    assert made["engine"] == "torch"
    assert made["call"] == "striate.nets.build(net, options, (height, width, channels), len(classes))"
    again = build(made["net"], made["options"], (8, 8, 1), 10).eval()
    load_weights(again, tmp_path / "run.safetensors")
    blank = torch.ones(1, 1, 8, 8)
    assert torch.equal(again(blank), opened(folder).net(blank))


@pytest.mark.parametrize("engine", ["scratch", "twin"])
def test_a_net_by_hand_leaves_with_the_call_that_builds_its_twin(engine: str, tmp_path: Path) -> None:
    from striate.nets.weights.load import load_weights
    from striate.training.folder.restore_net import blank_twin

    folder = run_of(tmp_path, engine=engine, net="softmax", net_options={"hidden": 4})
    export(folder, "safetensors", tmp_path / "run.safetensors")
    made = metadata(opened(folder))["built_as"]
    assert (made["engine"], made["net"], made["options"]) == (engine, "softmax", {"hidden": 4})
    assert (
        made["call"]
        == "striate.training.folder.restore_net.blank_twin(net, options, (height, width, channels), len(classes))"
    )
    again = blank_twin(made["net"], made["options"], (8, 8, 1), 10).eval()
    load_weights(again, tmp_path / "run.safetensors")
    blank = torch.ones(1, 1, 8, 8)
    assert torch.equal(again(blank), opened(folder).net(blank))


def test_features_of_a_table_are_said_to_keep_their_units(tmp_path: Path) -> None:
    from striate.data import load

    subject = opened(run_of(tmp_path, net="mlp", data="sums"))
    told = metadata(subject)["normalization"]
    assert told["of"] == "x = feature, in the table's own units, as float64"
    rows = load("sums").train.images[:3].copy()
    shape = (1, -1, 1, 1)
    x = torch.from_numpy(rows).permute(0, 3, 1, 2).float()
    mine = (x - torch.tensor(told["mean"]).view(shape)) / torch.tensor(told["std"]).view(shape)
    torch.testing.assert_close(mine, subject.tensor(rows))


def test_a_run_on_moved_pixels_tells_where_each_one_went(tmp_path: Path) -> None:
    from striate.data import load

    subject = opened(run_of(tmp_path, net="mlp", permute_pixels=True))
    told = json.loads(json.dumps(metadata(subject)))["normalization"]
    assert told["of"] == "x = pixel / 255"
    assert "pixel k that the net sees, counted row by row, is pixel permutation[k]" in told["permutation_rule"]
    images = load("digits").train.images[:3]
    seen = images.reshape(3, 64, 1)[:, told["permutation"]].reshape(3, 8, 8, 1)
    np.testing.assert_array_equal(seen, subject.arranged(images))
    assert (
        "permutation"
        not in metadata(Subject(subject.net, replace(subject.inputs, permuted=False), "x"))["normalization"]
    )


@pytest.mark.parametrize(
    ("resizing", "said"),
    [(Resizing(), "its shorter side keeps 8 pixels"), (Resizing("pad"), "its longer side"), (Resizing(full=True), "")],
)
def test_the_rule_says_at_which_scale_a_jpeg_is_decoded(resizing: Resizing, said: str) -> None:
    inputs = Inputs((8, 8, 3), (0.5,) * 3, (0.2,) * 3, ("a", "b"))
    rule = metadata(Subject(nn.Identity(), inputs, "toy", resizing=resizing))["input"]["resize"]["rule"]
    assert said in rule
    assert ("JPEG" in rule) == bool(said)
