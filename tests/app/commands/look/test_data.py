"""The command that shows a data set."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from PIL import Image
from typer.testing import CliRunner

from striate.app.cli import app

WRITTEN = Path(__file__).parents[3] / "data" / "written"


def test_a_data_set_is_shown_as_text_as_json_and_as_a_page(tmp_path: Path) -> None:
    words = ["show", "data", str(WRITTEN / "hub")]
    done = CliRunner().invoke(app, [*words, "--out", str(tmp_path / "page")], catch_exceptions=False)
    told = " ".join(done.stdout.split())  # where the line is folded hangs on how long the path is
    assert told.startswith("hub: 8 x 8 pixels, 3 channels, 2 classes, from ")
    assert "No two are equal, pixel for pixel." in done.stdout
    assert f"wrote {tmp_path / 'page' / 'index.html'}" in done.stderr
    assert (tmp_path / "page" / "index.html").is_file()
    sheet = np.asarray(Image.open(tmp_path / "page" / "sheet.png"))
    assert sheet[0, 0].tolist() == [0, 0, 0]  # the first pixel of the first cat
    document = json.loads(CliRunner().invoke(app, [*words, "--json", "--image-size", "4"]).stdout)
    assert document["counts"] == {"train": [2, 2], "test": [1, 1]}
    assert document["shape"] == [4, 4, 3]
