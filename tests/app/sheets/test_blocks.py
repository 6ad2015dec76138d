"""What of a probe's page a sheet shows."""

from __future__ import annotations

import numpy as np

from striate.app.sheets.blocks import kept
from striate.reports.probe.page import Panel
from striate.sheets import Look


def test_a_map_without_a_weight_shows_what_it_answers_to_and_a_silent_one_nothing() -> None:
    def panels(published: str, activation: str) -> list[Panel]:
        pixels = np.zeros((1, 1, 3), np.uint8)
        return [
            Panel(f"conv1-3-{name}-1", f"{name}{said}", pixels)
            for name, said in (("published", published), ("activation", activation))
        ]

    look = Look("f", "features", "net", keep=("published",), instead=("activation",))
    blank = ", heatmap blank"
    assert [one.caption for one in kept(look, panels("", ""))] == ["published"]
    assert [one.caption for one in kept(look, panels(blank, ""))] == ["activation"]
    assert kept(look, panels(blank, blank)) == []
    alone = Look("f", "features", "net", keep=("published",))
    assert [one.caption for one in kept(alone, panels(blank, ""))] == [f"published{blank}"]
