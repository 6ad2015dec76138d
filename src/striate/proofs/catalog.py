"""The only place where the name of a proof becomes a proof.

Each proof is a module of its own, loaded when it is asked for: a row here is its name, which is that of its module, and one
line of what it states. The module holds ``Parameters`` (a frozen, strict Pydantic model with ranges), ``prove(parameters)``,
and ``mutated(parameters)``: the same checks applied to statements that are wrong on purpose, those of its errata among them,
all of which they must reject.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from striate.base.catalog import Catalog, loaded
from striate.base.errors import ProofError, sentence

if TYPE_CHECKING:
    from pydantic import BaseModel

    from striate.proofs.proof import Check, Proof


@dataclass(frozen=True)
class Entry:
    """One name of the catalogue, and what it states in a line; the rest lies in its module, and is loaded with it."""

    name: str
    summary: str

    def _held(self, what: str) -> Any:
        return loaded(f"striate.proofs.statements.{self.name.replace('-', '_')}:{what}")

    @property
    def Parameters(self) -> type[BaseModel]:  # noqa: N802  # a class, as the module calls it
        """What the proof may be given: its sizes, each with its range and its default."""
        return self._held("Parameters")

    @property
    def mutated(self) -> Callable[[Any], tuple[Check, ...]]:
        """The checks of wrong statements, at parameters: none may pass."""
        return self._held("mutated")

    def prove(self, parameters: BaseModel) -> Proof:
        """Return the proof, derived and checked at ``parameters``, which its record keeps."""
        derived: Proof = self._held("prove")(parameters)
        return replace(derived, parameters=parameters.model_dump(mode="json"))


ENTRIES: Catalog[Entry] = Catalog(
    "proof",
    ProofError,
    (
        Entry(
            "one-one-convolution",
            "a 1x1 convolution scales its input by one number only if it mixes no channels, treats all alike and has no bias",
        ),
        Entry(
            "logistic-convexity",
            "the loss of logistic regression is convex, strictly so if no feature is a combination of the others",
        ),
        Entry(
            "locality",
            "locality and stationarity: what they save, that convolution commutes with shifts, where they fail",
        ),
        Entry(
            "cross-correlation",
            "circular cross-correlation is linear in each signal;"
            " one Jacobian is circulant, the other is with its rows reversed",
        ),
        Entry("dense-or-convolution", "dense layer or convolution: outputs, parameters, multiplications and additions"),
        Entry("layer-gradients", "fully connected layer, ReLU and dropout: the gradients of input and weights"),
        Entry(
            "batch-norm-gradient",
            "batch normalization: the derivatives of mean, deviation and loss, as printed and in the standard form",
        ),
        Entry(
            "convolution-gradients",
            "convolution as full, valid and filt: definitions, sizes, and the gradients of input and kernels",
        ),
        Entry(
            "short-answers",
            "why sigmoids stop learning, how dropout is used at inference, why a loss falls and then diverges",
        ),
        Entry(
            "tanh-perceptron", "the tanh perceptron's squared error: its gradient, which vanishes as the weights grow"
        ),
        Entry(
            "backprop-example",
            "back-propagation by hand: every number of the two-unit example, with identity or tanh output",
        ),
        Entry(
            "residual-blocks",
            "a bottleneck block at four times the width has about as many parameters as a standard block",
        ),
        Entry(
            "batch-norm-shapes",
            "batch norm has one mean and one variance for each channel: C of N x C, and C of N x H x W x C",
        ),
        Entry(
            "conv-as-matrix", "a convolution as a matrix A; its backward pass is A', a convolution with flipped kernels"
        ),
    ),
)


def parameters(name: str, given: Mapping[str, Any]) -> Any:
    """Return the proof's parameters: its defaults with ``given`` replaced; raises ProofError listing every fault."""
    from pydantic import ValidationError

    from striate.base.validation import faults_of
    from striate.proofs.proof import plain

    model = ENTRIES.entry(name).Parameters
    # JSON in, so that lists and arrays become tuples under strict validation, as for the options of a net.
    try:
        return model.model_validate_json(json.dumps(plain(given)))
    except ValidationError as error:
        faults = sentence(faults_of(error, model.model_fields))
        raise ProofError(f"proof {name} cannot be made with these parameters: {faults}") from error


def prove(name: str, **given: Any) -> Proof:
    """Return proof ``name`` at the sizes of ``given`` (its own defaults for the rest), derived and checked.

    NumPy's numbers and arrays are taken for Python's. Raises ProofError for an unknown name, and for parameters that it
    does not accept, all of them together.
    """
    found = ENTRIES.entry(name)
    return found.prove(parameters(name, given))
