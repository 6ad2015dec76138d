"""`striate prove`: the list of the proofs with their ticks, or one proof at sizes of one's own."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from striate.app.options.proof_fields import options
from striate.app.options.shared import AsJson, unclaimed
from striate.app.terminal.speech import say, tell, tell_words
from striate.base.errors import ProofError


def prove(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="The proof; without a name all are checked and listed.")] = None,
    html: Annotated[
        Path | None, typer.Option(help="Write the proof as a page to this file.", callback=unclaimed)
    ] = None,
    latex: Annotated[
        Path | None, typer.Option(help="Write the proof as a fragment of LaTeX to this file.", callback=unclaimed)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Prove a statement and check it, at sizes of your own: each parameter of a proof is an option after its name."""
    if "--help" in (name, *context.args):
        _help(context, name)
        return
    if name is None or name.startswith("-"):
        if name is not None or html or latex or context.args:
            from striate.proofs.catalog import ENTRIES

            raise ProofError(f"which proof? write its name right after prove; accepted are {', '.join(ENTRIES)}")
        _list(as_json)
        return
    from striate.app.actions.proofs import write_proof
    from striate.app.options.repeating import proof_command
    from striate.app.terminal import proof as derivation
    from striate.app.terminal import show as terminal
    from striate.base.disk.files import dump_json
    from striate.proofs import catalog

    entry = catalog.ENTRIES.entry(name)
    fields = {field: info.annotation for field, info in entry.Parameters.model_fields.items()}
    parameters = catalog.parameters(name, options(context.args, fields))
    proof = entry.prove(parameters)
    record = dump_json(proof.to_json()) if as_json else ""  # refused here, before a file is written
    for file in write_proof(proof, html, latex):
        say(f"wrote {file}")
    if as_json:
        tell(record, nl=False)
    elif not html and not latex:
        derivation.show_proof(terminal.console(), proof)
        tell(f"\nmade by: {proof_command(proof)}")
    if not proof.holds:
        raise typer.Exit(1)


def _help(context: typer.Context, name: str | None) -> None:
    """Print what the command takes and, after the name of a proof, what that proof takes."""
    from striate.app.terminal import proof as derivation
    from striate.app.terminal import show as terminal
    from striate.proofs import catalog

    parameters = catalog.ENTRIES.entry(name).Parameters if name and not name.startswith("-") else None
    tell(context.get_help())
    if name and parameters:
        derivation.show_parameters(terminal.console(), name, parameters)
    else:
        tell_words("\n`striate prove NAME --help` prints the parameters of a proof.")


def _list(as_json: bool) -> None:
    """Check every proof at its own sizes; leave with 1 when one does not hold."""
    from striate.app.actions.proofs import check_all
    from striate.app.terminal import proof as derivation
    from striate.app.terminal import show as terminal
    from striate.base.disk.files import dump_json

    with terminal.console(stderr=True).status("checking") as status:
        rows = check_all(lambda name: status.update(f"checking {name}"))
    if as_json:
        tell(dump_json([dataclasses.asdict(row) for row in rows]), nl=False)
    else:
        derivation.show_list(terminal.console(), rows)
    if not all(row.holds for row in rows):
        raise typer.Exit(1)
