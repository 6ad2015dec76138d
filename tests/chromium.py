"""Debian's Chromium, driven by Playwright, which downloads none: where it is, and what a test asks of it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserType, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
AXE = Path(sys.prefix, "node", "node_modules", "axe-core", "axe.min.js")
NEEDED = pytest.mark.skipif(CHROMIUM is None, reason="no chromium here; .ci/run installs it")
AXE_NEEDED = pytest.mark.skipif(not AXE.exists(), reason="no axe-core here; make setup-dev installs it")


@contextmanager
def launched(*more: str, beside: Browser | None = None) -> Generator[Browser]:
    """Give a browser, started with ``more`` arguments, ``beside`` one that is open: a process has room for one Playwright."""
    if beside is None:
        with sync_playwright() as playwright:
            opened = _started(playwright.chromium, more)
            yield opened
            opened.close()
        return
    opened = _started(beside.browser_type, more)
    yield opened
    opened.close()


def _started(kind: BrowserType, more: tuple[str, ...]) -> Browser:
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    return kind.launch(executable_path=CHROMIUM, args=[*arguments, "--disable-gpu", *more])
