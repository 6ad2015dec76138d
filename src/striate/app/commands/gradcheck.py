"""`striate gradcheck`: the backward passes by hand against central differences, a table of the worst errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from striate.app.commands.look import AsJson
from striate.app.terminal.speech import tell

if TYPE_CHECKING:
    from striate.scratch.gradcheck import GradCheck
    from striate.scratch.gradcheck_cases import Case


def gradcheck(
    layer: Annotated[
        str | None, typer.Argument(help="A layer, loss or net, with its variants; without a name all are checked.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Draws the inputs and the gradient that goes in.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Check the layers by hand: each analytic gradient against central differences in float64."""
    from striate.app.terminal import show as terminal
    from striate.base.disk.files import dump_json
    from striate.scratch import gradcheck_cases as layers
    from striate.scratch.gradcheck import summary

    cases = layers.cases(layer)
    found: list[tuple[Case, GradCheck]] = []
    with terminal.console(stderr=True).status("checking") as status:
        for case in cases:
            status.update(f"checking {case.name}")
            found.append((case, layers.check(case, seed)))
    if as_json:
        rows: list[dict[str, Any]] = [
            {"layer": case.name, "inputs": case.inputs, **summary(check)} for case, check in found
        ]
        tell(dump_json(rows), nl=False)
    else:
        _show(found)
    if not all(check.holds for _, check in found):
        raise typer.Exit(1)


def _show(found: list[tuple[Case, GradCheck]]) -> None:
    from rich.text import Text

    from striate.app.terminal import show as terminal

    out = terminal.console()
    numbers = ("entries", "worst error", "analytic", "numeric")
    made = terminal.table("", "layer", "inputs", "entries", "worst error", "at", "analytic", "numeric", right=numbers)
    for case, check in found:
        worst = check.worst
        tick = Text("✓", style="green") if check.holds else Text("✗", style="red")
        at = f"d{worst.array}[{', '.join(map(str, worst.index))}]"
        values = (f"{worst.error:.1e}", at, f"{worst.analytic:.6g}", f"{worst.numeric:.6g}")
        made.add_row(tick, case.name, case.inputs, str(check.entries), *values)
    out.print(made)
    held = sum(check.holds for _, check in found)
    tolerance = found[0][1].tolerance
    out.print(
        f"\n{held} of {len(found)} hold: the gradient is that of central differences in float64, relative, within {tolerance:g}"
    )
