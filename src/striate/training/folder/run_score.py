"""The score of a run on its test images, as `test` returns it and test.json keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from striate.base.inline import TRIALS, Inline


@dataclass(frozen=True)
class Earlier:
    """What the test images said of weights that the run had before it was given more epochs."""

    accuracy: float
    loss: float
    epoch: int
    step: int


@dataclass(frozen=True)
class RunScore(Inline):
    """``accuracy`` and ``loss`` (nats) on so many ``images``, by the weights of ``epoch`` and ``step``.

    ``checkpoint`` is the SHA-256 of these weights ("" in files that do not tell it). ``accuracy_flips`` and ``loss_flips`` are
    of the mean logits of image and mirror image, where the recipe asks for them. ``chosen_on_test``: these images chose the
    weights too, so the score is optimistically biased. ``earlier``: what the same images said before. Of a run that has not
    finished: its ``status``, the epoch it ``reached``, and of how many ``epochs``; such a score is not kept.
    ``unit`` is what one of the images is called: a row where they are those of a table.
    """

    CARD = TRIALS

    accuracy: float
    loss: float
    images: int
    epoch: int
    step: int
    checkpoint: str = ""
    accuracy_flips: float | None = None
    loss_flips: float | None = None
    chosen_on_test: bool = False
    earlier: tuple[Earlier, ...] = ()
    status: str = ""
    reached: int = 0
    epochs: int = 0
    unit: str = "image"

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> RunScore:
        """Return the score in a record of the form of `ScoreForm`; names that a later version adds are passed over."""
        known = {each.name: stored[each.name] for each in fields(cls) if each.name in stored and each.name != "earlier"}
        rows = stored.get("earlier", ())
        before = tuple(Earlier(row["accuracy"], row["loss"], row["epoch"], row["step"]) for row in rows)
        return cls(**known, earlier=before)

    def before(self) -> Earlier:
        """Return what a later score tells of this one."""
        return Earlier(self.accuracy, self.loss, self.epoch, self.step)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON-able values by name; what does not apply is left out."""
        told = {
            "accuracy": self.accuracy,
            "loss": self.loss,
            "images": self.images,
            "epoch": self.epoch,
            "step": self.step,
        }
        unfinished = {"status": self.status, "reached": self.reached, "epochs": self.epochs}
        return {
            **told,
            **({"checkpoint": self.checkpoint} if self.checkpoint else {}),
            **({} if self.accuracy_flips is None else {"accuracy_flips": self.accuracy_flips}),
            **({} if self.loss_flips is None else {"loss_flips": self.loss_flips}),
            **({"chosen_on_test": True} if self.chosen_on_test else {}),
            **({"earlier": [asdict(each) for each in self.earlier]} if self.earlier else {}),
            **({} if self.unit == "image" else {"unit": self.unit}),
            **(unfinished if self.status else {}),
        }
