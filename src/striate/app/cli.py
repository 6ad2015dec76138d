"""The command line: the catalogue of commands behind one door, which explains what goes wrong. No logic of its own."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from striate.app.commands.loading import SILENT, Commands
from striate.app.terminal.speech import INTERRUPTED, explained, left, prepare, tell
from striate.base.signals import stopping

app = typer.Typer(
    name="striate",
    help="A laboratory for convolutional networks: ask a question, train the arms, get an answer with its uncertainty.",
    cls=Commands,
    no_args_is_help=True,
    **SILENT,
)


def _version(asked: bool) -> None:
    if asked:
        from striate.base.version import VERSION

        tell(VERSION)
        raise typer.Exit


@app.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", is_eager=True, callback=_version)
    ] = False,
) -> None:
    """Take the options that come before the command."""


def main() -> None:
    """Run the command line; whatever ends it ends in one sentence on stderr and its exit code."""
    prepare()
    try:
        with stopping():
            code = app(standalone_mode=False)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except SystemExit as error:  # of code of the user's that ends the program; nothing of ours ends it within a command
        sys.exit(left(error))
    except Exception as error:
        if "--debug" in sys.argv:
            raise
        sys.exit(explained(error))
    sys.exit(code if isinstance(code, int) else 0)
