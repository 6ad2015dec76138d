"""An image from an address: hostile addresses, hostile servers, and one honest picture."""

from __future__ import annotations

import contextlib
import http.client
import io
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import trustme
from PIL import Image

from striate.app.inputs import download as address
from striate.app.inputs.download import fetch, public
from striate.base.errors import DataError

PUBLIC = "93.184.215.14"
Answer = Callable[[BaseHTTPRequestHandler], None]


def png(side: int = 8) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.full((side, side, 3), 9, np.uint8)).save(file, "PNG")
    return file.getvalue()


def sends(body: bytes, status: int = 200, **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


@pytest.fixture
def served() -> Iterator[Callable[[Answer], Callable[..., object]]]:
    """Give a function that starts a server with that answer, and returns a `fetch` whose public addresses lead there."""
    servers: list[ThreadingHTTPServer] = []

    def start(answer: Answer) -> Callable[..., object]:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                with contextlib.suppress(OSError):  # the client left, as it should
                    answer(self)

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        servers.append(server)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

        def connect(host: str, port: int, place: str, seconds: float) -> http.client.HTTPConnection:
            assert public(place)
            made = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=seconds)
            made.connect()
            return made

        return lambda url, resolve=lambda *_: [PUBLIC]: fetch(url, resolve=resolve, connect=connect)

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_an_honest_picture_is_read(served: Callable[[Answer], Callable[..., object]]) -> None:
    made = served(sends(png()))("https://example.org/photos/cat.jpg?size=1")
    assert made.pixels.tolist() == np.full((8, 8, 3), 9).tolist()
    assert (made.name, made.origin) == ("cat", "https://example.org/photos/cat.jpg?size=1")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://example.org/a.png", "it leads to http, and only https is followed"),
        ("file:///etc/passwd", "it leads to file, and only https is followed"),
        ("ftp://example.org/a.png", "it leads to ftp"),
        ("https://user:pass@example.org/a.png", "must name a machine, without a user or password"),
        ("https:///a.png", "must name a machine"),
        ("https://example.org:8443/a.png", "it asks for port 8443, and only 443 is used"),
        ("https://example.org:99999/a.png", "it is not an address"),
        ("https://[::1/a.png", "it is not an address"),
        ("https://example.org\\@127.0.0.1/a.png", "no blanks, backslashes or control characters"),
        ("https://example.org/a b.png", "no blanks, backslashes or control characters"),
        ("https://example.org/a\r\nX: y", "no blanks, backslashes or control characters"),
    ],
)
def test_a_hostile_address_is_refused_before_any_connection(url: str, words: str) -> None:
    def never(*_: object) -> list[str]:
        pytest.fail("it was looked up")

    with pytest.raises(DataError, match=words):
        fetch(url, resolve=never)


@pytest.mark.parametrize(
    "place",
    [
        "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "224.0.0.1", "255.255.255.255", "192.0.2.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "2001:db8::1",
    ],
)  # fmt: skip
def test_a_private_machine_is_never_connected_to(place: str) -> None:
    def never(*_: object) -> http.client.HTTPConnection:
        pytest.fail("it was connected to")

    assert not public(place)
    # One private address among public ones is enough.
    for answers in ([place], [PUBLIC, place]):
        with pytest.raises(DataError, match=r"is refused: example\.org is .*not an address of the public internet"):
            fetch("https://example.org/a.png", resolve=lambda *_, found=answers: found, connect=never)


@pytest.mark.parametrize("place", [PUBLIC, "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::5db8:d70e"])
def test_a_public_machine_is_one(place: str) -> None:
    assert public(place)


def test_a_number_for_a_name_is_judged_as_what_it_means() -> None:
    for host in ("127.0.0.1", "localhost"):
        with pytest.raises(DataError, match="not an address of the public internet"):
            fetch(f"https://{host}/a.png")


def test_a_redirect_is_judged_anew(served: Callable[[Answer], Callable[..., object]]) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        further = {"/a": "/b", "/b": "https://other.example/c.png"}.get(handler.path)
        (sends(b"", 302, Location=further) if further else sends(png()))(handler)

    look = served(answer)
    assert look("https://example.org/a").name == "c"
    inside = lambda host, _port: ["10.0.0.1"] if host == "other.example" else [PUBLIC]  # noqa: E731
    with pytest.raises(DataError, match=r"https://example\.org/a is refused: other\.example is 10\.0\.0\.1"):
        look("https://example.org/a", inside)
    for place, words in (("http://example.org/", "leads to http"), ("file:///etc/passwd", "leads to file")):
        with pytest.raises(DataError, match=words):
            served(sends(b"", 301, Location=place))("https://example.org/a")


@pytest.mark.parametrize(
    "further",
    [
        "https://[::1/a.png",
        "//[x",
        "https://exa\u2100mple/",
        "https://a:99999/",
        "https://a b/",
        "javascript:1",
        "https://",
        "#",
    ],
)
def test_a_redirect_to_what_is_no_address_is_refused(
    further: str, served: Callable[[Answer], Callable[..., object]]
) -> None:
    with pytest.raises(DataError, match=r"https://example\.org/a.* (is refused|leads on more than 3 times)"):
        served(sends(b"", 302, Location=further.encode("utf-8").decode("latin-1")))("https://example.org/a")


def test_a_circle_of_redirects_ends(served: Callable[[Answer], Callable[..., object]]) -> None:
    with pytest.raises(DataError, match="leads on more than 3 times; give the address of the image itself"):
        served(sends(b"", 302, Location="/again"))("https://example.org/a.png")


def test_an_endless_body_is_cut(
    served: Callable[[Answer], Callable[..., object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(address, "MOST_BYTES", 1_000_000)

    def endless(handler: BaseHTTPRequestHandler) -> None:
        sends(png())(handler)
        while True:
            handler.wfile.write(b"x" * 65536)

    with pytest.raises(DataError, match="sends more than 1 MB; save the image, make it smaller and give the file"):
        served(endless)("https://example.org/a.png")


@pytest.mark.parametrize("part", ["header", "body", "silent"])
def test_a_slow_server_is_left(
    part: str, served: Callable[[Answer], Callable[..., object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(address, "MOST_SECONDS", 0.4)

    def drip(handler: BaseHTTPRequestHandler) -> None:
        if part == "body":
            sends(png()[:20])(handler)
        for _ in range(200):
            if part != "silent":
                handler.wfile.write(b"x")
                handler.wfile.flush()
            time.sleep(0.05)

    began = time.monotonic()
    with pytest.raises(DataError, match="took more than 0 seconds; save the image and give the file"):
        served(drip)("https://example.org/a.png")
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (sends(b"", 404), "answers 404 Not Found and no image"),
        (sends(b"<html>"), "sends no PNG, JPEG, WebP or BMP image; give the address of the image, not of its page"),
        (sends(png()[:50]), r"https://example\.org/a\.png is cut off or damaged"),
        (sends(b""), "sends no PNG"),
    ],
)
def test_what_is_no_picture_is_refused(
    answer: Answer, words: str, served: Callable[[Answer], Callable[..., object]]
) -> None:
    with pytest.raises(DataError, match=words):
        served(answer)("https://example.org/a.png")


def test_a_name_that_nobody_has_and_a_machine_that_is_away() -> None:
    def unknown(*_: object) -> list[str]:
        raise OSError("Name or service not known")

    def away(*_: object) -> http.client.HTTPConnection:
        raise ConnectionRefusedError("Connection refused")

    with pytest.raises(DataError, match=r"there is no machine nowhere\.example"):
        fetch("https://nowhere.example/a.png", resolve=unknown)
    with pytest.raises(DataError, match=r"could not be fetched \(Connection refused\)"):
        fetch("https://example.org/a.png", resolve=lambda *_: [PUBLIC], connect=away)


Secure = Callable[..., None]


@pytest.fixture
def secure(monkeypatch: pytest.MonkeyPatch) -> Iterator[Secure]:
    """Give a function that starts a server with that answer and certificate, and leads the TLS of a public name to it."""
    servers: list[ThreadingHTTPServer] = []
    reach = socket.create_connection

    def start(answer: Answer, certificate: trustme.LeafCert) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                with contextlib.suppress(OSError):
                    answer(self)

            def log_message(self, *_: object) -> None:
                pass

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.handle_error = lambda request, client_address: None  # who does not trust the certificate hangs up
        server.socket = context.wrap_socket(server.socket, server_side=True)
        servers.append(server)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

        def led(place: tuple[str, int], timeout: float) -> socket.socket:
            assert place == (PUBLIC, 443)
            return reach(("127.0.0.1", server.server_port), timeout)

        monkeypatch.setattr(address, "system_addresses", lambda *_: [PUBLIC])
        monkeypatch.setattr(address.socket, "create_connection", led)

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_the_authority_that_the_environment_names_is_trusted(
    secure: Secure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = trustme.CA()
    secure(sends(png()), authority.issue_cert("example.org"))
    url = "https://example.org/cat.png"
    untrusted = (
        r"^https://example\.org/cat\.png could not be fetched: its certificate is not accepted \(unable to get local issuer "
        r"certificate\); the variable SSL_CERT_FILE names an authority to trust, or save the image and give the file$"
    )
    with pytest.raises(DataError, match=untrusted):
        fetch(url)
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    assert fetch(url).pixels.tolist() == np.full((8, 8, 3), 9).tolist()
    for name, other in (
        ("Hostname mismatch", authority.issue_cert("other.example")),
        ("certificate has expired", authority.issue_cert("example.org", not_after=datetime(2020, 1, 1, tzinfo=UTC))),
    ):
        secure(sends(png()), other)
        with pytest.raises(DataError, match=rf"its certificate is not accepted \({name}"):
            fetch(url)
