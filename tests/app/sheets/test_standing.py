"""How far a work is, from its folder alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from striate.app.sheets.standing import of_run, of_study
from striate.base.disk.files import write_json
from striate.base.errors import StudyError
from striate.studies.question import Arm, Study
from striate.training.recipe.recipe import Recipe
from striate.training.train import train

TINY = Recipe(data="digits", epochs=1, net="mlp", net_options={"hidden": [2]}, train_images=100, batch_size=100)


def test_a_run_is_waiting_done_or_another_one(tmp_path: Path) -> None:
    place = tmp_path / "run"
    found = of_run("net", TINY, place)
    assert (found.kept, found.runs, found.ended, found.other, found.done) == (None, 1, 0, False, False)
    train(TINY, place, warn=lambda text: None)
    found = of_run("net", TINY, place)
    assert (found.runs, found.ended, found.other, found.done) == (1, 1, False, True)
    found = of_run("net", TINY.change(lr=0.5), place)
    assert (found.other, found.done) == (True, False)


def test_a_study_is_begun_until_every_run_has_ended_and_it_is_judged(tmp_path: Path) -> None:
    two = Study("s", "?", TINY, (Arm("a"), Arm("b", {"lr": 0.01})), (), (0,))
    found = of_study(two, tmp_path)
    assert (found.kept, found.runs, found.ended, found.done) == (None, 2, 0, False)
    write_json(tmp_path / "study.json", two.to_json())
    for ended, arm in enumerate("ab"):
        assert (of_study(two, tmp_path).ended, of_study(two, tmp_path).done) == (ended, False)
        (tmp_path / "runs" / arm / "0").mkdir(parents=True)
        write_json(tmp_path / "runs" / arm / "0" / "status.json", {"status": "finished", "epoch": 1})
    assert not of_study(two, tmp_path).done
    write_json(tmp_path / "verdict.json", {"verdicts": [{"claim": "c", "answer": "supported"}]})
    assert of_study(two, tmp_path).done
    more = Study("s", "?", TINY, two.arms, (), (0, 1))
    assert (of_study(more, tmp_path).runs, of_study(more, tmp_path).done) == (4, False)
    changed = of_study(Study("s", "?", TINY.change(epochs=2), two.arms, (), (0,)), tmp_path)
    assert (changed.other, changed.done) == (True, False)


def test_what_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "study.json").write_text("{")
    with pytest.raises(StudyError, match=r"study\.json cannot be read"):
        of_study(Study("s", "?", TINY, (Arm("a"),), (), (0,)), tmp_path)
