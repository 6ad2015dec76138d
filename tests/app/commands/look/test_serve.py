"""`striate serve`: it says its address, and refuses in one sentence."""

from __future__ import annotations

import json

import pytest

from striate.app.serve import server


def test_the_address_is_printed_and_the_folder_must_be_there(run, monkeypatch: pytest.MonkeyPatch) -> None:
    def once(served: server.Served, ready: object = None) -> None:
        served.listener.close()
        ready()  # type: ignore[operator]

    monkeypatch.setattr(server, "run", once)
    code, out, err = run("serve", ".", "--port", "0")
    assert (code, out.startswith("http://127.0.0.1:"), err) == (0, True, "Press Ctrl-C to stop it.\n")
    code, out, _ = run("serve", ".", "--port", "0", "--json")
    assert (code, json.loads(out).keys()) == (0, {"address", "token"})
    code, out, err = run("serve", "nowhere")
    assert (code, out) == (2, "")
    assert err == 'striate: "nowhere" is not a folder; give the one in which runs lie, or make it first\n'
