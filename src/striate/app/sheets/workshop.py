"""What the parts of a sheet rest on, each had once: runs and studies in folders of their own, looks, trials and proofs.

A work that its folder holds is not repeated; one that is not done is named with what it would take.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from striate.app.sheets.standing import Standing, of_run, of_study
from striate.app.study import plan, study
from striate.base.errors import StriateError, counted
from striate.proofs.catalog import ENTRIES, prove
from striate.reports.study.plan import duration
from striate.reports.study.records import StudyRecord, read_study
from striate.sheets.parts import Derivation, Look, Trial
from striate.sheets.sheet import Question, Sheet
from striate.sheets.work import Budget, Work
from striate.studies.question import Study

if TYPE_CHECKING:
    from striate.app.actions.looking import Look as Looked
    from striate.app.inputs.opened_net import Subject
    from striate.proofs.proof import Proof
    from striate.studies.running.execute import Beat
    from striate.training.folder.run import Run
    from striate.training.recipe.recipe import Recipe

Tell = Callable[[str], None]


OTHER = (
    "It could not be done: the folder holds it as it was at another budget, on other data or before the sheet was changed; "
    "choose another folder for this one."
)


class NotDone(Exception):
    """A work that is not done: ``cost`` says what it would take, or why it cannot be had; ``failed`` for the latter."""

    def __init__(self, cost: str, *, failed: bool = False) -> None:
        super().__init__(cost)
        self.cost, self.failed = cost, failed


@dataclass
class Workshop:
    """The works of ``sheet`` at ``budget``, kept below ``folder``; ``train`` says whether what is not done is done.

    ``images`` are the person's own, for the looks that show them; ``unusable`` are, by the name of the look, those that could
    not be shown, each with the reason.
    ``questions`` are those of the document, all of the sheet by default.
    ``tell`` is told what begins, ``beat`` watches the runs of a study. ``stopped``: the person interrupted, so nothing
    more is begun, and no time is measured.
    """

    sheet: Sheet
    budget: Budget
    folder: Path
    data: str | None = None
    data_dir: Path | None = None
    workers: int | None = None
    images: tuple[str, ...] = ()
    train: bool = True
    tell: Tell = lambda text: None
    warn: Tell = warnings.warn
    beat: Beat | None = None
    stopped: bool = False
    questions: tuple[Question, ...] = ()
    unusable: dict[str, list[tuple[str, str]]] = field(default_factory=dict[str, "list[tuple[str, str]]"])
    _known: dict[str, Any] = field(default_factory=dict[str, Any])
    _failed: dict[str, NotDone] = field(default_factory=dict[str, NotDone])

    def __post_init__(self) -> None:
        """Take all questions where none are named."""
        self.questions = self.questions or self.sheet.questions

    def fact(self, name: str) -> Any:
        """Return the StudyRecord, Run, record of a look, trial or proof of that name, in this order where several have it.

        Raises NotDone where it is not there.
        """
        if name in self._failed:
            raise self._failed[name]
        if name not in self._known:
            try:
                self._known[name] = self._had(name)
            except NotDone as left:
                self._failed[name] = left
                raise
        found = self._known[name]
        return getattr(found, "record", found)

    def looked(self, look: Look) -> Looked[Any]:
        """Return what the probe of ``look`` found, with the net and the pictures."""
        self.fact(look.name)
        return self._known[look.name]

    def proof(self, name: str) -> Proof:
        """Return the proof ``name`` at the sizes that the sheet gives it, whatever else has this name; raises NotDone."""
        key = f"proof {name}"
        if key not in self._known:
            parts = [part for question in self.sheet.questions for part in question.parts]
            given = next((p.given for p in parts if isinstance(p, Derivation) and p.proof == name), {})
            try:
                self._known[key] = prove(name, **given)
            except StriateError as error:
                raise NotDone(f"It could not be done: {error}.", failed=True) from error
        return self._known[key]

    def place(self, work: Work) -> Path:
        """Return the folder of a work."""
        return self.folder / ("studies" if work.study else "runs") / work.name

    def recipe(self, work: Work) -> Recipe:
        """Return the recipe of a run."""
        from striate.training.recipe.recipe import Recipe

        return Recipe().change(**work.changed(self.budget, self.data))

    def data_of(self, work: Work) -> str:
        """Return the data set that a work is done on."""
        return str(work.changed(self.budget, self.data)["data"])

    def _had(self, name: str) -> Any:
        parts = [part for question in self.sheet.questions for part in question.parts]
        made = next((part for part in parts if isinstance(part, (Look, Trial)) and part.name == name), None)
        try:
            if isinstance(made, Look):
                return self._look(made)
            if isinstance(made, Trial):
                return self._trial(made)
            work = self.sheet.work(name)
            if work is None:
                return self.proof(name) if name in ENTRIES else None
            return self._studied(work) if work.study else self._run(work)
        except StriateError as error:
            if error.exit_code != StriateError.exit_code:
                raise  # the disk refused: nothing that follows could be kept either
            raise NotDone(f"It could not be done: {error}.", failed=True) from error

    def standing(self, work: Work) -> Standing:
        """Return how far a work is; raises StriateError where what its folder holds cannot be read."""
        if work.study:
            return of_study(self.planned(work), self.place(work))
        return of_run(work.name, self.recipe(work), self.place(work))

    def _studied(self, work: Work) -> StudyRecord:
        found, place = self._begun(work), self.place(work)
        if isinstance(found.kept, StudyRecord) and found.done:
            return found.kept
        planned = found.planned
        self.tell(f"study {work.study}: {counted(found.runs, 'run')}")
        study(planned, place, data_dir=self.data_dir, workers=self.workers, beat=self.beat, warn=self.warn)
        return read_study(place)

    def _begun(self, work: Work) -> Standing:
        """Return how far a work is; raises NotDone where it is another one, or is not done and nothing more is to be."""
        found = self.standing(work)
        if found.other:
            raise NotDone(OTHER, failed=True)
        if not found.done and (not self.train or self.stopped):
            raise NotDone(self._cost(found))
        return found

    def planned(self, work: Work) -> Study:
        """Return the study that a work is."""
        return plan(work.study, work.runs(self.budget), work.changed(self.budget, self.data))

    def _run(self, work: Work) -> Run:
        found, place = self._begun(work), self.place(work)
        kept, recipe = cast("Run | None", found.kept), found.planned.base
        if kept is None or not found.done:
            from striate.training.train import train

            self.tell(f"run {work.name}: {counted(recipe.epochs, 'epoch')} on {recipe.data}")
            kept = train(recipe, place, data_dir=self.data_dir, warn=self.warn)
        if kept.status == "finished" and kept.test() is None and self.train:
            from striate.training.train import test

            test(place, data_dir=self.data_dir, warn=self.warn)
        return kept

    def _cost(self, found: Standing) -> str:
        planned, left = found.planned, found.runs - found.ended
        told = f"{counted(left, 'run')} of {counted(planned.base.epochs, 'epoch')} on {planned.base.data}"
        if self.stopped:
            return f"Not done: {told}."
        from striate.studies.cost import cost

        try:
            seconds = cost(planned, self.data_dir, self.workers).seconds * left / found.runs
        except StriateError as error:
            return f"Not done: {told}; no estimate of the time: {error}."
        return f"Not done: {told}, about {duration(seconds)} on this machine (an estimate from a few updates)."

    def _subject(self, name: str) -> Subject:
        from striate.app.inputs.opened_net import open_subject

        run: Run = self.fact(name)
        return open_subject(str(run.folder), None, data_dir=self.data_dir)

    def _look(self, look: Look) -> Looked[Any]:
        from striate.app.actions import localising, looking
        from striate.app.inputs.views import usable

        work = self.sheet.work(look.work)
        assert work is not None
        subject, data = self._subject(look.work), self.data_of(work)
        options: Mapping[str, Any] = look.options
        self.tell(f"probe {look.probe} of {look.work}")
        own, self.unusable[look.name] = usable(subject, self.images if look.own else (), self.data_dir)
        words = [*own, *(word.replace("DATA", data) for word in look.images)]
        if look.probe == "features":
            return looking.features(subject, data, data_dir=self.data_dir, quick=True, **options)
        if look.probe == "fool":
            also = [str(self.fact(name).folder) for name in options.get("also", ())]
            rest = {key: value for key, value in options.items() if key != "also"}
            return looking.fool(subject, words, also=also, data_dir=self.data_dir, **rest)
        if look.probe == "localise":
            scenes = localising.Scenes(data=data, **options)
            return localising.localise(subject, scenes, quick=True, data_dir=self.data_dir)
        if look.probe == "filters":
            return looking.filters(subject, **options)
        if look.probe == "maximize":
            return looking.maximize(subject, data, data_dir=self.data_dir, **options)
        return looking.probed(look.probe, subject, words, data_dir=self.data_dir, options=options)

    def _trial(self, trial: Trial) -> Any:
        from striate.training.trials.overfit import overfit_batch

        work = self.sheet.work(trial.work)
        assert work is not None
        if not self.train or self.stopped:
            raise NotDone("Not done: up to 500 updates on one batch.")
        self.tell(f"one batch by heart: {trial.work}")
        return overfit_batch(self.recipe(work), data_dir=self.data_dir, warn=self.warn)
