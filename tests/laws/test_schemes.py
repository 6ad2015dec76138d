"""Pages can be read by day and by night: of every probe and of every kind of claim, in a real browser, in both schemes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from playwright.sync_api import Browser, Page

from chromium import AXE, AXE_NEEDED, NEEDED, launched
from finished_study import write_study, write_verdict
from laws.test_claims import GIVEN, RUNS, kinds
from laws.test_probes import PICTURES, Odd, called, prepared
from striate.app.options.repeating import study_command
from striate.base.disk.files import dump_json, read_json, write_json
from striate.probes.catalog import ENTRIES
from striate.reports.probe.page import page_of, probe_html
from striate.reports.study.page import write_study_report

PAPER = "getComputedStyle(document.body).backgroundColor"
FAINT = (
    '<html lang="en"><title>t</title><body style="background:#fff"><p style="color:#bbb">Faint words</p></body></html>'
)

pytestmark = [
    pytest.mark.slow,
    NEEDED,
    AXE_NEEDED,
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as opened:
        yield opened


@pytest.fixture
def window(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(120_000)  # ms; a busy machine is not a failure
    yield page
    page.close()


def of_probe(name: str, _: Path) -> str:
    record = called(ENTRIES[name], prepared(Odd), torch.rand(2, 3, 16, 16))
    assert record is not None
    return probe_html(page_of(record, PICTURES if ENTRIES[name].images else (), ("a", "b"), "net"), name)


def of_claim(kind: str, folder: Path) -> str:
    claim = kinds()[kind](name="it", statement="It is so", **GIVEN[kind])
    write_study(folder)
    write_verdict(folder)
    write_json(folder / "study.json", {**read_json(folder / "study.json"), "claims": [claim.to_json()]})
    judged = json.loads(dump_json(claim.judge(RUNS).to_json()))
    write_json(folder / "verdict.json", {**read_json(folder / "verdict.json"), "verdicts": [judged]})
    return write_study_report(folder, study_command).read_text(encoding="utf-8")


PAGES: dict[str, tuple[Callable[[str, Path], str], str]] = {
    **{f"the probe {name}": (of_probe, name) for name in ENTRIES},
    **{f"the claim {kind}": (of_claim, kind) for kind in GIVEN},
}


def hardly_read(window: Page, text: str) -> dict[str, list[str]]:
    """Return what axe-core says of the contrast of a page under each scheme, and check that the paper follows the scheme."""
    window.set_content(text)
    window.evaluate(AXE.read_text(encoding="utf-8") + ";0")
    found: dict[str, list[str]] = {}
    for scheme in ("light", "dark"):
        window.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        told: list[dict[str, Any]] = window.evaluate("axe.run({runOnly: ['color-contrast']}).then(r => r.violations)")
        found[f"{scheme} on {window.evaluate(PAPER)}"] = [node["html"][:120] for one in told for node in one["nodes"]]
    return found


@pytest.mark.parametrize("name", PAGES)
def test_a_page_can_be_read_in_both_schemes(name: str, window: Page, tmp_path: Path) -> None:
    render, of = PAGES[name]
    found = hardly_read(window, render(of, tmp_path))
    assert len(found) == 2, "the paper is the same by day and by night"
    assert not any(found.values()), found


def test_what_can_hardly_be_read_is_found(window: Page) -> None:
    assert all(hardly_read(window, FAINT).values())
