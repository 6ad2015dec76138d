"""What a study is asked to do that the place of its runs cannot, and who is told of its runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from striate.app.study import study
from striate.base.disk.files import read_json
from striate.base.errors import RunError, StudyError
from striate.studies.logs.opening import read_log
from striate.studies.question import Arm, Study
from striate.training.loggers import logging
from striate.training.recipe.recipe import Recipe

BASE = Recipe(net_options={"widths": [[4]], "hidden": []}, epochs=2, batch_size=25, train_images=75)
QUESTION = Study("s", "?", BASE, (Arm("Plain net"), Arm("b", {"lr": 0.01})), (), (0,))


@pytest.mark.parametrize("on", ["ray", "ray://127.0.0.1:6379"])
def test_arms_that_start_from_another_are_refused_on_ray(on: str, tmp_path: Path) -> None:
    with pytest.raises(
        StudyError,
        match=r"an arm of this study starts from the run of another, and a node of Ray does not see that run;"
        r" leave `on` out, or use slurm, whose nodes share the disk",
    ):
        study("transfer", tmp_path / "out", on=on)
    assert not (tmp_path / "out").exists()


def test_loggers_that_keep_files_of_their_own_are_refused_on_ray(tmp_path: Path) -> None:
    with pytest.raises(
        StudyError, match=r"what wandb and mlflow keep of a run would stay on the node of Ray .*; leave `on` out"
    ):
        study(QUESTION, tmp_path / "out", on="ray", log=("tensorboard", "wandb", "mlflow"))
    assert not (tmp_path / "out").exists()


def test_a_logger_that_is_none_or_not_installed_is_refused_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(RunError, match=r'logger "wand" is unknown .did you mean "wandb"'):
        study(QUESTION, tmp_path / "out", log="wand")
    monkeypatch.setattr(logging, "find_spec", lambda _: None)
    with pytest.raises(RunError, match=r"needs the package mlflow, which is not installed"):
        study(QUESTION, tmp_path / "out", log=("mlflow",))
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_each_run_of_a_study_is_one_run_there_also_of_one_that_goes_on(tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    study(QUESTION, asked, log="wandb", workers=2)
    study(Study("s", "?", BASE, QUESTION.arms, (), (0, 1)), asked, log="wandb", workers=2)
    for arm in QUESTION.arms:
        for seed in (0, 1):
            folder = asked / "runs" / arm.slug / str(seed)
            rows = read_log(folder / "wandb").rows
            assert [row["step"] for row in rows] == [3, 6]
            key = read_json(folder / logging.FILE)["loggers"]["wandb"]["key"]
            assert key.startswith(f"asked-{arm.slug}-{seed}-")
            assert {row["run"] for row in rows} == {key}
            assert not list(folder.glob("events.out.tfevents.*"))
