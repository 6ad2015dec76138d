"""From a study to its runs: arms x seeds, each run done exactly once, then judged.

The study folder is the ledger: study.json, runs/<arm>/<seed>/, verdict.json. A killed study continues where it was, and
the same study with more seeds adds only the runs that are missing.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from striate.base.disk.files import digest, make_folder, refuse_links, write_json
from striate.base.disk.lock import locked, unused
from striate.base.disk.sealed_json import sealed
from striate.base.errors import DataError, RunError, StriateError, StudyError, listed
from striate.data import ImageSet
from striate.studies.layout import rate_file
from striate.studies.looks.plan import ALPHA, Plan, Until, planned
from striate.studies.question import Arm, Study
from striate.studies.running.ended import damage, done, ended, named, outcomes_of, place, set_aside
from striate.studies.running.executor import Executor, crew
from striate.studies.running.judge import Answer, judge, plan_of, read_study
from striate.studies.running.pool import Job, run_jobs
from striate.studies.running.pool import Warn as Tell
from striate.studies.running.rates import rated
from striate.studies.running.selection import chosen
from striate.studies.running.sequence import Sequence
from striate.studies.running.starts import in_order, unstarted
from striate.training.feed.images import Asked, asked, images_of
from striate.training.folder.inspection import inspect
from striate.training.folder.own_code import refuse_changed, source_of
from striate.training.folder.run import Run, open_run
from striate.training.loggers import logging as loggers
from striate.training.loggers.catalog import TENSORBOARD
from striate.training.recipe.recipe import differing, recipe_from_json

Beat = Callable[[list[Run | None]], None]
Warn = Callable[[str], None]


def run_study(
    study: Study,
    out: str | Path,
    *,
    data_dir: str | Path | None = None,
    workers: int | None = None,
    on: Executor | None = None,
    beat: Beat | None = None,
    warn: Warn = warnings.warn,
    redo_damaged: bool = False,
    log: tuple[str, ...] = (TENSORBOARD,),
) -> Answer:
    """Do every run of ``study`` that ``out`` does not hold yet, judge the claims, and write verdict.json.

    ``beat`` is called about twice a second with all runs as they stand (None: not begun), ``warn`` with what a run warns of.
    ``on`` does the runs: by default processes of this machine, ``workers`` of them.
    A damaged run is a failure of its own, and the others go on; with ``redo_damaged`` it is set aside and done again. ``log``
    names the loggers that a run tells of its epochs, one run there for each of the study. Raises StriateError before anything
    is written when data and nets do not go together, or ``out`` holds something else or is in use by another process;
    KeyboardInterrupt after saving what is under way and judging what has ended.
    """
    folder = Path(out)
    loggers.asked(folder, log)  # raises where one is unknown
    images, fingerprints = _check(study, data_dir)
    _may_hold(folder, study, images.fingerprint)
    with locked(folder, "runs"):
        study = _claim_folder(folder, replace(study, notes=(*study.notes, *images.notes)), images.fingerprint)
        # Seed by seed, so that a study that is stopped early has all arms at equal n.
        runs = {place(folder, arm, seed): (arm, seed) for seed in study.seeds for arm in study.arms}
        for path in runs:
            refuse_links(path, folder)
        told: dict[str, list[str]] = {}

        def tell(path: Path, text: str) -> None:
            name = named(*runs[path])
            told.setdefault(name, []).append(text)
            warn(f"{name}: {text}")

        reasons = {path: why for path, (arm, seed) in runs.items() if (why := damage(study, arm, seed, path))}
        for path, why in list(reasons.items()):
            if redo_damaged:
                tell(path, f"{why}; it was set aside as {set_aside(path).name}, and is done again")
                del reasons[path]
            else:
                reasons[path] = f"damaged: {why}; `redo_damaged` sets it aside and does it again"
        every = study.tests == "every"
        with_rate = rated(study)
        # Found once, before anything runs: what ends from now on is judged as it comes.
        ended_now = [
            path
            for path, (arm, _) in runs.items()
            if path not in reasons and done(path, tested=every, rated=arm.name in with_rate)
        ]
        for path in ended_now:
            for mend in inspect(path, weights=True):
                tell(path, mend.wrong)
        refuse_changed((path, study.recipe(arm, seed).net) for path, (arm, seed) in runs.items())

        # The fingerprint is known where the images are those of the base recipe; a worker need not compute it again.
        def job(arm: Arm, seed: int, path: Path) -> Job:
            recipe = study.recipe(arm, seed)
            rate = rate_file(path) if arm.name in with_rate else None
            source, known = source_of(recipe.net), fingerprints[asked(recipe)]
            return Job(recipe.to_json(), path, data_dir, every, source, rate, known, log=log)

        plan, _ = plan_of(folder)
        jobs = [job(*run, path) for path, run in runs.items() if path not in reasons and path not in ended_now]
        try:
            if jobs:
                until, looks = isinstance(study.seeds, Until), plan or Plan((len(study.seeds),))
                decided = Sequence(study, folder, looks, reasons, ended_now, job) if until else None
                watch = partial(_watched, study, folder, beat)
                if on is None:
                    run_jobs(decided or in_order(study, jobs), *crew(len(runs), workers), watch, tell, reasons)
                else:
                    on(decided or in_order(study, jobs), watch, tell, reasons)
            if study.tests == "chosen":
                reasons |= _test_chosen(study, folder, data_dir, tell)
        finally:
            failures = {named(*run): reasons[path] for path, run in runs.items() if path in reasons}
            answer = judge(study, folder, failures, told)
    return answer


def _watched(study: Study, folder: Path, beat: Beat | None) -> None:
    if beat:
        beat(standing(study, folder))


def standing(study: Study, folder: Path) -> list[Run | None]:
    """Return every run of the study as it stands on disk, arm by arm; None where it has not begun, or is damaged."""
    found: list[Run | None] = []
    for arm in study.arms:
        for seed in study.seeds:
            path = place(folder, arm, seed)
            try:
                found.append(open_run(path) if (path / "status.json").exists() else None)
            except StriateError:
                found.append(None)
    return found


def _test_chosen(study: Study, folder: Path, data_dir: str | Path | None, tell: Tell) -> dict[Path, str]:
    """Score the runs of the arm that the validation images chose on the test images, once every arm has runs that ended.

    Returns why a run could not be scored, by its folder.
    """
    from striate.training.train import test

    runs, reasons = ended(study, folder), dict[Path, str]()
    taken = chosen(study, outcomes_of(runs)[0])
    for arm, _, run in runs:
        if arm.name == taken and run.status == "finished":
            try:
                test(run.folder, data_dir=data_dir, warn=partial(tell, run.folder))
            except RunError as error:
                reasons[run.folder] = str(error)
    return reasons


def _check(study: Study, data_dir: str | Path | None) -> tuple[ImageSet, dict[Asked, str]]:
    """Build every arm's net on its real image shape before the first run, so that a fault costs no training.

    Returns the images of the base recipe, and the fingerprints of all.
    """
    from striate.training.engines.setup import check

    loaded: dict[Asked, ImageSet] = {}
    for recipe in (study.base, *(unstarted(study, arm) for arm in study.arms)):
        key = asked(recipe)
        if key not in loaded:
            loaded[key] = images_of(recipe, data_dir)
        images = loaded[key]
        if images.test is None:
            raise DataError(
                f"{images.name} has no test split, on which a study judges; add a folder test/CLASS/, or 5 images of each class"
            )
        check(recipe, images)
    return loaded[asked(study.base)], {key: images.fingerprint for key, images in loaded.items()}


def _may_hold(folder: Path, study: Study, fingerprint: str) -> None:
    """Refuse a folder that holds another study or anything else; nothing is written."""
    if not (folder / "study.json").exists():
        if not unused(folder):
            raise StudyError(f'"{folder}" is not empty and holds no study; choose another folder with `out`')
        return
    before, fixed = read_study(folder), json.loads(json.dumps(study.to_json()))
    # The arms of a sampler come one after another, and with them the claim.
    grows = study.trials is not None
    parts = ("base", "search") if grows else ("base", "arms", "claims")
    different = [key for key in parts if key != "base" and before.get(key) != fixed[key]]
    fields = differing(recipe_from_json(before["base"]), study.base)
    if different or fields:
        told = [*([f"base recipe: {fields}"] if fields else []), *different]
        raise StudyError(
            f'"{folder}" holds another study, which differs in its {listed(told)}; choose another folder with `out`'
        )
    if before.get("fingerprint", fingerprint) != fingerprint:
        raise StudyError(
            f'the images of the study in "{folder}" have changed since it began; restore them, or choose another `out`'
        )


def _claim_folder(folder: Path, study: Study, fingerprint: str) -> Study:
    """Write study.json, and return the study with the seeds that the folder knows already."""
    before: dict[str, Any] = read_study(folder) if (folder / "study.json").exists() else {}
    study, plan, shown = _with_looks(study, before)
    record: dict[str, Any] = {**study.to_json(), "fingerprint": fingerprint, "looks": list(plan.sizes)}
    fixed = {key: record[key] for key in ("question", "base", "arms", "claims", "paired")}
    record["asked"] = before.get("asked") or digest(json.dumps(fixed, sort_keys=True).encode())
    plan = replace(plan, sizes=tuple(n for n in plan.sizes if n > 1) or (len(study.seeds),))  # one seed shows nothing
    if len(plan.sizes) > 1:
        old = before.get("plan") or {}
        kept = Plan.from_json(old) if old.get("looks") == list(plan.sizes) else plan
        levels = zip(plan.sizes, kept.levels(1), strict=True)
        record["plan"] = {
            **kept.to_json([claim.comparisons for claim in study.claims]),
            "shown": {str(n): shown[n] or level for n, level in levels},
        }
    make_folder(folder)
    write_json(folder / "study.json", sealed(record))
    return study


def _with_looks(study: Study, before: Mapping[str, Any]) -> tuple[Study, Plan, dict[int, float | None]]:
    """Return the study with the seeds that its folder knows already, its looks, and by their numbers of seeds the level at
    which each was made; None where it has not been made, or belongs to the plan of all."""
    known: list[int] = before.get("looks", [])
    made: Mapping[str, float] = (before.get("plan") or {}).get("shown") or {str(n): ALPHA for n in known}
    asked, until = study.seeds, before.get("until")
    if until:  # a study that has looks keeps them, and may get more
        least = asked.least if isinstance(asked, Until) else until["least"]
        asked = Until(least, max(until["most"], len(asked)))
    if isinstance(asked, Until):
        seeds = asked.after(before.get("seeds", []))
        plan = planned(seeds, known)
    else:
        seeds = tuple(dict.fromkeys([*before.get("seeds", []), *asked]))
        plan = Plan(tuple(sorted({*known, len(seeds)})))
    return replace(study, seeds=seeds), plan, {n: made.get(str(n)) for n in plan.sizes}
