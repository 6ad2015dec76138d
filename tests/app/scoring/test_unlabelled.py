"""Pictures without labels: what is told of them, what is not, and which folders are such."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from striate.app.scoring.predicting import predict
from striate.app.scoring.unlabelled import is_unlabelled

Run = Callable[..., tuple[int, str, str]]


def photos(folder: Path, count: int = 5) -> Path:
    folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    for number in range(count):
        Image.fromarray(rng.integers(0, 256, (11, 9, 3), dtype=np.uint8)).save(folder / f"{number}.png")
    return folder


def test_a_folder_of_pictures_alone_has_no_labels(tmp_path: Path) -> None:
    assert is_unlabelled(photos(tmp_path / "alone"))
    photos(tmp_path / "classed/cat")
    photos(tmp_path / "classed/dog")
    assert not is_unlabelled(tmp_path / "classed")
    (photos(tmp_path / "listed") / "metadata.csv").write_text("file_name,label\n0.png,a\n1.png,b\n", encoding="utf-8")
    assert not is_unlabelled(tmp_path / "listed")
    assert not is_unlabelled("digits")
    assert not is_unlabelled(tmp_path / "alone" / "0.png")


def test_the_answers_are_those_of_predict_and_what_cannot_be_told_is_said(run: Run, tmp_path: Path) -> None:
    words = ("--net", "convnet", "--set", "widths=[[4]]", "--epochs", "1", "--train-images", "100", "--out", "first")
    assert run("train", "--data", "digits", *words)[0] == 0
    folder = photos(tmp_path / "photos")
    code, out, err = run("show", "mistakes", "first", "--data", str(folder), "--json", "--out", "page", "--most", "3")
    assert code == 0, err
    told = json.loads(out)
    assert told["labelled"] is False
    assert "accuracy" not in told
    predicted = predict(tmp_path / "first", folder).predictions
    firsts = sorted(each.classes[0][1] for each in predicted)
    assert [each["confidence"] for each in told["least_sure"]] == firsts[:3]
    assert sum(each["answers"] for each in told["of_classes"]) == len(predicted) == 5
    assert told["quartiles"][1] == firsts[2]
    assert len(list((tmp_path / "page").glob("unsure-*.png"))) == 3
    assert "have no labels" in (tmp_path / "page" / "index.html").read_text(encoding="utf-8")
    code, out, err = run("show", "mistakes", "first", "--data", str(folder))
    assert code == 0, err
    plain = " ".join(out.split())
    assert plain.startswith("5 pictures of photos without labels; the probability of the answer is")
    assert "how many answers are right, the confusion of classes" in plain
    code, _, err = run("show", "mistakes", "first", "--data", str(folder), "--on", "test")
    assert code != 0
    assert "chooses among the images of a run" in " ".join(err.split())
