"""The best of several runs by validation, and its test score: the test images of the others are not touched.

Validation chooses, so the runs must have been validated on the same images; of equal ones the first that was named is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from striate.base.disk.files import read_json
from striate.base.errors import RunError, counted, printable
from striate.data.catalog import one_of
from striate.training.folder.run import Run, open_run
from striate.training.folder.run_score import RunScore
from striate.training.train import test


@dataclass(frozen=True)
class BestOf:
    """The score ``tested`` of the ``run`` whose validation accuracy, of epoch ``val_epoch``, is best, and why it was chosen."""

    tested: RunScore
    run: str
    val_accuracy: float
    val_epoch: int
    why: str

    def to_json(self) -> dict[str, Any]:
        """Return what `RunScore` tells, and then the rest."""
        told = {"run": self.run, "val_accuracy": self.val_accuracy, "val_epoch": self.val_epoch, "why": self.why}
        return self.tested.to_json() | told


def best_of(
    folders: Sequence[str | Path], *, best: bool = True, alone: bool = True, data_dir: Path | None = None
) -> BestOf:
    """Return the test score of the run among ``folders`` whose validation accuracy is best; the others are only read.

    ``best`` and ``alone`` tell whether the
    choice was asked for, and without options of a single net. Raises RunError where not, where there are fewer than two
    runs, one is not finished, or they were validated on different images.
    """
    places = list(dict.fromkeys(Path(folder) for folder in folders))
    if not best:
        raise RunError(
            f"{len(places)} runs are named, and one is tested at a time; add `best` for the best by validation"
        )
    if len(places) < 2:
        raise RunError("`best` chooses among runs, and one is named; name two or more, or leave `best` out")
    if not alone:
        raise RunError(
            "`best` chooses among runs, which have data and weights of their own; leave the other options out"
        )
    runs = [open_run(place) for place in places]
    for run in runs:
        if run.status != "finished":
            raise RunError(
                f'the run in "{printable(str(run.folder))}" is {run.status}, and only finished ones are compared; '
                "finish it, or leave it out"
            )
    _same_validation(runs)
    ranked = [(found[1], found[0], run) for run in runs if (found := run.best())]
    if not ranked:
        raise RunError("none of the runs has a validation accuracy; train them for an epoch at least")
    ranked.sort(key=lambda entry: -entry[0])  # which leaves equal ones in the order in which they were named
    accuracy, epoch, run = ranked[0]
    why = f"its validation accuracy {accuracy:.4f} in epoch {epoch} is the best of {counted(len(runs), 'run')}"
    equal = sum(entry[0] == accuracy for entry in ranked)
    if equal > 1:
        why += f", which {equal} of them reach, and it was named first"
    elif len(ranked) > 1:
        why += f", before {ranked[1][0]:.4f}"
    return BestOf(test(run.folder, data_dir=data_dir), str(run.folder), accuracy, epoch, why)


def _same_validation(runs: Sequence[Run]) -> None:
    """Raise RunError unless all runs were validated on the same images."""
    fields = ("data", "image_size", "resize", "resize_filter", "decoding", "validation", "validate_on_test")
    first = runs[0]
    for run in runs[1:]:
        for field in fields:
            here, there = getattr(run.recipe, field), getattr(first.recipe, field)
            if here != there:
                raise _different(first, run, f"{field} is {there} there and {here} here")
        if _fingerprint(run) != _fingerprint(first):
            raise _different(first, run, f"the {one_of(run.recipe.data)}s of {run.recipe.data} changed between them")


def _different(first: Run, other: Run, why: str) -> RunError:
    names = " and ".join(f'"{printable(str(run.folder))}"' for run in (first, other))
    return RunError(
        f"{names} were validated on different {one_of(first.recipe.data)}s ({printable(why)}), so neither is the better;"
        " compare alike runs"
    )


def _fingerprint(run: Run) -> Any:
    path = run.folder / "environment.json"
    return read_json(path).get("data_fingerprint") if path.is_file() else None
