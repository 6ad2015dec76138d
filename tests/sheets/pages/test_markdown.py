"""The Markdown: nothing in a text is taken for markup, and figures lie beside it."""

from __future__ import annotations

import re
from pathlib import Path

from striate.sheets.document import Document
from striate.sheets.pages.markdown import escaped, sheet_markdown


def test_every_block_stands_in_it_and_figures_lie_beside_it(document: Document, tmp_path: Path) -> None:
    made = sheet_markdown(document, tmp_path)
    named = re.findall(r"\]\((figures/[^)]+)\)", made)
    assert len(named) == 5
    assert all((tmp_path / path).is_file() for path in named)
    assert re.search(r"(?<!\\)<script", made) is None
    assert "$$\nz = " in made
    assert re.search(r"^1\. .+\n\n   \$\$\n   \S.*\n   \$\$$", made, re.MULTILINE)  # within the entry of the list
    assert "> **a source**: says so\n>\n> **Here**: not here" in made
    assert "```python\ndef f(x):" in made
    assert "striate:output" in made[-60:]


def test_what_could_be_markup_is_escaped() -> None:
    assert escaped("a_b *c* [d](e) | <f>\n# g") == "a\\_b \\*c\\* \\[d\\](e) \\| \\<f\\> \\# g"
