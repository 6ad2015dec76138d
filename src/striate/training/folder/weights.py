"""Which weights of a run are the best or were kept, and whether the files vouch for them."""

from __future__ import annotations

from striate.base.disk.sealed_json import conform
from striate.base.errors import RunError, listed, printable, reason
from striate.training.folder import checkpoints
from striate.training.folder.chain import best_step, identity, read_environment
from striate.training.folder.checkpoints import Checkpoint
from striate.training.folder.forms import DONE, LabelsForm
from striate.training.folder.run import Run
from striate.training.folder.run_score import RunScore


def best(run: Run) -> Checkpoint:
    """Return the weights of the best validation accuracy, so far where the run goes on.

    Raises RunError where there are none, they are damaged, or they are not those that history and checkpoints speak of.
    """
    folder, step = run.folder / "checkpoints", _best_step(run)
    told = f'the run in "{printable(str(run.folder))}" has no best-validation checkpoint'
    if not step:
        raise RunError(f"{told} yet" if run.status not in DONE else f"{told}; train it again in another folder")
    found = checkpoints.at(folder, "best", step)
    if isinstance(found, str):
        raise RunError(f"{told} that can be used ({found}); restore it, or train again in another folder")
    return _of_run(run, found)


def kept(run: Run, epoch: int) -> Checkpoint:
    """Return the weights after ``epoch`` that keep_every kept, or the best where they are of that epoch.

    Raises RunError naming the epochs that there are.
    """
    folder, ends = run.folder / "checkpoints", {row.epoch: row.step for row in run.history() if row.split == "val"}
    steps = set(checkpoints.steps(folder, "epoch"))
    if (step := ends.get(epoch, 0)) in steps:
        found = checkpoints.at(folder, "epoch", step)
        if isinstance(found, str):
            raise RunError(f"{found}; restore it, or test another epoch")
        return _of_run(run, found)
    if step and step == _best_step(run):
        return best(run)
    there = sorted({end for end, step in ends.items() if step in steps or step == _best_step(run)})
    raise RunError(
        f'the run in "{printable(str(run.folder))}" kept no weights of epoch {epoch}; '
        + (f"it has those of {listed([str(end) for end in there])}" if there else "it has none")
        + " (`keep_every=5` keeps those of every fifth)"
    )


def stands(run: Run, score: RunScore) -> bool:
    """Return whether a stored test score is of the best weights as they are now; where they are lost, it stands."""
    found = checkpoints.mark(run.folder / "checkpoints", "best", _best_step(run))
    return isinstance(found, str) or score.checkpoint in ("", found["sha256"])


def _best_step(run: Run) -> int:
    """Return after which update the best weights are that a run has saved; 0 for none.

    One that goes on may have been killed after its history had a better epoch, and before those weights were saved.
    """
    if run.status in DONE:
        return best_step(run.history())
    folder = run.folder / "checkpoints"
    marks = (checkpoints.mark(folder, "step", step) for step in reversed(checkpoints.steps(folder, "step")))
    return next((int(mark["values"].get("best_step", 0)) for mark in marks if isinstance(mark, dict)), 0)


def _of_run(run: Run, found: Checkpoint) -> Checkpoint:
    """Return a checkpoint of weights that is this run's and says what is needed to use them; raises RunError otherwise."""
    if (owner := found.record.get("run")) and owner != identity(read_environment(run.folder)):
        raise RunError(
            f'the weights of update {found.step} in "{printable(str(run.folder))}" belong to another run; restore its own'
        )
    try:
        conform(found.values, LabelsForm)
    except ValueError as error:
        raise RunError(
            f'the weights of update {found.step} in "{printable(str(run.folder))}" do not say what net they are of'
            f" ({reason(error)}); train again in another folder"
        ) from error
    if found.values["net"] != run.recipe.net:
        raise RunError(
            f'the weights of update {found.step} in "{printable(str(run.folder))}" are those of another net than its recipe'
            " names; restore its own"
        )
    return found
