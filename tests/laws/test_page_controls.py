"""What the views of the page do when they are used: pictures from a camera, files of weights, mistakes, sheets, exercises."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

import page_window
from chromium import AXE_NEEDED, NEEDED, launched
from page_window import Server, Window, barriers, windowed
from striate.app.exporting.export import export
from striate.sheets.catalog import BUILTIN

browser, server, window = page_window.browser, page_window.server, page_window.window  # what pytest gives tests
pytestmark = [pytest.mark.slow, NEEDED, AXE_NEEDED]
CAMERA = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
INSIDE = "/inside?net=first&probe=saliency&image=digits:1"


def looked(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_selector(".shot img")


def test_a_picture_from_the_camera_is_looked_at(browser: Browser, server: Server) -> None:
    with launched(*CAMERA, beside=browser) as other:
        page, said, _ = windowed(other, server)
        looked(page, server.address + INSIDE)
        page.click("text=Use the camera")
        page.wait_for_function("() => document.querySelector('video').videoWidth > 0")
        assert page.evaluate("document.activeElement.textContent") == "Take this picture"
        assert barriers(page) == []
        page.keyboard.press("Enter")
        page.wait_for_function("() => location.search.includes('dropped')")
        page.wait_for_selector("text=camera.png")  # in the command
        page.click("text=Camera off")
        assert page.is_hidden("video")
        assert page.evaluate("document.querySelector('video').srcObject") is None
        assert said == []


def test_where_there_is_no_camera_it_says_so_and_the_rest_goes_on(window: Window, server: Server) -> None:
    page, said, _ = window
    looked(page, server.address + INSIDE)
    said.clear()
    page.click("text=Use the camera")
    page.wait_for_selector(".camera .note:has-text('There is no camera here'), .camera .note:has-text('refused')")
    page.evaluate("Object.defineProperty(navigator, 'mediaDevices', { value: undefined })")
    page.click("text=Use the camera")
    page.wait_for_selector(".camera .note:has-text('gives no camera to a page at this address')")
    assert (page.is_visible(".shot img"), page.is_hidden("video"), said) == (True, True, [])


@pytest.mark.parametrize(
    ("name", "why"), [("NotAllowedError", "was refused"), ("NotReadableError", "another program has it")]
)
def test_a_camera_that_is_refused_or_taken_is_a_sentence(name: str, why: str, window: Window, server: Server) -> None:
    page, _, _ = window
    looked(page, server.address + INSIDE)
    page.evaluate(
        "name => { navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', name); }; }", name
    )
    page.click("text=Use the camera")
    page.wait_for_selector(f".camera .note:has-text('{why}')")


def test_a_file_of_weights_is_chosen_or_given(window: Window, server: Server, tmp_path: Path) -> None:
    page, said, _ = window
    file = server.folder / "kept" / "exported.safetensors"
    if not file.exists():
        file.parent.mkdir()
        export(server.folder / "first", "safetensors", file)
    looked(page, server.address + INSIDE)
    said.clear()
    page.select_option("#weights", "folder:kept/exported.safetensors")
    page.wait_for_selector("code:has-text('exported.safetensors')")
    assert page.input_value("#net") == "convnet"
    assert "weights=folder%3Akept%2Fexported.safetensors" in page.url
    page.reload()
    page.wait_for_selector(".shot img")
    assert page.input_value("#weights") == "folder:kept/exported.safetensors"
    assert barriers(page) == []
    shutil.copy(file, tmp_path / "mine.safetensors")
    page.set_input_files("#weights-file", tmp_path / "mine.safetensors")
    page.wait_for_selector("code:has-text('--weights mine.safetensors')")
    assert said == []
    (tmp_path / "no.pt").write_bytes(b"PK")
    page.set_input_files("#weights-file", tmp_path / "no.pt")
    page.wait_for_selector(".result .note:has-text('no.pt')")


def test_a_probe_that_takes_long_can_be_stopped(window: Window, server: Server) -> None:
    page, _, _ = window
    looked(page, server.address + INSIDE)
    page.route("**/api/look*", lambda route: None)  # it never answers
    page.click("text=Occlusion")
    page.click(".busy button")
    page.wait_for_selector("text=/Stopped after \\d+ s/")
    assert page.is_hidden(".busy button")
    page.unroute("**/api/look*")
    page.click("text=Saliency")
    page.wait_for_selector(".shot img")


def test_the_mistakes_of_a_run_are_shown_where_they_are_asked_for(window: Window, server: Server) -> None:
    page, said, _ = window
    page.goto(f"{server.address}/run/first")
    said.clear()
    page.click("text=Find its mistakes")
    page.wait_for_selector("h3:has-text('Most confident mistakes')")
    assert "mistakes=val" in page.url
    assert page.evaluate("[...document.querySelectorAll('.drawn img')].every((one) => one.naturalWidth > 100)")
    assert page.locator(".shot:not(.drawn) img").count() > 0
    assert barriers(page) == []
    page.reload()
    page.wait_for_selector("h3:has-text('Most confident mistakes')")  # it is in the address
    page.select_option("#on", "test")
    page.click("text=Find its mistakes")
    page.wait_for_selector(".note:has-text('has not been tested')")
    assert said == []


def test_a_layer_draws_what_it_sees_on_a_picture(window: Window, server: Server) -> None:
    page, said, _ = window
    page.goto(f"{server.address}/run/first")
    said.clear()
    page.wait_for_selector(".field-of-view image")
    first = page.get_attribute(".window", "width")
    page.focus("#layer")
    page.keyboard.press("End")
    page.wait_for_function("first => document.querySelector('.window').getAttribute('width') !== first", arg=first)
    page.keyboard.press("Home")
    before = page.get_attribute(".window", "x")
    box = page.locator(".field-of-view svg").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 4, box["y"] + 4)
    page.wait_for_function("x => document.querySelector('.window').getAttribute('x') !== x", arg=before)
    page.fill("#drawn-on", "digits:99999")
    page.keyboard.press("Enter")
    page.wait_for_selector(".sight [role=status]:has-text('digits:99999')")
    assert page.locator(".field-of-view image").count() == 0


def test_focus_stays_where_it_is_while_a_run_goes_on(window: Window, server: Server) -> None:
    page, _, _ = window
    page.goto(f"{server.address}/run/first")
    page.wait_for_selector(".cursor")
    page.focus(".cursor")
    page.keyboard.press("Home")
    with page.expect_response("**/api/run?*"):
        (server.folder / "first" / "status.json").touch()
    page.wait_for_timeout(200)
    assert page.evaluate("document.activeElement.matches('.cursor')")


def test_a_sheet_says_what_is_left_and_what_it_costs(window: Window, server: Server) -> None:
    page, said, _ = window
    page.goto(f"{server.address}/sheets")
    said.clear()
    page.click("a[href='/sheets/cs7150']")
    page.wait_for_selector(".questions li")
    assert page.locator(".questions li").count() == len(BUILTIN.entry("cs7150").sheet().questions)
    assert page.is_visible("text=/0 of \\d+ works done/")
    page.select_option("#data", "mnist")
    page.wait_for_selector("code:has-text('--data mnist')")
    assert "data=mnist" in page.url
    page.select_option("#data", "")
    folder = server.folder / "sheet-cs7150-quick"
    folder.mkdir(exist_ok=True)
    (folder / "cs7150.html").write_text("<!doctype html><html lang=en><title>t</title><h1>The answers</h1>")
    page.reload()
    page.click("text=Show the document")
    page.frame_locator("iframe").locator("text=The answers").wait_for()
    assert "document=1" in page.url
    assert said == []


def test_a_sheet_is_begun_and_stopped(window: Window, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """By one button, whose meaning changes with its words; the process stands for the command, and only waits."""
    waiting = "import signal, sys; signal.signal(2, lambda *_: sys.exit(130)); print('question 1', flush=True); signal.pause()"
    words: list[list[str]] = []
    real = subprocess.Popen

    def begun(given: list[str], **named: Any) -> subprocess.Popen[bytes]:
        words.append(given)
        return real([sys.executable, "-c", waiting], **named)

    monkeypatch.setattr("striate.app.serve.jobs.subprocess.Popen", begun)
    page, said, _ = window
    page.goto(f"{server.address}/sheets/csce636")
    said.clear()
    page.click(".steer .main:has-text('Make it')")
    page.wait_for_selector(".steer:has-text('question 1')")
    assert words[0][3:5] == ["sheet", "csce636"]
    assert page.is_disabled("#budget")
    page.click(".steer button:has-text('Stop')")
    page.wait_for_selector(".steer .main:has-text('Make it')")
    page.wait_for_selector(".steer:has-text('what is done stays')")
    assert (len(words), said) == (1, [])


def test_an_exercise_is_begun_and_graded(window: Window, server: Server) -> None:
    page, said, _ = window
    (server.folder / "mine.py").write_text("import numpy as np\ndef relu_forward(x):\n    return np.minimum(0, x), x\n")
    page.goto(f"{server.address}/exercises")
    said.clear()
    page.wait_for_selector("#graded")
    page.select_option("#only", "relu_forward")
    with page.expect_download() as download:
        page.click("text=Get the file to begin with")
    assert download.value.suggested_filename == "relu_forward.py"
    page.click("text=Grade it")
    page.wait_for_selector(".grade.wrong:has-text('relu_forward')")
    assert re.search("0 of 1 right", page.inner_text("h3"))
    assert page.inner_text(".grade pre").startswith("x =")
    assert barriers(page) == []
    assert said == []
