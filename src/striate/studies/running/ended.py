"""The runs of a study on the disk: where each lies, whether it has ended and can count, and what the claims see of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from striate.base.disk.files import digest
from striate.base.errors import StriateError, listed
from striate.studies.claims.larger import LARGEST_RATE
from striate.studies.claims.outcome import Outcome
from striate.studies.layout import rate_file, run_folder
from striate.studies.question import Arm, Study
from striate.studies.running.rates import rate_of, rated
from striate.training.folder.chain import read_environment
from striate.training.folder.forms import DONE
from striate.training.folder.inspection import inspect
from striate.training.folder.run import Run, open_run, recipe_of
from striate.training.folder.tables import Row
from striate.training.folder.weights import stands
from striate.training.recipe.recipe import differing


def ended(study: Study, folder: Path) -> list[tuple[Arm, int, Run]]:
    """Return the runs of the study that have ended and are sound, with their arms and seeds."""
    every, with_rate = study.tests == "every", rated(study)
    found: list[tuple[Arm, int, Run]] = []
    for arm in study.arms:
        for seed in study.seeds:
            path = place(folder, arm, seed)
            if not damage(study, arm, seed, path) and done(path, tested=every, rated=arm.name in with_rate):
                found.append((arm, seed, open_run(path)))
    return found


def damage(study: Study, arm: Arm, seed: int, path: Path) -> str:
    """Return why the run in ``path`` cannot count nor go on; empty where it can, or has not begun."""
    if not (path / "recipe.json").exists():
        left = [name for name in ("environment.json", "status.json", "history.csv") if (path / name).exists()]
        return f'"{path}" has {listed(left)} and no recipe.json' if left else ""
    try:
        inspect(path)
        fields = differing(recipe_of(path), study.recipe(arm, seed))
    except StriateError as error:
        return str(error)
    return f'the run in "{path}" is not of this study, for its {fields}' if fields else ""


def done(path: Path, *, tested: bool = True, rated: bool = False) -> bool:
    """Return whether the run in ``path`` has ended and, where it finished and ``tested``, been scored on the test images.

    Where it is ``rated``, the largest rate of its recipe must have been found too.

    One of which something has to be mended first is not done. Raises RunError where it cannot be.
    """
    if not (path / "recipe.json").exists() or any(mend.act for mend in inspect(path)):
        return False
    run = open_run(path)
    if rated and not rate_file(path).exists():
        return False
    if run.status != "finished" or not tested:
        return run.status in DONE
    score = run.test()
    return score is not None and stands(run, score)


def outcomes_of(runs: Sequence[tuple[Arm, int, Run]]) -> tuple[list[Outcome], dict[str, str]]:
    """Return the runs as the claims see them, and why one cannot be judged, by its name."""
    found, unfit = list[Outcome](), dict[str, str]()
    for arm, seed, run in runs:
        try:
            found.append(outcome(arm, seed, run))
        except StriateError as error:
            unfit[named(arm, seed)] = str(error)
    return found, unfit


def outcome(arm: Arm, seed: int, run: Run) -> Outcome:
    """Return one finished or diverged run as the claims see it."""
    environment = read_environment(run.folder)
    tested, history = run.test(), run.history()
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
        test_accuracy=tested.accuracy if tested else None,
        guess=environment.get("largest_class"),
        last={
            **{f"{row.split}/{row.metric}": row.value for row in history},
            **({LARGEST_RATE: rate} if (rate := rate_of(run.folder, run.recipe)) else {}),
        },
        losses=tuple(row.value for row in history if row.metric == "batch_loss"),
        numbers=_numbers(history),
    )


def _numbers(history: Sequence[Row]) -> str:
    """Return the SHA-256 of every number, to the last bit; empty where no loss is among them, for then nothing was seen."""
    if not any(row.metric == "loss" for row in history):
        return ""
    return digest("\n".join(f"{r.step} {r.epoch} {r.split} {r.metric} {r.value!r}" for r in history).encode())


def named(arm: Arm, seed: int) -> str:
    """Return what a run is called where it is told of."""
    return f"{arm.name}, seed {seed}"


def place(folder: Path, arm: Arm, seed: int) -> Path:
    """Return the folder of one run of the study in ``folder``."""
    return run_folder(folder, arm.slug, seed)


def set_aside(path: Path) -> Path:
    """Rename a damaged run's folder, and return its new name."""
    n = 1
    while (aside := path.with_name(f"{path.name}.damaged-{n}")).exists():
        n += 1
    return path.rename(aside)
