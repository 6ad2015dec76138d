"""`striate probe features, patches, maximize, fool, localise`: what they print, what they write, and how they say no."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from striate.nets import build

Run = Callable[..., tuple[int, str, str]]
CONV = {"widths": [[4], [4]], "hidden": [8]}
RES = {"n": 1, "width": 4}
NET = [
    "convnet",
    "--weights",
    "w.safetensors",
    "--trained-on",
    "digits",
    "--set",
    "widths=[[4],[4]]",
    "--set",
    "hidden=[8]",
]
POOLED = ["resnet", "--weights", "r.safetensors", "--trained-on", "digits", "--set", "n=1", "--set", "width=4"]
PHOTOGRAPHS = ["resnet", "--weights", "i.safetensors", "--trained-on", "imagenet", *POOLED[5:]]
DIGITS = ["--data", "digits", "--images", "12", "--out", "seen"]


@pytest.fixture
def run(run: Run) -> Run:
    torch.manual_seed(0)
    save_file(build("convnet", CONV, (8, 8, 1), 10).state_dict(), "w.safetensors")
    save_file(build("resnet20", {}, (32, 32, 3), 10).state_dict(), "p.safetensors")
    save_file(build("resnet", RES, (8, 8, 1), 10).state_dict(), "r.safetensors")
    save_file(build("resnet", RES, (224, 224, 3), 1000).state_dict(), "i.safetensors")

    return partial(run, "probe")


def test_features_of_taps_and_channels(run: Run) -> None:
    code, out, err = run("features", *NET, *DIGITS, "--taps", "conv1", "conv2", "--channels", "3", "1", "--json")
    assert (code, err) == (0, "")
    told = json.loads(out)
    assert [(m["tap"], m["channel"]) for m in told["facts"]["maps"]] == [
        ("conv1", 3),
        ("conv1", 1),
        ("conv2", 3),
        ("conv2", 1),
    ]
    assert told["images"][11]["origin"] == "digits:11"
    assert set(told["facts"]["checks"]) == {"published", "contribution", "local", "activation"}
    assert len(list(Path("seen").glob("conv1-3-published-*.png"))) == 2
    assert "Do the maps of the largest weight mean anything?" in Path("seen/index.html").read_text(encoding="utf-8")


def test_features_of_each_tap_its_own_channels(run: Run) -> None:
    code, out, err = run("features", *NET, *DIGITS, "--channels", "conv1:3,1", "conv2:0")
    assert (code, err) == (0, "")
    assert [line.split()[:2] for line in out.splitlines()[2:5]] == [["conv1", "3"], ["conv1", "1"], ["conv2", "0"]]
    assert " ".join(out.split()).count("with all of them random its rank correlation") == 4
    code, out, err = run("features", *NET, *DIGITS, "--channels", "conv1:3,1", "conv2:0", "--quick")
    assert (code, err) == (0, "")
    assert "does the map mean anything" not in out


def test_maximize_and_patches(run: Run) -> None:
    options = ["--tap", "conv2", "--channel", "2", "--top", "3"]
    code, out, _ = run("maximize", *NET, *DIGITS, *options, "--steps", "3")
    assert code == 0
    assert out.splitlines()[0].split() == ["channel", "made", "image", "best", "patch"]
    assert len(list(Path("seen").glob("channel-2-*.png"))) == 4
    code, out, _ = run("patches", *NET, *DIGITS, *options)
    assert (code, out) == (0, "page: seen/index.html\n")


def test_without_data_the_images_are_those_that_the_net_was_trained_on(run: Run) -> None:
    code, out, err = run("patches", *NET, "--images", "5", "--out", "seen", "--json")
    assert (code, err) == (0, "")
    assert [image["origin"] for image in json.loads(out)["images"]] == [f"digits:{i}" for i in range(5)]


def test_fool_with_another_net(run: Run) -> None:
    save_file(build("mlp", {}, (8, 8, 1), 10).state_dict(), "m.safetensors")
    words = ["digits:0", "digits:1", "--target", "3", "7", "--also", "mlp=m.safetensors"]
    code, out, err = run("fool", *NET, *words, "--steps", "300", "--out", "seen", "--npz", "a.npz")
    assert (code, err.splitlines()[0]) == (0, "wrote a.npz")
    assert "pairs of image and target arrived" in out
    assert out.splitlines()[-2].split()[0] == "mlp"
    with np.load("a.npz", allow_pickle=False) as arrays:
        assert arrays["fooled"].min() >= 0
        assert arrays["fooled"].max() <= 1
        assert set(arrays["target"].tolist()) <= {3, 7}


def test_one_that_does_not_arrive_is_told_what_to_give(run: Run) -> None:
    code, out, err = run("fool", *NET, "digits:0", "--target", "3", "--steps", "1", "--step", "1e-6", "--out", "seen")
    assert code == 0
    assert out.startswith("0 of 1 pairs of image and target arrived\n")
    assert err == "give those that did not arrive more --steps than 1, or a longer --step or larger --budget\n"


def test_localise_a_picture_at_its_own_size(run: Run) -> None:
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (20, 31), dtype=np.uint8)).save("wide.png")
    code, out, err = run("localise", *POOLED, "wide.png", "--scale", "1", "2", "--json", "--out", "seen")
    assert (code, err) == (0, "")
    told = json.loads(out)
    assert told["arrays"]["heatmap"]["shape"] == [1, 20, 31]
    assert told["facts"]["scale"] == [1.0, 2.0]
    assert len(told["facts"]["boxes"][0]) == 4
    assert set(told["facts"]["checks"]) == {"cascade", "curves", "conclusions"}
    assert "Does the map mean anything?" in Path("seen/index.html").read_text(encoding="utf-8")
    code, out, _ = run("localise", *POOLED, "wide.png", "--quick", "--json", "--out", "seen")
    assert code == 0
    assert "checks" not in json.loads(out)["facts"]


def test_localise_in_scenes(run: Run) -> None:
    code, out, err = run("localise", *POOLED, "--scenes", "3", "--data", "digits", "--objects", "2", "--out", "seen")
    assert (code, err) == (0, "")
    first, pointing, overlap, question, *_, page = out.splitlines()
    assert first == "3 scenes of 2 objects"
    assert pointing.startswith("pointing game 0.")
    assert overlap.startswith("overlap 0.")
    assert question == "does the map mean anything?"
    assert page == "page: seen/index.html"
    assert "Known objects found" in Path("seen/index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["features", *NET, *DIGITS, "--channels", "3", "conv1:1"], "some --channels name a tap and some do not"),
        (["features", *NET, *DIGITS, "--channels", "x"], '"x" is not a channel; channels are numbers counted from 0'),
        (["features", *NET, *DIGITS, "--taps", "conv9"], 'tap "conv9" is unknown'),
        (["features", *NET, *DIGITS, "--channels", "99"], "has channels 0 to 3, not 99"),
        (
            ["maximize", *PHOTOGRAPHS],
            "name the images to look through with --data",
        ),
        (["features", *NET, "--data", "nothing"], 'data set "nothing" is unknown'),
        (
            ["fool", *NET, "digits:0", "--target", "cat"],
            'class of this net "cat" is unknown; accepted are 0, 1',
        ),
        (["fool", *NET, "digits:0", "--budget", "-1"], "the budget is -1, and must be above 0"),
        (
            ["fool", *NET, "digits:0", "--also", "resnet20=p.safetensors"],
            "transfer needs nets that take the same images",
        ),
        (["localise", *NET, "big.png"], "saliency and occlusion work on"),
        (
            ["localise", *POOLED, "big.png", "bigger.png"],
            "the pictures have the sizes 20 x 10, 20 x 12, and those looked",
        ),
        (["localise", *POOLED, "small.png"], "the pictures have 7 x 9 pixels, and the net was trained on 8 x 8"),
        (["localise", *POOLED], "give either pictures to look at, or --scenes and their --data"),
        (["localise", *POOLED, "--scenes", "2"], "--scenes need --data, the data set"),
        (["localise", *POOLED, "--scenes", "2", "--data", "digits", "--class", "1"], "--class is for pictures"),
    ],
    ids=lambda value: " ".join(w for w in value if "=" not in w) if isinstance(value, list) else "",
)
def test_a_mistake_is_one_sentence(words: list[str], text: str, run: Run) -> None:
    for name, size in (("big", (20, 10)), ("bigger", (20, 12)), ("small", (7, 9))):
        Image.new("L", size).save(f"{name}.png")
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert err.startswith("striate: ")
    assert text in err
    assert err.count("\n") == 1
