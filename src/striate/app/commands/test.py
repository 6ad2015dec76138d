"""`striate test`: the score of a run, of the best of several, or of any net with weights, on test images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from striate.app.options.opening import Opening
from striate.app.options.shared import AsJson, Device, SkipDamaged
from striate.app.terminal.speech import remark, tell, tell_words
from striate.base.errors import counted

if TYPE_CHECKING:
    from striate.app.scoring.score import Scored
    from striate.training.folder.run_score import RunScore


def test(
    nets: Annotated[
        list[str], typer.Argument(metavar="RUN|NET...", help="A run folder; or a net, with --weights and --data.")
    ],
    *,
    best: Annotated[
        bool, typer.Option(help="Of several runs, score the one whose validation accuracy is best.")
    ] = False,
    data: Annotated[str | None, typer.Option(help="The data whose test images count; a run has its own.")] = None,
    test_flips: Annotated[
        bool, typer.Option(help="Score with mirror images too; a run's recipe says it for its own data.")
    ] = False,
    epoch: Annotated[
        int | None, typer.Option(min=1, help="Score the weights of this epoch, kept by the run's keep_every.")
    ] = None,
    skip_damaged: SkipDamaged = False,
    device: Device = None,  # its callback names it
    opening: Opening,
    as_json: AsJson = False,
) -> None:
    """Score a run on its test split, once, by its best-validation checkpoint; or any net with weights on any data."""
    from striate.app.actions.scoring import score_of
    from striate.app.scoring.best_of import BestOf
    from striate.app.scoring.score import Scored
    from striate.base.disk.files import dump_json

    score = score_of(
        nets,
        best=best,
        data=data,
        epoch=epoch,
        test_flips=test_flips,
        skip_damaged=skip_damaged,
        warn=remark,
        **opening.given(*nets),
    )
    if as_json:
        tell(dump_json(score.to_json()), nl=False)
        return
    for note in score.data_notes if skip_damaged and isinstance(score, Scored) else ():
        remark(f"note: {note}")
    if isinstance(score, BestOf):
        tell_words(f"{score.run} is tested: {score.why}")
    tell_words(score_in_words(score.tested if isinstance(score, BestOf) else score))


def score_in_words(score: RunScore | Scored) -> str:
    """Return the score of a run, or of a net on named data, as one sentence with all that limits it."""
    from striate.app.terminal.show import UNTRAINED
    from striate.training.folder.run_score import RunScore

    of_run = isinstance(score, RunScore)
    whose = f"by the weights of epoch {score.epoch}" if of_run else f"of {score.data}, by {score.net}"
    parts = [
        f"test accuracy {score.accuracy:.4f}, loss {score.loss:.4f}, on {counted(score.images, score.unit)}, {whose}"
    ]
    if score.accuracy_flips is not None:
        parts.append(f"; with mirror images too {score.accuracy_flips:.4f}, loss {score.loss_flips:.4f}")
    if not of_run:
        return "".join(parts) + (UNTRAINED if score.untrained else "")
    if score.chosen_on_test:
        parts.append(f", which these {score.unit}s chose too: it is optimistically biased")
    if score.status:
        reached = f"{score.status} after epoch {score.reached} of {score.epochs}"
        parts.append(f"; the run is {reached}, and this score is not kept")
    for before in score.earlier:
        earlier = f"{before.accuracy:.4f} by the weights of epoch {before.epoch}"
        parts.append(f"; these {score.unit}s were scored before, {earlier}")
    return "".join(parts)
