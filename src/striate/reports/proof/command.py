"""The command that makes a proof again, from the parameters that its record holds."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from striate.proofs.proof import Proof


def command(proof: Proof) -> str:
    """Return the shell command with every parameter that is set; those that are not set have no option."""
    words = ["striate", "prove", proof.name]
    for name, value in proof.parameters.items():
        if value is not None:
            words += [f"--{name.replace('_', '-')}", _written(value)]
    return shlex.join(words)


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
