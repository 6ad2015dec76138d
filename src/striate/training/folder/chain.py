"""Every file that a result rests on is covered by a chain of hashes, and what does not fit is mended or refused, and said.

    recipe.json        sealed; its seal stands in environment.json
    environment.json   sealed; its identity, all but `continued`, stands in every checkpoint, a copy in those to continue from
    checkpoints/       sealed JSON with the SHA-256 of its tensors, and copies of history.csv and timing.csv up to there
    status.json        sealed; the SHA-256 of both tables at that moment
    test.json          sealed; the SHA-256 of the weights that were scored

The chain finds damage and slips, not an adversary: whoever can write a file can seal it again (`base.disk.sealed_json`).
Runs that were begun before there was a chain have no seals; they are read as they are, and that nothing vouches is said.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from striate.base.disk.files import write_json
from striate.base.disk.sealed_json import is_sealed, read_own, seal, sealed
from striate.base.errors import printable
from striate.training.folder.forms import EnvironmentForm
from striate.training.folder.run import read_recipe
from striate.training.folder.tables import Row

ELSEWHERE = "restore the file, or train again in another folder"
GROWS = ("continued", "seal", "format")
UNVOUCHED = "an earlier striate began this run, and nothing shows whether its files were changed since"


def identity(environment: Mapping[str, Any]) -> str:
    """Return what checkpoints know a run by: the seal of its environment without what later sessions add."""
    return seal({key: value for key, value in environment.items() if key not in GROWS})


def read_environment(folder: Path) -> dict[str, Any]:
    """Return environment.json; raises RunError when it is missing or damaged."""
    todo = f"striate resume {printable(str(folder))} puts it back where a checkpoint holds a copy"
    return read_own(folder / "environment.json", EnvironmentForm, todo=todo)


def write_environment(folder: Path, environment: Mapping[str, Any]) -> None:
    """Write environment.json with its seal; that of a run without seals stays without."""
    write_json(folder / "environment.json", sealed(environment) if environment.get("recipe") else environment)


def best_step(rows: list[Row]) -> int:
    """Return after which update the history has its best validation accuracy, the first of equal ones; 0 for none."""
    losses = {row.step: row.value for row in rows if (row.split, row.metric) == ("val", "loss")}
    found, best = 0, -1.0
    for row in rows:
        if (row.split, row.metric) == ("val", "accuracy") and row.value > best and math.isfinite(losses[row.step]):
            found, best = row.step, row.value
    return found


def notes(folder: Path) -> list[str]:
    """Return what is to be said of a run that is as it should be: that nothing vouches for one of an earlier program."""
    return [] if is_sealed(read_recipe(folder)) else [f"{UNVOUCHED} ({folder})"]


def extended(recipe: Mapping[str, Any], epochs: int) -> dict[str, Any]:
    """Return the sealed record of a recipe with more epochs."""
    return sealed({**{key: value for key, value in recipe.items() if key != "seal"}, "epochs": epochs})
