"""The page of filters: strongest first, one scale, grey for zero."""

from __future__ import annotations

import torch

from striate.probes.facts import FilterFacts
from striate.probes.record import Record
from striate.reports.kit.colours import diverging
from striate.reports.probe.filters import page


def record(filters: torch.Tensor, first: bool = True) -> Record[FilterFacts]:
    kernel = tuple(filters.shape[2:])
    facts = FilterFacts(tap="conv1", first=first, filters=len(filters), channels=filters.shape[1], kernel=kernel)
    return Record("filters", "filters", {"filters": filters, "norms": filters.flatten(1).norm(dim=1)}, "", facts)


def test_three_channels_are_colours_on_one_scale() -> None:
    filters = torch.zeros(2, 3, 1, 2)
    filters[1, 0, 0, 0], filters[1, 2, 0, 1], filters[0, 1, 0, 0] = 2.0, -2.0, 1.0
    shown = page(record(filters), [], (), "net")
    assert [panel.file for panel in shown.groups[0].panels] == ["filter-001", "filter-000"]
    strong, weak = (panel.pixels[0].tolist() for panel in shown.groups[0].panels)
    assert strong == [[255, 128, 128], [128, 128, 0]]
    assert weak == [[128, 191, 128], [128, 128, 128]]
    assert shown.legend is None
    assert shown.title == "What the first layer looks for"


def test_other_channels_are_their_mean_with_a_sign() -> None:
    filters = torch.tensor([1.0, 1.0, -2.0, 0.0]).view(2, 2, 1, 1)
    shown = page(record(filters, first=False), [], (), "net")
    # Means 1 and -1 over the largest magnitude, 2: half a colour each.
    strong, weak = (panel.pixels[0, 0].tolist() for panel in shown.groups[0].panels)
    assert (strong, weak) == (diverging()[64].tolist(), diverging()[190].tolist())
    assert shown.legend is not None
    assert shown.title == "The filters of conv1"


def test_filters_of_zeros_are_grey() -> None:
    shown = page(record(torch.zeros(1, 3, 2, 2)), [], (), "net")
    assert set(shown.groups[0].panels[0].pixels.flatten().tolist()) == {128}
