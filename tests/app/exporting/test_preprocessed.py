"""The resizing in the graph is Pillow's, for every fit and filter, and the graph is the net on what Pillow makes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
import torch
from PIL import Image

import striate as st
from striate.app.exporting.preprocessed import FILTERS, Preprocessed
from striate.app.inputs.opened_net import Subject, open_subject
from striate.base.errors import NetError
from striate.data.photos.resizing import Filter, Fit, Resizing
from striate.nets.inputs import Inputs
from striate.training.feed.normalization import Normalization


def preprocessed(resizing: Resizing, **more: Any) -> Preprocessed:
    inputs = Inputs((16, 12, 3), (0.5, 0.4, 0.3), (0.2, 0.3, 0.4), **more)
    return Preprocessed(Subject(torch.nn.Identity(), inputs, "toy", resizing=resizing))


@pytest.mark.parametrize("fit", get_args(Fit))
@pytest.mark.parametrize("kind", FILTERS)
def test_the_resizing_is_pillows_within_a_level(fit: Fit, kind: Filter) -> None:
    resizing, rng = Resizing(fit, kind), np.random.default_rng(0)
    for size in ((50, 37), (20, 200), (9, 7), (16, 12), (33, 16), (1, 1)):
        photograph = rng.integers(0, 256, (*size, 3), np.uint8)
        made = preprocessed(resizing).resized(torch.from_numpy(photograph)).numpy()
        apart = np.abs(made - resizing(photograph, 16, 12).astype(float))
        # Pillow rounds and clips between its two passes: of noise, where both overshoot, up to 21 in 60 drawings.
        assert apart.max() <= {"bicubic": 12, "lanczos": 24}.get(kind, 1)
        assert apart.mean() < 0.5


@pytest.mark.parametrize(("per_image", "permuted"), [(False, False), (True, False), (False, True)])
def test_the_normalization_is_that_of_training(per_image: bool, permuted: bool) -> None:
    made = preprocessed(Resizing(), per_image=per_image, permuted=permuted)
    pixels = np.random.default_rng(0).integers(0, 256, (16, 12, 3), np.uint8)
    images = made.normalized(torch.from_numpy(pixels).float())
    normalize = Normalization.expected(made.inputs)
    torch.testing.assert_close(images, normalize(pixels[None], torch.device("cpu")).contiguous())


def test_only_onnx_of_images_resizes(tmp_path: Path) -> None:
    run = st.train(st.Recipe(data="sums", net="mlp", epochs=1), tmp_path / "table")
    for to, words in (
        ("safetensors", "safetensors holds no graph that resizes"),
        ("onnx", "1x1x20, which is not an image"),
    ):
        with pytest.raises(NetError, match=words):
            st.export(run.folder, to, tmp_path / "x", preprocessing=True)
    assert not (tmp_path / "x").exists()


@pytest.mark.slow
def test_a_photograph_of_any_size_gives_the_logits_of_the_net(tmp_path: Path) -> None:
    onnx, onnxruntime = pytest.importorskip("onnx"), pytest.importorskip("onnxruntime")
    rng = np.random.default_rng(1)
    for number in range(8):
        place = tmp_path / "pets" / ("cat", "dog")[number % 2]
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (20, 30, 3), np.uint8)).save(place / f"{number}.png")
    recipe = st.Recipe(
        data=str(tmp_path / "pets"), image_size=12, resize="pad", resize_filter="bicubic", net="mlp", epochs=1
    )
    run = st.train(recipe, tmp_path / "run")
    made = st.export(run.folder, "onnx", tmp_path / "net.onnx", preprocessing=True)
    assert made.checked == "photographs as Pillow resizes them, within 16 of 255 levels"
    model = onnx.load(tmp_path / "net.onnx")
    told = json.loads({entry.key: entry.value for entry in model.metadata_props}["striate"])
    assert told["input"]["resize"]["fit"] == "pad"
    assert told["input"]["resize"]["filter"] == "bicubic"
    assert "photograph (height, width, channels) of any size" in told["input"]["layout"]
    session = onnxruntime.InferenceSession((tmp_path / "net.onnx").read_bytes(), providers=["CPUExecutionProvider"])
    photograph = rng.integers(0, 256, (77, 41, 3), np.uint8)
    (logits,) = session.run(["logits"], {"photograph": photograph})
    opened = open_subject(str(run.folder))
    assert opened.resizing == recipe.resizing
    with torch.no_grad():
        expected = opened.net(opened.tensor(recipe.resizing(photograph, 12, 12)[None])).numpy()
    np.testing.assert_allclose(logits, expected, atol=0.05 * np.abs(expected).max())
