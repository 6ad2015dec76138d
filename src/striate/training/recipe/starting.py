"""Which fields of a recipe belong to a start from weights, and how they fit together."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from striate.base.errors import RunError, counted, printable

ARM = "arm:"
"""In a study: before the name of the arm whose run of the same seed is started from."""

TAKEN = ("start_hash", "image_size", "resize", "resize_filter", "standardize", "permute_pixels", "mean", "std")
"""Fields that the start weights fill in where they hold their defaults, when a run begins."""


def of_arm(start: str | None) -> bool:
    """Return whether ``start`` names the run of another arm of the same study."""
    return start is not None and start.startswith(ARM)


def run_of_arm(start: str, run: Path) -> Path:
    """Return the folder of the run that ``arm:NAME`` means to the run in the folder ``run``, which is RUNS/ARM/SEED in a study.

    Raises RunError where NAME is not a name of a folder of arms, or the other run is not there.
    """
    name = start.removeprefix(ARM)
    there = run.parent.parent / name / run.name
    if not re.fullmatch(r"[a-z0-9-]+", name) or not (there / "recipe.json").is_file():
        raise RunError(
            f'"{printable(start)}" is a run of the same study and seed, and there is none at "{printable(str(there))}"; a start'
            " from another arm belongs to a study that has this arm"
        )
    return there


def differing(there: Mapping[str, Any], here: Mapping[str, Any], defaults: Mapping[str, Any]) -> str:
    """Return the fields in which two recipes, as JSON, differ, as ``field there, here``; empty when they are the same.

    A recipe that has not begun leaves to its start weights what it holds by default.
    """
    same = there["start"] is not None and there["start"] == here["start"] and here["start_hash"] is None
    left = {name for name in TAKEN if same and there["start_hash"] is not None and here[name] == defaults[name]}
    found = [key for key in here if key not in left and there[key] != here[key]]
    return ", ".join(f"{key} is {there[key]} there and {here[key]} here" for key in found)


def faults_of_start(values: Mapping[str, Any]) -> list[str]:
    """Return one clause for each of the fields about start and freezing that does not go with the others."""
    faults: list[str] = []
    options = values["net_options"]
    if values["start"] is not None and isinstance(options, Mapping):
        twice = [name for name in ("pretrained", "weights") if options.get(name) not in (None, False)]
        faults += [f"start and {name} are two sources of the same weights; give one" for name in twice]
    if values["start_hash"] is not None and values["start"] is None:
        faults.append("start_hash belongs to start, and there is none")
    later, epochs = values["unfreeze_after"], values["epochs"]
    if later is not None and values["freeze"] is None:
        faults.append("unfreeze_after belongs to freeze, and nothing is frozen; set freeze to a tap, or to body")
    # Values of a wrong type are told elsewhere; here they are passed over.
    elif isinstance(later, int) and isinstance(epochs, int) and later >= epochs:
        faults.append(
            f"unfreeze_after is {later}, and the run has only {counted(epochs, 'epoch')}; leave it out to keep it frozen"
        )
    if later is not None and values["epsilon_form"] == "keras":
        faults.append(
            "unfreeze_after does not go with epsilon_form keras, whose correction counts the updates of all weights"
        )
    mean, std = values["mean"], values["std"]
    if (mean is None) != (std is None):
        faults.append("mean and std belong together; give both, one number for each channel, or neither")
    elif isinstance(mean, list) and isinstance(std, list) and len(mean) != len(std):
        faults.append(f"mean has {len(mean)} numbers and std {len(std)}; give one for each channel")
    if mean is not None and values["standardize"] == "image":
        faults.append("mean and std do not go with standardize image, which measures each image by itself")
    return faults
