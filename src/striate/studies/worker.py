"""One worker process: it does one run after another, until nobody asks any more.

Started by `striate.studies.workers` as ``python -m striate.studies.worker THREADS PARENT RESULTS``: jobs come as lines of
JSON on stdin, and for each a line of JSON, the reason of a failure or an empty string, goes to the descriptor RESULTS.
A process of its own program, so that the caller's script is not run again, and no object crosses as a pickle.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from striate.base.errors import StriateError, reason

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main(threads: int, parent: int, results: int) -> None:
    """Do jobs until stdin ends. Ctrl-C reaches a run through the loop's own handler, and is ignored between runs."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            return  # it died before we could ask to be told
    import torch

    from striate.data import ImageSet
    from striate.scratch.threads import set_threads

    torch.set_num_threads(threads)
    set_threads(threads)
    loaded: dict[str, ImageSet] = {}
    for line in sys.stdin:
        reason = do(json.loads(line), loaded)
        try:
            os.write(results, (json.dumps(reason) + "\n").encode())
        except OSError:
            return
        if reason == INTERRUPTED:
            return


INTERRUPTED = "interrupted"


def do(job: dict[str, Any], loaded: dict[str, Any]) -> str:
    """Do one run and, where the job says so, score its best weights on the test split; return why it failed, if it did."""
    from striate.data import load
    from striate.training.recipe import recipe_from_json
    from striate.training.train import test, train

    data_dir = Path(job["data_dir"]) if job["data_dir"] else None
    try:
        recipe = recipe_from_json(job["recipe"])
        key = f"{recipe.data} {recipe.image_size}"
        if key not in loaded:
            loaded.clear()
            loaded[key] = load(recipe.data, data_dir=data_dir, image_size=recipe.image_size)
        run = train(recipe, job["folder"], images=loaded[key], warn=lambda text: None)
        if run.status == "finished" and job["test"]:
            test(run.folder, images=loaded[key])
        return INTERRUPTED if run.status == "interrupted" else ""
    except StriateError as error:
        return str(error)
    except Exception as error:
        return reason(error)


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:4]))
