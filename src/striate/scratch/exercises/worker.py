"""The process in which a learner's file runs: `python -m striate.scratch.exercises.worker FILE PIPE BYTES NAME ...`.

It writes one line of JSON to the PIPE as each exercise begins, and one as it ends; the file's own prints go elsewhere. What the
file does to its process (an exit, a signal, too much memory) ends this process alone.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import json
import os
import resource
import signal
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from striate.base.errors import counted, listed, reason
from striate.scratch.exercises.catalog import known
from striate.scratch.exercises.comparing import all_alike, first_wrong, told_apart, written
from striate.scratch.exercises.exercise import Compared, Exercise, Fault, Learner, Skipped, Unfinished, Values
from striate.scratch.exercises.foreign import Absent, Foreign, NotNumPy
from striate.scratch.exercises.verdict import IMPORT

WRITTEN = 1 << 25  # bytes of one file that the learner's may write, what it prints among them
DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG
EMPTY = "nothing is written in it yet"
LACKING = f"returns None: {EMPTY}, or it lacks its return"
Verdict = dict[str, Any]


def main(words: Sequence[str]) -> None:
    """Grade the named exercises of the file, one after the other."""
    file, pipe, limit, *names = words
    said = os.fdopen(int(pipe), "w", encoding="utf-8")

    def tell(record: Verdict) -> None:
        try:
            said.write(json.dumps(record) + "\n")
            said.flush()
        except OSError:  # nobody reads any more, or the file closed the pipe: a traceback would pass for its own prints
            os._exit(1)

    resource.setrlimit(resource.RLIMIT_AS, (int(limit), int(limit)))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (WRITTEN, WRITTEN))
    _end_with_parent()
    every = known()
    tell({"begin": None})
    sys.meta_path.insert(0, Foreign())  # type: ignore[arg-type]
    place = Path(file).resolve()
    sys.path.insert(0, str(place.parent))
    space: dict[str, Any] = {"__name__": place.stem, "__file__": str(place)}
    trouble = ""
    try:
        exec(compile(place.read_bytes(), str(place), "exec"), space)  # noqa: S102 - the person named this file to be run
    except BaseException as error:  # also SystemExit: a file that ends itself has failed to be imported
        trouble = f"{IMPORT}{said_of(error, place)}"
    Absent.graded = True
    for name in names:
        tell({"begin": name})
        exercise = every[name]
        tell(failed(name, trouble) if trouble else _marked(exercise, Learner(space), place))


def _end_with_parent() -> None:
    """Let the system end this process when the one that waits for it is killed, for nobody else would; Linux alone can."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(DEATH_SIGNAL, signal.SIGKILL)
        if os.getppid() == 1:
            os._exit(1)


def _marked(exercise: Exercise, learner: Learner, place: Path) -> Verdict:
    """Return the verdict on one exercise, also where what came back breaks the comparison."""
    try:
        return graded(exercise, learner, place)
    except Exception as error:
        return failed(exercise.name, f"returns what cannot be compared ({said_of(error, place)})")


def graded(exercise: Exercise, learner: Learner, place: Path) -> Verdict:
    """Return the verdict on one exercise: the first trial that is not right, from the smallest on, or that all are."""
    skipped: list[Skipped] = []
    for number, trial in enumerate(exercise.trials):
        verdict = attempt(exercise, learner, trial, place)
        if isinstance(verdict, Compared):
            later = [attempt(exercise, learner, other, place) for other in exercise.trials[number + 1 :]]
            return shown_wrong(exercise, trial, [verdict, *(found for found in later if isinstance(found, Compared))])
        if isinstance(verdict, Skipped):
            skipped.append(verdict)
        elif verdict:
            return verdict
    missing = listed(list(dict.fromkeys(name for one in skipped for name in one.missing)))
    if len(skipped) == len(exercise.trials):
        return failed(exercise.name, f"has no place for {missing}; `striate exercise start` writes the form")
    note = f"in the form it has, without {missing}: {counted(len(skipped), 'trial')} left out" if skipped else ""
    return {"name": exercise.name, "status": "right", "said": note}


def attempt(exercise: Exercise, learner: Learner, trial: Values, place: Path) -> Compared | Skipped | Verdict | None:
    """Return None where the trial is right, Skipped where it is left out, the numbers where they are wrong, or a verdict."""
    name = exercise.name
    try:
        compared = exercise.judge(learner, trial)
    except Skipped as skipped:
        return skipped
    except (Unfinished, NotImplementedError) as left:
        return failed(name, EMPTY if isinstance(left, NotImplementedError) else LACKING, "unfinished")
    except Fault as fault:
        return failed(name, str(fault), "absent" if str(fault) == f"the file has no {name}" else "failed")
    except NotNumPy as error:
        return failed(name, f"uses {error}, where NumPy alone is asked for")
    except MemoryError:
        return failed(name, "takes more memory than it is given")
    except OSError as error:
        if error.errno == errno.EFBIG:
            os.ftruncate(1, 0)  # so that the others may print, too
            os.lseek(1, 0, os.SEEK_SET)
            return failed(name, f"prints or writes more than {WRITTEN >> 20} MB")
        return failed(name, f"raises {said_of(error, place)}", inputs=inputs_of(exercise, trial))
    except BaseException as error:
        if isinstance(error, TypeError) and not lines_of(error, place):
            told = (
                f"has another form than the exercise: {said_of(error, place)}; `striate exercise start` writes the form"
            )
            return failed(name, told)
        return failed(name, f"raises {said_of(error, place)}", inputs=inputs_of(exercise, trial))
    if any(all_alike(compared.returned, right) for right in compared.also):
        return None
    try:
        return compared if first_wrong(compared.returned, compared.expected) else None
    except Fault as fault:
        return failed(name, str(fault)) | {"mistake": recognised([compared]), "inputs": inputs_of(exercise, trial)}


def shown_wrong(exercise: Exercise, trial: Values, seen: Sequence[Compared]) -> Verdict:
    """Return the verdict on wrong numbers; ``seen`` begins with those of ``trial``."""
    value = first_wrong(seen[0].returned, seen[0].expected) or ""
    name, expected, returned = told_apart(value, seen[0].expected[value], seen[0].returned[value])
    return {
        "name": exercise.name,
        "status": "wrong",
        "said": f"{value} is not right",
        "mistake": recognised(seen),
        "inputs": inputs_of(exercise, trial),
        "value": name,
        "expected": expected,
        "returned": returned,
    }


def recognised(seen: Sequence[Compared]) -> str | None:
    """Return the known mistake whose numbers the first failure has, and no later trial denies."""
    candidates = [name for name, values in seen[0].mistakes if all_alike(seen[0].returned, values)]
    for compared in seen[1:]:
        kept = [
            name
            for name in candidates
            if any(all_alike(compared.returned, values) for said, values in compared.mistakes if said == name)
            or all_alike(compared.returned, compared.expected)
        ]
        candidates = kept
    return candidates[0] if candidates else None


def failed(name: str, said: str, status: str = "failed", **more: Any) -> Verdict:
    """Return the verdict on a function that gave no numbers."""
    return {"name": name, "status": status, "said": said, **more}


def said_of(error: BaseException, place: Path) -> str:
    """Return an error in a line, with the line of the learner's file where it came from."""
    if isinstance(error, NotNumPy):
        return f"it uses {error}, where NumPy alone is asked for"
    lines = lines_of(error, place)
    if isinstance(error, SyntaxError) and error.lineno:
        return f"{type(error).__name__}: {error.msg} (line {error.lineno})"
    where = f" (line {lines[-1]})" if lines else ""
    return f"{reason(error, kind=True)}{where}"


def lines_of(error: BaseException, place: Path) -> list[int]:
    """Return the lines of the learner's file that an error came through."""
    frames = traceback.extract_tb(error.__traceback__)
    return [frame.lineno or 0 for frame in frames if frame.filename == str(place)]


def inputs_of(exercise: Exercise, trial: Values) -> dict[str, str]:
    """Return the inputs of a trial, written."""
    unseen = {"name", *(["dout"] if exercise.name.endswith("_forward") else [])}
    return {name: written(value) for name, value in trial.items() if name not in unseen}


if __name__ == "__main__":
    main(sys.argv[1:])
    with contextlib.suppress(Exception):  # the file may have put something else in their place
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(0)  # threads that the file left running are not waited for
