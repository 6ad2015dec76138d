"""The commands that use a trained net: score it on test images, and write it for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from striate.app.commands.look import AsJson, DataDir, Settings, SkipDamaged, free, settings_of
from striate.app.terminal.speech import say, tell
from striate.base.errors import RunError

if TYPE_CHECKING:
    from striate.app.score import Scored
    from striate.training.folder.run_score import RunScore

UNTRAINED = "; it is untrained: no weights were given"


def test(
    nets: Annotated[
        list[str], typer.Argument(metavar="RUN|NET...", help="A run folder; or a net, with --weights and --data.")
    ],
    best: Annotated[
        bool, typer.Option("--best", help="Of several runs, score the one whose validation accuracy is best.")
    ] = False,
    weights: Annotated[
        Path | None, typer.Option(help="A file with the weights of the net; FILE#PART of several.")
    ] = None,
    data: Annotated[str | None, typer.Option(help="The data whose test images count; a run has its own.")] = None,
    trained_on: Annotated[
        str | None, typer.Option(help="The data that normalize.  [default: what the file says, or --data]")
    ] = None,
    test_flips: Annotated[
        bool,
        typer.Option("--test-flips", help="Score with mirror images too; a run's recipe says it for its own data."),
    ] = False,
    epoch: Annotated[
        int | None, typer.Option(min=1, help="The weights of this epoch, which the run's keep_every kept.")
    ] = None,
    skip_damaged: SkipDamaged = False,
    settings: Settings = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Score the best-validation checkpoint of a run on its test split, once; or any net with weights on any data."""
    from striate.app.best_of import BestOf, best_of
    from striate.app.score import Scored, score
    from striate.base.disk.files import dump_json

    alone = not (weights or data or settings or test_flips)
    if best or len(nets) > 1:
        result = best_of(nets, best=best, alone=alone, data_dir=data_dir)
    elif weights is None and data is None and not settings:
        result = _of_run(nets[0], epoch, data_dir, flips=test_flips, skip_damaged=skip_damaged)
    else:
        if epoch is not None:
            raise RunError("--epoch asks for weights that a run kept; leave it out, or --weights, --data and --set")
        result = score(
            *(nets[0], data, weights),
            trained_on=trained_on,
            options=settings_of(settings),
            data_dir=data_dir,
            flips=test_flips,
            skip_damaged=skip_damaged,
        )
    if as_json:
        tell(dump_json(result.to_json()), nl=False)
        return
    for note in result.data_notes if skip_damaged and isinstance(result, Scored) else ():
        say(f"note: {note}")
    if isinstance(result, BestOf):
        tell(f"{result.run} is tested: {result.why}")
    tell(score_in_words(result.tested if isinstance(result, BestOf) else result))


def _of_run(net: str, epoch: int | None, data_dir: Path | None, *, flips: bool, skip_damaged: bool) -> RunScore:
    """Return the test score of a run, whose recipe has already said what the options would say."""
    from striate.training import train

    if flips and (Path(net) / "recipe.json").is_file():
        raise RunError("the recipe of a run says whether its test has mirror images; leave out --test-flips")
    if skip_damaged:
        raise RunError("the recipe of a run says whether damaged images are left out; leave out --skip-damaged")
    return train.test(net, epoch=epoch, data_dir=data_dir, warn=say)


def score_in_words(score: RunScore | Scored) -> str:
    """Return the score of a run, or of a net on named data, as one sentence with all that limits it."""
    from striate.training.folder.run_score import RunScore

    of_run = isinstance(score, RunScore)
    whose = f"by the weights of epoch {score.epoch}" if of_run else f"of {score.data}, by {score.net}"
    parts = [f"test accuracy {score.accuracy:.4f}, loss {score.loss:.4f}, on {score.images:,} images, {whose}"]
    if score.accuracy_flips is not None:
        parts.append(f"; with mirror images too {score.accuracy_flips:.4f}, loss {score.loss_flips:.4f}")
    if not of_run:
        return "".join(parts) + (UNTRAINED if score.untrained else "")
    if score.chosen_on_test:
        parts.append(", which these images chose too: it is too good")
    if score.status:
        reached = f"{score.status} after epoch {score.reached} of {score.epochs}"
        parts.append(f"; the run is {reached}, and this score is not kept")
    for before in score.earlier:
        earlier = f"{before.accuracy:.4f} by the weights of epoch {before.epoch}"
        parts.append(f"; these images were scored before, {earlier}")
    return "".join(parts)


def export(
    net: Annotated[str, typer.Argument(metavar="RUN|NET", help="A run folder; or a net, with --weights.")],
    to: Annotated[str, typer.Option(help="onnx, safetensors or program (torch.export).")] = "onnx",
    out: Annotated[Path | None, typer.Option(help="The file.  [default: named after the net]", callback=free)] = None,
    weights: Annotated[
        Path | None, typer.Option(help="A file with the weights of the net; FILE#PART of several.")
    ] = None,
    trained_on: Annotated[str | None, typer.Option(help="The data whose classes and statistics the net has.")] = None,
    preprocessing: Annotated[
        bool,
        typer.Option(
            "--with-preprocessing", help="The ONNX file takes photographs of any size, and resizes them itself."
        ),
    ] = False,
    settings: Settings = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Write a net as a file that other programs read, with its classes, resizing and normalization in it."""
    from striate.app.export import export as write
    from striate.base.disk.files import dump_json

    options = settings_of(settings)
    result = write(
        *(net, to, out),
        weights=weights,
        trained_on=trained_on,
        options=options,
        data_dir=data_dir,
        preprocessing=preprocessing,
    )
    if as_json:
        tell(dump_json(result.to_json()), nl=False)
    else:
        untrained = UNTRAINED if result.untrained else ""
        tell(f"wrote {result.file}, {result.bytes:,} bytes, {result.checked}{untrained}")
