"""`striate show net|run|study`: one thing in detail."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, get_args

import typer

from striate.app.actions.choices import Engine, On, StudyFormat
from striate.app.options.flags import in_flags
from striate.app.options.question import BaseFields, Question
from striate.app.options.shared import AsJson, DataDir, RunFolder, Settings, unclaimed
from striate.app.terminal.speech import remark, say, tell, tell_words


def net(
    name: Annotated[str, typer.Argument(help="A name of `striate list nets`, or a run folder.")],
    image_shape: Annotated[
        str | None,
        typer.Option("--input", metavar="CxHxW", help="Channels, height, width.  [default: the net's own, or 3x32x32]"),
    ] = None,
    classes: Annotated[
        int | None, typer.Option(min=2, help="Number of classes.  [default: the net's own, or 10]")
    ] = None,
    engine: Annotated[Engine, typer.Option(help="By PyTorch, or by hand.")] = "torch",
    svg: Annotated[
        Path | None, typer.Option(help="Write the figure of the architecture to this file.", callback=unclaimed)
    ] = None,
    text: Annotated[bool, typer.Option(help="Describe the architecture in words.")] = False,
    settings: Settings = None,
    as_json: AsJson = False,
) -> None:
    """Show a net layer by layer: shapes, parameters, multiply-adds, receptive field."""
    from striate.app.actions.net_shown import show_net
    from striate.app.inputs.changes import settings_of
    from striate.app.inputs.net_anatomy import remarks
    from striate.app.terminal import show as terminal
    from striate.app.terminal.shared_names import say_shared_names
    from striate.base.disk.files import dump_json
    from striate.base.disk.outputs import write_output
    from striate.reports.kit.svg import file_of
    from striate.reports.net.figure import architecture_svg, architecture_text

    options = settings_of(settings)
    shown = show_net(name, options, image_shape, classes, engine=engine)
    say_shared_names(name, shown.shared)
    if svg is not None:
        write_output(svg, file_of(architecture_svg(shown.anatomy)))
        say(f"wrote {svg}")
    if as_json:
        tell(dump_json(shown.to_json()), nl=False)
    elif text:
        tell_words(architecture_text(shown.anatomy))
    else:
        out = terminal.console()
        terminal.show_anatomy(out, shown.anatomy)
        for line in remarks(name, options):
            terminal.say(out, line)


def run(
    folder: RunFolder,
    on: Annotated[
        On, typer.Option(help="Classify the validation images, or those of the test where it was made.")
    ] = "val",
    quick: Annotated[bool, typer.Option(help="Classify no images: curves and words alone.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write the page to this file.", callback=unclaimed)] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show a run: its curves, how it was trained in words, what it takes for what, class by class."""
    from striate.app.actions.run_shown import run_record, seen
    from striate.app.terminal.run import show_seen
    from striate.app.terminal.show import console
    from striate.base.disk.files import dump_json
    from striate.base.disk.outputs import write_output
    from striate.reports.run.page import run_page

    shown = seen(folder, on, quick=quick, data_dir=data_dir)
    for wrong in shown.misfits:
        remark(f"note: {wrong}")
    if out is not None:
        write_output(out, run_page(shown.run, shown.anatomy, shown.confusion, shown.unclassified))
        say(f"wrote {out}")
    if as_json:
        tell(dump_json(run_record(shown)), nl=False)
    elif out is None:
        show_seen(console(), shown)


def study(
    *,
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME|FILE|FOLDER]", help="A study, as striate study takes it, or the folder of one."),
    ] = None,
    base: BaseFields,
    question: Question,
    quick: Annotated[bool, typer.Option(help="Leave out the short trial that tells the time.")] = False,
    to: Annotated[
        list[str] | None,
        typer.Option(
            metavar=f"<{'|'.join(get_args(StudyFormat))}>",
            help="Write charts (svg, pdf), tables (tex, csv) or methods (tex, md, txt) of a FOLDER; may be repeated.",
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of these files.  [default: the study's own]")] = None,
    as_json: AsJson = False,
) -> None:
    """Show a study before it runs: arms, seeds, claims, runs and time; or how far one in a folder is, and write its files."""
    from striate.app.actions import study_shown
    from striate.base.disk.files import dump_json
    from striate.base.errors import StudyError
    from striate.reports.study.plan import Planned, Standing, text_of

    changes = question.changes(base)
    if name is not None and study_shown.is_folder(name):
        if changes or question.arm or question.claim or question.counted:
            raise StudyError(f'"{name}" is the folder of a study, which is what it is; leave the other options out')
        if to:
            written = study_shown.write_files(name, to, out)
            tell(
                dump_json({"written": [str(path) for path in written]})
                if as_json
                else "\n".join(f"wrote {path}" for path in written),
                nl=not as_json,
            )
            return
        record: Planned | Standing = study_shown.standing(name)
    elif to or out is not None:
        raise StudyError("`to` and `out` write the charts and tables of a study that has run; name its folder")
    else:
        record, unpriced = study_shown.planned(
            question.planned(name, changes), data_dir=question.data_dir, workers=question.workers, quick=quick
        )
        if unpriced:
            remark(f"no estimate of the time: {unpriced}")
    if as_json:
        tell(dump_json(record), nl=False)
    else:
        tell_words(in_flags(text_of(record, "all of it: --json")))
