"""What a study will cost, estimated before it runs: a short trial of each net, and the rule that makes seconds of it.

    run      epochs x (updates x seconds of an update + validation images x a third of the seconds of a training image)
    study    the sum over all runs / workers

An update is timed on this machine, on real images, with the threads that a worker of the study has: the median of those
that fit into half a second, after one that is not counted. Reading the data, checkpoints and the test are left out.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from striate.data import ImageSet
from striate.studies.question import Study
from striate.studies.running.starts import unstarted
from striate.training.feed.images import Asked, asked, images_of

if TYPE_CHECKING:
    from striate.training.recipe.recipe import Recipe

TRIAL = 0.5  # seconds for each net
MOST = 20  # updates of a trial
FREE = ("lr", "schedule", "decay", "momentum", "weight_decay", "seed", "epochs", "label_smoothing")
"""Fields that do not change what an update costs, so that arms that differ in these alone share a trial."""
RULE = "measured on a few updates of each net, so an estimate"


@dataclass(frozen=True)
class Cost:
    """``runs`` in all, their ``updates`` and training ``images`` seen, and the ``seconds`` that ``workers`` need together."""

    runs: int
    updates: int
    images: int
    workers: int
    seconds: float
    rule: str = RULE


@dataclass(frozen=True)
class Trial:
    """One net: ``steps`` updates an epoch, over ``images`` images, each update in ``seconds``; ``validated`` images then."""

    steps: int
    images: int
    seconds: float
    validated: int

    @property
    def epoch(self) -> float:
        """Seconds of one epoch with its validation."""
        return self.steps * self.seconds * (1 + self.validated / (3 * max(1, self.images)))


def cost(study: Study, data_dir: Path | None = None, workers: int | None = None) -> Cost:
    """Time a few updates of each net of ``study``, and return what all its runs will take; nothing is kept or downloaded.

    Raises StriateError when data and nets do not go together, or the data are not on this machine.
    """
    import torch

    from striate.studies.running.executor import crew

    runs = len(study.arms) * len(study.seeds)
    crews, threads = crew(runs, workers)
    before = torch.get_num_threads()
    loaded: dict[Asked, ImageSet] = {}
    trials: dict[str, Trial] = {}
    updates = images = 0
    seconds = 0.0
    torch.set_num_threads(threads)
    try:
        for arm in study.arms:
            recipe = unstarted(study, arm)
            key = asked(recipe)
            if key not in loaded:
                loaded[key] = images_of(recipe, data_dir, download=False)
            kind = repr(sorted((name, value) for name, value in recipe.to_json().items() if name not in FREE))
            trial = trials.get(kind) or trials.setdefault(kind, timed(recipe, loaded[key]))
            epochs = recipe.epochs * len(study.seeds)
            updates += epochs * trial.steps
            images += epochs * trial.images
            seconds += epochs * trial.epoch
    finally:
        torch.set_num_threads(before)
    return Cost(runs, updates, images, crews, seconds / min(crews, runs))


def timed(recipe: Recipe, images: ImageSet) -> Trial:
    """Do a few updates of ``recipe`` on ``images`` and return what one takes."""
    from striate.training.engines.denormals import denormals_flushed
    from striate.training.engines.setup import set_up

    setup = set_up(recipe, images, lambda text: None)
    taken: list[float] = []
    with denormals_flushed(), setup.engine.training():
        for update in range(MOST + 1):
            epoch, step = update // setup.feed.steps + 1, update % setup.feed.steps
            began = time.perf_counter()
            setup.engine.update(*setup.feed.batch(epoch, step), recipe.lr / 1000, epoch, step)[0].item()
            taken.append(time.perf_counter() - began)
            if sum(taken[1:]) > TRIAL:
                break
    return Trial(setup.feed.steps, setup.feed.images, median(taken[1:]), len(setup.splits.val.labels))
