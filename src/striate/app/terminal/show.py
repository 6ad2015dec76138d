"""What the commands print: aligned, quiet, coloured only for meaning, and plain when piped."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from striate.app.options.flags import FLAGS, in_flags
from striate.base.errors import shown
from striate.reports.kit.numerals import counted
from striate.studies.looks.plan import seeds_text

if TYPE_CHECKING:
    from striate.nets.measure.anatomy import Anatomy
    from striate.probes.checks.outcome import Checks
    from striate.studies.claims.verdict import Verdict
    from striate.studies.running.judge import Answer
    from striate.training.folder.run import Run

INDENT = 10
WIDE = 112  # columns at which a net's table has room for every word
PROSE = 120  # columns of a paragraph where no terminal says how wide it is
UNFOLDED = 10_000  # a table's row is one line there, whatever is in it, so that grep and cut find it whole
COLOURS = {"supported": "green", "refuted": "red", "undecided": "yellow"}


class _Console(Console):
    """Takes no text for markup or emoji, and escapes what could act on the terminal (`striate.base.errors.shown`)."""

    def render_str(self, text: str, **more: Any) -> Text:
        return super().render_str(shown(text), **more)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        if isinstance(renderable, Text) and shown(renderable.plain) != renderable.plain:
            renderable = Text(shown(renderable.plain), renderable.style, end=renderable.end)
        return super().render(renderable, options)


class _Table(Table):
    """A row of it is one line, whatever is in its cells."""

    def add_row(self, *cells: RenderableType | None, **more: Any) -> None:
        super().add_row(*(one_line(cell) if isinstance(cell, str) else cell for cell in cells), **more)


def one_line(text: str) -> str:
    """Return a name or a reason that is not ours as a part of a line, which it cannot end."""
    return shown(text, lines=False)


def console(stderr: bool = False) -> Console:
    """Return a console that wraps at the terminal's width, and does not fold lines when piped."""
    plain: dict[str, Any] = {"stderr": stderr, "highlight": False, "markup": False, "emoji": False}
    made = _Console(**plain)
    return made if made.is_terminal else _Console(**plain, width=UNFOLDED)


def say(out: Console, text: RenderableType) -> None:
    """Print a paragraph, folded at the width of the terminal, or at 120 columns where there is none."""
    out.print(text, width=min(out.width, PROSE))


def table(*columns: str, right: tuple[str, ...] = ()) -> Table:
    """Return a quiet table: no frame, a header, the columns in ``right`` aligned to the right."""
    made = _Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold", show_edge=False)
    for column in columns:
        number = column in right  # which is never broken in two: where there is little room, words are folded
        made.add_column(column, justify="right" if number else "left", overflow="fold", no_wrap=number)
    return made


def show_answer(out: Console, answer: Answer, arms: list[dict[str, Any]]) -> None:
    """Print the verdicts, then the arms."""
    study = answer.study
    out.print(Text(one_line(study.question), style="bold"))
    seeds, epochs = seeds_text(study.seeds), counted(study.base.epochs, "epoch")
    out.print(f"{one_line(study.base.data)}, {len(study.arms)} arms x {seeds}, {epochs}\n")
    show_verdicts(out, answer.verdicts)
    accuracies = ("final validation", "best validation", "test")
    made = table(
        "arm", "runs", "stable", "at chance", "diverged", *accuracies, right=("runs", "stable", "at chance", "diverged")
    )
    for arm in arms:
        states = arm["states"]
        cells = [accuracy(arm[measure]) for measure in ("final", "best", "test")]
        made.add_row(
            Text(arm["name"]), str(arm["n"]), *(str(states[s]) for s in ("stable", "at chance", "diverged")), *cells
        )
    out.print(made)
    out.print("accuracies: mean ± standard deviation (runs)", style="dim")
    for run, reason in answer.failures.items():
        out.print(Text(one_line(f"failed    {run}: {in_flags(reason)}"), style="red"))


def show_judged(out: Console, name: str, verdicts: Sequence[Verdict], arms: list[dict[str, Any]]) -> None:
    """Print the verdicts on a log, then its arms."""
    out.print(Text(one_line(name), style="bold"))
    out.print(f"{counted(len(arms), 'arm')}\n")
    show_verdicts(out, verdicts)
    metrics = list(dict.fromkeys(key for arm in arms for key in arm if key not in ("name", "n", "states")))
    made = table("arm", "runs", *map(one_line, metrics), right=("runs",))
    for arm in arms:
        made.add_row(Text(one_line(arm["name"])), str(arm["n"]), *(accuracy(arm.get(metric)) for metric in metrics))
    out.print(made)
    out.print("mean ± standard deviation (runs)", style="dim")


def show_verdicts(out: Console, verdicts: Sequence[Verdict]) -> None:
    """Print each verdict: the answer and what was claimed, and below it the reason."""
    for verdict in verdicts:
        out.print(
            Text.assemble(
                (f"{verdict.answer:<{INDENT}}", COLOURS[verdict.answer]), (one_line(verdict.statement), "bold")
            )
        )
        for line in textwrap.wrap(one_line(verdict.reason), min(out.width, PROSE) - INDENT):
            out.print(Text(" " * INDENT + line))
        out.print()


def show_checks(out: Console, checks: Mapping[str, Checks]) -> None:
    """Print in words whether a map means anything; the maps of several rules one after another."""
    out.print(Text("does the map mean anything?", style="bold"))
    for rule, made in checks.items():
        if rule:
            out.print(rule)
        for check, sentence in asdict(made.conclusions).items():
            first, *rest = textwrap.wrap(sentence, min(out.width, PROSE) - INDENT - 1)
            out.print(Text("\n".join([f"{check:<{INDENT}} {first}", *(" " * (INDENT + 1) + line for line in rest)])))
    out.print()


def accuracy(cell: dict[str, Any] | None) -> str:
    """Return ``mean +- sd (n)`` of one cell of the table; a dash where there is nothing."""
    if cell is None or not cell["n"]:
        return "-"
    spread = f" ± {cell['sd']:.4f}" if cell["n"] > 1 and cell["sd"] is not None else ""
    return f"{cell['mean']:.4f}{spread} ({cell['n']})"


def show_run(out: Console, run: Run) -> None:
    """Print how a run ended, and what to do next."""
    best = run.best()
    why = f": {one_line(run.reason)}" if run.reason else ""
    out.print(f"{one_line(run.status)} after epoch {run.epoch} of {run.recipe.epochs}{why}")
    if best:
        out.print(
            f"best validation accuracy {best[1]:.4f} in epoch {best[0]}, last {run.curve('val', 'accuracy')[-1][1]:.4f}"
        )
    from striate.training.folder.chain import read_environment

    begun = (run.folder / "environment.json").exists()
    for note in read_environment(run.folder).get("data_notes", []) if begun else []:
        out.print(Text(one_line(f"note: {note}"), style="dim"))
    if run.status == "finished" and run.test() is None:
        out.print(f"test it with: striate test {_again(run)}")
    elif run.status == "diverged":
        from striate.training.folder.run import REMEDY

        out.print(f"train again with {in_flags(REMEDY)}")
    elif run.status == "interrupted":
        out.print(f"continue with: striate resume {_again(run)}")


def _again(run: Run) -> str:
    """Return the run, and its net where it is code of one's own, which a command has to name."""
    from striate.nets.custom.naming import is_own

    net = run.recipe.net
    return one_line(str(run.folder)) + (f" {FLAGS['net']} {one_line(net)}" if is_own(net) else "")


def show_anatomy(out: Console, anatomy: Anatomy) -> None:
    """Print the net layer by layer: shape, parameters, multiply-adds, receptive field.

    On a narrow terminal each layer is said in fewer words, and without its memory.
    """
    from striate.reports.net.blocks import words

    wide = out.width >= WIDE
    numbers = ("output", "parameters", "MACs", *(("memory",) if wide else ()), "field")
    made = table("name", "layer", *(("",) if wide else ()), *numbers, right=numbers)
    made.collapse_padding = not wide
    for layer in anatomy.layers:
        said = (layer.kind, layer.detail) if wide else (words(layer, short=True),)
        shape = " x ".join(str(size) for size in layer.output)
        counts = (f"{number:,}" if number else "" for number in (layer.parameters, layer.macs))
        memory = (f"{layer.memory / 1024:,.1f} KiB",) if wide else ()
        cells = (layer.name, *said, shape, *counts, *memory, str(layer.receptive_field or ""))
        made.add_row(*map(Text, cells))
    out.print(made)
    out.print()
    say(
        out,
        f"{anatomy.parameters:,} parameters; {anatomy.macs:,} multiply-adds (MACs) per image in a forward pass; "
        f"{anatomy.memory / 2**20:.1f} MiB of outputs in float32; field: receptive field in input pixels",
    )
