"""Whether the files of a run fit together: what does not and can be mended, and what is refused (`chain`).

recipe, environment    refused where they are another run's; environment.json is put back from a checkpoint's copy
history, timing        put back from a checkpoint's copy
status                 a wrong one does not count, and the run goes on from its newest checkpoint
anatomy, test score    made again
weights                lost: said, where the numbers of the run stand without them
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from striate.base.disk.files import digest, read_json, write_json, write_text
from striate.base.disk.sealed_json import checked, sealed
from striate.base.errors import RunError, StriateError, printable, reason
from striate.nets.measure.anatomy import anatomy, anatomy_from_json
from striate.training.folder import checkpoints
from striate.training.folder.chain import ELSEWHERE, best_step, extended, identity, write_environment
from striate.training.folder.forms import DONE, EnvironmentForm, ScoreForm, StatusForm
from striate.training.folder.labels import Labels
from striate.training.folder.restore_net import saved_net
from striate.training.folder.run import read_recipe, write_status
from striate.training.folder.tables import HEADER, HISTORY, TIMING, history_rows, table, timing_rows
from striate.training.recipe.recipe import Recipe

AGAIN = ", and is made again where its net may be built"


@dataclass(frozen=True)
class Mend:
    """Something that does not fit: what is wrong, what is done about it, and what does that; None where it is only said."""

    wrong: str
    done: str = ""
    act: Callable[[], None] | None = None


def inspect(folder: Path, *, weights: bool = False) -> list[Mend]:
    """Return what in the run does not fit together and can be mended; nothing is written.

    With ``weights`` those of a run that has ended are read too, which a run that goes on does anyway.

    Raises RunError in one sentence for what cannot be mended.
    """
    recipe = read_recipe(folder)
    marks = [
        m for n in checkpoints.steps(folder / "checkpoints", "step")[::-1] if isinstance(m := _mark(folder, n), dict)
    ]
    environment, mends = _environment(folder, marks)
    last = next((mark for mark in marks if not mark.get("run") or mark["run"] == identity(environment)), None)
    if marks and last is None:
        raise RunError(
            f'environment.json and the checkpoints in "{printable(str(folder))}" are of different runs; {ELSEWHERE}'
        )
    mends += _recipe(folder, recipe, environment)
    epochs = _epochs(environment) or recipe.get("epochs", Recipe.model_fields["epochs"].default)
    status, more = _status(folder, epochs, last)
    mends += more
    for name in (HISTORY, TIMING):
        mends += _table(folder, name, status, last)
    ended = status is not None and status["status"] in DONE
    if (ended or last is not None) and not any(mend.act for mend in mends):
        mends += _weights(folder, environment, ended, read=weights)
    return mends + _score(folder) + _anatomy(folder)


def _mark(folder: Path, step: int) -> dict[str, Any] | str:
    return checkpoints.mark(folder / "checkpoints", "step", step)


def _epochs(environment: Mapping[str, Any]) -> int | None:
    asked = [part["epochs"] for part in environment.get("continued", []) if "epochs" in part]
    return asked[-1] if asked else None


def _environment(folder: Path, marks: list[dict[str, Any]]) -> tuple[dict[str, Any], list[Mend]]:
    """Return the environment, as it stands or as the newest checkpoint has it."""
    path = folder / "environment.json"
    copies = [dict(mark["environment"]) for mark in marks if mark.get("environment")]
    try:
        found = checked(read_json(path), EnvironmentForm)
        whole = not copies or identity(copies[0]) != identity(found) or _continues(copies[0], found)
        wrong = "" if whole else "what it says of earlier sessions is gone"
    except FileNotFoundError:
        found, wrong = dict[str, Any](), "it is missing"
        if not copies and not marks:
            return found, []  # a run that was killed before anything rested on it
    except (OSError, ValueError) as error:
        found, wrong = dict[str, Any](), reason(error)
    if not wrong:
        return found, []
    if copies:
        step = marks[0]["step"]
        back = f", and was put back from the checkpoint of update {step}"
        return copies[0], [
            Mend(f"environment.json could not be used ({wrong})", back, lambda: write_environment(folder, copies[0]))
        ]
    if not marks and not checkpoints.steps(folder / "checkpoints", "best"):
        anew = "; nothing was saved yet, and the run starts again"
        return found, [
            Mend(f"environment.json could not be used ({wrong})", anew, lambda: path.unlink(missing_ok=True))
        ]
    raise RunError(
        f'"{printable(str(path))}" cannot be used ({wrong}), and no undamaged checkpoint holds a copy; {ELSEWHERE}'
    )


def _continues(copy: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    before = copy.get("continued", [])
    return now.get("continued", [])[: len(before)] == before


def _recipe(folder: Path, recipe: Mapping[str, Any], environment: Mapping[str, Any]) -> list[Mend]:
    """See that recipe.json is what the run began with, or what it was last extended to."""
    extensions = [part for part in environment.get("continued", []) if "recipe" in part]
    known = extensions[-1]["recipe"] if extensions else environment.get("recipe", "")
    if not known or recipe.get("seal") == known:
        return []
    if extensions and recipe.get("seal") == extensions[-1].get("before"):
        made = extended(recipe, extensions[-1]["epochs"])
        if made["seal"] == known:  # a kill came between the two writes of an extension
            return [
                Mend(f"the run goes on to epoch {made['epochs']}", act=lambda: write_json(folder / "recipe.json", made))
            ]
    raise RunError(
        f'"{printable(str(folder / "recipe.json"))}" is not the recipe that this run was trained by (environment.json knows'
        f" another); {ELSEWHERE}"
    )


def _status(folder: Path, epochs: object, last: Mapping[str, Any] | None) -> tuple[dict[str, Any] | None, list[Mend]]:
    """Return status.json, None where it does not count, and what there is to mend."""
    path = folder / "status.json"
    try:
        status = checked(read_json(path), StatusForm)
        wrong = _contradiction(status, epochs, last)
    except FileNotFoundError:
        return None, [_goes_on(folder, "is missing", last)] if last else []
    except (OSError, ValueError) as error:
        return None, [_goes_on(folder, f"cannot be read ({reason(error)})", last)]
    return (None, [_goes_on(folder, wrong, last)]) if wrong else (status, [])


def _contradiction(status: Mapping[str, Any], epochs: object, last: Mapping[str, Any] | None) -> str:
    if status["status"] == "finished" and status.get("epoch") != epochs:
        return f"says finished after epoch {status.get('epoch')}, and the recipe has {epochs}"
    if status["status"] == "finished" and last is not None and last["step"] != status.get("step"):
        return f"says finished after update {status.get('step')}, and the newest checkpoint is of update {last['step']}"
    return ""


def _goes_on(folder: Path, why: str, last: Mapping[str, Any] | None) -> Mend:
    step = last["step"] if last else 0
    rows = history_rows(last["history"]) if last and last.get("history") else []
    on = f"; the run goes on from {f'the checkpoint of update {step}' if step else 'the start'}"
    return Mend(
        f"status.json {why}", on, lambda: write_status(folder, "running", "", rows[-1].epoch if rows else 0, step)
    )


def _table(folder: Path, name: str, status: Mapping[str, Any] | None, last: Mapping[str, Any] | None) -> list[Mend]:
    """See that a table is what status.json or the newest checkpoint vouches for."""
    copy = str(last.get(name.partition(".")[0], "")) if last else ""
    try:
        text = table(folder, name)
        _ = (history_rows if name == HISTORY else timing_rows)(text) if text else []
        wrong = "" if text else "it is missing"
    except (OSError, ValueError) as error:
        text, wrong = "", reason(error)
    ended = status is not None and status["status"] in DONE
    vouched = str(status.get(name.partition(".")[0], "")) if status is not None and ended else ""
    if vouched and digest(text.encode()) == vouched:
        return []  # also a run that diverged in its first epoch, which has no table
    if not vouched and (text.startswith(copy) if copy else not wrong or last is None):
        return []
    told = f"{name} was not what {'status.json' if vouched else 'the checkpoint'} vouches for{f' ({wrong})' if wrong else ''}"
    if not copy or last is None:
        raise RunError(
            f'"{printable(str(folder / name))}" cannot be used ({wrong or "it was changed"}), and no undamaged checkpoint'
            f" holds a copy; {ELSEWHERE}"
        )
    back = Mend(
        told,
        f", and was put back from the checkpoint of update {last['step']}",
        lambda: write_text(folder / name, copy),
    )
    if not vouched or digest(copy.encode()) == vouched:
        return [back]
    return [back, _goes_on(folder, f"speaks of a {name} that is gone", last)]


def _weights(folder: Path, environment: Mapping[str, Any], ended: bool, *, read: bool) -> list[Mend]:
    """Tell which weights that should be there are damaged or gone: of a run that has ended, or kept by one that goes on."""
    rows, place = history_rows(table(folder, HISTORY) or f"{HEADER}\n"), folder / "checkpoints"
    saved = checkpoints.steps(place, "step")[-1:]
    every = read_recipe(folder).get("keep_every") or 0
    ends = {row.epoch: row.step for row in rows if row.split == "val" and (ended or row.step <= max(saved, default=0))}
    expected = [("epoch", step) for epoch, step in ends.items() if every and epoch % every == 0]
    if ended:
        expected += [("best", step)] if (step := best_step(rows)) else []
        expected += [("step", step) for step in saved]
    told: list[Mend] = []
    for kind, step in expected:
        found = checkpoints.mark(place, kind, step)
        if read and isinstance(whole := checkpoints.at(place, kind, step), str):
            found = whole
        if isinstance(found, str):
            told.append(Mend(f"{found}, so the weights of update {step} are lost; the numbers of the run stand"))
        elif found.get("run") and found["run"] != identity(environment):
            told.append(Mend(f"{kind}-{step:08d}.json belongs to another run; the numbers of this one stand"))
    return told


def _score(folder: Path) -> list[Mend]:
    path = folder / "test.json"
    try:
        if path.exists():
            checked(read_json(path), ScoreForm)
    except (OSError, ValueError) as error:
        gone = f" and was removed; striate test {folder} scores again"
        return [Mend(f"test.json could not be used ({reason(error)})", gone, lambda: path.unlink(missing_ok=True))]
    return []


def _anatomy(folder: Path) -> list[Mend]:
    path = folder / "anatomy.json"
    if not (folder / "environment.json").exists():
        return []  # a run that has not begun
    try:
        anatomy_from_json(read_json(path))
    except (OSError, ValueError) as error:
        wrong = "is missing" if isinstance(error, FileNotFoundError) else f"could not be used ({reason(error)})"
        return [Mend(f"anatomy.json {wrong}", AGAIN, lambda: _rebuild(folder))]
    return []


def _rebuild(folder: Path) -> None:
    """Write the anatomy of the net that the best weights make; without any, it is left to the next session."""
    (folder / "anatomy.json").unlink(missing_ok=True)
    best, _ = checkpoints.newest(folder / "checkpoints", "best")
    if best is not None:
        labels = Labels.of(best.values)
        with contextlib.suppress(StriateError):  # code that nobody trusts on this command
            made = anatomy(saved_net(labels, best.tensors), labels.image_shape, labels.net)
            write_json(folder / "anatomy.json", sealed(made.to_json()))
