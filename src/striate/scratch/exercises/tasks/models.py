"""The models of EECS 498 as exercises: each is given fixed parameters under its own names; loss and gradients are compared."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from striate.scratch.convnet import ConvNet
from striate.scratch.exercises.exercise import Compared, Exercise, Fault, Learner, Values, draw, parts
from striate.scratch.models import SVM, LogisticClassifier, Model, SoftmaxClassifier

BUILT: dict[str, tuple[type[Model], tuple[str, ...]]] = {
    "LogisticClassifier": (LogisticClassifier, ()),
    "SVM": (SVM, ()),
    "SoftmaxClassifier": (SoftmaxClassifier, ()),
    "ConvNet": (ConvNet, ("ThreeLayerConvNet", "CNN")),
}


def _judge_model(name: str) -> Callable[[Learner, Values], Compared]:
    made, aliases = BUILT[name]

    def judge(learner: Learner, t: Values) -> Compared:
        ours = made(**t["sizes"], reg=t["reg"])
        theirs = learner.get(name, *aliases)(**t["sizes"], reg=t["reg"])
        params = getattr(theirs, "params", None)
        if not isinstance(params, dict) or set(params) != set(ours.params):
            has = ", ".join(sorted(params)) if isinstance(params, dict) and params else "nothing"
            raise Fault(f"keeps {has} in self.params, where {', '.join(ours.params)} are needed")
        for place, (key, array) in enumerate(ours.params.items()):
            if np.shape(params[key]) != array.shape:
                raise Fault(f"keeps {key} of shape {np.shape(params[key])}, where {array.shape} is needed")
            ours.params[key] = draw(*array.shape, seed=place) / 2
            params[key] = ours.params[key].copy()
        if t["y"] is None:
            return Compared({"scores": learner.call(theirs.loss, t["x"])}, {"scores": ours.scores(t["x"])})
        loss, grads = parts(learner.call(theirs.loss, t["x"], t["y"]), "loss", "grads")
        if not isinstance(grads, dict):
            raise Fault(f"returns a {type(grads).__name__} for grads, where a dict by parameter is needed")
        done = ours.backprop(t["x"], t["y"])
        right: Values = {"loss": done.loss} | {f"d{key}": value for key, value in done.grads.items()}
        got = {"loss": loss} | {f"d{key}": grads.get(key) for key in ours.params}
        return Compared(got, right, _reg_mistakes(ours, right, t["reg"]))

    return judge


def _reg_mistakes(model: Model, right: Values, reg: float) -> list[tuple[str, Values]]:
    weights = {name: w for name, w in model.params.items() if w.ndim > 1}
    penalty = 0.5 * reg * sum(float(np.vdot(w, w)) for w in weights.values())
    bare = {f"d{name}": right[f"d{name}"] - reg * w for name, w in weights.items()}
    double = {f"d{name}": right[f"d{name}"] + reg * w for name, w in weights.items()}
    loss = right["loss"]
    return [
        ("the L2 term is in the loss and not in the gradients", right | bare),
        ("the L2 term is in the gradients and not in the loss", right | {"loss": loss - penalty}),
        ("the L2 term is left out", right | bare | {"loss": loss - penalty}),
        ("the L2 term lacks its factor 1/2", right | double | {"loss": loss + penalty}),
        ("the L2 term lacks its factor 1/2 in the loss", right | {"loss": loss + penalty}),
    ]


def _rows(sizes: Values, reg: float, n: int, labelled: bool = True, image: tuple[int, ...] = ()) -> Values:
    x = draw(n, *(image or (sizes["input_dim"],)))
    y = np.arange(n) % sizes.get("num_classes", 2)
    return {"sizes": sizes, "reg": reg, "x": x, "y": y if labelled else None}


def _trials(name: str) -> list[Values]:
    many: Values = {} if name in ("LogisticClassifier", "SVM") else {"num_classes": 3}
    if name == "ConvNet":
        sizes = {
            "input_dim": (1, 5, 5),
            "num_filters": 2,
            "filter_size": 2,
            "hidden_dim": 3,
            "dtype": np.float64,
        } | many
        return [_rows(sizes, reg, 2, labelled, (1, 5, 5)) for reg, labelled in ((0.0, False), (0.0, True), (0.5, True))]
    shallow, deep = ({"input_dim": 2, "hidden_dim": hidden} | many for hidden in (None, 3))
    return [
        *(_rows(deep, reg, 2, labelled) for reg, labelled in ((0.0, False), (0.0, True), (0.5, True))),
        *(_rows(shallow, reg, 3) for reg in (0.0, 0.5)),
    ]


def exercises() -> list[Exercise]:
    """Return the four models."""
    from striate.scratch.exercises.forms import FORMS

    return [
        Exercise(name, "eecs498", "model", FORMS[name], _judge_model(name), _trials(name), aliases)
        for name, (_, aliases) in BUILT.items()
    ]
