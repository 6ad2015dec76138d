"""The form of the page in a browser, the folder itself as a run, and addresses that name nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

import page_window
from chromium import AXE_NEEDED, NEEDED
from page_window import Server, Window, barriers, windowed

browser, server, window = page_window.browser, page_window.server, page_window.window  # what pytest gives tests
pytestmark = [pytest.mark.slow, NEEDED, AXE_NEEDED]
FORM = "/start?study=divergence&seeds=1&set=data%3Ddigits&set=epochs%3D2"
WAITS = "import signal; signal.signal(2, lambda *_: exit(130)); print('up', flush=True); signal.pause()"
BEGINS = (
    "import json, pathlib, sys, time; from striate.base.disk.lock import locked\n"
    "folder = pathlib.Path(sys.argv[1])\n"
    "with locked(folder):\n    time.sleep(1); (folder / 'study.json').write_text('{'); time.sleep(60)"
)
FAILS = "import sys; print('striate: there is no room', file=sys.stderr); sys.exit(3)"


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What stands for the command is the code that a test puts first into this list; it gets the folder."""
    codes, processes, real = list[str](), list[Any](), subprocess.Popen

    def popen(given: list[str], **named: Any) -> subprocess.Popen[bytes]:
        processes.append(real([sys.executable, "-c", codes[0], given[-1]], **named))
        return processes[-1]

    monkeypatch.setattr("striate.app.serve.jobs.subprocess.Popen", popen)
    yield codes
    for process in processes:
        process.kill()
        process.wait()


def filled(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_selector("section[aria-label='What will run'] pre")


def test_two_at_a_time_only_need_to_be_allowed(begun: list[str], window: Window, server: Server) -> None:
    page, said, _ = window
    begun.append(WAITS)
    filled(page, f"{server.address}{FORM}&out=one")
    page.click("button.main")
    page.wait_for_selector("li:has-text('one running')")
    filled(page, f"{server.address}{FORM}&out=two")
    said.clear()
    page.click("button.main")
    page.wait_for_selector(".ask .note:has-text('one at a time')")
    page.check("#beside")
    page.wait_for_selector(".ask .note", state="detached")
    page.click("button.main")
    page.wait_for_selector("li:has-text('two running')")
    assert [text for text in said if "400" not in text] == []


def test_the_page_waits_for_a_study_to_begin_and_takes_nobody_away(
    begun: list[str], window: Window, server: Server
) -> None:
    page, _, _ = window
    begun.append(BEGINS)
    filled(page, f"{server.address}{FORM}&out=slow")
    page.check("#beside")
    page.click("button.main")
    page.wait_for_url("**/study/slow")
    filled(page, f"{server.address}{FORM}&out=left")
    page.check("#beside")
    page.click("button.main")
    page.click("nav >> text=Play")
    page.wait_for_selector(".cells")
    while not (server.folder / "left" / "study.json").exists():
        page.wait_for_timeout(100)
    page.wait_for_timeout(2500)
    assert "/play" in page.url


def test_what_ends_before_it_has_begun_says_why(begun: list[str], window: Window, server: Server) -> None:
    page, _, _ = window
    begun.append(FAILS)
    filled(page, f"{server.address}{FORM}&out=fails")
    page.check("#beside")
    page.click("button.main")
    page.wait_for_selector(".ask .note:has-text('there is no room')")
    assert page.is_enabled("button.main")
    assert barriers(page) == []


def test_each_fault_stands_beside_its_field(window: Window, server: Server) -> None:
    page, said, _ = window
    said.clear()
    page.goto(f"{server.address}/start?seeds=1.5&out=a/b&set=lr%3D-1&set=data%3Dnodata&set=epochs%3D1&set=epochs%3D2")
    page.wait_for_selector("#fault-out")
    for field, told in {"seeds": "whole number", "out": "begins with", "set-1": "the page takes"}.items():
        assert told in page.inner_text(f"#fault-{field}")
    assert page.locator(".fault:has-text('epochs is set 2 times')").count() == 2
    assert page.get_attribute("#out", "aria-describedby") == "fault-out"
    assert (page.get_attribute("#seeds", "aria-invalid"), page.get_attribute("#study", "aria-invalid")) == (
        "true",
        None,
    )
    assert page.is_disabled("button.main")
    assert (barriers(page), said) == ([], [])
    page.fill("#out", "sound")
    page.wait_for_selector("#out:not([aria-invalid])")
    assert page.evaluate("document.activeElement.id") == "out"


def test_the_folder_may_be_the_run_or_the_study_itself(browser: Any, server: Server) -> None:
    """A browser takes "." out of an address."""
    for name, kind in (("first", "run"), ("asked", "study")):
        own = Server(server.folder / name)
        page, said, _ = windowed(browser, own)
        page.click(f"a[href='/{kind}/']")
        page.wait_for_selector("section[aria-label='Curves']")
        assert page.title() == "this folder · Striate"
        page.reload()
        page.wait_for_selector("section[aria-label='Curves']")
        assert said == []
        page.context.close()
        own.stop()


@pytest.mark.parametrize("path", ["/run/%E0%A4%A", "/study/%", "/compare/a%2"])
def test_an_address_that_was_cut_off_names_nothing(path: str, window: Window, server: Server) -> None:
    page, said, _ = window
    said.clear()
    page.goto(server.address + path)
    page.wait_for_selector("h1:has-text('Nothing is here')")
    assert said == []


def test_an_axis_of_epochs_has_whole_numbers_and_one_of_images_those_of_the_run(window: Window, server: Server) -> None:
    page, _, _ = window
    page.goto(f"{server.address}/run/first")
    page.wait_for_selector("svg.chart text")
    texts = page.eval_on_selector_all("svg.chart text[text-anchor=middle]", "all => all.map((one) => one.textContent)")
    assert set(texts) == {"1", "2"}


def test_own_names_of_folders(window: Window, server: Server, tmp_path: Path) -> None:
    page, said, _ = window
    for name in ("100% sure?#x&y=1", "new\nline", "a\\b", " lead "):
        (server.folder / name).symlink_to(server.folder / "first")
        page.goto(f"{server.address}/run/first")
        said.clear()
        page.goto(
            server.address + page.evaluate("async (n) => (await import('/static/dom.js')).pathOf('run', n)", name)
        )
        page.wait_for_selector("section[aria-label='Curves']")
        assert said == []
        page.goto(f"{server.address}/run/first")  # before it is gone, of which the page would be told
        (server.folder / name).unlink()


@pytest.mark.parametrize(
    "query", ["x=5", "x=[1,2]", 'x=[[1,"a"]]', "x=[]&w=null", "x=[[1,2],[3]]", 'stride="a"', "x=[[1"]
)
def test_an_address_that_was_changed_plays_as_at_the_start(query: str, window: Window, server: Server) -> None:
    page, said, _ = window
    said.clear()
    page.goto(f"{server.address}/play?{query}")
    page.wait_for_selector("[data-keep=results] .cells")
    assert said == []


def test_what_was_asked_of_a_server_that_was_gone_is_answered_once_it_is_back(browser: Any, server: Server) -> None:
    page, _, _ = windowed(browser, server)
    proof = page.context.new_page()
    page.goto(f"{server.address}/start?study=batchnorm&seeds=1&set=data%3Ddigits")
    page.wait_for_selector("button.main:has-text('Start 6 runs')")
    proof.goto(f"{server.address}/proofs/cross-correlation?name=locality")
    proof.frame_locator("iframe").locator("h1:has-text('cross-correlation')").wait_for()  # and not another one
    server.stop()
    page.wait_for_selector("#link:has-text('waiting for the server')")
    page.fill("#seeds", "2")
    page.wait_for_selector(".ask .note:has-text('does not answer')")
    proof.locator(".controls input").first.fill("3")
    proof.keyboard.press("Tab")
    proof.wait_for_selector(".note:has-text('does not answer')")
    server.start()
    page.wait_for_selector("button.main:has-text('Start 12 runs')")
    proof.wait_for_selector(".note", state="detached")
    page.context.close()


def test_another_token_is_said_where_it_is_the_reason(browser: Any, server: Server) -> None:
    page, _, _ = windowed(browser, server)
    page.context.clear_cookies()
    server.stop()
    server.start()
    page.wait_for_selector("#link:has-text('open the address that the server printed')")
    page.context.close()


def test_what_a_field_shows_at_the_start_is_what_is_asked(window: Window, server: Server) -> None:
    page, _, _ = window
    page.goto(f"{server.address}/inside?net=first&probe=maximize")
    page.wait_for_selector(".command code:has-text('--channels 0 ')")
    assert page.input_value("#o-maximize-channels") == "0"
    assert page.locator(".result h3").all_inner_texts() == ["act1, channel 0"]


def test_focus_stays_on_the_button_while_it_plays(window: Window, server: Server) -> None:
    page, said, _ = window
    page.goto(f"{server.address}/inside?net=first&probe=fool&image=digits:1&steps=3")
    page.wait_for_selector(".shot img")
    said.clear()
    page.focus("button:has-text('Play step by step')")
    page.keyboard.press("Enter")
    page.wait_for_selector(".command code:has-text('--steps 1')")
    assert page.evaluate("document.activeElement.textContent") == "Play step by step"
    page.wait_for_selector(".command code:has-text('--steps 3')")
    assert (page.evaluate("document.activeElement.textContent"), said) == ("Play step by step", [])
