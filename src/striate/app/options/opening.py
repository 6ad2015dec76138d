"""How a command opens a net: where it comes from that is not a run, and what of its own code may run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from striate.app.options.own_code import OwnCode
from striate.app.options.shared import Source

if TYPE_CHECKING:
    from striate.app.inputs.opened_net import Subject
    from striate.app.options.shared import Given


@dataclass(frozen=True)
class Opening:
    """The options of every command that takes a net."""

    source: Source
    own: OwnCode

    def open(self, net: str, *others: str) -> Subject:
        """Return the net that ``net`` names; what the person named may run, of ``others`` too."""
        self.own.let_in(net, *others)
        return self.source.open(net)

    def given(self, *nets: str) -> Given:
        """Return the same as arguments of what opens ``nets`` itself; what the person named may run."""
        self.own.let_in(*nets)
        return self.source.given
