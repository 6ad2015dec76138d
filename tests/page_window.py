"""The served page as a test of the browser sees it: a server that can be stopped, a window on it, and what axe-core finds."""

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

from chromium import AXE, launched
from finished_study import write_study, write_verdict
from striate.app.serve.place import Place
from striate.app.serve.server import Served, prepared
from striate.training.recipe.recipe import Recipe
from striate.training.train import train

RECIPE = Recipe(data="digits", epochs=2, batch_size=256, train_images=200, net_options={"widths": [[2]], "hidden": []})
TOKEN = "0123456789abcdef"
PATIENCE = 120_000  # ms; a busy machine is not a failure
Window = tuple[Page, list[str], list[str]]
"""A window with the token, what its console says, and where its requests went."""


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
def window(browser: Browser, server: Server) -> Iterator[Window]:
    """A window with the token, what its console says, and where its requests went."""
    page, said, asked = windowed(browser, server)
    yield page, said, asked
    page.context.close()


def windowed(browser: Browser, server: Server) -> Window:
    """Return a new window of ``browser``, with the token."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE)
    page, said, asked = context.new_page(), list[str](), list[str]()
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{server.address}/?token={TOKEN}")
    page.wait_for_selector("[data-view] h1")
    return page, said, asked


def violations(page: Page, only: str = "") -> list[str]:
    """Return what axe-core finds on the page as it is, evaluated past the policy that forbids a script from elsewhere."""
    page.evaluate(AXE.read_text(encoding="utf-8") + ";0")
    found: list[dict[str, Any]] = page.evaluate(
        "only => axe.run(only ? {runOnly: [only]} : {}).then(result => result.violations)", only
    )
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found]


def barriers(page: Page) -> list[str]:
    """Return what axe-core finds in light and in dark, and whether the page is wider than a phone."""
    found: list[str] = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        found += [f"{scheme}: {one}" for one in violations(page, "color-contrast" if scheme == "dark" else "")]
    page.set_viewport_size({"width": 390, "height": 800})
    if not page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
        found.append("wider than 390 px")
    page.set_viewport_size({"width": 1280, "height": 900})
    return found
