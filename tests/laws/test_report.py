"""The report of a study as a file in a real browser: its curves answer to keys and switches, and nothing is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from chromium import NEEDED, launched
from finished_study import write_study, write_verdict
from striate.app.options.repeating import study_command
from striate.reports.study.page import write_study_report

pytestmark = [pytest.mark.slow, NEEDED]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    write_study(folder)
    write_verdict(folder)
    return write_study_report(folder, study_command)


@pytest.fixture
def opened(report: Path) -> Iterator[Page]:
    """The report; what its console says and where its requests went are held to be nothing when it closes."""
    with launched() as browser:
        page, said, asked = browser.new_page(), list[str](), list[str]()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(report.as_uri())
        yield page
    assert said == []
    assert asked == [report.as_uri()]


def test_its_curves_are_read_and_switched(opened: Page) -> None:
    alive = opened.locator("#alive")
    assert alive.locator("figure").count() == 4
    assert not opened.locator("div.still").is_visible()
    cursor = alive.locator(".cursor").first
    cursor.focus()
    cursor.press("End")
    cursor.press("ArrowLeft")
    assert cursor.get_attribute("aria-valuetext", timeout=5000) is not None
    assert "baseline" in str(cursor.get_attribute("aria-valuetext"))
    assert alive.locator(".tip").first.is_visible()
    lines = alive.locator("figure").first.locator("path.line")
    before = lines.count()
    alive.get_by_role("button", name="baseline x5").click()
    assert lines.count() == before - 1
    alive.locator("#seeds").check()
    assert lines.count() > before
    alive.locator("#x").select_option("seconds")
    assert "seconds" in str(alive.locator("figure").first.locator("svg.chart").text_content())


def test_on_paper_the_still_curves_stand_there(opened: Page) -> None:
    opened.emulate_media(media="print")
    assert opened.locator("div.still").is_visible()
    assert not opened.locator("#alive").is_visible()


def test_without_scripts_the_still_curves_stand_there(report: Path) -> None:
    with launched() as browser:
        page = browser.new_context(java_script_enabled=False).new_page()
        page.goto(report.as_uri())
        assert page.locator("div.still svg.chart").first.is_visible()
