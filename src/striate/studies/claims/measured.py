"""What a claim needs of a run, whoever trained it: a run of a study, or one that another program's log tells of."""

from __future__ import annotations

from typing import Literal, Protocol, TypeVar

from striate.base.intervals import Scale

State = Literal["stable", "at chance", "diverged"]


class Measured(Protocol):
    """One run that ended, with its numbers. A diverged one counts with a number all the same."""

    @property
    def arm(self) -> str:
        """The name of its arm."""
        ...

    @property
    def seed(self) -> int:
        """Its seed, or its place among the runs of the arm."""
        ...

    @property
    def label(self) -> str:
        """The name of the run in a sentence."""
        ...

    @property
    def state(self) -> State:
        """How it ended."""
        ...

    @property
    def diverged(self) -> bool:
        """Whether it ended without a number of its own."""
        ...

    @property
    def val_images(self) -> int:
        """How many images its validation accuracy is of."""
        ...

    @property
    def numbers(self) -> str:
        """The SHA-256 of all its numbers, by which copies are found; empty where it is not known."""
        ...

    @property
    def test_accuracy(self) -> float | None:
        """The accuracy on the test images; None where it is not known."""
        ...

    @property
    def curve(self) -> tuple[tuple[float, float], ...]:
        """The quantity that a claim times: (epoch or step, value), in their order."""
        ...

    @property
    def final_val(self) -> float:
        """The last value of the curve, or what a diverged run counts with."""
        ...

    @property
    def budget(self) -> float:
        """The last epoch or step that it was to do."""
        ...

    def value(self, metric: str) -> float | None:
        """Return ``metric`` at its end; None where it was not recorded."""
        ...

    def scale(self, metric: str) -> Scale:
        """Return what ``metric`` can be."""
        ...

    def images_by(self, epoch: float) -> float | None:
        """Return on how many images it had trained by then; None where that is not known."""
        ...

    def seconds_by(self, epoch: float) -> float | None:
        """Return how many seconds it had trained by then; None where that is not known."""
        ...


R = TypeVar("R", bound=Measured)
