"""What "Look inside" offers for a probe is what the probe takes, and nothing else gets past it."""

from __future__ import annotations

import json
from inspect import signature

import pytest

from striate.app.actions import localising, looking
from striate.app.serve.views.controls import OWN, Control, Shown, options_of, probe_shown, probes, shown
from striate.base.errors import ProbeError
from striate.probes import catalog

CONTROLS = [(probe, control) for probe in OWN for control in probe.controls]
# What the page's request calls otherwise than the probe's function does.
CALLED = {"class": "target"}


@pytest.mark.parametrize(("probe", "control"), CONTROLS, ids=lambda one: getattr(one, "name", ""))
def test_a_control_is_an_option_of_its_probe_and_starts_where_it_may_stand(probe: Shown, control: Control) -> None:
    if probe.name != "maps":  # which takes a tap, and no probe makes it
        page = {"localise": localising.localise, "fool": looking.fool, "maximize": looking.maximize}.get(probe.name)
        known = {
            option for maker in (catalog.entry(probe.name).run, page) if maker for option in signature(maker).parameters
        }
        assert {control.name, CALLED.get(control.name), f"{CALLED.get(control.name)}s"} & known
    assert control.label
    if control.kind == "choice":
        assert control.choices
    if control.kind == "range":
        assert control.read(control.start) == (
            None if float(control.start) == control.free_at else float(control.start)
        )
    if control.kind in ("number", "range"):
        for wrong in (control.least - 1, control.most + 1):
            with pytest.raises(ProbeError, match=f"this page takes {control.least:g} to {control.most:g}"):
                control.read(f"{wrong:.0f}")
        for wrong in ("x", "nan", "inf", "1e"):
            with pytest.raises(ProbeError, match=control.name):
                control.read(wrong)


def test_each_heatmap_of_the_catalogue_is_on_the_page() -> None:
    heatmaps = {entry.name for entry in catalog.ENTRIES.values() if entry.kind == "heatmap"}
    assert heatmaps <= {one.name for one in shown()}
    assert json.loads(json.dumps(probes({})))[0]["name"] == "maps"


def test_options_are_read_and_what_is_not_given_is_left_to_the_probe() -> None:
    given = {"class": "3", "steps": "10", "budget": "0", "norm": "linf", "image": "digits:0"}
    assert options_of(probe_shown("fool"), given) == {"steps": 10, "norm": "linf"}
    assert options_of(probe_shown("fool"), {"budget": "0.5"}) == {"budget": 0.5}
    assert options_of(probe_shown("localise"), {"scale": "1.5"}) == {"scale": 1.5}
    with pytest.raises(ProbeError, match='norm is "l3", and this page takes l2 or linf'):
        options_of(probe_shown("fool"), {"norm": "l3"})
    with pytest.raises(ProbeError, match="probe of this page"):
        probe_shown("salience")
