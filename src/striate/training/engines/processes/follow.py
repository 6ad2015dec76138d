"""Every process but the first of a run on several: it computes its part, writes nothing and says nothing.

Started by `crew` as ``python -m striate.training.engines.processes.follow PORT RANK SIZE THREADS PARENT RESULTS``, or by
torchrun as the command itself. To the descriptor RESULTS go lines of JSON: {"ready": true} when it can join, {"reason": text}
when something ends it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from striate.base.errors import ProcessError, RunError, StriateError, reason
from striate.base.signals import end_with
from striate.base.version import VERSION


def main(port: int, rank: int, size: int, threads: int, parent: int, results: int) -> None:
    """Join the group and follow its first process to the end of the run. Ctrl-C is that one's to answer."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if not end_with(parent):
        return
    try:
        import torch
        import torch.distributed as dist

        from striate.training.engines.processes.crew import HOST, joined
        from striate.training.engines.processes.group import Group

        torch.set_num_threads(threads)
        store = dist.TCPStore(HOST, port, size, is_master=False)  # pyright: ignore[reportPrivateImportUsage]
        _tell(results, {"ready": True})
        with joined(group := Group(rank, size), store):
            follow(group)
    except ProcessError:
        sys.exit(0)  # nothing is wrong here, and the first process finds out where
    except StriateError as error:
        _tell(results, {"reason": str(error)})
        sys.exit(1)
    except Exception as error:
        _tell(results, {"reason": reason(error, kind=True)})
        sys.exit(1)


def _tell(results: int, said: dict[str, Any]) -> None:
    os.write(results, (json.dumps(said) + "\n").encode())


def job(recipe: dict[str, Any], source: str, fingerprint: str, precision: str, data_dir: str | None) -> dict[str, Any]:
    """Return what the first process tells the others: what to train, and what must be the same everywhere."""
    import torch

    same = {"striate": VERSION, "torch": torch.__version__, "data": fingerprint, "precision": precision}
    return {"recipe": recipe, "source": source, "data_dir": data_dir, "same": same}


def follow(group: Any, data_dir: str | Path | None = None) -> None:
    """Train along in ``group``, which this process has joined; ``data_dir`` replaces the first process' own.

    Raises RunError where versions, images or precision are not those of the first process, and what `set_up` raises.
    """
    import torch

    from striate.base.disk.strict_json import parse_json
    from striate.training.engines.denormals import denormals_flushed
    from striate.training.engines.setup import set_up
    from striate.training.feed.images import images_of
    from striate.training.folder.own_code import admit_named
    from striate.training.loop import follow_epochs
    from striate.training.recipe.recipe import recipe_from_json

    asked: dict[str, Any] = parse_json(group.told().decode())
    expected = asked["same"]
    _compare(group, expected, {"striate": VERSION, "torch": torch.__version__})
    admit_named(asked["recipe"]["net"], asked["source"])
    recipe = recipe_from_json(asked["recipe"])
    images = images_of(recipe, data_dir or asked["data_dir"])
    _compare(group, expected, {"data": images.fingerprint})
    setup = set_up(recipe, images, lambda text: None, group, begun=True)
    _compare(group, expected, {"precision": setup.engine.precision})
    with denormals_flushed():
        follow_epochs(setup)


def _compare(group: Any, expected: dict[str, Any], here: dict[str, Any]) -> None:
    for name, value in here.items():
        if expected[name] != value:
            what = "images" if name == "data" else name
            raise RunError(
                f"process {group.rank + 1} of {group.size} has other {what} than the first"
                f" ({str(value)[:20]} and {str(expected[name])[:20]}); bring them into line"
            )


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:7]))
