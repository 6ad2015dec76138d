"""Predictions: those of the run, of its exported files, of pictures from anywhere; and what cannot answer."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from striate.app.inputs.predictor import open_predictor
from striate.app.scoring.mistaking import mistaken
from striate.app.scoring.predicting import predict, probabilities
from striate.base.errors import DataError, NetError, ProbeError
from striate.training.feed.images import images_of
from striate.training.recipe.recipe import Recipe
from striate.training.train import train


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    options = {"widths": [[8]], "hidden": [16]}
    return train(Recipe(data="digits", net_options=options, epochs=1), tmp_path_factory.mktemp("first") / "run").folder


def test_predictions_are_the_softmax_of_the_run_and_of_its_exported_files(first: Path, tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    from striate.app.exporting.export import export
    from striate.app.shown import open_net

    rng = np.random.default_rng(1)
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for number, size in enumerate([(8, 8), (24, 32), (31, 9)]):
        Image.fromarray(rng.integers(0, 256, (*size, 3), dtype=np.uint8)).save(pictures / f"{number}.png")
    own = predict(first, [pictures, "digits:5"], top=10)
    assert [each.image for each in own.predictions] == [*(str(pictures / f"{n}.png") for n in range(3)), "digits:5"]
    assert all(sum(p for _, p in each.classes) == pytest.approx(1) for each in own.predictions)
    subject = open_net(first)
    pixels = subject.arranged(np.asarray(Image.open(pictures / "0.png").convert("L"))[None, :, :, None])
    scores = subject.net(subject.tensor(pixels)).softmax(1)[0].detach()
    assert dict(own.predictions[0].classes)["4"] == pytest.approx(float(scores[4]), abs=1e-6)
    files = [
        export(first, to, tmp_path / name).file for to, name in (("onnx", "n.onnx"), ("safetensors", "n.safetensors"))
    ]
    files.append(export(first, "onnx", tmp_path / "whole.onnx", preprocessing=True).file)
    for file in files:
        theirs = predict(file, [pictures, "digits:5"], top=10)
        for mine, other in zip(own.predictions, theirs.predictions, strict=True):
            assert dict(other.classes) == pytest.approx(dict(mine.classes), abs=1e-4), file
    two = predict(first, "digits:0-1", top=2)
    lines = two.to_csv().splitlines()
    assert lines[0] == "image,rank,class,probability"
    assert len(lines) == 5
    assert lines[1].startswith("digits:0,1,")
    seen = mistaken(files[0], "digits")
    assert any("ONNX file has no taps" in note for note in seen.notes)


def test_files_that_cannot_answer_are_told(first: Path, tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    (tmp_path / "broken.onnx").write_bytes(b"\x08\x01 no graph")
    with pytest.raises(NetError, match="is not a whole ONNX file"):
        predict(tmp_path / "broken.onnx", "digits:0")
    with pytest.raises(NetError, match="there is no file"):
        predict(tmp_path / "absent.onnx", "digits:0")
    with pytest.raises(NetError, match="there is no such file"):
        predict(tmp_path / "absent.safetensors", "digits:0")
    for top in (0, 2.5):
        with pytest.raises(ProbeError, match=f"top is {top}, and must be a whole number from 1"):
            predict(first, "digits:0", top=top)  # type: ignore[arg-type]
    for held, name in (
        (np.zeros((2, 2)), "ndarray"),
        ([Image.new("L", (2, 2))], "Image"),
        (Image.new("L", (2, 2)), "Image"),
    ):
        with pytest.raises(DataError, match=f"images are named by paths, and {name} was given; save it as a file"):
            predict(first, held)  # type: ignore[arg-type]
    with pytest.raises(DataError, match="no image is named"):
        predict(first, [])
    with pytest.raises(DataError, match="there is no image file"):
        predict(first, "nosuch.png")


def test_a_file_with_weights_of_a_net_of_ones_own_runs_none_of_it(tmp_path: Path) -> None:
    import torch
    from safetensors.torch import save_file

    said = {
        "format": 1,
        "input": {"channels": 1, "height": 8, "width": 8},
        "normalization": {"mean": [0.5], "std": [0.5], "permuted_pixels": False},
        "classes": ["a", "b"],
        "built_as": {"engine": "torch", "net": "hostile:net", "options": {}},
    }
    save_file({"w": torch.zeros(1)}, tmp_path / "w.safetensors", metadata={"striate": json.dumps(said)})
    with pytest.raises(NetError, match="net of one's own, which is code"):
        predict(tmp_path / "w.safetensors", "digits:0")


def test_photographs_are_shown_as_the_run_was_shown_them(tmp_path: Path) -> None:
    place = tmp_path / "pets"
    for split, count in (("train", 6), ("test", 4)):
        for label, kind in enumerate(("cat", "dog")):
            (place / split / kind).mkdir(parents=True)
            for number in range(count):
                noise = np.random.default_rng([label, number]).integers(
                    0, 256, (150 + 90 * (number % 2), 120, 3), np.uint8
                )
                Image.fromarray(noise).save(place / split / kind / f"{number}.jpg", quality=95)
    recipe = Recipe(data=str(place), image_size=24, resize="pad", net="mlp", net_options={"hidden": [8]}, epochs=1)
    run = train(recipe, tmp_path / "run").folder
    images = images_of(recipe).test
    assert images is not None
    expected = probabilities(open_predictor(str(run)), images.images)
    files = sorted((place / "test").glob("*/*.jpg"))
    for words in (files, [f"{place}:0-7"]):
        told = predict(run, words, top=2)
        got = [[dict(each.classes)[name] for name in ("cat", "dog")] for each in told.predictions]
        np.testing.assert_allclose(got, expected, atol=1e-6)
    Image.fromarray(np.zeros((9, 9, 3), np.uint8)).save(tmp_path / "small.png")
    assert predict(run, tmp_path / "small.png").notes == (
        f"1 picture is smaller than the net's images, and was made larger: {tmp_path}/small.png",
    )
