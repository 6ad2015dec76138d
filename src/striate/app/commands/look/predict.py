"""`striate predict`: what a run, a net or an exported file takes pictures for."""

from __future__ import annotations

from typing import Annotated

import typer

from striate.app.options.opening import Opening
from striate.app.options.probing import Pictures
from striate.app.options.shared import AsJson, SkipDamaged
from striate.app.terminal.speech import remark, tell


def predict(
    net: Annotated[
        str,
        typer.Argument(metavar="RUN|FILE", help="A run folder, a file of striate export, or a net with --weights."),
    ],
    images: Pictures,
    *,
    top: Annotated[int, typer.Option(min=1, max=1000, help="Classes told of each picture.")] = 3,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    skip_damaged: SkipDamaged = False,
    opening: Opening,
    as_json: AsJson = False,
) -> None:
    """Say what a net takes pictures for, with probabilities."""
    if as_csv and as_json:
        raise typer.BadParameter("--csv and --json are two forms of one answer; ask for one")
    from striate.app.scoring.predicting import predict as predicted
    from striate.app.terminal.rows import show_rows
    from striate.base.disk.files import dump_json

    found = predicted(net, images, top=top, skip_damaged=skip_damaged, warn=remark, **opening.given(net))
    if as_json:
        tell(dump_json(found.to_json()), nl=False)
    elif as_csv:
        tell(found.to_csv(), nl=False)
    else:
        rows = [
            (each.image if not place else "", name, f"{chance:.4f}")
            for each in found.predictions
            for place, (name, chance) in enumerate(each.classes)
        ]
        show_rows(("image", "class", "probability"), rows, False)
    for note in () if as_json else found.notes:
        remark(f"note: {note}")
    if found.untrained:
        remark("note: the net is untrained: no weights were given")
