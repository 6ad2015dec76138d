"""One image from an address, as a stranger's: https only, public machines only, limited in size and time.

The name is resolved once, every address it has is judged, and the connection goes to an address that was judged: what the
name says a moment later does not matter. A redirect is followed at most three times and judged anew each time. The body is
read in pieces up to 20 MB and 20 seconds in all, and is taken for an image by its content.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import SplitResult, urljoin, urlsplit

from striate.app.inputs.public_addresses import public
from striate.base.errors import DataError, printable, reason
from striate.data.photos.picture import AS_IT_IS, Picture, Reading, read_picture

MOST_BYTES = 20_000_000
MOST_SECONDS = 20.0
MOST_REDIRECTS = 3
PIECE = 1 << 16
REDIRECTS = (301, 302, 303, 307, 308)
# The first bytes of each format that is read, and the ending that stands for it.
MAGIC = ((b"\x89PNG\r\n\x1a\n", ".png"), (b"\xff\xd8\xff", ".jpg"), (b"BM", ".bmp"))

Resolve = Callable[[str, int], Iterable[str]]
"""Host and port -> the addresses, as text."""
Connect = Callable[[str, int, str, float], http.client.HTTPConnection]
"""Host, port, the judged address, seconds -> a connection to that address that speaks for that host."""


def fetch(
    url: str, how: Reading = AS_IT_IS, *, resolve: Resolve | None = None, connect: Connect | None = None
) -> Picture:
    """Return the image at ``url``, read as ``how`` says; raises DataError that says what was refused, and how to go on.

    ``resolve`` and ``connect`` stand for the system's resolver and for TLS.
    """
    deadline = time.monotonic() + MOST_SECONDS
    seen = printable(url)
    place = url
    for _ in range(MOST_REDIRECTS + 1):
        parts = _judged_parts(place, seen)
        body, further = _get(parts, seen, deadline, resolve or system_addresses, connect or secure_connection)
        if further is None:
            return _picture(body, parts, seen, how)
        place = _further(place, further, seen)
    raise DataError(f"{seen} leads on more than {MOST_REDIRECTS} times; give the address of the image itself")


def _further(place: str, further: str, seen: str) -> str:
    """Return the address that a redirect from ``place`` leads to; raises DataError where it is none."""
    try:
        return urljoin(place, further)
    except ValueError as error:
        raise DataError(f"{seen} is refused: it leads to what is not an address ({reason(error)})") from error


def system_addresses(host: str, port: int) -> list[str]:
    """Return the addresses that the system's resolver knows of ``host``."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def secure_connection(host: str, port: int, address: str, seconds: float) -> http.client.HTTPConnection:
    """Return a TLS connection to ``address`` whose certificate is checked against ``host``.

    Who is trusted is the system's to say, or the variables SSL_CERT_FILE and SSL_CERT_DIR.
    """
    context = ssl.create_default_context()
    connection = http.client.HTTPSConnection(host, port, timeout=seconds, context=context)
    plain = socket.create_connection((address, port), timeout=seconds)
    try:
        connection.sock = context.wrap_socket(plain, server_hostname=host)
    except BaseException:
        plain.close()
        raise
    return connection


def _judged_parts(url: str, seen: str) -> SplitResult:
    """Return the parts of ``url``; raises DataError unless it is plain https."""
    refused = f"{seen} is refused"
    if any(c.isspace() or not c.isprintable() or c == "\\" for c in url):
        raise DataError(f"{refused}: an address has no blanks, backslashes or control characters; percent-encode them")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise DataError(f"{refused}: it is not an address ({reason(error)})") from error
    if parts.scheme.lower() != "https":
        raise DataError(
            f"{refused}: it leads to {parts.scheme}, and only https is followed; save the image and give the file"
        )
    if not parts.hostname or parts.username is not None or parts.password is not None:
        raise DataError(f"{refused}: it must name a machine, without a user or password")
    if port not in (None, 443):
        raise DataError(f"{refused}: it asks for port {port}, and only 443 is used")
    return parts


def _get(
    parts: SplitResult, seen: str, deadline: float, resolve: Resolve, connect: Connect
) -> tuple[bytes, str | None]:
    """Return the body, or where it leads on."""
    host = str(parts.hostname)
    try:
        addresses = list(dict.fromkeys(resolve(host, 443)))
    except (OSError, UnicodeError) as error:
        raise DataError(f"{seen} could not be reached: there is no machine {printable(host)}") from error
    if private := [address for address in addresses if not public(address)]:
        told = private[0] if host == private[0] else f"{printable(host)} is {private[0]}, which"
        raise DataError(
            f"{seen} is refused: {told} is not an address of the public internet; save the image and give the file"
        )
    try:
        connection = _connected(host, addresses, seen, deadline, connect)
        try:
            with _cut_off(connection.sock, _left(deadline, seen)):
                target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
                connection.request("GET", _ascii(target), headers={"User-Agent": "striate", "Accept": "image/*"})
                response = connection.getresponse()
                if response.status in REDIRECTS and (further := response.getheader("Location")):
                    return b"", further
                if response.status != 200:
                    raise DataError(f"{seen} answers {response.status} {printable(response.reason)} and no image")
                return _body(response, seen, deadline), None
        finally:
            connection.close()
    except TimeoutError as error:
        raise _slow(seen) from error
    except ssl.SSLCertVerificationError as error:
        raise DataError(
            f"{seen} could not be fetched: its certificate is not accepted ({printable(error.verify_message).rstrip('.')}); "
            "the variable SSL_CERT_FILE names an authority to trust, or save the image and give the file"
        ) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        _left(deadline, seen)  # a connection that was cut off at the limit ends in many ways
        raise DataError(f"{seen} could not be fetched ({reason(error)})") from error


def _connected(
    host: str, addresses: list[str], seen: str, deadline: float, connect: Connect
) -> http.client.HTTPConnection:
    """Return a connection to the first of the judged addresses that takes one."""
    for place, address in enumerate(addresses):
        try:
            return connect(host, 443, address, _left(deadline, seen))
        except OSError:
            if place == len(addresses) - 1:
                raise
    raise DataError(f"{seen} could not be reached: there is no machine {printable(host)}")


@contextmanager
def _cut_off(sock: socket.socket, seconds: float) -> Generator[None]:
    """End the connection after ``seconds`` whatever the other side does: a timeout alone begins anew with every byte."""

    def end() -> None:
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _body(response: http.client.HTTPResponse, seen: str, deadline: float) -> bytes:
    pieces: list[bytes] = []
    size = 0
    while piece := response.read1(PIECE):
        _left(deadline, seen)
        size += len(piece)
        if size > MOST_BYTES:
            raise DataError(
                f"{seen} sends more than {MOST_BYTES // 1_000_000} MB; save the image, make it smaller and give the file"
            )
        pieces.append(piece)
    _left(deadline, seen)
    return b"".join(pieces)


def _picture(body: bytes, parts: SplitResult, seen: str, how: Reading) -> Picture:
    """Return the image in ``body``, read by the same rules as a file of that content."""
    ending = next((ending for magic, ending in MAGIC if body.startswith(magic)), "")
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        ending = ".webp"
    if not ending:
        raise DataError(f"{seen} sends no PNG, JPEG, WebP or BMP image; give the address of the image, not of its page")
    with tempfile.TemporaryDirectory(prefix="striate-") as folder:
        file = Path(folder, f"image{ending}")
        file.write_bytes(body)
        try:
            pixels = read_picture(file, how).pixels
        except DataError as error:
            raise DataError(str(error).replace(printable(str(file)), seen)) from error
    name = Path(parts.path).stem or str(parts.hostname)
    return Picture(printable(name)[:40], pixels, seen)


def _left(deadline: float, seen: str) -> float:
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise _slow(seen)
    return seconds


def _slow(seen: str) -> DataError:
    return DataError(f"{seen} took more than {MOST_SECONDS:.0f} seconds; save the image and give the file")


def _ascii(text: str) -> str:
    """Return ``text`` with what HTTP cannot carry percent-encoded."""
    from urllib.parse import quote

    return quote(text, safe="/?&=%:;,+@!$'()*~-._#[]")
