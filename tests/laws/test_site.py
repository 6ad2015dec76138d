"""The site: it is built without a warning, every block in it runs, and every public name stands in its reference."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import striate
import warm

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.slow
def test_it_is_built_without_a_warning_and_every_block_runs(tmp_path: Path) -> None:
    """A block that fails ends the build, and so does a warning, as of a link that leads nowhere."""
    site = tmp_path / "site"
    command = [sys.executable, "-m", "sphinx", "-W", "-q", "-d", str(tmp_path / "trees"), str(DOCS), str(site)]
    with warm.shells(tmp_path) as environment:
        done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    for source in [*DOCS.glob("*.md"), *DOCS.glob("notebooks/*.ipynb")]:
        assert site.joinpath(source.relative_to(DOCS)).with_suffix(".html").is_file()
    assert "striate-card" in (site / "notebooks" / "look-inside.html").read_text()


def test_every_public_name_stands_in_the_reference() -> None:
    text = (DOCS / "reference.md").read_text()
    named = set(re.findall(r"auto(?:class|function):: striate\.(\w+)$", text, re.MULTILINE))
    assert named == set(striate.__all__) - {"probe"}
    assert "automodule:: striate.probes.probe" in text


def test_the_notebooks_hold_no_output() -> None:
    """What they show is made where they are run, so that it is never older than the program."""
    notebooks = sorted(DOCS.glob("notebooks/*.ipynb"))
    assert len(notebooks) == 3
    for notebook in notebooks:
        cells = json.loads(notebook.read_text())["cells"]
        assert not [cell for cell in cells if cell.get("outputs")]
