"""`striate gradcheck`: the backward passes by hand against central differences, a table of the worst errors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from striate.app.options.shared import AsJson
from striate.app.terminal.speech import tell

if TYPE_CHECKING:
    from striate.app.actions.gradchecks import Checked


def gradcheck(
    layer: Annotated[
        str | None, typer.Argument(help="A layer, loss or net, with its variants; without a name all are checked.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Draws the inputs and the gradient that goes in.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Check the layers by hand: each analytic gradient against central differences in float64."""
    from striate.app.actions.gradchecks import check_layers
    from striate.app.terminal import show as terminal
    from striate.base.disk.files import dump_json

    with terminal.console(stderr=True).status("checking") as status:
        found = check_layers(layer, seed=seed, watch=lambda name: status.update(f"checking {name}"))
    if as_json:
        tell(dump_json([one.to_json() for one in found]), nl=False)
    else:
        _show(found)
    if not all(one.check.holds for one in found):
        raise typer.Exit(1)


def _show(found: Sequence[Checked]) -> None:
    from rich.text import Text

    from striate.app.terminal import show as terminal

    out = terminal.console()
    numbers = ("entries", "worst error", "analytic", "numeric")
    made = terminal.table("  layer", "inputs", "entries", "worst error", "at", "analytic", "numeric", right=numbers)
    for one in found:
        case, check = one.case, one.check
        worst = check.worst
        tick = Text("✓", style="green") if check.holds else Text("✗", style="red")
        at = f"d{worst.array}[{', '.join(map(str, worst.index))}]"
        values = (f"{worst.error:.1e}", at, f"{worst.analytic:.6g}", f"{worst.numeric:.6g}")
        made.add_row(Text.assemble(tick, " ", case.name), case.inputs, str(check.entries), *values)
    out.print(made)
    held = sum(one.check.holds for one in found)
    tolerance = found[0].check.tolerance
    terminal.say(
        out,
        f"\n{held} of {len(found)} hold: the gradient is that of central differences in float64, relative, within"
        f" {tolerance:g}",
    )
