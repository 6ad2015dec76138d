"""From a study to its runs: arms x seeds, each run done exactly once, then judged.

The study folder is the ledger: study.json, runs/<arm>/<seed>/, verdict.json. A killed study continues where it was, and
the same study with more seeds adds only the runs that are missing.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from striate.base.errors import DataError, StudyError, listed
from striate.base.files import make_folder, read_json, unused, write_json
from striate.data import ImageSet, load
from striate.studies.judge import Answer, done, ended, judge, outcome, place
from striate.studies.question import Study
from striate.studies.selection import chosen
from striate.studies.workers import Job, cores, run_jobs, share
from striate.training.recipe import differing, recipe_from_json
from striate.training.run import Run, locked, open_run

Beat = Callable[[list[Run | None]], None]


def run_study(
    study: Study, out: str | Path, *, data_dir: Path | None = None, workers: int | None = None, beat: Beat | None = None
) -> Answer:
    """Do every run of ``study`` that ``out`` does not hold yet, judge the claims, and write verdict.json.

    ``beat`` is called about twice a second with all runs as they stand (None: not begun). Raises StriateError before
    anything is written when data and nets do not go together, or ``out`` holds something else or is in use by another
    process; KeyboardInterrupt after saving what is under way and judging what has ended.
    """
    folder = Path(out)
    images = _check(study, data_dir)
    _may_hold(folder, study, images.fingerprint)
    with locked(folder):
        study = _claim_folder(folder, replace(study, notes=(*study.notes, *images.notes)), images.fingerprint)
        # Seed by seed, so that a study that is stopped early has all arms at equal n.
        runs = [(arm, seed, place(folder, arm, seed)) for seed in study.seeds for arm in study.arms]
        every = study.tests == "every"
        jobs = [
            Job(study.recipe(arm, seed).to_json(), path, data_dir, every)
            for arm, seed, path in runs
            if not done(path, tested=every)
        ]
        reasons: dict[Path, str] = {}
        try:
            if jobs:
                hands, threads = crew(len(runs), workers)
                reasons = run_jobs(jobs, hands, threads, lambda: beat(standing(study, folder)) if beat else None)
            if study.tests == "chosen":
                _test_chosen(study, folder, data_dir)
        finally:
            failures = {f"{arm.name}, seed {seed}": reasons[path] for arm, seed, path in runs if path in reasons}
            answer = judge(study, folder, failures)
    return answer


def standing(study: Study, folder: Path) -> list[Run | None]:
    """Return every run of the study as it stands on disk, arm by arm; None where it has not begun."""
    paths = [place(folder, arm, seed) for arm in study.arms for seed in study.seeds]
    return [open_run(path) if (path / "status.json").is_file() else None for path in paths]


def _test_chosen(study: Study, folder: Path, data_dir: Path | None) -> None:
    """Score the runs of the arm that the validation images chose on the test images, once every arm has runs that ended."""
    from striate.training.train import test

    taken = chosen(study, [outcome(*run) for run in ended(study, folder)])
    for arm, _, run in ended(study, folder):
        if arm.name == taken and run.status == "finished":
            test(run.folder, data_dir=data_dir)


def crew(runs: int, workers: int | None) -> tuple[int, int]:
    """Return (workers, threads). Counted from all runs of the study, so that a continued one has the same threads."""
    import torch

    if workers is not None:
        return workers, max(1, cores() // workers)
    return share(runs, gpu=torch.cuda.is_available())


def _check(study: Study, data_dir: Path | None) -> ImageSet:
    """Build every arm's net on its real image shape before the first run, so that a fault costs no training.

    Returns the images of the base recipe.
    """
    from striate.training.setup import check

    loaded: dict[tuple[str, int | None], ImageSet] = {}
    for recipe in (study.base, *(study.recipe(arm, study.seeds[0]) for arm in study.arms)):
        key = (recipe.data, recipe.image_size)
        if key not in loaded:
            loaded[key] = load(recipe.data, data_dir=data_dir, image_size=recipe.image_size)
        images = loaded[key]
        if images.test is None:
            raise DataError(
                f"{images.name} has no test split, on which a study judges; add a folder test/CLASS/, or 5 images of each class"
            )
        check(recipe, images)
    return loaded[study.base.data, study.base.image_size]


def _may_hold(folder: Path, study: Study, fingerprint: str) -> None:
    """Refuse a folder that holds another study or anything else; nothing is written."""
    if not (folder / "study.json").is_file():
        if not unused(folder):
            raise StudyError(f'"{folder}" is not empty and holds no study; choose another folder with --out')
        return
    before, fixed = _ledger(folder), json.loads(json.dumps(study.to_json()))
    # The arms of a sampler come one after another, and with them the claim.
    grows = study.trials is not None
    parts = ("base", "search") if grows else ("base", "arms", "claims")
    different = [key for key in parts if key != "base" and before.get(key) != fixed[key]]
    fields = differing(recipe_from_json(before["base"]), study.base)
    if different or fields:
        told = [*([f"base recipe: {fields}"] if fields else []), *different]
        raise StudyError(
            f'"{folder}" holds another study, which differs in its {listed(told)}; choose another folder with --out'
        )
    if before.get("fingerprint", fingerprint) != fingerprint:
        raise StudyError(
            f'the images of the study in "{folder}" have changed since it began; restore them, or choose another --out'
        )


def _claim_folder(folder: Path, study: Study, fingerprint: str) -> Study:
    """Write study.json, and return the study with the seeds that the folder knows already."""
    before: dict[str, Any] = _ledger(folder) if (folder / "study.json").is_file() else {}
    study = replace(study, seeds=tuple(dict.fromkeys([*before.get("seeds", []), *study.seeds])))
    looks = list(dict.fromkeys([*before.get("looks", []), len(study.seeds)]))
    make_folder(folder)
    write_json(folder / "study.json", {**study.to_json(), "fingerprint": fingerprint, "looks": looks})
    return study


def _ledger(folder: Path) -> dict[str, Any]:
    try:
        return dict(read_json(folder / "study.json"))
    except (OSError, ValueError, TypeError) as error:
        raise StudyError(f'the study in "{folder}" cannot be read ({error}); restore its study.json') from error
