"""`striate exercise`: list the exercises, start one as a file, grade a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from striate.app.options.shared import AsJson
from striate.app.terminal.speech import say, tell, tell_words


def list_all(as_json: AsJson = False) -> None:
    """List the exercises and their groups."""
    from striate.app.terminal import show as terminal
    from striate.base.disk.files import dump_json
    from striate.scratch.exercises.catalog import GROUPS, exercises

    rows = [{"name": e.name, "group": e.group, "topic": e.topic} for e in exercises()]
    if as_json:
        tell(dump_json(rows), nl=False)
        return
    table = terminal.table("exercise", "topic", "group")
    for row in rows:
        table.add_row(row["name"], row["topic"], row["group"])
    terminal.console().print(table)
    for group, text in GROUPS.items():
        tell_words(f"{group}: {text}")


def start(
    name: Annotated[str, typer.Argument(help="An exercise or a group, as `striate exercise list` names them.")],
    out: Annotated[Path | None, typer.Option(help="Write to this new file.  [default: print]")] = None,
    as_json: AsJson = False,
) -> None:
    """Write a file to begin with: signatures, shapes and the formula to be found; nothing is solved."""
    from striate.base.disk.files import dump_json
    from striate.scratch.exercises.catalog import start_exercise

    text = start_exercise(name, out)
    if out is None:
        tell(dump_json({"written": None, "text": text}) if as_json else text, nl=False)
        return
    if as_json:
        tell(dump_json({"written": str(out), "text": text}), nl=False)
    say(f"wrote {out}; grade it with: striate exercise grade {out}")


def grade(
    file: Annotated[Path, typer.Argument(help="Your Python file. It is run, in a process of its own.")],
    only: Annotated[str | None, typer.Option(help="Grade this exercise or group alone.")] = None,
    as_json: AsJson = False,
) -> None:
    """Grade a file: each function is right, or the smallest input where it is not is shown, and the mistake if it is known."""
    from striate.app.terminal import show as terminal
    from striate.base.disk.files import dump_json
    from striate.scratch.exercises.grade import grade as graded

    with terminal.console(stderr=True).status("grading"):
        done = graded(file, only)
    if as_json:
        tell(dump_json(done.to_json()), nl=False)
    else:
        tell(str(done))
    if done.right < len(done.verdicts):
        raise typer.Exit(1)
