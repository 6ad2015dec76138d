"""The page and the files of a probe: everything inside one file, and panels as pictures."""

from __future__ import annotations

import base64
import io
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from striate.base.errors import StorageError
from striate.probes.catalog import ENTRIES
from striate.reports.probe.page import (
    RENDERERS,
    Group,
    Legend,
    Page,
    Panel,
    Table,
    enlarged,
    file_name,
    older_page,
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


def test_an_older_page_goes_with_its_pictures_and_nothing_else_does(tmp_path: Path) -> None:
    folder = tmp_path / "seen"
    two = replace(PAGE, groups=(Group("", panels=(Panel("a", "", PIXELS), Panel("b", "", PIXELS))),))
    write_page(two, folder, "gradcam")
    assert older_page(folder) == "gradcam"
    Image.fromarray(PIXELS).save(folder / "mine.png")
    Image.fromarray(PIXELS).save(folder / "a.png")  # where a picture of the page was
    (folder / "index.html").write_text(
        (folder / "index.html").read_text().replace("a.png b.png", "a.png b.png mine.png")
    )
    write_page(PAGE, folder, "saliency")
    assert older_page(folder) == "saliency"
    assert sorted(path.name for path in folder.iterdir()) == ["01-a-b.png", "a.png", "index.html", "mine.png"]


@pytest.mark.parametrize("taken", ["index.html", "01-a-b.png"])
def test_what_was_not_written_here_is_refused_before_anything_is_written(tmp_path: Path, taken: str) -> None:
    (tmp_path / taken).write_text("mine")
    with pytest.raises(StorageError, match=f"{taken} exists, and striate did not write it"):
        write_page(PAGE, tmp_path, "saliency")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [(taken, "mine")]
    assert older_page(tmp_path) == ""


def test_a_page_whose_pictures_lead_elsewhere_removes_nothing_there(tmp_path: Path) -> None:
    folder = tmp_path / "seen"
    write_page(PAGE, folder, "saliency")
    shutil.copy(folder / "01-a-b.png", tmp_path / "victim.png")
    text = (folder / "index.html").read_text()
    (folder / "index.html").write_text(text.replace("01-a-b.png", f"../victim.png {tmp_path}/victim.png .."))
    write_page(PAGE, folder, "saliency")
    assert (tmp_path / "victim.png").exists()
