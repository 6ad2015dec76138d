"""Three short answers, each measured: sigmoids saturate, dropout needs a factor at inference, a large rate diverges.

    sigma'(s) = sigma(s) (1 - sigma(s)) <= 1/4     so |delta(l)| <= |W(l+1)| |delta(l+1)| / 4
    mean over masks of W (x * m) = W (p x)         p the probability of keeping a unit
    w_(t+1) = (1 - eta k) w_t                      grows when eta > 2 / k

The experiments are in `striate.proofs.demonstrations`.
Source: EECS 498/598 Deep Learning, Homework 1, 2019, question 7.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import product
from typing import Annotated, get_args

import numpy as np
from pydantic import BaseModel, Field

from striate.base.seeds import generator
from striate.proofs.demonstrations import (
    CURVATURES,
    START,
    Activation,
    DeepNet,
    Dropout,
    deep_net,
    descent,
    dropout_table,
    norm_table,
    rate_table,
    sensitivities,
)
from striate.proofs.proof import CONFIG, Check, Picture, Proof, Step, numeric, rows_of, symbolic

SUMMARY = "why sigmoids stop learning, how dropout is used at inference, why a loss falls and then diverges"
ACTIVATIONS: tuple[Activation, ...] = get_args(Activation)
OUTPUTS = 3


class Parameters(BaseModel):
    """The sizes of the three experiments. Raises Pydantic's ValidationError."""

    model_config = CONFIG

    depth: Annotated[int, Field(ge=2, le=64)] = 12
    """Layers of the deep net."""
    width: Annotated[int, Field(ge=8, le=256)] = 32
    inputs: Annotated[int, Field(ge=1, le=12)] = 8
    """Inputs of the layer with dropout; all 2^inputs masks are gone through."""
    keep: Annotated[float, Field(ge=0.01, le=0.99)] = 0.5
    """Probability with which dropout keeps a unit."""
    rate: Annotated[float, Field(gt=0.0, le=1.0)] = 0.21
    """Learning rate on a loss whose largest curvature is 10: it diverges above 0.2."""
    steps: Annotated[int, Field(ge=2, le=150)] = 60
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0


def prove(p: Parameters) -> Proof:
    """Return the three answers with their measurements and checks."""
    nets: dict[Activation, DeepNet] = {
        name: deep_net(p.depth, p.width, name, generator(p.seed, "evaluation", 0)) for name in ACTIVATIONS
    }
    norms: dict[Activation, np.ndarray] = {n: np.linalg.norm(sensitivities(net), axis=1) for n, net in nets.items()}
    layer, rates = _dropouts(p)[0], (p.rate, p.rate / 2, p.rate / 10)
    losses = {rate: descent(CURVATURES, START, rate, p.steps) for rate in rates}
    return Proof(
        name="short-answers",
        title="Saturation, dropout at inference, and a learning rate that is too large",
        statement="A sigmoid passes on at most a quarter of the gradient, its layer that times the norm of W; dropout's "
        "mean output is that of the input times p; gradient descent diverges above twice the inverse of the largest "
        "curvature.",
        statement_latex=r"\sigma'(s) \leq \frac{1}{4}, \quad \mathrm{E}[W (x \odot m)] = W (p x), \quad "
        r"w_{t+1} = (1 - \eta k) w_t",
        source="EECS 498/598 Deep Learning, Homework 1, 2019, question 7",
        steps=STEPS,
        checks=(
            *_symbolic(),
            *(_backpropagation(nets[name]) for name in ACTIVATIONS),
            _quarter(nets["sigmoid"]),
            _inference(p, lambda drop: drop.w @ (drop.keep * drop.x)),
            _descent(p),
        ),
        limits="Proved symbolically: the slope of one sigmoid, the mean over the masks of three inputs, and one step in one "
        "direction. The norms by layer, the sampled mean and the losses are measurements of one seeded draw. A mean that "
        "is right before a nonlinearity need not be right behind it: for deep nets the factor p is an approximation.",
        tables=(norm_table(norms), dropout_table(layer, generator(p.seed, "evaluation", 20)), rate_table(losses)),
        pictures=_pictures(norms, losses),
        values={
            "norms": norms,
            "mean_in_training": layer.mean(),
            "inference": layer.w @ (layer.keep * layer.x),
            "unscaled": layer.w @ layer.x,
            "losses": {f"{rate:g}": loss for rate, loss in losses.items()},
            "largest_stable_rate": 2 / CURVATURES.max(),
        },
    )


def mutated(p: Parameters) -> Check:
    """Return the check of dropout used at inference without the factor p, which it must reject."""
    return _inference(p, lambda drop: drop.w @ drop.x)


STEPS = (
    Step("The slope of the sigmoid.", r"\sigma'(s) = \sigma(s) (1 - \sigma(s))"),
    Step("It is largest at zero.", r"\frac{1}{4} - \sigma'(s) = \left(\sigma(s) - \frac{1}{2}\right)^2 \geq 0"),
    Step(
        "Each layer multiplies the gradient by its slope, so the first layers of a deep net receive next to nothing; far "
        "from zero, where the unit is saturated, the slope itself vanishes. ReLU has slope 1 on its active side.",
        r"\Vert \delta^{(l)} \Vert \leq \frac{1}{4} \Vert W^{(l+1)} \Vert \, \Vert \delta^{(l+1)} \Vert",
    ),
    Step(
        "A unit is kept with probability p, so a mask has the mean p. The layer is linear, and the mean passes through.",
        r"\mathrm{E}[W (x \odot m)] = W (x \odot \mathrm{E}[m]) = W (p x)",
    ),
    Step(
        "So at inference y = W (p x). Inverted dropout divides by p in training instead, and y = W x at inference. Where p "
        "is the probability of dropping, the factor is 1 - p.",
        r"\mathrm{E}\left[W \left(x \odot \frac{m}{p}\right)\right] = W x",
    ),
    Step(
        "Gradient descent near a minimum, in a direction of curvature k.",
        r"w_{t+1} = w_t - \eta k w_t = (1 - \eta k) w_t",
    ),
    Step(
        "It shrinks while the factor lies between -1 and 1, and grows beyond.",
        r"(1 - \eta k)^2 < 1 \;\Leftrightarrow\; 0 < \eta < \frac{2}{k}",
    ),
    Step(
        "With several curvatures the loss first falls along the flat directions, until the steepest one, growing from next "
        "to nothing, takes over: it falls quickly and then diverges. Lower the learning rate, or lower it over time."
    ),
)


@cache
def _symbolic() -> tuple[Check, ...]:
    import sympy

    s = sympy.Symbol("s", real=True)
    sigmoid = 1 / (1 + sympy.exp(-s))
    slope = sympy.diff(sigmoid, s)
    p, eta, k, w = sympy.symbols("p eta k w")
    x = sympy.symbols("x:3")
    mean = sum(
        sympy.prod([p if kept else 1 - p for kept in mask]) * sum(a * kept for a, kept in zip(x, mask, strict=True))
        for mask in product((0, 1), repeat=3)
    )
    step = w - eta * sympy.diff(k * w**2 / 2, w)
    return (
        symbolic(
            "the slope of the sigmoid",
            [slope - sigmoid * (1 - sigmoid), sympy.Rational(1, 4) - slope - (sigmoid - sympy.Rational(1, 2)) ** 2],
            "one unit",
        ),
        symbolic("the mean over all masks", [sympy.expand(mean - p * sum(x))], "three inputs"),
        symbolic(
            "one step", [step - (1 - eta * k) * w, (1 - eta * k) ** 2 - 1 - eta * k * (eta * k - 2)], "one direction"
        ),
    )


def _backpropagation(net: DeepNet) -> Check:
    import torch

    signals: list[torch.Tensor] = []
    out = torch.from_numpy(net.x).requires_grad_()
    for w in torch.from_numpy(net.weights):
        signals.append(w @ out)
        out = torch.sigmoid(signals[-1]) if net.activation == "sigmoid" else torch.relu(signals[-1])
    slopes = torch.autograd.grad(out, signals, torch.from_numpy(net.gradient))
    wanted = np.array([slope.numpy() for slope in slopes])
    scale = np.maximum(np.linalg.norm(wanted, axis=1, keepdims=True), 1e-300)  # every layer counts, however small
    return numeric(
        f"sensitivities, {net.activation}",
        sensitivities(net) / scale,
        wanted / scale,
        oracle="PyTorch autograd, each layer relative to its norm",
        sizes=f"{len(signals)} layers of {len(net.x)}",
    )


def _quarter(net: DeepNet) -> Check:
    norms = np.linalg.norm(sensitivities(net), axis=1)
    most = np.array([np.linalg.norm(w, 2) / 4 for w in net.weights[1:]])
    share = norms[:-1] / norms[1:]
    detail = f"{len(share)} layers: the closest passes on {(share / most).max():.2f} of the most it can"
    return Check("a sigmoid layer passes on |W| / 4 at most", "numeric", bool(np.all(share <= most)), detail)


def _dropouts(p: Parameters) -> list[Dropout]:
    """Return the layer asked for, and two of other sizes and another p."""
    cases = [(p.inputs, p.keep), (5, 0.8), (7, 0.3)]
    layers: list[Dropout] = []
    for i, (inputs, keep) in enumerate(cases):
        rng = generator(p.seed, "evaluation", 10 + i)
        layers.append(Dropout(rng.standard_normal((OUTPUTS, inputs)), rng.standard_normal(inputs), keep))
    return layers


def _inference(p: Parameters, rule: Callable[[Dropout], np.ndarray]) -> Check:
    layers = _dropouts(p)
    got, wanted = np.array([rule(layer) for layer in layers]), np.array([layer.mean() for layer in layers])
    sizes = f"{p.inputs} inputs with p = {p.keep:g}, and two others"
    return numeric("dropout at inference", got, wanted, oracle="the mean over all masks", sizes=sizes)


def _descent(p: Parameters) -> Check:
    import torch

    w = torch.tensor(START, requires_grad=True)
    optimizer, losses = torch.optim.SGD([w], lr=p.rate), list[float]()
    for _ in range(p.steps + 1):
        loss = (torch.from_numpy(CURVATURES) * w**2).sum() / 2
        losses.append(float(loss.detach()))
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
    share = descent(CURVATURES, START, p.rate, p.steps) / np.maximum(losses, 1e-300)
    oracle = "PyTorch's SGD, as a share of its loss"
    return numeric("the loss of gradient descent", share, np.ones(p.steps + 1), oracle=oracle, sizes=f"rate {p.rate:g}")


def _pictures(norms: dict[Activation, np.ndarray], losses: dict[float, np.ndarray]) -> tuple[Picture, Picture]:
    def powers(curves: list[np.ndarray]) -> tuple[tuple[float, ...], ...]:
        return rows_of(np.log10(np.maximum(curves, 1e-300)))

    layers, steps = tuple(float(n + 1) for n in range(len(norms["relu"]))), next(iter(losses.values())).size
    gradient, loss = "The gradient by layer", "The loss by learning rate"
    return (
        Picture(gradient, "lines", powers(list(norms.values())), layers, tuple(norms), "layer", "power of ten"),
        Picture(
            loss,
            "lines",
            powers(list(losses.values())),
            tuple(float(t) for t in range(steps)),
            tuple(f"rate {rate:g}" for rate in losses),
            "step",
            "power of ten",
        ),
    )
