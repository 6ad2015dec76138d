"""What the commands print: aligned, quiet, coloured only for meaning, and plain when piped."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from striate.app.options.flags import FLAGS, in_flags
from striate.app.terminal.folding import fold, prose_width
from striate.app.terminal.table import one_line, table
from striate.base.digits import spec_for
from striate.base.errors import counted, shown

if TYPE_CHECKING:
    from striate.nets.measure.anatomy import Anatomy
    from striate.probes.checks.outcome import Checks
    from striate.studies.claims.verdict import Verdict
    from striate.studies.running.judge import Answer
    from striate.training.folder.run import Run

INDENT = 10
WIDE = 112  # columns at which a net's table has room for every word
UNFOLDED = 10_000  # a table's row is one line there, whatever is in it, so that grep and cut find it whole
UNTRAINED = "; it is untrained: no weights were given"
COLOURS = {"supported": "green", "refuted": "red", "undecided": "yellow"}


class _Console(Console):
    """Takes no text for markup or emoji, and escapes what could act on the terminal (`striate.base.errors.shown`)."""

    def render_str(self, text: str, **more: Any) -> Text:
        return super().render_str(shown(text), **more)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        if isinstance(renderable, Text) and shown(renderable.plain) != renderable.plain:
            renderable = Text(shown(renderable.plain), renderable.style, end=renderable.end)
        return super().render(renderable, options)


def console(stderr: bool = False) -> Console:
    """Return a console that folds at the width of the terminal or of COLUMNS; where neither is, a row is one line."""
    plain: dict[str, Any] = {"stderr": stderr, "highlight": False, "markup": False, "emoji": False}
    made = _Console(**plain)
    return made if made.is_terminal or os.environ.get("COLUMNS", "").isdigit() else _Console(**plain, width=UNFOLDED)


def width_of(out: Console) -> int:
    """Return how wide a paragraph or a chart is on ``out``."""
    return prose_width(0 if out.width == UNFOLDED else out.width)


def say(out: Console, text: RenderableType) -> None:
    """Print a paragraph, folded between words."""
    out.print(text, width=width_of(out))


def show_answer(out: Console, answer: Answer, arms: list[dict[str, Any]]) -> None:
    """Print the verdicts, then the arms."""
    from striate.studies.looks.plan import seeds_text

    study = answer.study
    say(out, Text(one_line(study.question), style="bold"))
    many, seeds, epochs = counted(len(study.arms), "arm"), seeds_text(study.seeds), counted(study.base.epochs, "epoch")
    say(out, f"{one_line(study.base.data)}, {many} x {seeds}, {epochs}\n")
    show_verdicts(out, answer.verdicts)
    numbers = ("runs", "stable", "at chance", "diverged", "final validation", "best validation", "test")
    made = table("arm", *numbers, right=numbers)
    for arm in arms:
        states = arm["states"]
        cells = [accuracy(arm[measure]) for measure in ("final", "best", "test")]
        made.add_row(
            Text(arm["name"]), str(arm["n"]), *(str(states[s]) for s in ("stable", "at chance", "diverged")), *cells
        )
    out.print(made)
    out.print("accuracies: mean ± standard deviation (runs)", style="dim")
    for run, reason in answer.failures.items():
        said = fold(one_line(f"failed    {run}: {in_flags(reason)}"), width_of(out), "", " " * INDENT)
        out.print(Text(said, style="red"))


def show_judged(out: Console, name: str, verdicts: Sequence[Verdict], arms: list[dict[str, Any]]) -> None:
    """Print the verdicts on a log, then its arms."""
    say(out, Text(one_line(name), style="bold"))
    out.print(f"{counted(len(arms), 'arm')}\n")
    show_verdicts(out, verdicts)
    metrics = list(dict.fromkeys(key for arm in arms for key in arm if key not in ("name", "n", "states")))
    numbers = ("runs", *map(one_line, metrics))
    made = table("arm", *numbers, right=numbers)
    for arm in arms:
        made.add_row(Text(one_line(arm["name"])), str(arm["n"]), *(mean_of(arm.get(metric)) for metric in metrics))
    out.print(made)
    out.print("mean ± standard deviation (runs)", style="dim")


def show_verdicts(out: Console, verdicts: Sequence[Verdict]) -> None:
    """Print each verdict: the answer and what was claimed, and below it the reason."""
    for verdict in verdicts:
        aside = " " * INDENT
        first, *rest = fold(one_line(verdict.statement), width_of(out), aside, aside).splitlines()
        answer = (f"{verdict.answer:<{INDENT}}", COLOURS[verdict.answer])
        out.print(Text.assemble(answer, ("\n".join([first[INDENT:], *rest]), "bold")))
        out.print(Text(fold(one_line(verdict.reason), width_of(out), aside, aside)))
        out.print()


def show_checks(out: Console, checks: Mapping[str, Checks]) -> None:
    """Print in words whether a map means anything; the maps of several rules one after another."""
    out.print(Text("does the map mean anything?", style="bold"))
    for rule, made in checks.items():
        if rule:
            out.print(rule)
        for check, sentence in asdict(made.conclusions).items():
            out.print(Text(fold(sentence, width_of(out), f"{check:<{INDENT}} ", " " * (INDENT + 1))))
    out.print()


def accuracy(cell: dict[str, Any] | None, spec: str = ".4f") -> str:
    """Return ``mean +- sd (n)`` of one cell of the table, in the format ``spec``; a dash where there is nothing."""
    if cell is None or not cell["n"]:
        return "-"
    spread = f" ± {cell['sd']:{spec}}" if cell["n"] > 1 and cell["sd"] is not None else ""
    return f"{cell['mean']:{spec}}{spread} ({cell['n']})"


def mean_of(cell: dict[str, Any] | None) -> str:
    """Return the same of a quantity in a unit that is not known beforehand."""
    return accuracy(cell, spec_for(cell["sd"], [cell["mean"]])) if cell and cell["n"] else accuracy(cell)


def show_run(out: Console, run: Run) -> None:
    """Print how a run ended, and what to do next."""
    best = run.best()
    why = f": {one_line(run.reason)}" if run.reason else ""
    say(out, Text(f"{one_line(run.status)} after epoch {run.epoch} of {run.recipe.epochs}{why}"))
    if best:
        last = run.curve("val", "accuracy")[-1][1]
        out.print(f"best validation accuracy {best[1]:.4f} in epoch {best[0]}, last {last:.4f}")
    from striate.training.folder.chain import read_environment

    begun = (run.folder / "environment.json").exists()
    for note in read_environment(run.folder).get("data_notes", []) if begun else []:
        say(out, Text(one_line(f"note: {note}"), style="dim"))
    if run.status == "finished" and run.test() is None:
        out.print(Text(f"test it with: striate test {_again(run)}"), soft_wrap=True)
    elif run.status == "diverged":
        from striate.training.folder.run import REMEDY

        say(out, f"train again with {in_flags(REMEDY)}")
    elif run.status == "interrupted":
        out.print(Text(f"continue with: striate resume {_again(run)}"), soft_wrap=True)


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
    from striate.reports.net.description import unit

    wide = out.width >= WIDE
    numbers = ("output", "parameters", "MACs", *(("memory",) if wide else ()), "field")
    made = table("name", "layer", *(("",) if wide else ()), *numbers, right=numbers)
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
        f"{anatomy.parameters:,} parameters; {anatomy.macs:,} multiply-adds (MACs) per {unit(anatomy)} in a forward pass; "
        f"{anatomy.memory / 2**20:.1f} MiB of outputs in float32; field: receptive field in input pixels",
    )
