"""Whatever stands in a file of a run, every door to it opens, or ends in one sentence: no traceback, no defect of ours."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from damage import FOREIGN, Damage
from finished_study import write_study
from striate.app.inputs.net_anatomy import net_anatomy
from striate.app.inputs.opened_net import open_subject
from striate.app.terminal.show import console, show_run
from striate.base.errors import StriateError
from striate.reports.study.records import read_study
from striate.training.folder.run import open_run
from striate.training.recipe.recipe import Recipe
from striate.training.train import resume, train
from striate.training.train import test as score

RECIPE = Recipe(net_options={"widths": [[2]], "hidden": []}, train_images=100, epochs=1, batch_size=50, keep_every=1)
FILES = ("recipe.json", "environment.json", "status.json", "test.json", "anatomy.json", "history.csv", "timing.csv")
MARKS = ("best-00000002.json", "step-00000002.json", "epoch-00000002.json")


LOOKS: dict[str, Callable[[Path], object]] = {
    "export and probe": lambda folder: open_subject(str(folder)),
    "show net": lambda folder: net_anatomy(str(folder), {}),
    "how it ended": lambda folder: show_run(console(), open_run(folder)),
    "history": lambda folder: (open_run(folder).history(), open_run(folder).seconds(), open_run(folder).test()),
}
MENDS: dict[str, Callable[..., object]] = {
    "train": lambda folder, warn: train(RECIPE, folder, warn=warn),
    "resume": lambda folder, warn: resume(folder, warn=warn),
    "test": lambda folder, warn: score(folder, warn=warn),
    "test of an epoch": lambda folder, warn: score(folder, epoch=1, warn=warn),
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "whole"
    score(train(RECIPE, folder).folder)
    assert sorted(path.name for path in (folder / "checkpoints").glob("*.json")) == sorted(MARKS)
    return folder


def opens(door: Callable[[Path], object], folder: Path) -> str:
    """Return the sentence in which a door ends, an empty one where it opens."""
    told = ""
    try:
        door(folder)
    except StriateError as error:
        told = str(error)
    assert told.isprintable()
    assert len(told) < 1500
    return told


@pytest.mark.parametrize("file", [*FILES, *(f"checkpoints/{mark}" for mark in MARKS)])
def test_every_door_opens_or_ends_in_a_sentence(file: str, whole: Path, tmp_path: Path) -> None:
    told: list[str] = []
    for number, (what, content) in enumerate(FOREIGN.items()):
        folder = Path(shutil.copytree(whole, tmp_path / what))
        Damage(folder / file, what, content).do()
        told += [opens(door, folder) for door in LOOKS.values()]
        mend = list(MENDS)[number % len(MENDS)]  # the first one mends, and leaves nothing to the others
        told.append(opens(partial(MENDS[mend], warn=told.append), folder))
    assert any(file.rpartition("/")[2] in sentence for sentence in told)


@pytest.mark.parametrize("what", FOREIGN)
def test_a_study_that_is_none_ends_in_a_sentence(what: str, tmp_path: Path) -> None:
    (tmp_path / "study.json").write_bytes(FOREIGN[what])
    assert "holds no study (" in opens(read_study, tmp_path)


def test_a_study_of_wrong_types_ends_in_a_sentence(tmp_path: Path) -> None:
    from striate.base.disk.files import read_json, write_json

    write_study(tmp_path)
    plain = read_json(tmp_path / "study.json")
    heard: set[str] = set()
    for field in [*plain, "until", "search", "words", "plan", "notes"]:
        for value in (None, [], {}, "x", -1, True, [3], [[]], {"a": {}}, ["net"], {"most": "x", "least": 1}):
            write_json(tmp_path / "study.json", {**plain, field: value})
            told = opens(read_study, tmp_path)
            assert "holds no study (" in told or not told
            heard |= {field} if told else set()
    assert {"base", "claims", "notes", "search", "words", "until", "plan", "arms", "seeds"} <= heard


def test_a_run_with_a_recipe_of_wrong_types_ends_in_a_sentence(whole: Path, tmp_path: Path) -> None:
    """As one written by hand might be, without a seal: whatever a field holds, it is not a defect of ours."""
    from striate.base.disk.files import read_json, write_json

    plain = {key: value for key, value in read_json(whole / "recipe.json").items() if key not in ("seal", "format")}
    for field in [*plain, "self", "data_dir"]:
        for value in (None, [], {}, "x" * 5000, -1, 10**30, 1e308, True, [[]], {"a": {}}, ["net"]):
            write_json(tmp_path / "recipe.json", {**plain, field: value})
            told = opens(open_run, tmp_path)
            assert "recipe.json" in told or not told
