"""The one training loop: a recipe goes in, a run folder comes out.

    for every epoch, for every step of it:
        images, labels = batch(epoch, step)          order and augmentation: functions of (seed, epoch, step)
        loss = engine.update(images, labels, lr)     with learning_rate(step); non-finite: the run ends, as `diverged`
    after every epoch: score the validation split, write history, keep the best, save now and then

What computes is an engine (`striate.training.engines.engine`): PyTorch, or the layers by hand.
Cut at any step and resumed, a run ends in the same bytes: weights, optimizer state, history (same machine and threads).
"""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from striate.training.engines.evaluate import Score
from striate.training.engines.setup import Setup
from striate.training.feed.batches import in_order
from striate.training.folder import checkpoints
from striate.training.folder.run import write_status
from striate.training.folder.saving import Progress, Saver, hand_over, taken_over
from striate.training.folder.tables import Row
from striate.training.interrupt import stop_requests
from striate.training.loggers.catalog import TENSORBOARD
from striate.training.loggers.logging import Loggers
from striate.training.schedule import learning_rate

SAVE_SECONDS = 20.0  # at most this much work is lost to a kill, plus the epoch under way


@dataclass(frozen=True)
class Tick:
    """What a watcher of the loop is told after every update and every epoch."""

    epoch: int
    epochs: int
    step: int
    steps: int
    images_per_second: float
    val: Score | None


Watch = Callable[[Tick], None]


class Diverged(Exception):
    """The loss stopped being a finite number; the text says where."""


def run_epochs(
    setup: Setup, folder: Path, progress: Progress, watch: Watch | None = None, log: Sequence[str] = (TENSORBOARD,)
) -> tuple[str, str]:
    """Train until the recipe's last epoch, a stop request or a non-finite loss; return (status, reason).

    Continues from ``progress``, as `restore` gives it. Everything it learns is in ``folder`` when it returns, and told to the
    loggers ``log``.
    """
    hand_over(setup, progress)
    steps, group = setup.feed.steps, setup.group
    loggers = Loggers(log, folder, setup.recipe.to_json(), progress.rows, progress.step, setup.warn)
    with stop_requests() as asked, loggers:
        saver = Saver(setup, folder, progress)
        write_status(folder, "running", "", progress.step // steps, progress.step)
        status, reason = "finished", ""
        try:
            while progress.step < setup.recipe.epochs * steps:
                if not epoch_updates(setup, progress, lambda: group.any(asked()), watch):
                    status, reason = "interrupted", f"stopped on request after update {progress.step}"
                    break
                score = _close_epoch(setup, progress, saver, loggers)
                if watch:
                    watch(_tick(setup, progress, score))
                if not math.isfinite(score.loss):
                    raise Diverged(f"the validation loss is not finite after update {progress.step}")
                if time.monotonic() - saver.saved_at > SAVE_SECONDS:
                    saver.save(progress)
        except Diverged as end:
            status, reason = "diverged", str(end)
        if status == "diverged":
            saver.save_best(progress)
            saver.prune_best(progress)
        else:
            saver.save(progress)
    write_status(folder, status, reason, progress.step // steps, progress.step)
    return status, reason


def follow_epochs(setup: Setup) -> None:
    """Train along with the first process of the group, from where it stands until it ends; nothing is written."""
    progress, group = taken_over(setup), setup.group
    with stop_requests() as asked, contextlib.suppress(Diverged):
        while progress.step < setup.recipe.epochs * setup.feed.steps:
            if not epoch_updates(setup, progress, lambda: group.any(asked()), None):
                break
            score = setup.engine.score(in_order(setup.splits.val, setup.splits.normalization, setup.device))
            progress.rows.clear()
            if not math.isfinite(score.loss):
                break


def epoch_updates(setup: Setup, progress: Progress, stop: Callable[[], bool], watch: Watch | None) -> bool:
    """Do the updates that are left of the current epoch; return False when a stop was asked for."""
    steps, recipe, feed, engine = setup.feed.steps, setup.recipe, setup.feed, setup.engine
    epoch, first = progress.step // steps + 1, progress.step % steps
    unread: list[tuple[Tensor, Tensor, int]] = []
    with engine.training():
        for index in range(first, steps):
            if stop():
                _read(unread, progress, setup)
                return False
            began = time.perf_counter()
            lr = learning_rate(recipe, progress.step, steps)
            images, labels = feed.batch(epoch, index)
            loss, correct = engine.update(images, labels, lr, epoch, index)
            progress.step += 1
            unread.append((loss, correct, len(labels)))
            if len(unread) == engine.read_every or index == steps - 1:
                _read(unread, progress, setup)
            progress.seconds += time.perf_counter() - began
            if watch:
                watch(_tick(setup, progress, None))
    return True


def _read(unread: list[tuple[Tensor, Tensor, int]], progress: Progress, setup: Setup) -> None:
    """Add up what the last updates reported; raises Diverged naming the first update with a non-finite loss."""
    before = progress.step - len(unread)
    epoch = (progress.step - 1) // setup.feed.steps + 1
    for number, (loss, correct, images) in enumerate(unread, start=1):
        value = loss.item()
        if not math.isfinite(value):
            progress.step = before + number - 1
            raise Diverged(f"the training loss is not finite at update {before + number}")
        progress.loss_sum += value * images
        progress.correct += int(correct.item())
        progress.images += images
        if setup.recipe.record_steps:
            progress.rows.append(Row(before + number, epoch, "train", "batch_loss", value))
    unread.clear()


def _close_epoch(setup: Setup, progress: Progress, saver: Saver, loggers: Loggers) -> Score:
    """Score the validation split, add the epoch to history and timing, and keep the weights if they are the best so far."""
    splits, epoch = setup.splits, progress.step // setup.feed.steps
    score = setup.engine.score(in_order(splits.val, splits.normalization, setup.device))
    rate = learning_rate(setup.recipe, progress.step - 1, setup.feed.steps)
    numbers = [
        ("train", "loss", progress.loss_sum / progress.images),
        ("train", "accuracy", progress.correct / progress.images),
        ("train", "lr", rate),
        *(("train", f"gradient.{layer}", norm) for layer, norm in setup.engine.gradient_norms().items()),
        ("val", "loss", score.loss),
        ("val", "accuracy", score.accuracy),
    ]
    new = [Row(progress.step, epoch, split, metric, value) for split, metric, value in numbers]
    progress.rows += new
    progress.timing.append((progress.step, epoch, progress.seconds))
    progress.loss_sum, progress.correct, progress.images = 0.0, 0, 0
    if math.isfinite(score.loss) and score.accuracy > progress.best_accuracy:
        progress.best_step, progress.best_accuracy = progress.step, score.accuracy
        saver.best = checkpoints.copy_state(setup.engine.weights())
    saver.add(progress)
    write_status(saver.folder, "running", "", epoch, progress.step)
    saver.keep(progress, epoch, score.accuracy)
    loggers.write(new)
    return score


def _tick(setup: Setup, progress: Progress, val: Score | None) -> Tick:
    done = progress.step * setup.feed.images / setup.feed.steps
    rate = done / progress.seconds if progress.seconds else 0.0
    steps = setup.feed.steps
    return Tick(math.ceil(progress.step / steps), setup.recipe.epochs, progress.step, steps, rate, val)
