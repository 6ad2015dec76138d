"""Which fields of a recipe do not go together: one clause for each, told with all other faults of the recipe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from striate.base.errors import counted
from striate.training.recipe.starting import faults_of_start

# Field -> the field that owns it, and the values of the owner that it belongs to.
_BELONGS: dict[str, tuple[str, tuple[str, ...]]] = {
    "momentum": ("optimizer", ("sgd",)),
    "alpha": ("optimizer", ("rmsprop",)),
    "beta1": ("optimizer", ("adam", "adamw")),
    "beta2": ("optimizer", ("adam", "adamw")),
    "epsilon": ("optimizer", ("rmsprop", "adam", "adamw")),
    "epsilon_form": ("optimizer", ("adam", "adamw")),
    "cycle_momentum": ("schedule", ("one-cycle",)),
    "step_epochs": ("schedule", ("step",)),
    "gamma": ("schedule", ("step",)),
    "peak": ("schedule", ("one-cycle",)),
    "decay": ("schedule", ("inverse-time",)),
}
# Field -> the treatment that it is a manner of: it says nothing while that is off.
_MANNER = {"flip_mode": "flip", "pad_mode": "pad_crop", "lowest_momentum": "cycle_momentum"}


def combination_faults(values: Mapping[str, Any], defaults: Mapping[str, Any]) -> list[str]:
    """Return what does not go together; a value of a wrong type is skipped, since its own fault says more."""
    return [*_owners(values, defaults), *_schedules(values), *_treatments(values, defaults), *faults_of_start(values)]


def _owners(values: Mapping[str, Any], defaults: Mapping[str, Any]) -> list[str]:
    faults = [
        f"{field} belongs to {owner} {' or '.join(accepted)}, and the {owner} is {values[owner]}"
        for field, (owner, accepted) in _BELONGS.items()
        if values[field] != defaults[field] and values[owner] not in accepted
    ]
    if values["nesterov"] is True and (values["optimizer"] != "sgd" or values["momentum"] == 0):
        faults.append("nesterov needs optimizer sgd with a momentum above 0")
    return faults


def _schedules(values: Mapping[str, Any]) -> list[str]:
    faults: list[str] = []
    warmup, epochs = values["warmup_epochs"], values["epochs"]
    if isinstance(warmup, (int, float)) and isinstance(epochs, int) and warmup > epochs:
        faults.append(f"warmup_epochs is {warmup:g}, and the run has only {counted(epochs, 'epoch')}")
    if warmup and values["schedule"] == "one-cycle":
        faults.append("warmup_epochs does not go with schedule one-cycle, whose warm-up is set by peak")
    if values["cycle_momentum"] is True:
        named = {"sgd": "momentum", "adam": "beta1", "adamw": "beta1"}.get(str(values["optimizer"]))
        if named is None:
            faults.append(f"cycle_momentum needs optimizer sgd, adam or adamw, and it is {values['optimizer']}")
        elif isinstance(usual := values[named], float) and isinstance(low := values["lowest_momentum"], (int, float)):
            faults += (
                [f"lowest_momentum is {low:g}, and must be below {named}, which is {usual:g}"] if low >= usual else []
            )
    return faults


def _treatments(values: Mapping[str, Any], defaults: Mapping[str, Any]) -> list[str]:
    faults = [
        f"{field} is {values[field]}, and {treatment} is off; set {treatment}, or leave {field} out"
        for field, treatment in _MANNER.items()
        if values[field] != defaults[field] and not values[treatment]
    ]
    if values["translate"] and values["pad_crop"] and values["pad_mode"] == "zero":
        faults.append("translate and pad_crop with zeros are the same shift; set one of them")
    if values["test_flips"] is True and values["permute_pixels"] is True:
        faults.append("test_flips does not go with permute_pixels, whose images have no mirror image")
    if values["batch_size"] == 1 and (values["mixup"] or values["cutmix"]):
        faults.append("mixup and cutmix need a batch_size above 1, for they mix the images of a batch")
    return faults
