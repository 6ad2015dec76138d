"""The curves of a study as numbers for a script."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from striate.reports.study.alive import drawable
from striate.reports.study.records import read_study


def test_every_arm_has_its_look_and_its_runs_their_points_and_times(finished: Path) -> None:
    study = read_study(finished)
    told = drawable(study)
    assert [arm["name"] for arm in told["arms"]] == [arm.name for arm in study.arms]
    assert [(arm["colour"], arm["dash"]) for arm in told["arms"]] == [(n, 0) for n in range(len(study.arms))]
    run = told["arms"][0]["runs"][0]
    assert run["curves"]["val_loss"] == study.arms[0].runs[0].curves["val", "loss"]
    assert run["timing"] == study.arms[0].runs[0].timing


def test_images_are_counted_by_what_the_run_had_and_not_by_its_batches(finished: Path) -> None:
    """200 images in batches of 64 are 4 updates and 200 images, not 256."""
    study = read_study(finished)
    run = replace(study.arms[0].runs[0], environment={"train_images": 200}, timing=((4, 1, 0.5),))
    arm = replace(study.arms[0], runs=(run,))
    assert drawable(replace(study, arms=(arm,)))["arms"][0]["runs"][0]["images"] == 200


def test_after_eight_colours_the_dash_changes(finished: Path) -> None:
    study = read_study(finished)
    many = replace(study, arms=study.arms[:1] * 9)
    assert [(arm["colour"], arm["dash"]) for arm in drawable(many)["arms"]][7:] == [(7, 0), (0, 1)]
