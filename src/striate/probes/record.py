"""What a probe returns: named arrays, what was explained in each image, and how to read the signs.

A record is one frozen value for all probes; what differs between them are the names in ``arrays``, and the type of ``facts``.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from striate.base.disk.outputs import MARK, write_output
from striate.base.errors import ProbeError, counted
from striate.base.inline import Inline
from striate.probes.checks.outcome import Checks
from striate.probes.facts import Facts, json_of

EVEN = 1e-6
"""What a map's values differ by less than this, for their size, is rounding."""
Target = int | Sequence[int] | Tensor | None
"""The class to explain: one for all images, one for each of them, or None for the predicted one."""
Some = TypeVar("Some", bound=Facts, covariant=True)


@dataclass(frozen=True)
class Score:
    """The score that is explained in one image: the net's output ``target`` before softmax, and its softmax probability.

    ``predicted`` is the class of the largest output, the first where several share it, which ``tied`` tells (also where an
    output is NaN: then the net has no answer); ``margin`` is the score minus the largest of the other classes', 0 where there
    is no other.
    """

    target: int
    score: float
    probability: float
    predicted: int
    margin: float
    tied: bool = False


@dataclass(frozen=True, eq=False)
class Record(Inline, Generic[Some]):
    """The result of the probe ``probe``: ``kind`` says how it is shown (`striate.reports.probe.page.RENDERERS`).

    ``arrays`` are tensors on the device of the images, in float32 at least, first dimension N unless ``facts`` says
    otherwise; a heatmap is under ``heatmap``, (N, H, W) at the size of the images. ``scores`` has one entry for each image;
    it is empty for a probe that explains no score. ``sign`` says in words what large, small and negative values mean,
    ``signed`` whether the heatmap has negative ones. ``facts`` are settings and numbers, of a type of their own
    for each kind (`striate.probes.facts`). ``checks`` tell whether the maps mean anything, where that was asked
    (`striate.probes.checks.sanity`): under "" those of a heatmap, for features by the name of the rule. ``untrained``: the
    net's weights were drawn at random.
    """

    probe: str
    kind: str
    arrays: Mapping[str, Tensor]
    sign: str
    facts: Some
    scores: tuple[Score, ...] = ()
    signed: bool = False
    checks: Mapping[str, Checks] = field(default_factory=dict[str, Checks])
    untrained: bool = False

    @property
    def heatmap(self) -> Tensor:
        """The heatmap (N, H, W); raises ProbeError for a probe without one."""
        if "heatmap" not in self.arrays:
            raise ProbeError(f"the probe {self.probe} makes no heatmap; its arrays are {', '.join(self.arrays)}")
        return self.arrays["heatmap"]

    @property
    def blank(self) -> tuple[bool, ...]:
        """For each image whether its heatmap says nothing (`blank`); empty for a probe without one."""
        return tuple(blank(self.arrays["heatmap"]).tolist()) if "heatmap" in self.arrays else ()

    def to_json(self, classes: Sequence[str] = ()) -> dict[str, Any]:
        """Return the numbers without the arrays, of which only shapes and ranges are told; ``classes`` names the classes.

        A heatmap's ``blank`` tells for each image whether its map says nothing.
        """
        scores = [{**asdict(score), "label": label(score.target, classes)} for score in self.scores]
        arrays = {
            name: {"shape": list(array.shape), "min": float(array.min()), "max": float(array.max())}
            for name, array in self.arrays.items()
            if array.numel()
        }
        return {
            "probe": self.probe,
            "kind": self.kind,
            "sign": self.sign,
            "scores": scores,
            **({"blank": list(self.blank)} if self.blank else {}),
            "facts": self.settings() | self._checks(),
            "arrays": arrays,
        }

    def settings(self) -> dict[str, Any]:
        """Return ``facts`` as JSON-able values, and ``untrained`` where it is so."""
        return json_of(self.facts) | ({"untrained": True} if self.untrained else {})

    def _checks(self) -> dict[str, Any]:
        made = json_of(self.checks)
        return {"checks": made.get("", made)} if made else {}

    def write_npz(self, path: str | Path) -> None:
        """Write all arrays, and the explained classes and their scores, as one .npz file, whole or not at all."""
        numbers = {name: array.detach().cpu().numpy() for name, array in self.arrays.items()}
        if self.scores:
            numbers["target"] = np.array([score.target for score in self.scores], dtype=np.int64)
            numbers["score"] = np.array([score.score for score in self.scores])
        file = io.BytesIO()
        np.savez_compressed(file, allow_pickle=False, **numbers)
        with zipfile.ZipFile(file, "a") as archive:
            archive.comment = MARK.encode()
        write_output(Path(path), file.getvalue())


def blank(maps: Tensor) -> Tensor:
    """Tell which of the maps (N, ...) say nothing: one value everywhere up to rounding, or one that is not finite: (N,).

    Rounding is that of what a map is made of: a net that adds up to a constant does so to a few units in the last place.
    """
    flat = full(maps.detach()).flatten(1)
    finite = flat.isfinite().all(1)
    values = torch.where(finite[:, None], flat, 0.0)
    return ~finite | (values.amax(1) - values.amin(1) <= EVEN * values.abs().amax(1))


def label(target: int, classes: Sequence[str]) -> str:
    """Return the name of class ``target``, or ``class 7`` where no name is known."""
    return classes[target] if target < len(classes) else f"class {target}"


def answer(score: Score, classes: Sequence[str]) -> str:
    """Return the name of the class that the net answers, or that it has no answer."""
    return "none: scores tie" if score.tied else label(score.predicted, classes)


def logits(net: nn.Module, x: Tensor) -> Tensor:
    """Return the scores (N, K) of images (N, C, H, W); raises ProbeError when the net gives something else."""
    output: object = net(x)
    if not isinstance(output, Tensor) or output.dim() != 2 or len(output) != len(x):
        shape = f" of shape {tuple(output.shape)}" if isinstance(output, Tensor) else ""
        raise ProbeError(
            f"the net returns a {type(output).__name__}{shape} for {counted(len(x), 'image')}, and a probe"
            f" needs one score for each"
            f" class, ({len(x)}, classes)"
        )
    return output


def asked(target: Target, count: int) -> Tensor | None:
    """Return the class given for each of ``count`` images, int64 (N,) on the CPU; None stands for the predicted ones."""
    if target is None:
        return None
    given = torch.as_tensor(target, dtype=torch.int64, device="cpu").flatten()
    if len(given) not in (1, count):
        raise ProbeError(
            f"{counted(len(given), 'class is', 'classes are')} given for {counted(count, 'image')}; give one,"
            f" or one for each image"
        )
    return given.expand(count)


def targets(scores: Tensor, target: Target) -> Tensor:
    """Return the class to explain in each image, int64 (N,), for scores (N, K); raises ProbeError when out of range."""
    count, classes = scores.shape
    given = asked(target, count)
    if given is None:
        return scores.detach().argmax(dim=1)
    if wrong := [k for k in given.tolist() if not 0 <= k < classes]:
        accepted = "only class 0" if classes == 1 else f"classes 0 to {classes - 1}"
        raise ProbeError(f"class {wrong[0]} is out of range; the net has {accepted}")
    return given.to(scores.device)


def answers(scores: Tensor) -> Tensor:
    """Return the class of the largest of the scores (N, K), int64 (N,); -1 where several share it, or it is NaN."""
    most, best = scores.detach().max(1)
    return torch.where((scores.detach() == most[:, None]).sum(1) == 1, best, -1)


def described(scores: Tensor, chosen: Tensor) -> tuple[Score, ...]:
    """Return what is explained in each image, for scores (N, K) and classes (N,)."""
    values = full(scores.detach())
    picked = chosen[:, None]
    own = values.gather(1, picked)[:, 0]
    probability = values.softmax(1).gather(1, picked)[:, 0]
    others = values.scatter(1, picked, float("-inf"))
    margin = own - others.amax(1) if values.shape[1] > 1 else torch.zeros_like(own)
    rows = zip(chosen, own, probability, values.argmax(1), margin, answers(scores) < 0, strict=True)
    return tuple(Score(int(k), float(s), float(p), int(best), float(m), bool(t)) for k, s, p, best, m, t in rows)


def full(tensor: Tensor) -> Tensor:
    """Return ``tensor`` in float32 where it is of a shorter type; sums over bfloat16 would lose their small terms."""
    return tensor.float() if tensor.dtype in (torch.bfloat16, torch.float16) else tensor
