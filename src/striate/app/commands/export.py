"""`striate export`: a net as a file that other programs read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from striate.app.actions.choices import ExportFormat
from striate.app.options.opening import Opening
from striate.app.options.shared import AsJson, unclaimed
from striate.app.terminal.speech import tell, tell_words


def export(
    net: Annotated[str, typer.Argument(metavar="RUN|NET", help="A run folder; or a net, with --weights.")],
    *,
    to: Annotated[ExportFormat, typer.Option(help="The format; program is that of torch.export.")] = "onnx",
    out: Annotated[
        Path | None, typer.Option(help="The file.  [default: named after the net]", callback=unclaimed)
    ] = None,
    preprocessing: Annotated[
        bool,
        typer.Option(
            "--with-preprocessing", help="The ONNX file takes photographs of any size, and resizes them itself."
        ),
    ] = False,
    opening: Opening,
    as_json: AsJson = False,
) -> None:
    """Write a net as a file that other programs read, with its classes, resizing and normalization in it."""
    from striate.app.exporting.export import export as write
    from striate.app.terminal.show import UNTRAINED
    from striate.base.disk.files import dump_json

    result = write(net, to, out, preprocessing=preprocessing, **opening.given(net))
    if as_json:
        tell(dump_json(result.to_json()), nl=False)
    else:
        untrained = UNTRAINED if result.untrained else ""
        tell_words(f"wrote {result.file}, {result.bytes:,} bytes, {result.checked}{untrained}")
