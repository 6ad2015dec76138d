"""Every kind of request that should be refused is: methods x hosts x origins x tokens x routes, against a rule in words."""

from __future__ import annotations

import asyncio
import re
from itertools import product
from typing import Any, cast

import pytest
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from striate.app.serve import guard
from striate.app.serve.guard import HEADERS, MOST_BYTES, Guard, allowed
from striate.app.serve.place import Place
from striate.app.serve.server import application

TOKEN = "0123456789abcdef"
HOST = "127.0.0.1:8765"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT")
HOSTS = {
    HOST: True, "localhost:8765": True, "[::1]:8765": True, "LOCALHOST:8765": True,
    "127.0.0.1": False, "127.0.0.1:80": False, "evil.example": False, "evil.example:8765": False,
    "127.0.0.1.evil.example:8765": False, "localhost.:8765": False, "0.0.0.0:8765": False, "": False,
}  # fmt: skip
ORIGINS = {
    None: True, f"http://{HOST}": True, "http://localhost:8765": True,
    f"https://{HOST}": False, "http://127.0.0.1:8766": False, "http://evil.example": False, "null": False, "": False,
}  # fmt: skip
COOKIES = {
    f"striate-8765={TOKEN}": True, None: False, f"striate-8765={TOKEN[:-1]}": False, "striate-8765=": False,
    f"striate-8766={TOKEN}": False, f"token={TOKEN}": False, f"other=1; striate-8765={TOKEN}": True,
}  # fmt: skip
ROUTES = (
    "/", "/run/a", "/study/b", "/api/folder", "/api/run?name=a", "/static/main.js", "/api/nothing", f"/?token={TOKEN[:-1]}",
)  # fmt: skip


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    place = Place(tmp_path_factory.mktemp("runs"))
    return TestClient(application(place, ("127.0.0.1", "localhost", "[::1]"), 8765, TOKEN), follow_redirects=False)


def asked(client: TestClient, method: str, path: str, host: str, origin: str | None, cookie: str | None) -> int:
    headers = {"host": host}
    headers |= {} if origin is None else {"origin": origin}
    headers |= {} if cookie is None else {"cookie": cookie}
    answer = client.request(method, f"http://{HOST}{path}", headers=headers)
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    assert TOKEN not in answer.text
    return answer.status_code


def scope_of(method: str, host: str, origin: str | None, cookie: str | None, path: str) -> Scope:
    named = {"host": host, "origin": origin, "cookie": cookie}
    headers = [(name.encode(), value.encode()) for name, value in named.items() if value is not None]
    path, _, query = path.partition("?")
    return {"type": "http", "method": method, "path": path, "query_string": query.encode(), "headers": headers}


def test_the_whole_matrix() -> None:
    """Each request reaches the routes if nothing about it is wrong, and is refused with no data if anything is."""
    reached: list[Scope] = []

    async def routes(scope: Scope, receive: Receive, send: Send) -> None:
        reached.append(scope)

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def all_of_them() -> tuple[int, int]:
        guard, let_in, refused = Guard(routes, allowed(("127.0.0.1", "localhost", "[::1]"), 8765, TOKEN)), 0, 0
        for method, host, origin, cookie, path in product(METHODS, HOSTS, ORIGINS, COOKIES, ROUTES):
            sent: list[Message] = []

            async def send(message: Message, sent: list[Message] = sent) -> None:
                sent.append(message)

            before = len(reached)
            await guard(scope_of(method, host, origin, cookie, path), receive, send)
            said = method in ("GET", "HEAD") or (method == "POST" and origin is not None)
            sound = said and HOSTS[host] and ORIGINS[origin] and COOKIES[cookie]
            assert (len(reached) > before) == sound, (method, host, origin, cookie, path)
            if sound:
                let_in += 1
            else:
                refused += 1
                assert sent[0]["status"] in (401, 403, 405, 421)
                assert len(b"".join(message.get("body", b"") for message in sent)) < 200
        return let_in, refused

    let_in, refused = asyncio.run(all_of_them())
    assert let_in == (2 * 3 + 2) * 4 * 2 * len(ROUTES)
    assert let_in + refused == len(METHODS) * len(HOSTS) * len(ORIGINS) * len(COOKIES) * len(ROUTES)


@pytest.mark.parametrize("path", ROUTES)
def test_no_route_answers_without_its_token(client: TestClient, path: str) -> None:
    assert asked(client, "GET", path, HOST, None, None) == 401
    assert asked(client, "POST", path, HOST, f"http://{HOST}", None) == 401


def test_what_changes_names_its_origin(client: TestClient) -> None:
    cookie = f"striate-8765={TOKEN}"
    assert asked(client, "POST", "/api/folder", HOST, None, cookie) == 403
    assert asked(client, "POST", "/api/folder", HOST, f"http://{HOST}", cookie) == 405


def test_another_site_gets_nothing_though_it_says_no_origin(client: TestClient) -> None:
    headers = {"host": HOST, "cookie": f"striate-8765={TOKEN}"}
    for site, code in {"cross-site": 403, "same-site": 403, "same-origin": 200, "none": 200}.items():
        told = client.get(f"http://{HOST}/api/folder", headers={**headers, "sec-fetch-site": site})
        assert told.status_code == code


def test_the_first_address_gives_the_cookie_and_hides_the_token(client: TestClient) -> None:
    answer = client.get(f"http://{HOST}/study/b?token={TOKEN}&x=1", headers={"host": HOST})
    assert (answer.status_code, answer.headers["location"]) == (303, "/study/b")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"striate-8765={TOKEN};")
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
    assert "domain" not in cookie.lower()
    elsewhere = client.get(f"http://{HOST}//evil.example/?token={TOKEN}", headers={"host": HOST})
    assert elsewhere.headers["location"] == "/evil.example/"
    client.cookies.clear()
    twice = client.get(f"http://{HOST}/?token={TOKEN}&token=x", headers={"host": HOST})
    assert twice.status_code == 401


def test_a_body_is_bounded_by_what_it_says_and_by_what_it_is(client: TestClient) -> None:
    headers = {"host": HOST, "cookie": f"striate-8765={TOKEN}", "origin": f"http://{HOST}"}
    for length in (str(MOST_BYTES + 1), "-1", "x"):
        answer = client.post(f"http://{HOST}/api/folder", headers={**headers, "content-length": length})
        assert answer.status_code == 413


def test_the_page_may_load_nothing_from_elsewhere_and_run_nothing_inside_it() -> None:
    policy = dict(part.strip().split(" ", 1) for part in HEADERS["content-security-policy"].split(";"))
    assert (policy["default-src"], policy["script-src"], policy["style-src"]) == ("'none'", "'self'", "'self'")
    assert "unsafe" not in HEADERS["content-security-policy"]
    assert policy["frame-ancestors"] == "'none'"


def test_at_port_80_a_browser_leaves_the_port_out() -> None:
    assert allowed(("localhost",), 80, TOKEN).hosts == {"localhost", "localhost:80"}


def every_route(client: TestClient) -> dict[str, set[str]]:
    """Return each address of the page with the methods that it answers, its parameters filled in."""
    routes = cast("Any", client.app).app.routes
    return {re.sub(r"\{[^}]*\}", "x", route.path): set(route.methods) for route in routes}


def test_every_route_refuses_whoever_is_not_its_page(client: TestClient) -> None:
    """The same refusals by the whole application: no route stands beside the guard, and none changes anything by GET."""
    own, cookie = f"http://{HOST}", f"striate-8765={TOKEN}"
    routes = every_route(client)
    assert {
        "/api/compare",
        "/api/mistakes",
        "/api/drawn-on",
        "/api/weights",
        "/api/weights-file",
        "/api/grade",
        "/api/make-sheet",
    } <= routes.keys()
    for path, methods in routes.items():
        assert methods in ({"GET", "HEAD"}, {"POST"}), path
        for method in ("GET", "POST"):
            assert asked(client, method, path, "evil.example", own, cookie) == 421, path
            assert asked(client, method, path, HOST, "http://evil.example", cookie) == 403, path
            assert asked(client, method, path, HOST, own, None) == 401, path
            assert asked(client, method, path, HOST, own, cookie[:-1]) == 401, path
        assert asked(client, "POST", path, HOST, None, cookie) == 403, path
        assert asked(client, "DELETE", path, HOST, own, cookie) == 405, path
        assert asked(client, "GET" if methods == {"POST"} else "POST", path, HOST, own, cookie) == 405, path


@pytest.mark.parametrize("path", ["/api/picture?name=a.png", "/api/weights-file?name=a.pt", "/api/plan"])
def test_a_body_that_comes_too_slowly_or_is_too_long_is_cut_off(
    path: str, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "MOST_SECONDS", 0.2)
    monkeypatch.setattr(guard, "MOST_BYTES", 10)

    async def sent(pieces: list[bytes]) -> tuple[int, str]:
        answer: list[Message] = []
        scope = scope_of("POST", HOST, f"http://{HOST}", f"striate-8765={TOKEN}", path)

        async def receive() -> Message:
            if not pieces:
                await asyncio.sleep(3600)
            return {"type": "http.request", "body": pieces.pop(0), "more_body": True}

        async def send(message: Message) -> None:
            answer.append(message)

        await client.app({**scope, "http_version": "1.1", "root_path": "", "scheme": "http"}, receive, send)
        return int(answer[0]["status"]), bytes(answer[1]["body"]).decode()

    for pieces in ([b"12345"], [b"123456", b"123456"]):
        status, told = asyncio.run(sent(pieces))
        assert (status, "it was cut off" in told) == (408, True)


def test_a_whole_body_is_waited_for_no_longer() -> None:
    """What was asked with a whole body may take its time: that its window is still there is no slow body."""

    async def waiting() -> str:
        pieces = [{"type": "http.request", "body": b"x", "more_body": False}]

        async def receive() -> Message:
            if pieces:
                return pieces.pop()
            await asyncio.sleep(0.3)
            return {"type": "http.disconnect", "why": "the window"}

        counting = guard._counted(receive)
        await counting()
        return str((await counting())["why"])

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(guard, "MOST_SECONDS", 0.05)
        assert asyncio.run(waiting()) == "the window"


def test_the_page_alone_may_ask_for_the_camera() -> None:
    assert HEADERS["permissions-policy"].startswith("camera=(self), microphone=()")
