"""Runs as the browser gets them: good ones beside damaged ones, and each number as it is on disk."""

from __future__ import annotations

import base64
import shutil
from io import BytesIO
from pathlib import Path

from PIL import Image
from starlette.testclient import TestClient

from striate.app.serve.place import Place
from striate.app.serve.views.runs import Folder
from striate.training.folder.run import open_run


def test_a_damaged_run_stands_among_good_ones_and_says_why(client: TestClient) -> None:
    record = client.get("/api/folder").json()
    runs = {run["folder"]: run for run in record["runs"]}
    assert runs.keys() == {"<b>run", "torn"}
    assert (runs["<b>run"]["status"], runs["<b>run"]["epoch"], runs["<b>run"]["net"]) == ("finished", 2, "convnet")
    assert runs["torn"]["status"] == "damaged"
    assert "status.json cannot be read" in runs["torn"]["why"]


def test_curves_are_those_on_disk(client: TestClient, filled: Path) -> None:
    told, run = client.get("/api/run", params={"name": "<b>run"}).json(), open_run(filled / "<b>run")
    for split in ("train", "val"):
        for metric in ("loss", "accuracy"):
            assert told["curves"][f"{split}_{metric}"] == [list(point) for point in run.curve(split, metric)]
    assert [rate for _, rate in told["curves"]["train_lr"]] == [0.001, 0.001]
    assert [layer["name"] for layer in told["anatomy"]["layers"]][:1] == ["conv1"]


def test_the_confusion_matrix_is_asked_for_apart(client: TestClient) -> None:
    told = client.get("/api/confusion", params={"name": "<b>run"}).json()["confusion"]
    assert sum(map(sum, told["counts"])) == told["images"] == 145


def test_what_is_gone_or_elsewhere_is_a_sentence(client: TestClient) -> None:
    for name, said in {
        "gone": "is no run or study of this folder, or not any more",
        "../x": "is not a name",
        "asked": "no run in",
        "torn": "status.json",
    }.items():
        answer = client.get("/api/run", params={"name": name})
        assert answer.status_code == 400
        assert said in answer.json()["error"]


def test_a_run_that_vanishes_and_one_that_comes_are_seen(filled: Path, tmp_path: Path) -> None:
    shutil.copytree(filled / "<b>run", tmp_path / "a")
    folder = Folder(Place(tmp_path))
    assert [run.folder for run in folder.record()["runs"]] == ["a"]
    (tmp_path / "a").rename(tmp_path / "b")
    assert [run.folder for run in folder.record()["runs"]] == ["b"]


def test_the_folder_may_be_a_run_or_empty(filled: Path, tmp_path: Path) -> None:
    assert [run.folder for run in Folder(Place(filled / "<b>run")).record()["runs"]] == ["."]
    assert Folder(Place(tmp_path)).record()["all"] == []


def test_a_picture_to_draw_on_has_the_size_that_the_net_takes(client: TestClient) -> None:
    told = client.get("/api/drawn-on", params={"name": "<b>run", "image": "digits:3"}).json()
    content = base64.b64decode(told["uri"].partition(",")[2])
    assert Image.open(BytesIO(content)).size == (8, 8)
    assert told["caption"].startswith("digits 3, ")
    for image in ("/etc/passwd", "digits:99999", ""):
        assert client.get("/api/drawn-on", params={"name": "<b>run", "image": image}).status_code == 400
