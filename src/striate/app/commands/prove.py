"""`striate prove`: the list of the proofs with their ticks, or one proof at sizes of one's own."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer

from striate.app.options.shared import AsJson, unclaimed
from striate.app.terminal.speech import say, tell, tell_words
from striate.base.errors import ProofError, sentence

SHORT = {"in": ("channels_in", "channels"), "out": ("channels_out", "filters")}
"""Options that stand for the first of these fields that the proof has, where none has the option's own name."""


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


def options(words: Sequence[str], fields: dict[str, Any]) -> dict[str, Any]:
    """Return field -> value of the option ``words``; each value is read as JSON where that is possible, else as text.

    Raises ProofError listing every word that is not an option, lacks its value or comes again; whether a field exists is judged
    with the values.
    """
    given: dict[str, Any] = {}
    faults: list[str] = []
    left = list(words)
    while left:
        word = left.pop(0)
        if not word.startswith("--") or word == "--":
            faults.append(f'"{word}" is not an option, write --FIELD VALUE')
            continue
        written, equals, text = word[2:].partition("=")
        field = written.replace("-", "_")
        if field not in fields:
            field = next((long for long in SHORT.get(field, ()) if long in fields), field)
        negated = field.removeprefix("no_")
        value: Any = None
        if field not in fields and fields.get(negated) is bool and not equals:
            field, value = negated, False
        elif equals or (left and not left[0].startswith("--")):
            value = _value(text if equals else left.pop(0))
        elif fields.get(field) is bool:
            value = True
        else:
            faults.append(f"--{written} needs a value")
        if field in given:
            faults.append(f"--{written} is given a second time, as {json.dumps(value)}; give each field once")
        given.setdefault(field, value)
    if faults:
        raise ProofError(sentence(faults))
    return given


def _value(text: str) -> Any:
    """Return ``text`` read as JSON, or as the list 1,2,3, or as it stands."""
    for written in (text, f"[{text}]") if "," in text else (text,):
        with suppress(ValueError):
            return json.loads(written)
    return text


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
