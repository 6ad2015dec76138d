"""The card of an exported net."""

from __future__ import annotations

from operator import methodcaller

from striate.app.exporting.export import Exported

SHOWN = methodcaller("_repr_html_")  # as a notebook calls it


def test_an_export_says_how_it_was_compared() -> None:
    made = SHOWN(Exported("net.onnx", "onnx", 1234, 2e-7, "logits within 2e-07 of the net's largest"))
    assert "1,234 bytes" in made
    assert "logits within 2e-07" in made
