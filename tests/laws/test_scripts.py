"""What the scripts of the served page have to say themselves is what the Python beside them says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import get_args

import pytest

import striate
from striate.app.serve.asking import MOST_SEEDS
from striate.app.serve.server import VIEWS
from striate.nets.measure.anatomy import KINDS
from striate.reports.kit.palette import DASHES
from striate.studies.claims.outcome import MEASURES
from striate.training.confusion import On

SOURCE = Path(striate.__file__).parent
MAIN = (SOURCE / "app/serve/static/main.js").read_text(encoding="utf-8")
# Where a list stands -> its keys, as Python has them.
LISTS = {
    ("app/serve/static/views/compare.js", r"MEASURES = (\[\[.*\]\]);"): list(MEASURES),
    ("app/serve/static/parts/mistakes.js", r"IMAGES = \{(.*)\};"): list(get_args(On)),
    ("app/serve/static/views/start.js", r'id: "seeds", type: "number", min: 1, max: (\d+)'): MOST_SEEDS,
}


def found(file: str, pattern: str) -> str:
    """Return what stands there; a list that is gone is a row that is to go."""
    match = re.search(pattern, (SOURCE / file).read_text(encoding="utf-8"))
    assert match, f"{file} has no {pattern} any more"
    return match[1]


@pytest.mark.parametrize("where", LISTS, ids=lambda where: Path(where[0]).name)
def test_a_list_of_a_script_is_that_of_python(where: tuple[str, str]) -> None:
    text, expected = found(*where), LISTS[where]
    if text.startswith("[[") and isinstance(expected, list):
        assert sorted(key for key, _ in json.loads(text)) == sorted(expected)
    elif isinstance(expected, list):
        assert sorted(re.findall(r"(\w+):", text)) == sorted(expected)
    else:
        assert json.loads(text) == expected


def test_every_address_of_the_server_has_one_view_and_every_view_an_address() -> None:
    patterns = [re.compile(written.replace(r"\/", "/")) for written in re.findall(r"pattern: /(.+?)/, view", MAIN)]
    addresses = [re.sub(r"\{.*\}", "bn-1", path) for path in VIEWS]
    matching = {address: [p.pattern for p in patterns if p.search(address)] for address in addresses}
    assert {address for address, views in matching.items() if len(views) != 1} == set()
    assert {view for views in matching.values() for view in views} == {p.pattern for p in patterns}
    linked = re.findall(r'\["(/[a-z]*)", "', MAIN)
    assert {"/", "/inside", "/exercises"} <= set(linked) <= set(VIEWS)


def test_a_layer_is_drawn_by_a_word_of_its_kind() -> None:
    words = json.loads(found("app/serve/static/parts/net.js", r"KINDS = (\[.*\]);"))
    assert {word for word in words if not any(word in kind for kind in KINDS.values())} == set()


def test_a_chart_has_as_many_dashes_as_the_palette() -> None:
    assert len(json.loads(found("reports/kit/scripts/chart.js", r"DASHES = (\[.*\]);"))) == len(DASHES)
