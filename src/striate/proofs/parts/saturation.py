"""A deep net of sigmoids or ReLUs whose gradients are followed back layer by layer, and what saturates its units.

    s(l) = W(l) h(l-1)      h(l) = phi(s(l))      delta(l) = phi'(s(l)) * W(l+1)' delta(l+1), the gradient by s(l)

Larger weights drive the signals s away from zero, where the sigmoid has no slope: its slopes have the area 1 in all, so
that Gaussian signals of deviation tau have a mean slope of at most 1 / (tau sqrt(2 pi)).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from striate.proofs.proof import Check, Table, numerics

Activation = Literal["sigmoid", "relu"]

FACTORS = (1.0, 4.0, 16.0, 64.0)  # by which the weights grow until nearly all units are saturated


@dataclass(frozen=True)
class DeepNet:
    """Weights (L, width, width), an input (width,), and the gradient of the last output (width,)."""

    weights: np.ndarray
    x: np.ndarray
    gradient: np.ndarray
    activation: Activation


def deep_net(depth: int, width: int, activation: Activation, scale: float, rng: np.random.Generator) -> DeepNet:
    """Return a net whose weights have the variance 1/width for sigmoid (Glorot), 2/width for ReLU (He), times ``scale``
    squared; with ``scale`` 1 it keeps the size of its signals."""
    deviation = scale * np.sqrt((2 if activation == "relu" else 1) / width)
    weights = deviation * rng.standard_normal((depth, width, width))
    x, gradient = rng.standard_normal((2, width))
    return DeepNet(weights, x, gradient / np.linalg.norm(gradient), activation)


def signals(net: DeepNet) -> np.ndarray:
    """Return s(l) for every layer (L, width), first layer first."""
    out, found = net.x, list[np.ndarray]()
    for w in net.weights:
        found.append(w @ out)
        out = (1 + np.tanh(found[-1] / 2)) / 2 if net.activation == "sigmoid" else np.maximum(found[-1], 0)
    return np.array(found)


def slopes(s: np.ndarray, activation: Activation) -> np.ndarray:
    """Return phi'(s), of the shape of ``s``; the sigmoid's keeps its digits where the sigmoid rounds to 1."""
    if activation == "relu":
        return (s > 0).astype(float)
    small = np.exp(-np.abs(s))
    return small / (1 + small) ** 2


def sensitivities(net: DeepNet) -> np.ndarray:
    """Return delta(l) for every layer (L, width), first layer first, by back-propagation written out."""
    slope = slopes(signals(net), net.activation)
    deltas = [net.gradient * slope[-1]]
    for layer in range(len(net.weights) - 2, -1, -1):
        deltas.insert(0, slope[layer] * (net.weights[layer + 1].T @ deltas[0]))
    return np.array(deltas)


def mean_slope(deviation: float) -> float:
    """Return the mean slope of a sigmoid whose signal is Gaussian around 0 with this deviation, by quadrature."""
    from scipy import integrate, stats

    density, reach = stats.norm(scale=deviation), 40 * min(1.0, deviation)  # beyond it the integrand is below 1e-17
    return float(integrate.quad(lambda s: float(density.pdf(s) * slopes(np.asarray(s), "sigmoid")), -reach, reach)[0])


def saturation_table(net: DeepNet) -> Table:
    """Return how far growing weights saturate the units of a sigmoid net, and what is left at its first layer."""
    rows: list[tuple[str, ...]] = []
    for factor in FACTORS:
        grown = replace(net, weights=factor * net.weights)
        s = signals(grown)
        slope, first = slopes(s, "sigmoid"), np.linalg.norm(sensitivities(grown)[0])
        share = f"{(slope < 0.01).mean():.0%}"
        rows.append((f"{factor:g}", f"{s.std():.2f}", f"{slope.mean():.4f}", share, f"{first:.2e}"))
    columns = ("weights times", "deviation of the signals", "mean slope", "slope below 0.01", "gradient, first layer")
    return Table("Sigmoid units driven into saturation by the size of the weights", columns, tuple(rows))


def norm_table(norms: dict[Activation, np.ndarray]) -> Table:
    """Return the norm of the sensitivities layer by layer, for each net."""
    rows = [(f"{layer + 1}", *(f"{n[layer]:.2e}" for n in norms.values())) for layer in range(len(norms["relu"]))]
    ratios = ("first / last", *(f"{n[0] / n[-1]:.2e}" if n[-1] else "no gradient" for n in norms.values()))
    return Table("Norm of the gradient by the signals of each layer", ("layer", *norms), (*rows, ratios))


def check_backpropagation(net: DeepNet, claimed: np.ndarray) -> Check:
    """Compare ``claimed`` sensitivities (L, width) of ``net`` with autograd."""
    import torch

    signals: list[torch.Tensor] = []
    out = torch.from_numpy(net.x).requires_grad_()
    for w in torch.from_numpy(net.weights):
        signals.append(w @ out)
        out = torch.sigmoid(signals[-1]) if net.activation == "sigmoid" else torch.relu(signals[-1])
    slopes = torch.autograd.grad(out, signals, torch.from_numpy(net.gradient))
    wanted = np.array([slope.numpy() for slope in slopes])
    return numerics(
        f"sensitivities, {net.activation}",
        zip(claimed, wanted, strict=True),
        oracle="PyTorch autograd, layer by layer",
        sizes=f"{len(signals)} layers of {len(net.x)}",
    )


def check_quarter(net: DeepNet) -> Check:
    """Compare what each layer of a sigmoid net passes back with the most that it can."""
    norms = np.linalg.norm(sensitivities(net), axis=1)
    most = np.array([np.linalg.norm(w, 2) / 4 for w in net.weights[1:]])
    passed, limit = norms[:-1], most * norms[1:]  # both are zero where the gradient has died out altogether
    closest = float((passed / np.maximum(limit, 1e-300)).max())
    detail = f"{len(passed)} layers: the closest passes on {closest:.2f} of the most it can"
    return Check("a sigmoid layer passes on |W| / 4 at most", "numeric", bool(np.all(passed <= limit)), detail)


def check_saturation(most: Callable[[float], float]) -> Check:
    """Compare the mean slope of signals with ``most``, which it is said not to exceed, at five deviations."""
    deviations = (0.5, 1.0, 2.0, 10.0, 100.0)
    shares = [mean_slope(tau) / most(tau) for tau in deviations]
    said = ", ".join(f"{share:.3f}" for share in shares)
    detail = f"deviations {', '.join(f'{tau:g}' for tau in deviations)}; by quadrature {said} of the bound"
    return Check("the mean slope of a saturated unit", "numeric", bool(max(shares) <= 1), detail)
