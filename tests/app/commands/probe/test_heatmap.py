"""`striate probe`: what it prints, what it writes, and how it says no."""

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


@pytest.fixture
def run(run: Run) -> Run:
    torch.manual_seed(0)
    save_file(build("convnet", {"widths": [[4], [4]], "hidden": [8]}, (8, 8, 1), 10).state_dict(), "w.safetensors")

    return partial(run, "probe")


@pytest.mark.parametrize(
    "words",
    [
        ["saliency"],
        ["saliency", "--method", "integrated", "--class", "3"],
        ["gradcam", "--tap", "act1"],
        ["occlusion", "--window", "4", "--stride", "4"],
    ],
    ids=" ".join,
)
def test_a_heatmap_is_shown_with_its_checks(words: list[str], run: Run, tmp_path: Path) -> None:
    name, *options = words
    code, out, err = run(name, *NET, "digits:0", "digits:1", "--out", "seen", *options)
    assert (code, err) == (0, "")
    header, _, first, second, question, *checks, page = out.splitlines()
    assert header.split() == ["image", "explains", "score", "probability", "predicted"]
    assert [row.split(",")[0] for row in (first, second)] == ["digits 0", "digits 1"]
    assert question == "does the map mean anything?"
    assert [line.split()[0] for line in checks if line[:1].strip()] == ["weights", "deletion", "insertion"]
    assert page == "page: seen/index.html"
    html = Path("seen/index.html").read_text(encoding="utf-8")
    assert "Does the map mean anything?" in html
    assert html.count("data:image/png;base64,") == 7  # three panels for each image, and the legend
    made = sorted(path.name for path in Path("seen").glob("*.png"))
    assert len(made) == 6
    with Image.open(Path("seen", made[0])) as picture:
        assert picture.size == (224, 224)


def test_the_numbers_as_json_and_the_arrays_as_npz(run: Run, tmp_path: Path) -> None:
    code, out, err = run("gradcam", *NET, "digits:5", "--quick", "--json", "--npz", "arrays/a.npz", "--class", "7")
    assert (code, err) == (0, "wrote arrays/a.npz\n")
    told = json.loads(out)
    assert told["page"] == "runs/probe-gradcam-convnet/index.html"
    assert told["scores"][0]["label"] == "7"
    assert told["facts"]["tap"] == "act2"
    assert "checks" not in told["facts"]
    assert told["images"][0]["origin"] == "digits:5"
    with np.load("arrays/a.npz", allow_pickle=False) as arrays:
        assert arrays["heatmap"].shape == (1, 8, 8)
        assert arrays["target"].tolist() == [7]


def test_filters_need_no_image(run: Run) -> None:
    code, out, _ = run("filters", *NET, "--out", "seen")
    assert (code, out) == (0, "page: seen/index.html\n")
    assert len(list(Path("seen").glob("filter-*.png"))) == 4


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["gradcam", *NET, "digits:0", "--tap", "conv9"], 'tap "conv9" is unknown (did you mean "conv'),
        (["gradcam", *NET, "digits:0", "--class", "10"], "class 10 is out of range; the net has classes 0 to 9"),
        (["saliency", *NET, "none.png"], "there is no image file none.png"),
        (["saliency", *NET, "small.png"], "small.png has 7 x 9 pixels, and the net needs 8 x 8 or more"),
        (["saliency", "convnet", "digits:0"], '"convnet" alone is an untrained net'),
        (["filters", *NET, "--tap", "act1"], 'the tap "act1" is not a convolution'),
    ],
)
def test_a_mistake_is_one_sentence(words: list[str], text: str, run: Run) -> None:
    Image.new("L", (7, 9)).save("small.png")
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert err.startswith("striate: ")
    assert text in err
    assert err.count("\n") == 1


def test_a_word_that_is_none_of_a_few_is_refused_before_anything_is_opened(run: Run) -> None:
    code, out, err = run("saliency", "nowhere", "digits:0", "--method", "x")
    assert (code, out) == (2, "")
    assert "'x' is not one of 'gradient', 'signed', 'times-input', 'smoothgrad', 'integrated'" in err
