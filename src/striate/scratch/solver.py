"""The solver: take batches of the training data, let an update rule follow the gradients, keep the best parameters.

    each step:   draw a batch (with replacement)   (loss, grads) = model.loss(X, y)   params <- rule(params, grads)
    each epoch:  max(N // batch_size, 1) steps; then measure both accuracies, and learning_rate <- lr_decay * learning_rate

Accuracy is also measured before the first step. At the end, also when an error ends the training, the model holds the
parameters (and running averages) of the best validation accuracy, the earliest among equals.
Source: the Solver of EECS 498/598 Deep Learning, Homework 1, 2019, whose fields and histories these are.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from striate.base.errors import DataError, NetError, RecipeError, sentence
from striate.scratch.layers.checks import broken
from striate.scratch.update_rules import filled, rule_named

Array = NDArray[Any]
_DATA = ("X_train", "y_train", "X_val", "y_val")


class Learner(Protocol):
    """What the solver trains: ``loss(X)`` returns scores, ``loss(X, y)`` returns (loss, gradients by parameter).

    Where ``loss`` takes ``rng`` it gets the solver's generator, where there are ``buffers`` the best are kept too, and where
    there is ``loss_of(scores, y)`` it says, before the first step, which labels it refuses.
    """

    params: dict[str, Array]

    @property
    def loss(self) -> Callable[..., Any]:
        """The scores, or loss and gradients."""
        ...


class Solver:
    """Train ``model`` on ``data``: ``X_train`` (N, ...), ``y_train`` (N), ``X_val``, ``y_val``.

    ``update_rule`` is sgd, sgd_momentum, rmsprop or adam, ``optim_config`` its constants; ``lr_decay`` multiplies the
    learning rate after each epoch. With ``verbose``, ``say`` gets a line every ``print_every`` steps and every epoch.
    ``rng`` draws batches, subsets and dropout. Raises RecipeError listing all options that are not acceptable, DataError
    for data that do not fit together.

    Attributes: ``epoch``, ``best_val_acc``, ``best_params``, ``loss_history`` (one per step), ``train_acc_history`` and
    ``val_acc_history`` (one before the first step, then one per epoch), ``optim_configs`` (one per parameter).
    """

    def __init__(
        self,
        model: Learner,
        data: Mapping[str, Array],
        *,
        update_rule: str = "sgd",
        optim_config: Mapping[str, Any] | None = None,
        lr_decay: float = 1.0,
        batch_size: int = 100,
        num_epochs: int = 10,
        print_every: int = 10,
        verbose: bool = True,
        say: Callable[[str], object] = print,
        rng: np.random.Generator | None = None,
    ) -> None:
        counts = {"batch_size": batch_size, "num_epochs": num_epochs, "print_every": print_every}
        faults = [
            f"{name} is {n}, and must be a whole number from 1"
            for name, n in counts.items()
            if broken(**{name: n}) or n < 1
        ]
        if not 0 < lr_decay <= 1:
            faults.append(f"lr_decay is {lr_decay}, and must be above 0 and at most 1")
        if faults:
            raise RecipeError(sentence(faults))
        self.X_train, self.y_train, self.X_val, self.y_val = _checked(data)
        self.model = model
        self.rule = rule_named(update_rule)
        self.lr_decay, self.batch_size, self.num_epochs = lr_decay, batch_size, num_epochs
        self.print_every, self.verbose, self.say = print_every, verbose, say
        self.rng = rng or np.random.default_rng(0)
        self._draws = {"rng": self.rng} if "rng" in inspect.signature(model.loss).parameters else {}
        self.optim_configs = {name: filled(update_rule, w, optim_config) for name, w in model.params.items()}
        self.epoch = 0
        self.best_val_acc = -math.inf
        self.best_params: dict[str, Array] = {}
        self._best_buffers: dict[str, Array] = {}
        self.loss_history: list[float] = []
        self.train_acc_history: list[float] = []
        self.val_acc_history: list[float] = []

    def train(self) -> None:
        """Train for ``num_epochs`` epochs, more where it is called again.

        Raises NetError, naming the step, where the loss is not finite, and DataError where an input is not; parameters are
        then the best so far, and the histories stay.
        """
        per_epoch = max(len(self.X_train) // self.batch_size, 1)
        try:
            # What overflows ends in a loss that is not finite, and that is reported.
            with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
                self._epochs(per_epoch)
        finally:
            self._put_back()

    def check_accuracy(self, x: Array, y: Array, num_samples: int | None = None, batch_size: int = 100) -> float:
        """Return the share of right answers, on ``num_samples`` drawn with replacement where there are more rows.

        The answer is the largest of (N, K) scores; for scores (N) it is whether they are above 0, against labels 1.
        """
        if num_samples is not None and num_samples < len(x):
            drawn = self.rng.integers(len(x), size=num_samples)
            x, y = x[drawn], y[drawn]
        right = 0
        for start in range(0, len(x), batch_size):
            scores, labels = self.model.loss(x[start : start + batch_size]), y[start : start + batch_size]
            right += int(np.sum(scores.argmax(1) == labels if scores.ndim == 2 else (scores > 0) == (labels == 1)))
        return right / len(x)

    def _epochs(self, per_epoch: int) -> None:
        if not self.val_acc_history:
            self._check_data()
            self._measure()
        steps = self.num_epochs * per_epoch
        for step in range(1, steps + 1):
            self._step()
            if self.verbose and (step == 1 or step % self.print_every == 0):
                self.say(f"(Iteration {step} / {steps}) loss: {self.loss_history[-1]:f}")
            if step % per_epoch == 0:
                self.epoch += 1
                for config in self.optim_configs.values():
                    config["learning_rate"] *= self.lr_decay
                self._measure()

    def _check_data(self) -> None:
        """Refuse, before the first step, labels that the model's loss does not accept, and a validation input not finite."""
        strange = np.argwhere(~np.isfinite(self.X_val))
        if strange.size:
            at = tuple(strange[0].tolist())
            raise DataError(
                f"X_val{list(at)} is {self.X_val[at]}, met at step 0: inputs must be finite; correct it or leave the row out"
            )
        loss_of = getattr(self.model, "loss_of", None)
        if loss_of is None:
            return
        like = self.model.loss(self.X_train[:1])[0]
        for name, y in (("y_train", self.y_train), ("y_val", self.y_val)):
            try:
                loss_of(np.zeros((len(y), *np.shape(like))), y)
            except DataError as error:
                raise DataError(f"{name}: {error}") from error

    def _step(self) -> None:
        """Draw a batch and update every parameter; nothing is updated by a loss that is not finite."""
        step = len(self.loss_history) + 1
        drawn = self.rng.integers(len(self.X_train), size=self.batch_size)
        batch = self.X_train[drawn]
        if not np.isfinite(batch).all():
            row, *cell = np.argwhere(~np.isfinite(batch))[0].tolist()
            raise DataError(
                f"X_train{[int(drawn[row]), *cell]} is {batch[(row, *cell)]}, met at step {step}: inputs must be finite;"
                " correct it or leave the row out"
            )
        loss, grads = self.model.loss(batch, self.y_train[drawn], **self._draws)
        if not math.isfinite(loss):
            raise NetError(
                f"the loss is {loss} at step {step} (epoch {self.epoch + 1}), and training stops; lower learning_rate"
            )
        self.loss_history.append(float(loss))
        for name, w in self.model.params.items():
            self.model.params[name], self.optim_configs[name] = self.rule(w, grads[name], self.optim_configs[name])

    def _measure(self) -> None:
        """Measure both accuracies, and keep the parameters where validation has never been better."""
        self.train_acc_history.append(self.check_accuracy(self.X_train, self.y_train, num_samples=1000))
        self.val_acc_history.append(self.check_accuracy(self.X_val, self.y_val))
        if self.val_acc_history[-1] > self.best_val_acc:
            self.best_val_acc = self.val_acc_history[-1]
            self.best_params = {name: w.copy() for name, w in self.model.params.items()}
            self._best_buffers = {name: b.copy() for name, b in getattr(self.model, "buffers", {}).items()}
        if self.verbose:
            accuracies = f"train acc: {self.train_acc_history[-1]:f}; val_acc: {self.val_acc_history[-1]:f}"
            self.say(f"(Epoch {self.epoch} / {self.num_epochs}) {accuracies}")

    def _put_back(self) -> None:
        if self.best_params:
            self.model.params.update({name: w.copy() for name, w in self.best_params.items()})
            getattr(self.model, "buffers", {}).update({name: b.copy() for name, b in self._best_buffers.items()})


def _checked(data: Mapping[str, Array]) -> tuple[Array, Array, Array, Array]:
    """Return the four arrays of ``data``; raises DataError listing what is absent or does not fit together."""
    absent = [name for name in _DATA if name not in data]
    if absent:
        raise DataError(f"data lack {', '.join(absent)}; they hold {', '.join(_DATA)}")
    X_train, y_train, X_val, y_val = (np.asarray(data[name]) for name in _DATA)  # noqa: N806
    faults: list[str] = []
    for split, x, y in (("train", X_train, y_train), ("val", X_val, y_val)):
        if y.ndim != 1 or len(x) != len(y) or len(y) == 0:
            faults.append(f"X_{split} {x.shape} and y_{split} {y.shape} must be (N, ...) and (N), not empty")
    if X_train.shape[1:] != X_val.shape[1:]:
        faults.append(f"X_train {X_train.shape} and X_val {X_val.shape} must be alike after N")
    if faults:
        raise DataError(sentence(faults))
    return X_train, y_train, X_val, y_val
