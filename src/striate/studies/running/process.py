"""One worker process: it does one run after another, until nobody asks any more.

Started by `pool` as ``python -m striate.studies.running.process THREADS PARENT RESULTS``: jobs come as lines of
JSON on stdin. To the descriptor RESULTS go lines of JSON: {"warning": text} for what the run warns of, and at its end
{"reason": text}, why it failed, or an empty text.
A process of its own program, so that the caller's script is not run again, and no object crosses as a pickle.
"""

from __future__ import annotations

import json
import os
import platform
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from striate.base.errors import DataError, StriateError, reason
from striate.base.signals import end_with

if TYPE_CHECKING:
    from striate.data import ImageSet
    from striate.training.recipe.recipe import Recipe


def main(threads: int, parent: int, results: int) -> None:
    """Do jobs until stdin ends. Ctrl-C reaches a run through the loop's own handler, and is ignored between runs."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if not end_with(parent):
        return
    import torch

    from striate.scratch.fast.threads import set_threads

    torch.set_num_threads(threads)
    set_threads(threads)
    loaded: dict[str, ImageSet] = {}
    for line in sys.stdin:
        try:
            reason = do(json.loads(line), loaded, lambda text: tell(results, {"warning": text}))
            tell(results, {"reason": reason})
        except BrokenPipeError:
            return
        if reason == INTERRUPTED:
            return


INTERRUPTED = "interrupted"
WANTED = "images wanted"  # the reason where a machine has none of its own, and none were sent


def tell(results: int, said: dict[str, str]) -> None:
    """Write one line, the whole of it: a pipe takes 64 KiB at a time. Raises BrokenPipeError when nobody reads any more."""
    line = (json.dumps(said) + "\n").encode()
    while line:
        line = line[os.write(results, line) :]


def do(job: dict[str, Any], loaded: dict[str, Any], warn: Callable[[str], None]) -> str:
    """Do one run and, where the job says so, score its best weights on the test split; return why it failed, if it did."""
    from striate.training.feed.images import asked
    from striate.training.folder.own_code import admit_named
    from striate.training.recipe.recipe import recipe_from_json
    from striate.training.starting.source import beside
    from striate.training.train import test, train

    try:
        admit_named(job["recipe"]["net"], job["source"])
        recipe = recipe_from_json(job["recipe"])
        key = str(asked(recipe))
        if key not in loaded or loaded[key].fingerprint != (job.get("images") or loaded[key].fingerprint):
            loaded.clear()
            if (found := images_here(job, recipe)) is None:
                return WANTED
            loaded[key] = found
        run = train(recipe, job["folder"], images=loaded[key], warn=warn, log=job["log"])
        if run.status == "finished" and job["test"]:
            test(run.folder, images=loaded[key], warn=warn)
        if run.status != "interrupted" and (path := job.get("rate")):
            find_rate(beside(recipe, Path(job["folder"])), loaded[key], Path(path), warn)
        return INTERRUPTED if run.status == "interrupted" else ""
    except BrokenPipeError:
        raise
    except StriateError as error:
        return str(error)
    except Exception as error:
        return reason(error, kind=True)


def images_here(job: dict[str, Any], recipe: Recipe) -> ImageSet | None:
    """Return the images of a job: those that this machine has, or else those that were sent to it; None where there are none.

    Raises DataError, on the study's own machine or disk, where there are none or others than it was planned with.
    """
    from striate.data.cache.sent import kept
    from striate.training.feed.images import images_of

    data_dir, known = Path(job["data_dir"]) if job["data_dir"] else None, job.get("images")
    if sent := job.get("sent"):
        try:
            own = images_of(recipe, data_dir, download=False)
        except DataError:
            own = None
        if own is not None and own.fingerprint == known:
            return own
        return kept(Path(sent), str(known)) if Path(sent).is_dir() else None
    images = images_of(recipe, data_dir)
    if known and images.fingerprint != known:
        where = f"on {platform.node()} has other images than the study was planned with"
        raise DataError(f'the data set "{recipe.data}" {where} (their fingerprint differs); copy them from there')
    return images


def find_rate(recipe: Recipe, images: ImageSet, path: Path, warn: Callable[[str], None]) -> None:
    """Write the largest rate at which ``recipe`` learns into ``path``, unless it is there."""
    from striate.base.disk.files import make_folder, write_json
    from striate.base.disk.sealed_json import sealed
    from striate.studies.running.rates import known_rate
    from striate.training.trials.largest_rate import largest_rate

    if known_rate(path, recipe) is None:
        found = largest_rate(recipe, images, warn=warn)
        make_folder(path.parent)
        write_json(path, sealed({"recipe": recipe.to_json(), **found.to_json()}))


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:4]))
