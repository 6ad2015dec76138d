"""A net, its figure and pages from Python: the same as by the commands."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
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
