"""Two short trials before a training: can the net learn one batch by heart, and which learning rates are worth trying."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from striate.app.options.flags import in_flags
from striate.app.terminal.speech import remark, tell, tell_words
from striate.base.errors import counted, shown
from striate.data.catalog import one_of

if TYPE_CHECKING:
    from striate.training.recipe.recipe import Recipe
    from striate.training.trials.lr_range import RangeTest
    from striate.training.trials.overfit import Overfit


def overfit(recipe: Recipe, data_dir: Path | None, as_json: bool) -> None:
    """Print whether the recipe learns its first batch by heart; exit code 1 when it does not."""
    from striate.base.disk.files import dump_json
    from striate.training.trials.overfit import overfit_batch

    result = overfit_batch(recipe, data_dir=data_dir, warn=remark)
    if as_json:
        record: dict[str, Any] = asdict(result)
        record |= {"reached": result.attempt.reached, "accuracy": result.attempt.accuracy}
        tell(dump_json(record), nl=False)
    else:
        tell_words(overfit_text(result, one_of(recipe.data)))
    if not result.attempt.reached:
        raise typer.Exit(1)


def overfit_text(result: Overfit, unit: str = "image") -> str:
    """Return the result in one or two lines; the batch is of images, or of what one ``unit`` is called."""
    attempt = result.attempt
    text = (
        f"{attempt.accuracy:.1%} of one batch of {counted(attempt.images, unit)} after {counted(attempt.updates, 'update')},"
        f" loss {attempt.loss:.4f}"
    )
    if result.switched_off:
        text += f" (switched off for this: {', '.join(result.switched_off)})"
    return text + "".join(f"\nwhy: {in_flags(reason)}" for reason in result.reasons)


def range_test(recipe: Recipe, out: Path | None, data_dir: Path | None, as_json: bool) -> None:
    """Print the loss by learning rate and the suggested one, and write CSV and SVG into ``out``; exit code 1 without any."""
    from striate.app.actions import training
    from striate.base.disk.files import dump_json
    from striate.training.trials.lr_range import RULE

    tested = training.range_test(recipe, out, data_dir=data_dir, warn=remark)
    result = tested.result
    if as_json:
        record = {"suggested": result.suggested, "low": result.low, "high": result.high, "rule": RULE}
        tell(dump_json(record | {"ramps": [asdict(ramp) for ramp in result.ramps]}), nl=False)
    else:
        _show(result, RULE)
        for path in tested.written:
            tell(shown(f"written: {path}", lines=False))
    if result.suggested is None:
        raise typer.Exit(1)


def _show(result: RangeTest, rule: str) -> None:
    from striate.app.terminal import show as terminal
    from striate.reports.run.lr_range import range_test_rows

    numbers = ("lr", "smoothed loss", "lowest seed", "highest seed")
    made = terminal.table(*numbers, right=numbers)
    for rate, *losses in range_test_rows(result):
        made.add_row(f"{rate:.2e}", *(f"{loss:.4f}" for loss in losses))
    terminal.console().print(made)
    if result.suggested is not None:
        tell_words(
            f"suggested lr {result.suggested:.2g}, {result.low:.2g} to {result.high:.2g} over"
            f" {sum(ramp.suggested is not None for ramp in result.ramps)} seeds: {rule}"
        )
    for ramp in result.ramps:
        if ramp.why_not:
            tell_words(f"seed {ramp.seed} suggests none: {in_flags(ramp.why_not)}")
