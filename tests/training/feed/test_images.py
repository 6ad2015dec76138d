"""The images of a recipe: what decides them, and that every field of it arrives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import striate as st
from striate.app.inputs.images import pictures
from striate.app.inputs.opened_net import open_subject
from striate.app.scoring.score import score
from striate.base.disk.files import read_json
from striate.base.errors import DataError
from striate.data.photos.picture import Reading
from striate.training.feed.images import asked, images_of
from striate.training.recipe.recipe import Recipe


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    """Grey images of 16 bits that use the values 1930 to 2029, twelve a class, and a file that is none."""
    rng = np.random.default_rng(0)
    for label, name in enumerate(("dark", "light")):
        (tmp_path / "train" / name).mkdir(parents=True)
        for number in range(12):
            values = rng.integers(1930 + 60 * label, 1970 + 60 * label, (6, 6), dtype=np.uint16)
            values[0, :2] = (1930, 1969) if label == 0 else (1990, 2029)
            Image.fromarray(values).save(tmp_path / "train" / name / f"{number}.png")
    (tmp_path / "train" / "dark" / "bad.png").write_bytes(b"nothing")
    return tmp_path


def test_what_decides_the_images_is_told_apart() -> None:
    base = Recipe(data="digits")
    assert asked(base) == asked(base.change(lr=0.5, seed=3))
    for change in ({"data": "mnist"}, {"image_size": 9}, {"skip_damaged": True}):
        assert asked(base) != asked(base.change(**change))


def test_size_and_leaving_out_arrive(scans: Path) -> None:
    with pytest.raises(DataError, match=r"bad\.png is not a PNG.*`skip_damaged`"):
        images_of(Recipe(data=str(scans)))
    made = images_of(Recipe(data=str(scans), skip_damaged=True, image_size=4))
    assert made.image_shape == (4, 4, 1)
    assert any("1 file could not be read as an image" in note for note in made.notes)


def test_a_run_keeps_its_levels_for_all_that_looks_at_it(scans: Path, tmp_path: Path) -> None:
    recipe = Recipe(data=str(scans), net="mlp", skip_damaged=True, epochs=8, batch_size=8, lr=0.05)
    run = st.train(recipe, tmp_path / "run")
    assert st.test(run.folder).accuracy == 1.0  # by pixels that were all 8 before
    notes = read_json(run.folder / "environment.json")["data_notes"]
    assert notes[0] == "the images of 16 bits use the values 1930 to 2029, and 1930 to 2029 became 0 to 255"
    assert any("1 file could not be read as an image and was left out: train/dark/bad.png" in note for note in notes)
    subject = open_subject(str(run.folder))
    assert subject.levels is not None
    assert (subject.levels.low, subject.levels.high) == (1930, 2029)
    (picture,) = pictures([str(scans / "train/light/0.png")], how=Reading(levels=subject.levels))
    assert (picture.pixels.min(), picture.pixels.max()) == (155, 255)  # 60 / 99 of 255, and all of it
    # Half of the range alone would be stretched by levels of its own.
    for path in (scans / "train/light").iterdir():
        path.rename(path.with_suffix(".was"))
    for path in (scans / "train/dark").glob("*1.png"):
        (scans / "train/light" / path.name).write_bytes(path.read_bytes())
    for path in scans.glob("train/*/*.png"):
        if path.name != "bad.png":
            (scans / "test" / path.parent.name).mkdir(parents=True, exist_ok=True)
            (scans / "test" / path.parent.name / path.name).write_bytes(path.read_bytes())
    found = score(str(run.folder), str(scans), skip_damaged=True)
    assert found.accuracy == pytest.approx(12 / 14)  # two of the twelve dark ones are called light
    assert any("1930 to 2029 became 0 to 255" in note for note in found.data_notes)


def test_a_folder_of_pictures_leaves_out_and_tells(tmp_path: Path) -> None:
    Image.new("L", (9, 9), 3).save(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes(b"")
    told: list[str] = []
    with pytest.raises(DataError, match=r"b\.png is not a PNG"):
        pictures([str(tmp_path)], tell=told.append)
    assert [p.name for p in pictures([str(tmp_path)], skip_damaged=True, tell=told.append)] == ["a"]
    (note,) = told
    assert note.startswith("1 file could not be read as an image and was left out: ")
    (tmp_path / "a.png").unlink()
    with pytest.raises(DataError, match=r"b\.png is not a PNG"):  # nothing is left to look at
        pictures([str(tmp_path)], skip_damaged=True)
