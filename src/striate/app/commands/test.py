"""`striate test`: the score of a run, of the best of several, or of any net with weights, on test images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from striate.app.options.own_code import OwnCode
from striate.app.options.shared import AsJson, SkipDamaged, Source
from striate.app.terminal.speech import remark, tell

UNTRAINED = "; it is untrained: no weights were given"


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
        int | None, typer.Option(min=1, help="The weights of this epoch, which the run's keep_every kept.")
    ] = None,
    skip_damaged: SkipDamaged = False,
    source: Source,
    own: OwnCode,
    as_json: AsJson = False,
) -> None:
    """Score a run on its test split, once, by its best-validation checkpoint; or any net with weights on any data."""
    from striate.app.actions.scoring import score_of
    from striate.base.disk.files import dump_json

    own.let_in(*nets)
    score = score_of(
        nets,
        best=best,
        weights=source.weights,
        data=data,
        trained_on=source.trained_on,
        options=source.options,
        epoch=epoch,
        test_flips=test_flips,
        skip_damaged=skip_damaged,
        data_dir=source.data_dir,
        warn=remark,
    )
    if as_json:
        tell(dump_json(score), nl=False)
        return
    for note in score.get("data_notes", ()) if skip_damaged else ():
        remark(f"note: {note}")
    if "why" in score:
        tell(f"{score['run']} is tested: {score['why']}")
    tell(score_in_words(score))


def score_in_words(score: Mapping[str, Any]) -> str:
    """Return the score of a run, or of a net on named data, as one sentence with all that limits it."""
    whose = (
        f"by the weights of epoch {score['epoch']}" if "epoch" in score else f"of {score['data']}, by {score['net']}"
    )
    parts = [f"test accuracy {score['accuracy']:.4f}, loss {score['loss']:.4f}, on {score['images']:,} images, {whose}"]
    if "accuracy_flips" in score:
        parts.append(f"; with mirror images too {score['accuracy_flips']:.4f}, loss {score['loss_flips']:.4f}")
    if score.get("chosen_on_test"):
        parts.append(", which these images chose too: it is too good")
    if "status" in score:
        reached = f"{score['status']} after epoch {score['reached']} of {score['epochs']}"
        parts.append(f"; the run is {reached}, and this score is not kept")
    for before in score.get("earlier", ()):
        earlier = f"{before['accuracy']:.4f} by the weights of epoch {before['epoch']}"
        parts.append(f"; these images were scored before, {earlier}")
    if score.get("untrained"):
        parts.append(UNTRAINED)
    return "".join(parts)
