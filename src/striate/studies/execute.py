"""From a study to its answers: arms x seeds become runs, each done exactly once, and the claims are judged on them.

The study folder is the ledger: study.json, runs/<arm>/<seed>/, verdict.json. A killed study continues where it was, and
the same study with more seeds adds only the runs that are missing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from striate.base.errors import DataError, StudyError
from striate.base.files import make_folder, read_json, write_json
from striate.data import load
from striate.nets import build
from striate.studies.outcome import Outcome, scores
from striate.studies.question import Arm, Study
from striate.studies.verdict import Claim, Verdict
from striate.studies.workers import Job, run_jobs, share
from striate.training.run import DONE, Run, open_run

Beat = Callable[[list[Run | None]], None]


@dataclass(frozen=True)
class Answer:
    """What a study found: its verdicts in the order of its claims, and the runs that failed, with the reason."""

    folder: Path
    study: Study
    verdicts: tuple[Verdict, ...]
    failures: dict[str, str]


def run_study(
    study: Study, out: str | Path, *, data_dir: Path | None = None, workers: int | None = None, beat: Beat | None = None
) -> Answer:
    """Do every run of ``study`` that ``out`` does not hold yet, judge the claims, and write verdict.json.

    ``beat`` is called about twice a second with all runs as they stand (None: not begun). Raises StriateError before anything
    is written when data and nets do not go together or ``out`` holds something else; KeyboardInterrupt after saving.
    """
    folder = Path(out)
    study = replace(study, notes=(*study.notes, *_check(study, data_dir)))
    _claim_folder(study, folder)
    # Seed by seed, so that a study that is stopped early has all arms at equal n.
    places = [(arm, seed, folder / "runs" / arm.slug / str(seed)) for seed in study.seeds for arm in study.arms]
    jobs = [Job(study.recipe(arm, seed).to_json(), place, data_dir) for arm, seed, place in places if not _done(place)]
    reasons: dict[Path, str] = {}
    if jobs:
        import torch

        crew, threads = share(len(jobs), gpu=torch.cuda.is_available())
        if workers is not None:
            crew, threads = workers, max(1, share(1, gpu=False)[1] // workers)
        reasons = run_jobs(jobs, crew, threads, lambda: beat(standing(study, folder)) if beat else None)
    failures = {f"{arm.name}, seed {seed}": reasons[place] for arm, seed, place in places if place in reasons}
    return judge(study, folder, failures)


def judge(study: Study, folder: Path, failures: dict[str, str] | None = None) -> Answer:
    """Judge the claims on the runs that have ended, and write verdict.json; nothing is trained."""
    outcomes = [
        outcome(arm, seed, open_run(path))
        for arm in study.arms
        for seed in study.seeds
        if _done(path := folder / "runs" / arm.slug / str(seed))
    ]
    verdicts = tuple(_verdict(claim, outcomes) for claim in study.claims)
    write_json(
        folder / "verdict.json",
        {
            "format": 1,
            "study": study.name,
            "verdicts": [verdict.to_json() for verdict in verdicts],
            "arms": [scores(arm.name, outcomes) for arm in study.arms],
            "failures": failures or {},
        },
    )
    return Answer(folder, study, verdicts, failures or {})


def _verdict(claim: Claim, outcomes: list[Outcome]) -> Verdict:
    ended = {outcome.arm for outcome in outcomes}
    if missing := [arm for arm in claim.arms if arm not in ended]:
        reason = f"no run of {', '.join(missing)} has ended yet, so there is nothing to compare"
        return Verdict(claim.name, claim.statement, claim.kind, "undecided", reason)
    return claim.judge(outcomes)


def outcome(arm: Arm, seed: int, run: Run) -> Outcome:
    """Return one finished or diverged run as the claims see it."""
    environment = read_json(run.folder / "environment.json")
    tested = run.test()
    return Outcome(
        arm=arm.name,
        seed=seed,
        status=run.status,
        lr=run.recipe.lr,
        budget=run.recipe.epochs,
        images_per_epoch=environment["train_images"],
        classes=environment["classes"],
        val_images=environment["val_images"],
        val_accuracy=tuple(value for _, value in run.curve("val", "accuracy")),
        seconds=tuple(seconds for _, seconds in run.seconds()),
        test_accuracy=tested["accuracy"] if tested else None,
    )


def standing(study: Study, folder: Path) -> list[Run | None]:
    """Return every run of the study as it stands on disk, arm by arm; None where it has not begun."""
    paths = [folder / "runs" / arm.slug / str(seed) for arm in study.arms for seed in study.seeds]
    return [open_run(path) if (path / "status.json").is_file() else None for path in paths]


def _done(path: Path) -> bool:
    if not (path / "recipe.json").is_file():
        return False
    run = open_run(path)
    # A finished run whose test score was not yet written goes back to a worker, which only tests it.
    return run.status == "diverged" or (run.status in DONE and (path / "test.json").is_file())


def _check(study: Study, data_dir: Path | None) -> tuple[str, ...]:
    """Build every arm's net on the real image shape before the first run, so that a fault costs no training.

    Returns what a reader of the answer should know about the images.
    """
    base = study.base
    images = load(base.data, data_dir=data_dir, image_size=base.image_size)
    if images.test is None:
        raise DataError(
            f"{images.name} has no test split, on which a study judges; add a folder test/CLASS/, or 5 images of each class"
        )
    for arm in study.arms:
        recipe = study.recipe(arm, study.seeds[0])
        build(recipe.net, recipe.net_options, images.image_shape, len(images.classes))
    return images.notes


def _claim_folder(study: Study, folder: Path) -> None:
    path, fixed = folder / "study.json", study.to_json()
    if path.is_file():
        before: dict[str, Any] = read_json(path)
        different = [key for key in ("base", "arms", "claims") if before.get(key) != _plain(fixed[key])]
        if different:
            raise StudyError(
                f'"{folder}" holds another study (its {" and ".join(different)} differ); choose another folder with --out'
            )
    elif folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise StudyError(f'"{folder}" is not empty and holds no study; choose another folder with --out')
    make_folder(folder)
    write_json(path, fixed)


def _plain(value: Any) -> Any:
    """Return ``value`` as it comes back from JSON (tuples become lists)."""
    import json

    return json.loads(json.dumps(value))
