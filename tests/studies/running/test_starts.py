"""A run that starts from another comes after it, and a study whose arms do ends in the same numbers however it was cut."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from striate.base.disk.files import read_json
from striate.base.errors import StudyError
from striate.studies.claims.better import Better
from striate.studies.looks.plan import Until
from striate.studies.question import Arm, Study
from striate.studies.running.ended import place
from striate.studies.running.execute import run_study
from striate.studies.running.pool import Job
from striate.studies.running.slurm import Slurm
from striate.studies.running.starts import first_of, in_order
from striate.training.folder.run import open_run
from striate.training.folder.weights import best
from striate.training.recipe.recipe import Recipe

CLAIM = Better("better", "fine beats plain", treatment=("fine",), control="plain", measure="test", margin=0.01)
BASE = Recipe(net_options={"widths": [[4]], "hidden": []}, epochs=1, batch_size=256, classes="1::2")
ARMS = (
    Arm("plain"),
    Arm("fine", {"start": "arm:Other Classes"}),
    Arm("Other Classes", {"classes": "::2"}),
)


def study(seeds: tuple[int, ...] = (0, 1)) -> Study:
    return Study("s", "?", BASE, ARMS, (CLAIM,), seeds)


def test_a_run_waits_for_the_one_that_it_starts_from(tmp_path: Path) -> None:
    asked = study()
    paths = {f"{arm.name[0]}{seed}": place(tmp_path, arm, seed) for seed in (0, 1) for arm in ARMS}
    assert first_of(asked, ARMS[1], paths["f1"]) == paths["O1"]
    assert first_of(asked, ARMS[0], paths["p1"]) is None
    jobs = [Job({}, path, None) for path in paths.values()]
    source = in_order(asked, jobs)
    assert callable(source)
    words = {path: name for name, path in paths.items()}
    told = [words[job.folder] for _ in range(4) if (job := source([]))]
    assert told == ["p0", "O0", "f0", "p1"]  # nothing was said to be running, so each had ended
    source = in_order(asked, jobs)
    assert callable(source)
    running: list[Path] = []
    while job := source(running):
        running.append(job.folder)
    assert [words[path] for path in running] == ["p0", "O0", "p1", "O1"]
    last = source([paths["O0"]])
    assert last is not None
    assert words[last.folder] == "f1"
    assert in_order(Study("s", "?", BASE, ARMS[:1], (), (0,)), jobs[:1]) == jobs[:1]


def test_a_ring_and_an_arm_that_is_none_are_refused() -> None:
    with pytest.raises(StudyError, match="and so from itself"):
        Study("s", "?", BASE, (Arm("a"), Arm("b", {"start": "arm:b"})), (), (0,))
    with pytest.raises(StudyError, match='arm "c" is unknown'):
        Study("s", "?", BASE, (Arm("a"), Arm("b", {"start": "arm:c"})), (), (0,))


def test_each_run_starts_from_the_one_of_its_seed_and_a_study_that_was_moved_goes_on(tmp_path: Path) -> None:
    answer = run_study(study(), tmp_path / "out")
    assert answer.failures == {}
    for seed in (0, 1):
        fine, other = (open_run(place(tmp_path / "out", arm, seed)) for arm in ARMS[1:])
        assert fine.recipe.start == "arm:other-classes"
        assert fine.recipe.start_hash == best(other).record["sha256"]
        assert fine.recipe.image_size is None
        assert fine.recipe.mean is not None
    numbers = [(tmp_path / f"out/runs/fine/{seed}/history.csv").read_bytes() for seed in (0, 1)]
    (tmp_path / "out").rename(tmp_path / "moved")
    shutil.rmtree(tmp_path / "moved/runs/fine/1")
    again = run_study(study(), tmp_path / "moved", workers=1)
    assert again.failures == {}
    assert [(tmp_path / f"moved/runs/fine/{seed}/history.csv").read_bytes() for seed in (0, 1)] == numbers
    shutil.rmtree(tmp_path / "moved/runs/fine/1")
    (tmp_path / "moved/runs/other-classes/1/recipe.json").write_text("{")
    failed = run_study(study(), tmp_path / "moved", workers=1).failures
    assert set(failed) == {"Other Classes, seed 1", "fine, seed 1"}


@pytest.mark.slow
def test_nodes_of_slurm_share_the_disk_so_that_a_run_starts_there_from_another_too(tmp_path: Path) -> None:
    here = run_study(study((0,)), tmp_path / "here", workers=1)
    folder = tmp_path / "there"
    there = run_study(study((0,)), folder, on=Slurm(folder, {"timeout_min": 10}, cluster="local"))
    assert (here.failures, there.failures) == ({}, {})
    for arm in ARMS:
        first, second = (place(tmp_path / name, arm, 0) / "history.csv" for name in ("here", "there"))
        assert first.read_bytes() == second.read_bytes()
    assert open_run(place(folder, ARMS[1], 0)).recipe.start == "arm:other-classes"


def test_seeds_until_decided_give_the_start_its_seeds_too(tmp_path: Path) -> None:
    base = BASE.change(train_images=40)
    asked = Study("s", "?", base, ARMS, (CLAIM,), Until(2, 3))
    answer = run_study(asked, tmp_path / "out", workers=1)
    assert answer.failures == {}
    assert len(list((tmp_path / "out").glob("runs/fine/*/test.json"))) >= 2
    assert read_json(tmp_path / "out/study.json")["arms"][1]["changes"] == {"start": "arm:Other Classes"}
