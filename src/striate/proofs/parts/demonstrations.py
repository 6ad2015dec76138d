"""Two small experiments in NumPy, about a second each: dropout at inference, and a rate that is too large.

Dropout: the mean of W (x * m) over all masks m, each weighted by its probability.
Rate: gradient descent on f(w) = sum_i k_i w_i^2 / 2, of curvatures k.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from striate.proofs.parts.saturation import Activation
from striate.proofs.proof import Picture, Table, rows_of

MASKS = 20_000
CURVATURES = np.array([1.0, 10.0])
START = np.array([1.0, 0.01])  # nearly all of the loss lies along the flat direction, so that it falls at first


@dataclass(frozen=True)
class Dropout:
    """A linear layer w (out, in), an input x (in,), and the probability of keeping a unit."""

    w: np.ndarray
    x: np.ndarray
    keep: float

    def masks(self) -> tuple[np.ndarray, np.ndarray]:
        """Return all masks (2^in, in) and their probabilities (2^in,)."""
        masks = np.array(list(product((0.0, 1.0), repeat=len(self.x))))
        kept = masks.sum(axis=1)
        return masks, self.keep**kept * (1 - self.keep) ** (len(self.x) - kept)

    def mean(self) -> np.ndarray:
        """Return the mean output in training (out,), exactly: a sum over all masks."""
        masks, chances = self.masks()
        return chances @ ((masks * self.x) @ self.w.T)

    def sampled(self, count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Return mean and standard error (out,) of the outputs under ``count`` random masks."""
        outputs = ((rng.random((count, len(self.x))) < self.keep) * self.x) @ self.w.T
        return outputs.mean(axis=0), outputs.std(axis=0, ddof=1) / np.sqrt(count)


def descent(curvatures: np.ndarray, start: np.ndarray, rate: float, steps: int) -> np.ndarray:
    """Return the loss before and after each of ``steps`` (steps + 1,), in closed form: w_t = (1 - rate k)^t w_0."""
    times = np.arange(steps + 1)[:, None]
    return ((1 - rate * curvatures) ** (2 * times) * curvatures * start**2 / 2).sum(axis=1)


def dropout_table(layer: Dropout, rng: np.random.Generator) -> Table:
    """Return the mean outputs in training, measured and exact, beside the outputs at inference."""
    mean, error = layer.sampled(MASKS, rng)
    inverted = Dropout(layer.w / layer.keep, layer.x, layer.keep).mean()

    def row(name: str, values: np.ndarray) -> tuple[str, ...]:
        return (name, *(f"{v:.4f}" for v in values))

    sampled = (f"in training, {MASKS:,} masks", *(f"{m:.4f} ± {2 * e:.4f}" for m, e in zip(mean, error, strict=True)))
    rows = (
        row("in training, mean of all masks", layer.mean()),
        sampled,
        row("at inference, W (p x)", layer.w @ (layer.keep * layer.x)),
        row("at inference, W x", layer.w @ layer.x),
        row("inverted dropout in training, mean", inverted),
    )
    columns = ("output", *(f"y{i + 1}" for i in range(len(layer.w))))
    return Table(f"Dropout with p = {layer.keep:g} (± two standard errors)", columns, rows)


def rate_table(losses: dict[float, np.ndarray]) -> Table:
    """Return first, lowest and last loss for each rate."""
    rows = tuple(
        (
            f"{rate:g}",
            f"{np.abs(1 - rate * CURVATURES).max():.3f}",
            f"{loss[0]:.4f}",
            f"{loss.min():.2e} at step {loss.argmin()}",
            f"{loss[-1]:.2e}",
        )
        for rate, loss in losses.items()
    )
    columns = ("rate", "largest factor", "first loss", "lowest loss", "last loss")
    return Table(f"Gradient descent, curvatures 1 and 10: stable below {2 / CURVATURES.max():g}", columns, rows)


def curves(norms: dict[Activation, np.ndarray], losses: dict[float, np.ndarray]) -> tuple[Picture, Picture]:
    """Return the gradient layer by layer for each net, and the loss step by step for each rate, in powers of ten."""

    def powers(rows: list[np.ndarray]) -> tuple[tuple[float, ...], ...]:
        return rows_of(np.log10(np.maximum(rows, 1e-300)))

    layers = tuple(float(n + 1) for n in range(len(norms["relu"])))
    steps = tuple(float(t) for t in range(next(iter(losses.values())).size))
    said, nets, rates = "power of ten", list(norms.values()), list(losses.values())
    return (
        Picture("The gradient by layer", "lines", powers(nets), layers, tuple(norms), "layer", said),
        Picture(
            "The loss by learning rate",
            "lines",
            powers(rates),
            steps,
            tuple(f"rate {rate:g}" for rate in losses),
            "step",
            said,
        ),
    )
