"""Every kind of request that should be refused is: methods x hosts x origins x tokens x routes, against a rule in words."""

from __future__ import annotations

from itertools import product

import pytest
from starlette.testclient import TestClient

from striate.app.serve.guard import HEADERS, MOST_BYTES, allowed
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


def test_the_whole_matrix(client: TestClient) -> None:
    tried = let_in = 0
    for method, host, origin, cookie, path in product(METHODS, HOSTS, ORIGINS, COOKIES, ROUTES[:5]):
        # One wrong thing is enough to be refused, so all but two pairs of wrong ones are left out.
        wrong = [method not in ("GET", "HEAD", "POST"), not HOSTS[host], not ORIGINS[origin], not COOKIES[cookie]]
        if sum(wrong) > 1:
            continue
        code = asked(client, method, path, host, origin, cookie)
        tried += 1
        if not any(wrong) and (method != "POST" or origin is not None):
            let_in += 1
            assert code in (200, 400, 405), (method, host, origin, cookie, path)  # 405: nothing is changed by POST here
        else:
            assert code in (401, 403, 405, 421), (method, host, origin, cookie, path)
    assert (tried > 1000, let_in > 100) == (True, True)


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
