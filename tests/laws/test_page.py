"""Every view of the local page in a real browser: no error, no request to elsewhere, by keyboard alone, for every eye.

The browser is Debian's Chromium, driven by Playwright, which downloads none; axe-core comes from npm by `make setup-dev`.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, Page

from chromium import AXE, AXE_NEEDED, NEEDED, launched
from finished_study import write_study, write_verdict
from striate.app.serve.place import Place
from striate.app.serve.server import Served, prepared
from striate.training.recipe.recipe import Recipe
from striate.training.train import train

RECIPE = Recipe(data="digits", epochs=2, batch_size=256, train_images=200, net_options={"widths": [[2]], "hidden": []})
TOKEN = "0123456789abcdef"
PATIENCE = 120_000  # ms; a busy machine is no failure
VIEWS = {
    "the folder": "/",
    "a run": "/run/first",
    "a damaged run": "/run/torn",
    "a run that is gone": "/run/gone",
    "a study": "/study/asked",
    "look inside": "/inside?net=first&probe=gradcam&image=digits:1",
    "play a convolution": "/play",
    "play softmax": "/play/softmax",
    "ask a question": "/start",
    "the proofs": "/proofs",
    "a proof": "/proofs/cross-correlation",
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


class Server:
    """A page that can be stopped and started again on its port, in a thread."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, 0
        self.start()

    def start(self) -> None:
        served: Served = prepared(Place(self.folder), port=self.port, token=TOKEN)
        self.port = served.listener.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self._uvicorn = uvicorn.Server(
            uvicorn.Config(served.app, log_level="critical", lifespan="off", timeout_graceful_shutdown=1, ws="none")
        )
        self._thread = threading.Thread(target=self._uvicorn.run, args=([served.listener],), daemon=True)
        self._thread.start()
        while not self._uvicorn.started:
            time.sleep(0.01)

    def stop(self) -> None:
        self._uvicorn.should_exit = self._uvicorn.force_exit = True
        self._thread.join(10)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    top = tmp_path_factory.mktemp("runs")
    train(RECIPE, top / "first", warn=lambda text: None)
    shutil.copytree(top / "first", top / "torn")
    (top / "torn" / "status.json").write_text("{")
    write_study(top / "asked")
    write_verdict(top / "asked")
    made = Server(top)
    yield made
    made.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as opened:
        yield opened


@pytest.fixture(scope="module")
def window(browser: Browser, server: Server) -> Iterator[tuple[Page, list[str], list[str]]]:
    """A window with the token, what its console says, and where its requests went."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE)
    page, said, asked = context.new_page(), list[str](), list[str]()
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{server.address}/?token={TOKEN}")
    page.wait_for_selector("[data-view] h1")
    yield page, said, asked
    context.close()


def opened(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_selector("[data-view] h1")
    if "/inside" in address:
        page.wait_for_selector(".shot img")
    if "/proofs/" in address:
        page.frame_locator("iframe").locator("h1").wait_for()
    if "/play" in address:
        page.wait_for_selector("[data-keep=results] .cells")


def violations(page: Page, only: str = "") -> list[str]:
    """Return what axe-core finds on the page as it is, evaluated past the policy that forbids a script from elsewhere."""
    page.evaluate(AXE.read_text(encoding="utf-8") + ";0")
    found: list[dict[str, Any]] = page.evaluate(
        "only => axe.run(only ? {runOnly: [only]} : {}).then(result => result.violations)", only
    )
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found]


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_has_no_error_no_foreign_request_and_no_barrier(
    view: str, window: tuple[Page, list[str], list[str]], server: Server
) -> None:
    page, said, asked = window
    said.clear()
    opened(page, server.address + VIEWS[view])
    heard = [text for text in said if not (view in REFUSED and f"status of {REFUSED[view]} " in text)]
    assert heard == []
    assert [url for url in asked if not url.startswith((server.address, "data:", "blob:"))] == []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        assert violations(page, "color-contrast" if scheme == "dark" else "") == [], scheme
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size({"width": 1280, "height": 900})


def test_by_keyboard_alone(window: tuple[Page, list[str], list[str]], server: Server) -> None:
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
