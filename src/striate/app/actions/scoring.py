"""The test images of a run or of a net: one run, the best of several, or any net with weights on any data."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from striate.base.errors import RunError

if TYPE_CHECKING:
    from striate.app.scoring.best_of import BestOf
    from striate.app.scoring.score import Scored
    from striate.training.folder.run_score import RunScore


def score_of(
    nets: Sequence[str | Path],
    *,
    best: bool = False,
    weights: str | Path | None = None,
    data: str | None = None,
    trained_on: str | None = None,
    options: Mapping[str, Any] | None = None,
    epoch: int | None = None,
    test_flips: bool = False,
    skip_damaged: bool = False,
    data_dir: str | Path | None = None,
    warn: Callable[[str], None] = warnings.warn,
) -> RunScore | Scored | BestOf:
    """Return the score of the one net among ``nets``, or with ``best`` of the run among them that validation prefers.

    A run has weights, data and test of its own, as `striate.test` takes them; for a net that is not a run, or a run on other
    ``data``, see `striate.score`. Raises RunError where what is given does not go together.
    """
    folder = None if data_dir is None else Path(data_dir)
    if best or len(nets) > 1:
        from striate.app.scoring.best_of import best_of

        return best_of(nets, best=best, alone=not (weights or data or options or test_flips), data_dir=folder)
    net = nets[0]
    if weights is None and data is None and not options:
        return _of_run(net, epoch, folder, test_flips, skip_damaged, warn)
    if epoch is not None:
        raise RunError("`epoch` asks for weights that a run kept; leave it out, or `weights`, `data` and `settings`")
    from striate.app.scoring.score import score

    return score(
        *(net, data, weights),
        trained_on=trained_on,
        options=options,
        data_dir=folder,
        flips=test_flips,
        skip_damaged=skip_damaged,
    )


def _of_run(
    net: str | Path,
    epoch: int | None,
    data_dir: Path | None,
    flips: bool,
    skip_damaged: bool,
    warn: Callable[[str], None],
) -> RunScore:
    """Return the test score of a run, whose recipe has already said what the options would say."""
    from striate.training.train import test

    if flips and (Path(net) / "recipe.json").is_file():
        raise RunError("the recipe of a run says whether its test has mirror images; leave out `test_flips`")
    if skip_damaged:
        raise RunError("the recipe of a run says whether damaged images are left out; leave out `skip_damaged`")
    return test(net, epoch=epoch, data_dir=data_dir, warn=warn)
