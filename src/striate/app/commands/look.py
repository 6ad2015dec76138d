"""The commands that only look: list, show and doctor; and what all commands share."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from striate.app.terminal.speech import say, tell
from striate.base.errors import shown

DataDir = Annotated[Path | None, typer.Option(help="Where the data lie, before $STRIATE_DATA and the user cache.")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="FIELD=VALUE", help="A field or net option of `striate list fields`."),
]
SkipDamaged = Annotated[
    bool, typer.Option("--skip-damaged", help="Leave out files of a folder that cannot be read, and say how many.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def free(value: Path | None) -> Path | None:
    """Refuse at once, before anything is computed, a file that may not be written; for options that name one."""
    from striate.base.disk.outputs import claim

    if value is not None:
        claim(value)
    return value


class Engine(StrEnum):
    """Whose nets are shown."""

    TORCH = "torch"
    SCRATCH = "scratch"


listing = typer.Typer(help="List what there is by name.", no_args_is_help=True)
showing = typer.Typer(help="Show one thing in detail.", no_args_is_help=True)


@listing.command("nets")
def list_nets(as_json: AsJson = False) -> None:
    """List the nets."""
    from striate.nets import catalog
    from striate.scratch import catalog as by_hand

    rows = [(entry.name, entry.summary) for entry in catalog.ENTRIES.values()]
    scratch = [(entry.name, f"with --engine scratch, by hand: {entry.summary}") for entry in by_hand.ENTRIES.values()]
    _rows(("net", "what it is"), [*rows, *scratch, *catalog.ELSEWHERE.items()], as_json)


@listing.command("data")
def list_data(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List the datasets, and where they were found."""
    from striate.data import describe

    rows = [(entry.name, entry.size, str(entry.classes), entry.source, entry.where) for entry in describe(data_dir)]
    _rows(("data", "images", "classes", "source", "where"), rows, as_json)


@listing.command("studies")
def list_studies(as_json: AsJson = False) -> None:
    """List the questions that are built in."""
    from striate.studies.catalog import BUILTIN

    _rows(("study", "question"), [(entry.name, entry.summary) for entry in BUILTIN.values()], as_json)


@listing.command("proofs")
def list_proofs(as_json: AsJson = False) -> None:
    """List the statements that can be proved; `striate prove` checks them."""
    from striate.proofs import catalog

    _rows(("proof", "statement"), [(name, catalog.entry(name).summary) for name in catalog.NAMES], as_json)


@listing.command("fields")
def list_fields(
    net: Annotated[
        str | None,
        typer.Option(help="Only the options of this net.  [default: the recipe's fields and convnet's options]"),
    ] = None,
    engine: Annotated[Engine, typer.Option(help="Whose nets these are.")] = Engine.TORCH,
    as_json: AsJson = False,
) -> None:
    """List what --set reaches: the fields of a recipe and the options of a net."""
    from striate.app.terminal.field_table import ROOM, show_fields
    from striate.app.terminal.fields import fields_of
    from striate.app.terminal.show import console

    every = fields_of(engine.value, net or "convnet")
    rows = [row for row in every if net is None or row[0] != "recipe"]
    out = console()
    if as_json or out.width >= ROOM:
        _rows(("of", "field", "default", "accepted", "what it is"), rows, as_json)
    else:
        show_fields(out, rows)


@showing.command("net")
def show_net(
    name: Annotated[str, typer.Argument(help="A name of `striate list nets`, or a run folder.")],
    shape: Annotated[
        str | None,
        typer.Option("--input", metavar="CxHxW", help="Channels, height, width.  [default: the net's own, or 3x32x32]"),
    ] = None,
    classes: Annotated[
        int | None, typer.Option(min=2, help="Number of classes.  [default: the net's own, or 10]")
    ] = None,
    engine: Annotated[Engine, typer.Option(help="Whose nets these are.")] = Engine.TORCH,
    svg: Annotated[
        Path | None, typer.Option(help="Write the figure of the architecture to this file.", callback=free)
    ] = None,
    text: Annotated[bool, typer.Option("--text", help="Describe the architecture in words.")] = False,
    settings: Settings = None,
    as_json: AsJson = False,
) -> None:
    """Show a net layer by layer: shapes, parameters, multiply-adds, receptive field."""
    from striate.app.inputs.net_anatomy import net_anatomy, remarks
    from striate.app.terminal import show as terminal
    from striate.base.disk.files import dump_json
    from striate.base.disk.outputs import write_output
    from striate.reports.kit.svg import file_of
    from striate.reports.net.figure import architecture_svg, architecture_text

    anatomy = net_anatomy(name, settings_of(settings), shape, classes, by_hand=engine is Engine.SCRATCH)
    if engine is Engine.TORCH and not Path(name).is_dir():
        tell_shared_names(name)
    if svg is not None:
        write_output(svg, file_of(architecture_svg(anatomy)))
        say(f"wrote {svg}")
    if as_json:
        totals = {"parameters": anatomy.parameters, "macs": anatomy.macs, "memory": anatomy.memory}
        tell(dump_json({**anatomy.to_json(), **totals}), nl=False)
    elif text:
        tell(architecture_text(anatomy))
    else:
        out = terminal.console()
        terminal.show_anatomy(out, anatomy)
        for remark in remarks(name, settings_of(settings)):
            terminal.say(out, remark)


def doctor(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Examine this machine: versions, processor, precision, data."""
    from striate.app.commands.doctor import examine

    findings = examine(data_dir)
    rows = [("ok" if f.well else "MEND", f.subject, f.text) for f in findings]
    _rows(("state", "subject", "finding"), rows, as_json)
    if not all(f.well for f in findings):
        raise typer.Exit(1)


def settings_of(texts: list[str] | None) -> dict[str, Any]:
    """Return the fields that ``--set`` options name; raises RecipeError for one that is not FIELD=VALUE, or comes twice."""
    if not texts:
        return {}
    from striate.training.recipe.setting import parse_setting

    pairs = [parse_setting(text) for text in texts]
    names = [name for name, _ in pairs]
    if twice := [name for name in names if names.count(name) > 1]:
        from striate.base.errors import RecipeError, printable

        raise RecipeError(f"{printable(twice[0])} is set {names.count(twice[0])} times; set it once")
    return dict(pairs)


def tell_shared_names(net: str) -> None:
    """Say which options of ``net`` are reached by their full names alone, since a recipe has fields of these names."""
    from striate.app.terminal.fields import shared_names
    from striate.base.errors import listed, printable

    if names := shared_names(net):
        short = listed([name.partition(".")[2] for name in names])
        say(
            f"{short} of {printable(net)}: a recipe has fields of that name, so train and study reach the net's own by --set "
            f"{names[0]}=VALUE"
        )


def _rows(columns: tuple[str, ...], rows: list[tuple[str, ...]], as_json: bool) -> None:
    if as_json:
        tell(json.dumps([dict(zip(columns, row, strict=True)) for row in rows], indent=2))
        return
    from rich.text import Text

    from striate.app.terminal.show import console, table

    made = table(*columns)
    for row in rows:
        made.add_row(*(Text(shown(cell, lines=False)) for cell in row))
    console().print(made)
