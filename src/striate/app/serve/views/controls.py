"""The probes of the page "Look inside", each with what it can be told: said here once, for the browser and for the server.

GET /api/probes: [{"name", "title", "pictured", "plays", "controls": [{"name", "label", "kind", ...}]}]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from striate.base.catalog import unknown
from striate.base.errors import ProbeError, listed, printable
from striate.probes.catalog import ENTRIES
from striate.probes.choices import Method, Norm


@dataclass(frozen=True, kw_only=True)
class Control:
    """One option of a probe: ``kind`` is what it is chosen by. A number lies from ``least`` to ``most``."""

    name: str
    label: str
    kind: Literal["class", "tap", "choice", "number", "range", "text"]
    start: str = ""
    """What it is before anything is chosen; for a class or a tap, what no choice is called."""
    choices: tuple[str, ...] = ()
    least: float = 0
    most: float = 0
    step: float = 1
    free_at: float | None = None
    """The value at which a range asks for nothing."""

    def read(self, text: str) -> Any:
        """Return the value that ``text`` is; raises ProbeError for one that the page does not take."""
        if self.choices and text not in self.choices:
            raise ProbeError(f'{self.name} is "{printable(text)}", and this page takes {listed(self.choices, "or")}')
        if self.kind not in ("number", "range"):
            return text
        try:
            value = int(text) if self.step == int(self.step) else float(text)
        except ValueError as error:
            raise ProbeError(f'{self.name} is "{printable(text)}", and a number is expected') from error
        if not self.least <= value <= self.most:
            bounds = f"{self.least:g} to {self.most:g}"
            raise ProbeError(f"{self.name} is {value}, and this page takes {bounds}; more by the command")
        return None if value == self.free_at else value


@dataclass(frozen=True)
class Shown:
    """A probe of the page; ``pictured`` says that it looks at the chosen picture, ``plays`` that its steps can be watched."""

    name: str
    title: str
    controls: tuple[Control, ...]
    pictured: bool = True

    @property
    def plays(self) -> bool:
        """Whether it climbs in steps."""
        return any(control.name == "steps" for control in self.controls)


CLASS = Control(name="class", label="Class", kind="class", start="the predicted one")
LAST_TAP = Control(name="tap", label="Tap", kind="tap", start="the last one")
OWN = (
    Shown("maps", "Feature maps", (Control(name="tap", label="Tap", kind="tap"),)),
    Shown(
        "saliency",
        "Saliency",
        (CLASS, Control(name="method", label="Method", kind="choice", choices=get_args(Method))),
    ),
    Shown("gradcam", "Grad-CAM", (CLASS, LAST_TAP)),
    Shown(
        "occlusion",
        "Occlusion",
        (
            CLASS,
            Control(name="window", label="Patch (pixels)", kind="number", least=1, most=64),
            Control(name="stride", label="Step (pixels)", kind="number", least=1, most=64),
        ),
    ),
    Shown(
        "localise",
        "Localise",
        (
            CLASS,
            Control(name="threshold", label="Threshold", kind="range", start="0.2", least=0.05, most=0.95, step=0.05),
            Control(name="scale", label="Enlarged", kind="range", start="1", least=1, most=4, step=0.5),
        ),
    ),
    Shown("filters", "Filters", (Control(name="tap", label="Convolution", kind="tap", start="the first one"),), False),
    Shown(
        "maximize",
        "Maximize",
        (
            LAST_TAP,
            Control(name="channels", label="Channels (4 at most)", kind="text", start="the first 3"),
            Control(name="steps", label="Steps", kind="range", start="64", least=1, most=1024),
            Control(name="rate", label="Length of a step", kind="range", start="0.05", least=0.01, most=0.2, step=0.01),
        ),
        False,
    ),
    Shown(
        "fool",
        "Fool",
        (
            Control(name="class", label="To be taken for", kind="class", start="every class"),
            Control(name="steps", label="Steps at most", kind="range", start="100", most=1000),
            Control(name="budget", label="Largest change", kind="range", start="0", most=8, step=0.1, free_at=0),
            Control(name="norm", label="Measured in", kind="choice", choices=get_args(Norm)),
        ),
    ),
)


def shown() -> tuple[Shown, ...]:
    """Return the probes of the page: those above, and every other heatmap of the catalogue with its class."""
    known = {one.name for one in OWN}
    others = (entry for entry in ENTRIES.values() if entry.kind == "heatmap" and entry.name not in known)
    return (*OWN, *(Shown(entry.name, entry.name.capitalize(), (CLASS,)) for entry in others))


def probe_shown(name: str) -> Shown:
    """Return the probe ``name`` of the page; raises ProbeError naming those that there are."""
    table = {one.name: one for one in shown()}
    if name not in table:
        raise ProbeError(unknown("probe of this page", name, table))
    return table[name]


def probes(_query: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return every probe of the page with its controls, as JSON-able values."""
    return [
        {**vars(one), "plays": one.plays, "controls": [vars(control) for control in one.controls]} for one in shown()
    ]


def options_of(probe: Shown, query: Mapping[str, str]) -> dict[str, Any]:
    """Return the options that the query gives, the class aside; raises ProbeError for what the page does not take."""
    given = {control.name: control.read(text) for control in probe.controls if (text := query.get(control.name, ""))}
    return {name: value for name, value in given.items() if value is not None and name != "class"}
