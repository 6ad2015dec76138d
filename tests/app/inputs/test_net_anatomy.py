"""Nets in words and figures: of a run, of the catalogue, of the layers by hand, of libraries."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from striate.app.inputs.changes import changes_of

TINY = ["--set", "widths=[[4]]", "--set", "hidden=[]", "--set", "batch_size=256"]


def test_show_net_of_a_run(run, tmp_path: Path) -> None:
    layers = json.loads(run("show", "net", "convnet", "--input", "1x8x8", "--json")[1])
    Path("done").mkdir()
    Path("done", "anatomy.json").write_text(json.dumps(layers), encoding="utf-8")
    assert run("show", "net", "done")[1] == run("show", "net", "convnet", "--input", "1x8x8")[1]
    code, _, err = run("show", "net", "done", "--classes", "3")
    assert (code, err.count("\n")) == (2, 1)
    assert '"done" is a run, whose net is what it is' in err


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"net": "n", "input": [1, 8, 8], "layers": [{"output": []}]}'])
def test_show_net_of_a_run_whose_anatomy_is_damaged(run, content: str) -> None:
    Path("torn").mkdir()
    Path("torn", "anatomy.json").write_text(content, encoding="utf-8")
    code, out, err = run("show", "net", "torn")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "torn/anatomy.json is not the anatomy of a net" in err


def test_show_net_prints_draws_and_describes(run) -> None:
    code, out, _ = run("show", "net", "convnet-cs7150", "--set", "norm=batch", "--input", "3x32x32")
    assert code == 0
    assert "623,402 parameters; 10,851,328 multiply-adds" in out
    code, out, _ = run("show", "net", "mobilenet-v1")  # of the size and classes of its published weights
    assert code == 0
    assert "470,072 parameters" in out
    code, _, err = run("show", "net", "convnet", "--svg", "net.svg")
    assert (code, err) == (0, "wrote net.svg\n")
    assert Path("net.svg").read_text().startswith("<svg")
    assert "1. 3x3 convolution" in run("show", "net", "convnet", "--text")[1]
    assert json.loads(run("show", "net", "convnet", "--json")[1])["parameters"] > 0


def test_a_net_by_hand_is_shown_with_the_course_s_numbers(run) -> None:
    code, out, _ = run("show", "net", "convnet", "--engine", "scratch", "--input", "1x28x28", "--json")
    shown = json.loads(out)
    assert (code, shown["parameters"]) == (0, 389_910)
    assert shown["layers"][0]["output"] == [32, 22, 22]
    code, _, err = run("show", "net", "logistic", "--engine", "scratch")
    assert (code, err) == (
        2,
        "striate: logistic tells two classes apart, and the data have 10; choose softmax or convnet\n",
    )


def test_show_net_says_in_what_the_libraries_nets_differ(run) -> None:
    """Both call it ResNet-18; timm's eight blocks start as nothing, torchvision's do not."""
    ours, theirs = (run("show", "net", f"{library}:resnet18")[1] for library in ("timm", "torchvision"))
    assert "8 of its 20 norms start with a scale (gamma) of 0" in ours
    assert "all of its 20 norms start with a scale (gamma) above 0" in theirs
    assert "are cut out" in ours
    assert "norms start" not in run("show", "net", "resnet20")[1]
    assert changes_of(None, {"like": "keras"}) == {"like": "keras"}
