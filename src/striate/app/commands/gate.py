"""`striate gate`: keep a change, or discard it, by what two commands print.

Exit codes, for a program that asks: 0 supported, keep it; 3 refuted; 5 undecided; 2 where a run or the question cannot count,
which is said in one sentence; 1 where the disk or the memory refused, which is 3 in every other command; 130 stopped.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from striate.app.options.seeds import Least, Most, UntilDecided, seeds_of
from striate.app.options.shared import AsJson
from striate.app.terminal.speech import INTERRUPTED, explained, say, tell
from striate.base.errors import shown

ANSWERED = {"supported": 0, "refuted": 3, "undecided": 5}
FIXED = 5  # seeds
REFUSED = 1  # what the disk and the memory are elsewhere, 3, would read as an answer


def gate(
    control: Annotated[
        str, typer.Option(metavar="'CMD {seed}'", help="What is now, with {seed} where its seed belongs.")
    ],
    treatment: Annotated[str, typer.Option(metavar="'CMD {seed}'", help="What is to be judged, written likewise.")],
    measure: Annotated[
        str, typer.Option(metavar="PATTERN", help="Finds the number that each prints, as 'val_loss: ([0-9.]+)'.")
    ],
    lower_is_better: Annotated[bool, typer.Option(help="Smaller is better: a loss, a time.")] = False,
    margin: Annotated[float, typer.Option(help="The smallest gain worth having, in the unit of the measure.")] = 0.0,
    seeds: Annotated[
        int | None, typer.Option(min=1, max=1000, help="Runs of each, with seeds 0, 1, ...  [default: 5]")
    ] = None,
    until_decided: UntilDecided = False,
    least: Least = None,
    most: Most = None,
    workers: Annotated[int, typer.Option(min=1, help="Runs side by side.")] = 1,
    timeout: Annotated[float | None, typer.Option(metavar="SECONDS", help="End a run that takes longer.")] = None,
    failed_as: Annotated[
        float | None,
        typer.Option(metavar="VALUE", help="The value counted for a run that fails.  [default: the gate stops]"),
    ] = None,
    last: Annotated[bool, typer.Option("--last", help="Take the last number where the measure fits several.")] = False,
    night: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Share the error among all gates that are given this file.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the gate; one that was begun goes on.  [default: a new runs/gate-N]")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Judge whether a changed command is better, by what both print with several seeds.

    Exit code 0: supported, keep it; 3: refuted; 5: undecided; 2: a run or the question cannot count.
    """
    from striate.app.judging import gate as door
    from striate.app.terminal import show as terminal
    from striate.base.disk.files import dump_json
    from striate.studies.gate.question import REPORT

    folder = out or door.new_folder()
    try:
        made = door.gate(
            *(control, treatment, measure, folder),
            lower=lower_is_better,
            margin=margin,
            seeds=seeds_of(seeds, least, most, until_decided=until_decided) or FIXED,
            timeout=timeout,
            failed_as=failed_as,
            last=last,
            night=night,
            workers=workers,
            say=say,
        )
    except KeyboardInterrupt:
        say(f"stopped; what is done is kept in {folder}, and the same command with --out {folder} continues")
        raise typer.Exit(INTERRUPTED) from None
    except Exception as error:
        if "--debug" in sys.argv:
            raise
        code = explained(error)
        raise typer.Exit(REFUSED if code in ANSWERED.values() else code) from None
    record = made.to_json()
    if as_json:
        tell(dump_json({**record, "folder": str(made.folder), "report": str(made.folder / REPORT)}), nl=False)
    else:
        terminal.show_judged(terminal.console(), "gate", made.judged.verdicts, record["arms"])
        tell(shown(f"report: {made.folder / REPORT}", lines=False))
    if code := ANSWERED[made.answer]:
        raise typer.Exit(code)
