"""The page and the files of a probe: everything inside one file, and panels as pictures."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from striate.probes.catalog import ENTRIES
from striate.reports.probe import (
    RENDERERS,
    Group,
    Legend,
    Page,
    Panel,
    Table,
    enlarged,
    file_name,
    probe_html,
    write_page,
)

PIXELS = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
PAGE = Page(
    title="A <title>",
    over="saliency, net",
    words=("One & two.",),
    formula="M = x",
    groups=(Group("image <1>", ("a line",), (Panel("01-a/b", "seen <b>", PIXELS),)),),
    legend=Legend(Panel("legend", "", PIXELS), ("0", "largest"), "Dark is 0."),
    tables=(Table("Settings", ("setting", "value"), (("window", "4"),)),),
    notes=("A note.",),
)


def test_the_page_holds_everything_and_escapes_it() -> None:
    html = probe_html(PAGE)
    for text in (
        "A &lt;title&gt;",
        "One &amp; two.",
        "image &lt;1&gt;",
        "seen &lt;b&gt;",
        "Dark is 0.",
        "window",
        "A note.",
    ):
        assert text in html
    assert "<math" in html
    assert html.count('<img class="coarse" src="data:image/png;base64,') == 1
    assert "http" not in html.replace("http-equiv", "").replace("http://www.w3.org", "")


def test_a_panel_is_the_picture() -> None:
    content = base64.b64decode(PAGE.groups[0].panels[0].uri.partition(",")[2])
    with Image.open(io.BytesIO(content)) as picture:
        np.testing.assert_array_equal(np.asarray(picture), PIXELS)


def test_the_files_are_the_panels_enlarged_and_the_page(tmp_path: Path) -> None:
    page = write_page(PAGE, tmp_path / "seen")
    assert sorted(p.name for p in page.parent.iterdir()) == ["01-a-b.png", "index.html"]
    with Image.open(tmp_path / "seen" / "01-a-b.png") as picture:
        made = np.asarray(picture)
    assert made.shape == (224, 224, 3)
    np.testing.assert_array_equal(made[::112, ::112], PIXELS)


def test_a_large_panel_keeps_its_size() -> None:
    large = np.zeros((224, 300, 3), np.uint8)
    assert enlarged(large).shape == large.shape
    assert not Panel("a", "", large).coarse


@pytest.mark.parametrize(
    ("text", "name"), [("a b/ç.png", "a-b-.png"), ("../..", "panel"), ("", "panel"), ("x" * 99, "x" * 80)]
)
def test_a_file_name_is_harmless(text: str, name: str) -> None:
    assert file_name(text) == name


def test_every_kind_of_record_has_its_page() -> None:
    assert {entry.kind for entry in ENTRIES.values()} <= RENDERERS.keys()
