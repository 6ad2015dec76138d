"""An exported file can be scored and looked into without a word about the images it was trained on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from striate.app.export import export
from striate.app.exported import metadata_of
from striate.app.score import score
from striate.app.subject import open_subject
from striate.base.errors import NetError
from striate.training import train as door
from striate.training.recipe import Recipe


@pytest.mark.parametrize("fields", [{}, {"standardize": "image"}, {"permute_pixels": True}, {"image_size": 10}])
def test_an_exported_file_says_by_itself_what_its_net_is_shown(fields: dict[str, Any], tmp_path: Path) -> None:
    recipe = Recipe(net_options={"widths": [[3]], "hidden": []}, epochs=1, batch_size=512, **fields)
    folder = door.train(recipe, tmp_path / "run", warn=lambda text: None).folder
    file = Path(export(folder, "safetensors", tmp_path / "run.safetensors")["file"])
    ours, theirs = open_subject(str(folder)), open_subject("convnet", file)
    assert (theirs.per_image, theirs.permuted) == (ours.per_image, ours.permuted)
    assert (theirs.inputs.classes, theirs.inputs.data) == (ours.inputs.classes, "digits")
    assert theirs.inputs.image_shape == ours.inputs.image_shape
    expected, found = door.test(folder), score("convnet", "digits", file)
    assert found["accuracy"] == expected["accuracy"]
    assert found["loss"] == pytest.approx(expected["loss"], rel=1e-5)  # in batches of another size
    with pytest.raises(NetError, match="do not fit the net"):
        open_subject("convnet", file, options={"widths": [[4]]})


@pytest.mark.parametrize(
    "told", [None, {"striate": "{"}, {"striate": "[]"}, {"striate": '{"format": 2}'}, {"other": "x"}]
)
def test_a_file_that_says_nothing_of_the_kind_is_weights_alone(told: dict[str, str] | None, tmp_path: Path) -> None:
    save_file({"w": torch.zeros(1)}, tmp_path / "w.safetensors", told)
    assert metadata_of(tmp_path / "w.safetensors") == {}


def test_nor_does_what_is_no_such_file(tmp_path: Path) -> None:
    (tmp_path / "torn.safetensors").write_bytes(b"x")
    for path in (None, tmp_path / "w.pth", tmp_path / "absent.safetensors", tmp_path / "torn.safetensors"):
        assert metadata_of(path) == {}
