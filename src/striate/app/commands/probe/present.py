"""How every probe answers: pictures and page written, then a summary, or the numbers as JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from striate.app.options.probing import Explained, Looking, Output
from striate.app.terminal.speech import remark, say, tell, tell_words
from striate.base.errors import printable, shown

if TYPE_CHECKING:
    from striate.app.actions.looking import Look
    from striate.app.inputs.opened_net import Subject
    from striate.probes.facts import Facts

Some = TypeVar("Some", bound="Facts")


def explain(
    name: str,
    subject: Subject,
    images: Sequence[str],
    explained: Explained,
    looking: Looking,
    options: Mapping[str, Any],
) -> None:
    """Ask the probe ``name`` of the pictures that ``images`` name, and answer."""
    from striate.app.actions.looking import probed

    look = probed(
        name,
        subject,
        images,
        target=explained.target,
        quick=explained.quick,
        data_dir=looking.data_dir,
        skip_damaged=explained.skip_damaged,
        options=options,
    )
    present(look, looking.output)


def present(look: Look[Some], output: Output, summary: Callable[[Look[Some]], None] | None = None) -> None:
    """Write the page of ``look``, and print the summary, or the numbers with --json.

    ``summary`` prints what it has to say instead of the table of explained scores.
    """
    from striate.app.actions.looking import write_look
    from striate.app.terminal import show as terminal
    from striate.base.disk.files import dump_json

    record, views = look.record, look.views
    if look.subject.untrained:
        say(f"{printable(look.subject.name)} is untrained: no weights were given, and its own were drawn at random")
    written = write_look(look, output.out, output.npz)
    for note in views.notes:
        remark(f"note: {note}")
    if written.replaced:
        say(
            f"the page of the probe {written.replaced} in {written.page.parent} was replaced; give each its own --out to keep"
            " both"
        )
    if output.npz is not None:
        say(f"wrote {output.npz}")
    if output.as_json:
        tell(dump_json({**look.to_json(), "page": str(written.page)}), nl=False)
        return
    if summary is not None:
        summary(look)
    elif record.scores:
        _scores(look)
    for picture, empty in zip(views.pictures, record.blank, strict=False):
        if empty:
            tell_words(f"the map of {printable(picture.name)} is blank: it says nothing about where")
    if record.checks:
        terminal.show_checks(terminal.console(), record.checks)
    tell(shown(f"page: {written.page}", lines=False))


def _scores(look: Look[Facts]) -> None:
    """Print which class each picture's map explains, and what the net answers."""
    from striate.app.terminal import show as terminal
    from striate.probes.record import answer, label

    classes = look.subject.inputs.classes
    lines = terminal.table("image", "explains", "score", "probability", "predicted", right=("score", "probability"))
    for picture, score in zip(look.views.pictures, look.record.scores, strict=True):
        own, best = label(score.target, classes), answer(score, classes)
        lines.add_row(picture.name, own, f"{score.score:.3f}", f"{score.probability:.3f}", best)
    terminal.console().print(lines)
