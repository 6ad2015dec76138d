"""`striate judge`: verdicts on runs that were trained elsewhere."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from striate.app.options.shared import AsJson, unclaimed
from striate.app.terminal.speech import say, tell


class Split(StrEnum):
    """Which images the values were measured on."""

    TEST = "test"
    VALIDATION = "validation"
    TRAINING = "training"


def judge(
    table: Annotated[
        Path,
        typer.Argument(
            help="A table (.csv, .parquet, .jsonl), a folder of TensorBoard, Lightning or W&B runs, a database of MLflow or"
            " Trackio."
        ),
    ],
    claim: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ARM > CONTROL by MARGIN",
            help="'b > a by 0.005', 'b < a by 0.1 in loss', 'b sooner than a by 2'. May be repeated.",
        ),
    ] = None,
    arm: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Which arm a row is of.  [default: arm, or the run's name]")
    ] = None,
    seed: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Its seed.  [default: seed, or the run's name]")
    ] = None,
    value: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="What is compared, in claims that do not say.")
    ] = None,
    step: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="What counts the rows of a run, where there are several.")
    ] = None,
    names: Annotated[
        str | None,
        typer.Option(metavar="PATTERN", help="Arm and seed in the names of runs, as '(?P<arm>.+)-(?P<seed>[0-9]+)'."),
    ] = None,
    where: Annotated[
        list[str] | None, typer.Option(metavar="COLUMN=VALUE", help="Keep these rows alone; or COLUMN!=VALUE.")
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(
            metavar="STEP",
            help="The step whose value counts, or last, that of each run.  [default: the last, one for all]",
        ),
    ] = None,
    failed_as: Annotated[
        float | None, typer.Option(metavar="VALUE", help="What a run counts with that ends in nan or inf.")
    ] = None,
    split: Annotated[Split | None, typer.Option(help="Which images the values were measured on.")] = None,
    lower_is_better: Annotated[
        bool, typer.Option(help="In a claim 'sooner than', the value falls to its target instead of rising.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Write the page of the verdicts to this file; .tex, .md, .txt: the paragraph for a paper.",
            callback=unclaimed,
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Judge claims about runs that another program trained and logged, as a study's are judged."""
    from striate.app.judging import judged as door
    from striate.app.terminal import show as terminal
    from striate.base.disk.files import dump_json

    judged = door.judge(
        table,
        claim or (),
        value=value,
        arm=arm,
        seed=seed,
        step=step,
        names=names,
        where=where or (),
        at=step_of(at),
        failed_as=failed_as,
        split=split.value if split else None,
        lower=lower_is_better,
        out=out,
    )
    record = judged.to_json()
    if as_json:
        tell(dump_json(record), nl=False)
    else:
        terminal.show_judged(terminal.console(), judged.name, judged.verdicts, record["arms"])
    if out is not None:
        say(f"wrote {out}")


def step_of(text: str | None) -> float | str | None:
    """Return the step that counts; raises BadParameter for what is neither a number nor last."""
    if text is None or text == "last":
        return text
    try:
        return float(text)
    except ValueError:
        raise typer.BadParameter(f"--at is {text}, and must be a step, as a number, or last") from None
