"""An exported file can be scored and looked into without a word about the images it was trained on."""

from __future__ import annotations

import functools
import json
import os
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from striate.app.exporting.export import export
from striate.app.inputs.opened_net import open_subject
from striate.app.scoring.score import score
from striate.base.errors import NetError
from striate.training import train as door
from striate.training.recipe.recipe import Recipe
from striate.training.starting.exported import metadata_of


@pytest.mark.parametrize("fields", [{}, {"standardize": "image"}, {"permute_pixels": True}, {"image_size": 10}])
def test_an_exported_file_says_by_itself_what_its_net_is_shown(fields: dict[str, Any], tmp_path: Path) -> None:
    recipe = Recipe(net_options={"widths": [[3]], "hidden": []}, epochs=1, batch_size=512, **fields)
    folder = door.train(recipe, tmp_path / "run", warn=lambda text: None).folder
    file = Path(export(folder, "safetensors", tmp_path / "run.safetensors").file)
    ours, theirs = open_subject(str(folder)), open_subject("convnet", file)
    told, known = theirs.inputs, ours.inputs
    assert (told.per_image, told.permuted) == (known.per_image, known.permuted)
    assert (theirs.inputs.classes, theirs.inputs.data) == (ours.inputs.classes, "digits")
    assert theirs.inputs.image_shape == ours.inputs.image_shape
    expected, found = door.test(folder), score("convnet", "digits", file)
    assert found.accuracy == expected.accuracy
    assert found.loss == pytest.approx(expected.loss, rel=1e-5)  # in batches of another size
    with pytest.raises(NetError, match="do not fit the net"):
        open_subject("convnet", file, options={"widths": [[4]]})


@pytest.mark.parametrize("told", [None, {"other": "x"}])
def test_a_file_that_says_nothing_of_the_kind_is_weights_alone(told: dict[str, str] | None, tmp_path: Path) -> None:
    save_file({"w": torch.zeros(1)}, tmp_path / "w.safetensors", told)
    assert metadata_of(tmp_path / "w.safetensors") is None


def test_nor_does_what_is_no_such_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.safetensors")
    for name in ("w.pth", "absent.safetensors", "pipe.safetensors"):
        assert metadata_of(tmp_path / name) is None
    assert metadata_of(None) is None
    (tmp_path / "torn.safetensors").write_bytes(b"x")
    with pytest.raises(NetError, match=r'torn\.safetensors" is not a whole safetensors file'):
        metadata_of(tmp_path / "torn.safetensors")


WHOLE: dict[str, Any] = {
    "format": 1,
    "net": "run",
    "built_as": {"engine": "torch", "net": "convnet", "options": {}, "call": "..."},
    "input": {"layout": "float32 N, C, H, W", "channels": 1, "height": 8, "width": 8},
    "normalization": {"formula": "...", "mean": [0.5], "std": [0.25], "permuted_pixels": False},
    "output": "logits N, classes",
    "classes": ["a", "b"],
    "data": "digits",
}


def said(folder: Path, text: str) -> Path:
    save_file({"w": torch.zeros(1)}, folder / "w.safetensors", {"striate": text})
    return folder / "w.safetensors"


def changed(place: str, value: Any) -> str:
    """Return the whole record as JSON with the entry at ``place`` (a.b) replaced, or left out where ``value`` is Ellipsis."""
    made = json.loads(json.dumps(WHOLE))
    *above, last = place.split(".")
    inner = functools.reduce(lambda part, key: part[key], above, made)
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return json.dumps(made)


def test_a_whole_record_is_read(tmp_path: Path) -> None:
    told = metadata_of(said(tmp_path, json.dumps(WHOLE)))
    assert told is not None
    assert (told.input.height, told.normalization.std, told.classes) == (8, [0.25], ["a", "b"])
    for place in ("built_as", "data"):  # which published weights have not
        assert metadata_of(said(tmp_path, changed(place, ...))) is not None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "it is not JSON"),
        ("[" * 100_000, "it is not JSON"),
        ("9" * 5000, "it is not JSON"),
        ("[]", "Input should be"),
        ("null", "Input should be"),
        *((changed(place, ...), rf"{place}: Field required") for place in (
            "format", "input", "normalization", "classes", "input.width", "normalization.permuted_pixels", "built_as.options",
        )),
        (changed("format", "1"), "format: Input should be 1"),
        (changed("format", 0), "format: Input should be 1"),
        (changed("input.channels", 0), "input.channels: Input should be greater than or equal to 1"),
        (changed("input.height", 10**9), "input.height: Input should be less than or equal to 100000"),
        (changed("input", {"height": 10**5, "width": 10**5, "channels": 3}), "input has more than 100,000,000 numbers"),
        (changed("input.height", "8"), "input.height: Input should be a valid integer"),
        (changed("input.height", True), "input.height: Input should be a valid integer"),
        (changed("input", [8, 8, 1]), "input: Input should be"),
        (changed("normalization.std", [0.0]), r"normalization.std.0: Input should be greater than 0"),
        (changed("normalization.std", [-1.0]), r"normalization.std.0: Input should be greater than 0"),
        (changed("normalization.std", [float("nan")]), r"normalization.std.0: Input should be"),
        (changed("normalization.mean", [float("inf")]), r"normalization.mean.0: Input should be a finite number"),
        (changed("normalization.mean", ["x"]), r"normalization.mean.0: Input should be a valid number"),
        (changed("normalization.mean", [0.5] * 3), "normalization.mean has 3 numbers for 1 channel"),
        (changed("normalization.mean", ...), "normalization has one of mean and std, and needs both or neither"),
        (changed("classes", "ab"), "classes: Input should be a valid list"),
        (changed("classes", [1, 2]), r"classes.0: Input should be a valid string"),
        (changed("classes", ["a", "a"]), "classes holds a name twice"),
        (changed("built_as", "os.system"), "built_as: Input should be"),
        (changed("data", None), "data: Input should be a valid string"),
    ],
)  # fmt: skip
def test_a_damaged_record_is_named_and_not_a_defect(tmp_path: Path, text: str, words: str) -> None:
    file = said(tmp_path, text)
    remedy = r"\); export it again, or name the data with `trained_on`$"
    with pytest.raises(NetError, match=rf'what ".*w\.safetensors" says of its net is damaged \(.*{words}.*{remedy}'):
        open_subject("convnet", file)
    with pytest.raises(NetError, match="do not fit the net"):  # who names the data needs no record
        open_subject("convnet", file, trained_on="digits")


def test_a_newer_format_is_told_as_one(tmp_path: Path) -> None:
    with pytest.raises(
        NetError, match=r"was exported in format 2, and this program reads up to 1; install a newer striate"
    ):
        metadata_of(said(tmp_path, changed("format", 2)))
