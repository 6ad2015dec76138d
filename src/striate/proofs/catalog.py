"""The only place where the name of a proof becomes a proof.

Each proof is a module of its own, loaded when it is asked for. It holds ``SUMMARY`` (one line), ``Parameters`` (a frozen,
strict Pydantic model with ranges), ``prove(parameters)``, and ``mutated(parameters)``: the same checks applied to
statements that are wrong on purpose, those of its errata among them, all of which they must reject.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel, ValidationError

from striate.base.catalog import loaded, unknown
from striate.base.errors import ProofError, sentence
from striate.base.validation import faults_of
from striate.proofs.proof import Check, Proof, plain

NAMES = (
    "one-one-convolution",
    "logistic-convexity",
    "locality",
    "cross-correlation",
    "dense-or-convolution",
    "layer-gradients",
    "batch-norm-gradient",
    "convolution-gradients",
    "short-answers",
    "tanh-perceptron",
    "backprop-example",
    "residual-blocks",
    "batch-norm-shapes",
    "conv-as-matrix",
)


@dataclass(frozen=True)
class Entry:
    """One name of the catalogue: what it states in a line, its parameters, how it is derived, its checks of wrong ones."""

    name: str
    summary: str
    Parameters: type[BaseModel]
    derive: Callable[[Any], Proof]
    mutated: Callable[[Any], tuple[Check, ...]]

    def prove(self, parameters: BaseModel) -> Proof:
        """Return the proof, derived and checked at ``parameters``, which its record keeps."""
        return replace(self.derive(parameters), parameters=parameters.model_dump(mode="json"))


def entry(name: str) -> Entry:
    """Return the catalogue's entry; raises ProofError with the nearest name and the list."""
    if name not in NAMES:
        raise ProofError(unknown("proof", name, NAMES))
    module = loaded(f"striate.proofs.statements.{name.replace('-', '_')}")
    return Entry(name, module.SUMMARY, module.Parameters, module.prove, module.mutated)


def parameters(name: str, given: Mapping[str, Any]) -> Any:
    """Return the proof's parameters: its defaults with ``given`` replaced; raises ProofError listing every fault."""
    model = entry(name).Parameters
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
    found = entry(name)
    return found.prove(parameters(name, given))
