"""Answer a sheet: what `striate sheet` and `striate.sheet` both call.

made = sheet("cs7150")                      everything, on the digits
made.show("3c")                             one answer, in a notebook
sheet("cs7150", budget="evening", to=("html", "tex"))
"""

from __future__ import annotations

import os
import shlex
import warnings
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from striate.app.actions.choices import SheetFormat
from striate.app.options.flags import FLAGS
from striate.base.catalog import loaded, unknown
from striate.base.disk.files import make_folder, part_of_name
from striate.base.disk.outputs import claim_folder, write_output
from striate.base.errors import StriateError, StudyError, printable
from striate.base.version import VERSION
from striate.data.catalog import ENTRIES as DATA
from striate.data.catalog import load
from striate.sheets.catalog import BUILTIN
from striate.sheets.catalog import sheet as named
from striate.sheets.document import Answered, Block, Document, Pending
from striate.sheets.parts import Look
from striate.sheets.sheet import Question, Sheet
from striate.sheets.work import BUDGETS, REAL, Budget

if TYPE_CHECKING:
    from striate.app.sheets.workshop import Workshop
    from striate.studies.running.execute import Beat

FORMATS: tuple[str, ...] = get_args(SheetFormat)
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Made:
    """A sheet that was answered: its document, the folder that holds its work, and the files that were written.

    ``failed`` are the works that could not be done; ``interrupted`` where the person stopped it.
    """

    document: Document
    folder: Path
    written: tuple[Path, ...]
    failed: bool = False
    interrupted: bool = False

    def show(self, number: str) -> None:
        """Show the answer to one question in a notebook; raises StudyError where it is not in the document."""
        from striate.sheets.pages.notebook import bundles

        try:
            display = loaded("IPython.display:display")  # there wherever there is a notebook
        except ImportError as error:
            raise StudyError(f"show belongs into a notebook; the answers are in {self.written[0]}") from error
        for bundle in bundles(self.question(number)):
            display(bundle, raw=True)

    def question(self, number: str) -> Answered:
        """Return the answer to one question as blocks; raises StudyError where it is not in the document."""
        try:
            return self.document.question(number)
        except KeyError:
            there = ", ".join(question.number for question in self.document.questions)
            raise StudyError(f'question "{printable(number)}" is not in this document, which has {there}') from None

    def _repr_html_(self) -> str:
        from striate.reports.notebook.card import framed
        from striate.sheets.pages.html import fragment

        return framed("".join(fragment(question) for question in self.document.questions))


def sheet(
    asked: str | Path | Sheet,
    out: str | Path | None = None,
    *,
    question: str | None = None,
    data: str | None = None,
    image: str | Sequence[str] = (),
    budget: Budget = "quick",
    to: str | Sequence[str] = ("html",),
    data_dir: str | Path | None = None,
    workers: int | None = None,
    train: bool = True,
    tell: Tell = lambda text: None,
    beat: Beat | None = None,
    warn: Tell = warnings.warn,
) -> Made:
    """Answer a sheet and write its document into ``out``; runs and studies that ``out`` already holds are not repeated.

    ``asked`` is a builtin name, the path of a sheet file, or a `Sheet`. ``question`` is one number, or what several begin with
    (4 for 4a and 4b). ``data`` replaces the images, or where it is a table (.pkl, .npz) the table of features; "real" stands
    for those that each question is asked of, of which the budget quick takes a sample. ``image`` are pictures of your own,
    files or addresses, for the questions that ask for some. ``train`` False does nothing that takes long: what is not done is
    named with its cost. ``out`` defaults to runs/sheet-NAME-BUDGET. ``tell`` is told what begins.
    Raises StudyError for an unknown sheet, question, budget or format, DataError for data that are not there, StorageError
    for a full disk.
    """
    from striate.app.sheets.workshop import Workshop

    found = asked if isinstance(asked, Sheet) else named(str(asked))
    if budget not in BUDGETS:
        raise StudyError(unknown("budget", str(budget), BUDGETS))
    # All that can be refused is refused before the folder is claimed: what follows may train for hours.
    to = (to,) if isinstance(to, str) else to
    data = None if data is None else _wherever(data, (*DATA, REAL))
    if train and data is not None and data not in (*DATA, REAL) and not Path(data).exists():
        load(data)  # which says what is accepted
    image = tuple(_wherever(one) for one in ((image,) if isinstance(image, str) else image))
    for one in to:
        if one not in FORMATS:
            raise StudyError(unknown("form of a sheet", str(one), FORMATS))
    if "ipynb" in to and find_spec("nbformat") is None:
        raise StudyError(
            "a notebook needs the extra .[notebook] of striate; install it, or choose another form with `to`"
        )
    questions = found.asked(question)
    if image and not any(isinstance(part, Look) and part.own for question in questions for part in question.parts):
        raise StudyError(
            "none of these questions shows pictures of your own; leave out `image`, or ask another question"
        )
    folder = default_folder(found, budget, data) if out is None else Path(out)
    claim_folder(folder, *(f"{found.name}.{ending}" for ending in to))
    shop = Workshop(found, budget, folder, data, None if data_dir is None else Path(data_dir), workers, image)
    shop.questions = questions
    shop.train, shop.tell, shop.warn, shop.beat = train, tell, warn, beat
    make_folder(folder)
    answers, failed = _answers(questions, shop)
    name = str(asked) if not isinstance(asked, Sheet) else found.name
    command = _command(name, folder, question, data, image, budget, to)
    document = Document(found.name, found.title, found.intro, tuple(answers), command, _facts(shop))
    # The notebook lies in the folder and is run there, so a sheet of one's own is named from there; a builtin is no file.
    seen = os.path.relpath(name, folder) if name not in BUILTIN and Path(name).is_file() else name
    again = f'st.sheet("{seen}", ".", budget="{budget}"{_given("question", question)}{_given("data", data)}'
    again += f", image={list(image)!r})" if image else ")"
    written = tuple(_write(document, folder, ending, again) for ending in dict.fromkeys(to))
    return Made(document, folder, written, failed, shop.stopped)


def default_folder(found: Sheet, budget: Budget, data: str | None = None) -> Path:
    """Return where a sheet goes when no folder was named."""
    words = ["sheet", part_of_name(found.name), budget, *([part_of_name(Path(data).stem)] if data else [])]
    return Path("runs") / "-".join(words)


def _answers(questions: Sequence[Question], shop: Workshop) -> tuple[list[Answered], bool]:
    """Return the answers; once the person interrupts, all that is left is named as not done."""
    from striate.app.sheets.blocks import blocks_of, title_of
    from striate.app.sheets.workshop import NotDone

    made: list[Answered] = []
    failed = False
    for question in questions:
        shop.tell(f"question {question.number}")
        blocks: list[Block] = []
        for part in question.parts:
            try:
                try:
                    blocks += blocks_of(part, shop)
                except KeyboardInterrupt:
                    shop.stopped = True
                    blocks += blocks_of(part, shop)
            except (NotDone, StriateError) as error:
                if isinstance(error, StriateError) and error.exit_code != StriateError.exit_code:
                    raise  # the disk refused: nothing that follows could be kept either
                left = error if isinstance(error, NotDone) else NotDone(f"It could not be done: {error}.", failed=True)
                failed = failed or left.failed
                blocks.append(Pending(title_of(part), left.cost))
        made.append(Answered(question.number, question.words, tuple(blocks)))
    return made, failed or any(shop.unusable.values())


def _write(document: Document, folder: Path, ending: str, again: str) -> Path:
    from striate.sheets.pages import html, latex, markdown, notebook

    path = folder / f"{document.name}.{ending}"
    if ending == "html":
        text = html.sheet_page(document)
    elif ending == "tex":
        text = latex.sheet_latex(document, folder)
    elif ending == "md":
        text = markdown.sheet_markdown(document, folder)
    else:
        text = notebook.sheet_notebook(document, again)
    write_output(path, text)
    return path


def _facts(shop: Workshop) -> dict[str, str]:
    """Return what the document was made with; nothing that differs between two makings of the same."""
    data = dict.fromkeys(_taken(work.changed(shop.budget, shop.data)) for work in shop.sheet.works)
    return {"budget": shop.budget, "data": ", ".join(data) or "none", "made by": f"Striate {VERSION}"}


def _taken(changed: Mapping[str, Any]) -> str:
    """Return the data set of a work, with the number of its training images where not all are taken."""
    some = changed.get("train_images")
    return f"{changed['data']} ({some:,} training images)" if some else str(changed["data"])


def _command(
    name: str,
    folder: Path,
    question: str | None,
    data: str | None,
    image: Sequence[str],
    budget: Budget,
    to: Sequence[str],
) -> str:
    words = ["striate", "sheet", name, FLAGS["budget"], budget]
    words += [FLAGS["question"], question] if question else []
    words += [FLAGS["data"], data] if data else []
    words += [word for one in image for word in (FLAGS["image"], one)]
    words += [word for one in to for word in (FLAGS["to"], one)]
    return shlex.join([*words, FLAGS["out"], str(folder)])


def _wherever(name: str, known: Collection[str] = ()) -> str:
    """Return ``name`` so that it is found from any folder, as from that of a notebook: a path that is there in full."""
    return str(Path(name).absolute()) if name not in known and Path(name).exists() else name


def _given(name: str, value: str | None) -> str:
    return f', {name}="{value}"' if value else ""
