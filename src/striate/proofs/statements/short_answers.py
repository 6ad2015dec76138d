"""Three short answers, each measured: sigmoids saturate, dropout needs a factor at inference, a large rate diverges.

    sigma'(s) = sigma(s) (1 - sigma(s)) <= 1/4     so |delta(l)| <= |W(l+1)| |delta(l+1)| / 4
    mean of sigma'(s) <= 1 / (tau sqrt(2 pi))      for Gaussian signals of deviation tau
    mean over masks of W (x * m) = W (p x)         p the probability of keeping a unit
    w_(t+1) = (1 - eta k) w_t                      grows when eta > 2 / k

The experiments are in `striate.proofs.parts.saturation` and `striate.proofs.parts.demonstrations`.
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
from striate.proofs.parts.demonstrations import (
    CURVATURES,
    START,
    Dropout,
    curves,
    descent,
    dropout_table,
    rate_table,
)
from striate.proofs.parts.saturation import (
    Activation,
    DeepNet,
    check_backpropagation,
    check_quarter,
    check_saturation,
    deep_net,
    norm_table,
    saturation_table,
    sensitivities,
)
from striate.proofs.proof import CONFIG, Check, Proof, Step, numeric, numerics, symbolic

ACTIVATIONS: tuple[Activation, ...] = get_args(Activation)
OUTPUTS = 3


class Parameters(BaseModel):
    """The sizes of the three experiments. Raises Pydantic's ValidationError."""

    model_config = CONFIG

    depth: Annotated[int, Field(ge=2, le=64)] = 12
    """Layers of the deep net."""
    width: Annotated[int, Field(ge=8, le=256)] = 32
    weight_scale: Annotated[float, Field(ge=0.01, le=8.0)] = 1.0
    """By how much the deep net's weights are larger than those that keep the size of its signals."""
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
        name: deep_net(p.depth, p.width, name, p.weight_scale, generator(p.seed, "evaluation", 0))
        for name in ACTIVATIONS
    }
    norms: dict[Activation, np.ndarray] = {n: np.linalg.norm(sensitivities(net), axis=1) for n, net in nets.items()}
    layer, rates = _dropouts(p)[0], (p.rate, p.rate / 2, p.rate / 10)
    losses = {rate: descent(CURVATURES, START, rate, p.steps) for rate in rates}
    return Proof(
        name="short-answers",
        title="Saturation, dropout at inference, and a learning rate that is too large",
        statement="A sigmoid passes on at most a quarter of the gradient, and next to nothing once it is saturated; dropout's "
        "mean output is that of the input times p; gradient descent diverges above twice the inverse of the largest "
        "curvature.",
        statement_latex=r"\sigma'(s) \leq \frac{1}{4}, \quad \mathrm{E}[W (x \odot m)] = W (p x), \quad "
        r"w_{t+1} = (1 - \eta k) w_t",
        source="EECS 498/598 Deep Learning, Homework 1, 2019, question 7",
        steps=STEPS,
        checks=(
            *_symbolic(),
            *(check_backpropagation(nets[name], sensitivities(nets[name])) for name in ACTIVATIONS),
            check_quarter(nets["sigmoid"]),
            check_saturation(lambda tau: 1 / (tau * np.sqrt(2 * np.pi))),
            _inference(p, lambda drop: drop.w @ (drop.keep * drop.x)),
            _descent(p, descent(CURVATURES, START, p.rate, p.steps)),
        ),
        limits="Proved symbolically: the slope of one sigmoid and its area, the mean over the masks of three inputs, and one "
        "step in one direction. The norms by layer, the sampled mean and the losses are measurements of one seeded draw. A "
        "mean that is right before a nonlinearity need not be right after it: for deep nets the factor p is an approximation.",
        tables=(
            norm_table(norms),
            saturation_table(nets["sigmoid"]),
            dropout_table(layer, generator(p.seed, "evaluation", 20)),
            rate_table(losses),
        ),
        pictures=curves(norms, losses),
        values={
            "norms": norms,
            "mean_in_training": layer.mean(),
            "inference": layer.w @ (layer.keep * layer.x),
            "unscaled": layer.w @ layer.x,
            "losses": {f"{rate:g}": loss for rate, loss in losses.items()},
            "largest_stable_rate": 2 / CURVATURES.max(),
        },
    )


def mutated(p: Parameters) -> tuple[Check, ...]:
    """Return the checks of wrong statements: back-propagation without slopes, a mean slope that falls with the square of the
    deviation, dropout used at inference without the factor p, and a step that forgets half of the curvature."""
    net = deep_net(p.depth, p.width, "sigmoid", p.weight_scale, generator(p.seed, "evaluation", 0))
    sloped = [net.gradient]
    for w in net.weights[:0:-1]:
        sloped.insert(0, w.T @ sloped[0])
    return (
        check_backpropagation(net, np.array(sloped)),
        check_saturation(lambda tau: 1 / (tau**2 * np.sqrt(2 * np.pi))),
        _inference(p, lambda drop: drop.w @ drop.x),
        _descent(p, descent(CURVATURES / 2, START, p.rate, p.steps)),
    )


STEPS = (
    Step("The slope of the sigmoid.", r"\sigma'(s) = \sigma(s) (1 - \sigma(s))"),
    Step("It is largest at zero.", r"\frac{1}{4} - \sigma'(s) = \left(\sigma(s) - \frac{1}{2}\right)^2 \geq 0"),
    Step(
        "Each layer multiplies the gradient by its slope, so the first layers of a deep net receive next to nothing. ReLU has "
        "slope 1 on its active side.",
        r"\Vert \delta^{(l)} \Vert \leq \frac{1}{4} \Vert W^{(l+1)} \Vert \, \Vert \delta^{(l+1)} \Vert",
    ),
    Step(
        "Far from zero a unit is saturated, and its slope vanishes. All slopes together have the area 1, so that signals "
        "spread out with deviation tau have a mean slope of at most the height of their density. Larger weights spread the "
        "signals: most units stop learning, and what gradient there is goes through the few that are still near zero.",
        r"\int_{-\infty}^{\infty} \sigma'(s) \, ds = 1 \;\Rightarrow\; \mathrm{E}[\sigma'(s)] \leq "
        r"\frac{1}{\tau \sqrt{2 \pi}} \quad \mathrm{for} \quad s \sim N(0, \tau^2)",
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
        symbolic(
            "the area under all slopes",
            [sympy.limit(sigmoid, s, sympy.oo) - sympy.limit(sigmoid, s, -sympy.oo) - 1],
            "one unit",
        ),
        symbolic("the mean over all masks", [sympy.expand(mean - p * sum(x))], "three inputs"),
        symbolic(
            "one step", [step - (1 - eta * k) * w, (1 - eta * k) ** 2 - 1 - eta * k * (eta * k - 2)], "one direction"
        ),
    )


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
    pairs = [(rule(layer), layer.mean()) for layer in layers]
    sizes = f"{p.inputs} inputs with p = {p.keep:g}, and two others"
    return numerics("dropout at inference", pairs, oracle="the mean over all masks", sizes=sizes)


def _descent(p: Parameters, claimed: np.ndarray) -> Check:
    import torch

    w = torch.tensor(START, requires_grad=True)
    optimizer, losses = torch.optim.SGD([w], lr=p.rate), list[float]()
    for _ in range(p.steps + 1):
        loss = (torch.from_numpy(CURVATURES) * w**2).sum() / 2
        losses.append(float(loss.detach()))
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
    share = claimed / np.maximum(losses, 1e-300)
    oracle = "PyTorch's SGD, as a share of its loss"
    return numeric("the loss of gradient descent", share, np.ones(p.steps + 1), oracle=oracle, sizes=f"rate {p.rate:g}")
