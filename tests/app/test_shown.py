"""A net, its figure and pages from Python: the same as by the commands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

import striate as st
from striate.base.errors import RunError

RECIPE = st.Recipe(
    data="digits", epochs=1, batch_size=256, train_images=200, net_options={"widths": [[2]], "hidden": []}
)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> st.Run:
    return st.train(RECIPE, tmp_path_factory.mktemp("runs") / "first", warn=lambda text: None)


def test_a_net_comes_with_what_it_expects_of_an_image(run: st.Run) -> None:
    for opened in (st.open_net(run), st.open_net(run.folder), st.open_net(str(run.folder))):
        assert opened.inputs.image_shape == (8, 8, 1)
        assert opened.inputs.classes == tuple("0123456789")
        with torch.no_grad():
            assert opened.net(opened.tensor(np.zeros((2, 8, 8, 1), np.uint8))).shape == (2, 10)


def test_a_name_takes_its_weights_as_text_or_path(tmp_path: Path) -> None:
    path = tmp_path / "r.safetensors"
    save_file(st.build("resnet20", {}, (32, 32, 3), 10).state_dict(), path)
    for weights in (path, str(path)):
        assert st.open_net("resnet20", weights).inputs.classes[3] == "cat"


def test_a_figure_is_returned_and_written(run: st.Run, tmp_path: Path) -> None:
    svg = st.figure("convnet", tmp_path / "net.svg", options={"widths": [[7]]}, image_shape=(8, 10, 1), classes=3)
    assert svg.startswith("<svg")
    assert "1×8×10" in svg
    assert (tmp_path / "net.svg").read_text(encoding="utf-8") == f"{svg}\n<!-- striate:output -->\n"
    assert st.figure(run) == st.figure(str(run.folder))


def test_a_page_of_a_run_or_a_study(run: st.Run, tmp_path: Path) -> None:
    assert "Confusion matrix" in st.page(run, tmp_path / "run.html").read_text(encoding="utf-8")
    study = st.Study(name="one", question="One?", base=RECIPE, arms=(st.Arm("only"),), claims=(), seeds=(0,))
    report = st.study(study, tmp_path / "study").report.read_text(encoding="utf-8")
    assert st.page(tmp_path / "study", str(tmp_path / "copy.html")).read_text(encoding="utf-8") == report
    with pytest.raises(RunError, match="holds neither a run nor a study"):
        st.page(tmp_path, tmp_path / "none.html")


def test_arrays_of_another_kind_or_order_are_refused(run: st.Run) -> None:
    subject = st.open_net(run)
    good = np.zeros((2, 8, 8, 1), np.uint8)
    assert subject.tensor(good).shape == (2, 1, 8, 8)
    for wrong, words in (
        (
            good.transpose(0, 3, 1, 2),
            r"images are uint8 of shape \(2, 1, 8, 8\), and .* takes uint8 .* \(N, H, W, 1\)",
        ),
        (good[0], r"uint8 of shape \(8, 8, 1\)"),
        (good.astype(np.float32), "images are float32 of shape"),
        ([good[0]], "images are list, and"),
    ):
        with pytest.raises(st.StriateError, match=words):
            subject.tensor(wrong)  # pyright: ignore[reportArgumentType]


def test_a_curve_that_no_run_has_is_refused(run: st.Run) -> None:
    assert run.curve("val", "accuracy")
    with pytest.raises(RunError, match=r'metric "acc" is unknown .*loss, accuracy, lr'):
        run.curve("val", "acc")
    with pytest.raises(RunError, match='split "validation" is unknown; accepted are train, val'):
        run.curve("validation", "accuracy")


def test_what_is_no_name_recipe_or_picture_is_told_as_that(run: st.Run, tmp_path: Path) -> None:
    wrong: Any = st.open_net(run)
    with pytest.raises(st.StriateError, match="net is a Subject, and must be a name, or a run or its folder"):
        st.figure(wrong)
    for recipe in ("convnet", {"net": "convnet"}):
        with pytest.raises(st.StriateError, match=f"recipe is a {type(recipe).__name__}, and must be a Recipe"):
            st.train(recipe, tmp_path / "none")  # pyright: ignore[reportArgumentType]
    assert not (tmp_path / "none").exists()
    for images in (np.zeros((1, 8, 8, 1), np.uint8), [np.zeros((8, 8, 1), np.uint8)], Image.new("L", (8, 8))):
        with pytest.raises(st.StriateError, match=r"images are named by paths, and (ndarray|Image) was given"):
            st.predict(run, images)  # pyright: ignore[reportArgumentType]
    with pytest.raises(st.StriateError, match="no image is named"):
        st.predict(run, [])
    assert len(st.predict(run, (name for name in ("digits:0", "digits:1"))).predictions) == 2  # pyright: ignore[reportArgumentType]
