"""Every view of the local page in a real browser: no error, no request to elsewhere, by keyboard alone, for every eye.

The browser is Debian's Chromium, driven by Playwright, which downloads none; axe-core comes from npm by `make setup-dev`.
"""

from __future__ import annotations

import shutil

import pytest
from playwright.sync_api import Browser, Page

import page_window
from chromium import AXE_NEEDED, NEEDED
from page_window import PATIENCE, TOKEN, Server, Window, barriers

browser, server, window = page_window.browser, page_window.server, page_window.window  # what pytest gives tests

VIEWS = {
    "the folder": "/",
    "a run": "/run/first",
    "a damaged run": "/run/torn",
    "a run that is gone": "/run/gone",
    "a study": "/study/asked",
    "two arms": "/compare/asked?a=BN+x5&b=baseline",
    "look inside": "/inside?net=first&probe=gradcam&image=digits:1",
    "play a convolution": "/play",
    "play softmax": "/play/softmax",
    "ask a question": "/start",
    "the proofs": "/proofs",
    "a proof": "/proofs/cross-correlation",
    "the sheets": "/sheets",
    "a sheet": "/sheets/cs7150",
    "the exercises": "/exercises",
    "no view": "/nothing/here",
}
REFUSED = {
    "a damaged run": "400",
    "a run that is gone": "400",
    "no view": "404",
}  # which a browser writes to its console

pytestmark = [
    pytest.mark.slow,
    NEEDED,
    AXE_NEEDED,
]


def opened(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_selector("[data-view] h1")
    if "/inside" in address:
        page.wait_for_selector(".shot img")
    if "/proofs/" in address:
        page.frame_locator("iframe").locator("h1").wait_for()
    if "/play" in address:
        page.wait_for_selector("[data-keep=results] .cells")


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_has_no_error_no_foreign_request_and_no_barrier(view: str, window: Window, server: Server) -> None:
    page, said, asked = window
    said.clear()
    opened(page, server.address + VIEWS[view])
    heard = [text for text in said if not (view in REFUSED and f"status of {REFUSED[view]} " in text)]
    assert heard == []
    assert [url for url in asked if not url.startswith((server.address, "data:", "blob:"))] == []
    assert barriers(page) == []


def test_by_keyboard_alone(window: Window, server: Server) -> None:
    """From the folder into a study, an arm switched off, a value read: without a pointer, and the focus is always seen."""
    page, _, _ = window
    opened(page, f"{server.address}/")

    def focus_on(selector: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("(css) => document.activeElement.matches(css)", selector):
                shown = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                assert shown != "none", selector
                return
        pytest.fail(f"{selector} is not reached")

    focus_on("a[href='/study/asked']")
    page.keyboard.press("Enter")
    page.wait_for_selector(".arm")
    focus_on(".arm")
    page.keyboard.press("Space")
    page.wait_for_selector(".arm[aria-pressed=false]")
    assert "off=baseline" in page.url
    focus_on(".cursor")
    page.keyboard.press("Home")
    assert page.get_attribute(".cursor:focus", "aria-valuetext").startswith("epoch 1: ")  # type: ignore[union-attr]
    page.reload()
    page.wait_for_selector(".arm[aria-pressed=false]")  # what was chosen is in the address


def test_two_windows_see_a_run_come_and_outlive_the_server(browser: Browser, server: Server) -> None:
    context = browser.new_context()
    context.set_default_timeout(PATIENCE)
    one, two = context.new_page(), context.new_page()
    one.goto(f"{server.address}/?token={TOKEN}")
    two.goto(f"{server.address}/")
    for page in (one, two):
        page.wait_for_selector("#link.live")
    shutil.copytree(server.folder / "first", server.folder / "second")
    for page in (one, two):
        page.wait_for_selector("a[href='/run/second']")
    server.stop()
    one.wait_for_selector("#link.offline")
    assert one.is_visible("a[href='/run/second']")  # what was seen stays
    (server.folder / "second").rename(server.folder / "third")
    server.start()
    for page in (one, two):
        page.wait_for_selector("#link.live")
        page.wait_for_selector("a[href='/run/third']")
    context.close()


def test_two_arms_are_chosen_and_stay_in_the_address(window: Window, server: Server) -> None:
    page, said, _ = window
    opened(page, f"{server.address}/study/asked")
    said.clear()
    page.click("text=Two arms side by side")
    page.wait_for_selector("#a")
    page.select_option("#a", "BN x5")
    page.wait_for_selector("text=No claim of this study compares these two")
    page.select_option("#b", "baseline")
    page.wait_for_selector("section[aria-label='What was judged'] .estimate")
    page.wait_for_selector("section[aria-label='Where they differ'] td:has-text('batch')")
    page.click("label:has-text('each seed')")
    address = page.url
    page.reload()
    page.wait_for_selector("#seeds:checked")
    assert ("a=BN+x5" in address, "b=baseline" in address, "seeds=1" in address) == (True, True, True)
    assert page.locator("section[aria-label='Seed by seed'] tbody tr").count() == 3
    assert said == []
