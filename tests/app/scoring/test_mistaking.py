"""Where a run is wrong: on which images it is judged, what is written, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from striate.app.scoring.mistaking import mistaken, write_mistakes
from striate.base.errors import ProbeError, RunError
from striate.training.confusion import confusion
from striate.training.folder.run import open_run
from striate.training.recipe.recipe import Recipe
from striate.training.train import train


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    options = {"widths": [[8]], "hidden": [16]}
    return train(Recipe(data="digits", net_options=options, epochs=1), tmp_path_factory.mktemp("first") / "run").folder


def test_the_matrix_is_that_of_the_run_and_every_picture_is_of_a_mistake(first: Path, tmp_path: Path) -> None:
    found = mistaken(first)
    assert (found.mistakes.counts == confusion(open_run(first)).counts).all()
    assert found.seen == "validation images of digits"
    assert all(each.label != each.answer for each in found.mistakes.surest)
    assert found.mistakes.surest
    page = write_mistakes(found, tmp_path / "page")
    text = page.read_text(encoding="utf-8")
    assert "Where it is wrong" in text
    assert "Can its probabilities be believed?" in text
    told = json.loads((page.parent / "mistakes.json").read_text(encoding="utf-8"))
    assert told["counts"] == found.mistakes.counts.tolist()
    assert len(list(page.parent.glob("wrong-*.png"))) == len(found.mistakes.surest)
    assert write_mistakes(found, tmp_path / "page") == page  # over its own


def test_test_images_are_looked_at_once_the_run_was_tested(first: Path) -> None:
    for asked in ({"on": "test"}, {"data": "digits"}):
        with pytest.raises(RunError, match="has not been tested"):
            mistaken(first, **asked)  # type: ignore[arg-type]


def test_a_folder_with_other_classes_is_refused_and_one_with_some_of_them_is_matched(
    first: Path, tmp_path: Path
) -> None:
    rng = np.random.default_rng(0)
    for split in ("train", "test"):
        for name in ("7", "3"):
            place = tmp_path / "own" / split / name
            place.mkdir(parents=True)
            for number in range(3):
                Image.fromarray(rng.integers(0, 256, (8, 8), dtype=np.uint8)).save(place / f"{number}.png")
    found = mistaken(first, tmp_path / "own")
    assert found.mistakes.counts[[3, 7]].sum() == found.mistakes.counts.sum() == 6
    (tmp_path / "own" / "train" / "7").rename(tmp_path / "own" / "train" / "cat")
    (tmp_path / "own" / "test" / "7").rename(tmp_path / "own" / "test" / "cat")
    with pytest.raises(ProbeError, match="does not know 1 of the 2 classes of own: cat"):
        mistaken(first, tmp_path / "own")


def test_an_index_that_names_groups_has_the_accuracy_of_each_on_the_page(first: Path, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    lines = ["path,label,split,group"]
    for number in range(12):
        Image.fromarray(rng.integers(0, 256, (8, 8), dtype=np.uint8)).save(tmp_path / f"{number}.png")
        lines.append(
            f"{number}.png,{3 + number % 2},{'test' if number >= 4 else 'train'},{('dusk', 'sun')[number % 2]}"
        )
    (tmp_path / "index.csv").write_text("\n".join(lines), encoding="utf-8")
    found = mistaken(first, tmp_path / "index.csv")
    groups = {each.name: each.right for each in found.mistakes.of_groups}
    assert {name: right.tries for name, right in groups.items()} == {"dusk": 4, "sun": 4}
    assert [groups["dusk"].hits, groups["sun"].hits] == found.mistakes.counts.diagonal()[[3, 4]].tolist()
    page = write_mistakes(found, tmp_path / "page")
    text = page.read_text(encoding="utf-8")
    assert text.index("Groups") < text.index("dusk")
    told = json.loads((page.parent / "mistakes.json").read_text(encoding="utf-8"))["of_groups"]
    assert {each["name"] for each in told} == {"dusk", "sun"}
