"""What a session does around the loop: mend what does not fit, give more epochs, record on what it runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from striate.base.disk.files import write_json
from striate.base.disk.lock import locked
from striate.base.disk.sealed_json import is_sealed, sealed
from striate.base.errors import RunError, counted, listed, printable
from striate.data import ImageSet
from striate.nets.custom.naming import is_own
from striate.nets.measure.anatomy import anatomy
from striate.scratch.fast.threads import threads
from striate.training.engines import machine
from striate.training.engines.setup import Setup
from striate.training.folder.chain import extended, notes, read_environment, write_environment
from striate.training.folder.forms import DONE
from striate.training.folder.inspection import inspect
from striate.training.folder.own_answers import KEY, answers, other_answers, refuse_other
from striate.training.folder.own_code import keep
from striate.training.folder.run import REMEDY, Run, open_run, read_recipe, write_status
from striate.training.folder.saving import Progress, restore
from striate.training.schedule import SPREAD

Warn = Callable[[str], None]
WORDS = {KEY: "what the net answers"}


def mended(folder: Path, warn: Warn, *, weights: bool = True) -> Run:
    """Return the run in ``folder`` after what does not fit together was put right; ``warn`` is told of each thing.

    ``weights`` as in `inspect`.

    Raises RunError for what cannot be put right.
    """
    found = inspect(folder, weights=weights)
    if any(mend.act for mend in found):
        with locked(folder, "checkpoints"):
            found = inspect(folder, weights=weights)
            for mend in found:
                if mend.act:
                    mend.act()
    for mend in found:
        warn(f"{mend.wrong}{mend.done} ({folder})")
    run = open_run(folder)
    if run.status not in DONE:
        for note in notes(folder):
            warn(note)
    return run


def misfits(folder: Path) -> list[str]:
    """Return what in the run does not fit together, for those who only look at it; raises RunError as `inspect` does."""
    name = printable(str(folder))
    return [f"{mend.wrong}{f'; striate resume {name} mends it' if mend.act else ''}" for mend in inspect(folder)]


def extend(run: Run, epochs: int) -> Run:
    """Have ``run`` go on to more epochs, and return it; nothing is trained yet.

    Its environment keeps from where to where, and its recipe gets the new number. Raises RunError where the learning rates
    that it was trained with would have been others, and where ``epochs`` are not more than it has.
    """
    recipe, name = run.recipe, printable(str(run.folder))
    if epochs == recipe.epochs:
        return run
    if epochs < recipe.epochs:
        raise RunError(
            f'the run in "{name}" has {counted(recipe.epochs, "epoch")}, and {epochs} are fewer; give it more, or none'
        )
    if run.status == "diverged":
        raise RunError(f'the run in "{name}" diverged, and more epochs would not cure it; train again with {REMEDY}')
    if recipe.schedule in SPREAD:
        raise RunError(
            f'the schedule {recipe.schedule} of the run in "{name}" is spread over its'
            f" {counted(recipe.epochs, 'epoch')}, so one of"
            f" {epochs} is another run from the start; train it with `epochs={epochs}` and another `out`"
        )
    recipe.change(epochs=epochs)  # raises where the number is not accepted
    with locked(run.folder, "checkpoints"):
        before = read_recipe(run.folder)
        made = extended(before, epochs)
        environment = read_environment(run.folder)
        part = {"epochs": epochs, "after_epoch": run.epoch, "before": before.get("seal", ""), "recipe": made["seal"]}
        # In this order, so that a kill between any two leaves a run that goes on, to the old number or the new one.
        write_status(run.folder, "running", "", run.epoch, run.step)
        write_environment(run.folder, {**environment, "continued": [*environment.get("continued", []), part]})
        write_json(run.folder / "recipe.json", made)
    return open_run(run.folder)


def restored(setup: Setup, folder: Path) -> Progress:
    """Return where the run stands, with the engine put back there; raises RunError for other data or another net."""
    same_data(folder, setup.images)
    progress = restore(setup, folder)  # first, for it says which weights do not fit
    refuse_other(folder, setup.engine.module(), setup.recipe.net, setup.images.image_shape)
    return progress


def record(setup: Setup, folder: Path) -> None:
    """Write environment and anatomy; on resume, warn of another machine or thread count."""
    path = folder / "environment.json"
    made = read_recipe(folder)
    own = _answers(setup)
    now = (
        machine.environment()
        | _own_environment(setup)
        | {
            "processes": setup.group.size,
            "precision": setup.engine.precision,
            "precision_reason": setup.engine.precision_reason,
            "data": setup.images.name,
            "data_fingerprint": setup.images.fingerprint,
            "train_images": setup.feed.images,
            "val_images": len(setup.splits.val.labels),
            "classes": len(setup.images.classes),
            "largest_class": float(np.bincount(setup.splits.val.labels).max() / len(setup.splits.val.labels)),
            "data_notes": list(dict.fromkeys([*setup.images.notes, *setup.splits.notes])),
        }
        | ({"recipe": made["seal"]} if is_sealed(made) else {})
        | keep(folder, setup.recipe.net)
        | own
    )
    if not (folder / "anatomy.json").exists():
        found = anatomy(setup.engine.module(), setup.images.image_shape, setup.recipe.net)
        write_json(folder / "anatomy.json", sealed(found.to_json()))
    if path.exists():
        before = read_environment(folder)
        last = {"processes": 1, **before}  # of a run from before there could be several
        for part in before.get("continued", []):
            last |= part
        if not other_answers(last.get(KEY), own.get(KEY)):
            now.pop(KEY, None)
        keys = ("processes", "threads", "torch", "processor", "precision", "device", "source", KEY)
        if changed := {key: now[key] for key in keys if key in now and last.get(key) != now[key]}:
            words = [WORDS.get(key, key) for key in changed if key != KEY or "source" not in changed]
            differ = f"{listed(words)} {'differs' if len(words) == 1 else 'differ'} from its last part"
            setup.warn(f"the run continues, though not bit for bit: {differ}")
            write_environment(folder, {**before, "continued": [*before.get("continued", []), changed]})
        return
    write_environment(folder, now)  # last, for it says that the others are there


def _answers(setup: Setup) -> dict[str, Any]:
    """Return what a net of one's own answers with known weights, for `refuse_other`."""
    own = is_own(setup.recipe.net) and setup.recipe.engine == "torch"
    return {KEY: answers(setup.engine.module(), setup.images.image_shape)} if own else {}


def _own_environment(setup: Setup) -> dict[str, Any]:
    """Return where the layers by hand differ from PyTorch: they run on the processor, with threads of their own."""
    if setup.recipe.engine != "scratch":
        return {}
    return {"device": "cpu", "threads": threads()}


def same_data(folder: Path, images: ImageSet) -> None:
    """Raise RunError where ``images`` are not those that the run in ``folder`` began with."""
    if (folder / "environment.json").exists() and read_environment(folder)["data_fingerprint"] != images.fingerprint:
        raise RunError(
            f'the images of "{images.name}" changed since the run in "{folder}" began (their fingerprint differs); '
            "restore them, or start a new run with another `out`"
        )
