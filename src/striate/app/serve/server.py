"""The server: its routes, each one call, behind one guard; and how it is started on a port of this machine."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from striate.app.actions import lists
from striate.app.serve.answers import changing, defect, json_answer, looking, receiving, telling, working
from striate.app.serve.events import Watcher
from striate.app.serve.guard import LOOPBACK, MOST_BYTES, MOST_SECONDS, Guard, allowed
from striate.app.serve.jobs import Jobs
from striate.app.serve.place import Place
from striate.app.serve.views import play
from striate.app.serve.views.controls import probes
from striate.app.serve.views.exercises import Exercises
from striate.app.serve.views.inside import Inside
from striate.app.serve.views.mistakes import SECONDS as MISTAKES_SECONDS
from striate.app.serve.views.mistakes import mistakes_shown
from striate.app.serve.views.proofs import proof_shown, proofs
from striate.app.serve.views.runs import Folder, confused, pictured, run_shown
from striate.app.serve.views.sheets import SECONDS as SHEET_SECONDS
from striate.app.serve.views.sheets import costs, document, sheet_shown, sheets
from striate.app.serve.views.studies import compared, report, study_shown, written
from striate.base.errors import StorageError, printable
from striate.reports.kit.scripting import SCRIPTS

PORT = 8765
OWN = files("striate.app.serve") / "static"
HOMES = (OWN, OWN / "views", OWN / "parts", SCRIPTS)  # of what the page is made of; reports share the last
LAYERS = (play.convolution, play.pooling, play.batch_norm, play.softmax)
KINDS = {".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".svg": "image/svg+xml"}
VIEWS = (
    "/",
    "/run/{name:path}",
    "/study/{name:path}",
    "/compare/{name:path}",
    "/inside",
    "/play",
    "/play/{name}",
    "/start",
    "/proofs",
    "/proofs/{name}",
    "/sheets",
    "/sheets/{name}",
    "/exercises",
)


@dataclass(frozen=True)
class Served:
    """A server before it runs: the ``address`` to open, with the token, and the socket that it already holds."""

    app: Guard
    address: str
    listener: socket.socket


def application(place: Place, names: tuple[str, ...], port: int, token: str, *, local: bool = True) -> Guard:
    """Return the page of ``place``, which answers to the hosts ``names`` at ``port`` for who has ``token``.

    ``local`` says that no other machine reaches it.
    """
    folder, watcher, inside, jobs = Folder(place), Watcher(place), Inside(place), Jobs(place)
    exercises = Exercises(place, local=local)

    # How a route is wrapped says what it may do: `looking` reads, `working` ends once nobody waits, `telling` shows how far
    # it is, and only a POST (`receiving`, `changing`) writes or starts a process. The guard stands before all of them, so
    # no route has to remember it.
    routes = [
        Route("/api/folder", looking(folder.record)),
        Route("/api/run", looking(partial(run_shown, place))),
        Route("/api/confusion", looking(partial(confused, place))),
        Route("/api/mistakes", telling(partial(mistakes_shown, place, inside.turn), MISTAKES_SECONDS)),
        Route("/api/drawn-on", looking(partial(pictured, place, inside.dropped))),
        Route("/api/study", looking(partial(study_shown, place))),
        Route("/api/compare", looking(partial(compared, place))),
        Route("/api/report", looking(partial(report, place))),
        Route("/api/file", looking(partial(written, place))),
        Route("/api/events", watcher.stream),
        Route("/api/probes", looking(probes)),
        Route("/api/net", working(inside.net)),
        Route("/api/look", working(inside.look)),
        Route("/api/maps", working(inside.maps)),
        Route(
            "/api/picture",
            receiving(lambda content, name: {"image": inside.dropped.take(content, name)}),
            methods=["POST"],
        ),
        Route("/api/weights", looking(inside.weights.listed)),
        Route(
            "/api/weights-file",
            receiving(lambda content, name: {"weights": inside.weights.take(content, name)}),
            methods=["POST"],
        ),
        Route("/api/choices", looking(choices)),
        Route("/api/jobs", looking(jobs.record)),
        Route("/api/plan", changing(jobs.plan), methods=["POST"]),
        Route("/api/start", changing(jobs.start), methods=["POST"]),
        Route("/api/continue", changing(jobs.go_on), methods=["POST"]),
        Route("/api/stop", changing(jobs.stop), methods=["POST"]),
        Route("/api/sheets", looking(sheets)),
        Route("/api/sheet", looking(partial(sheet_shown, place))),
        Route("/api/sheet-cost", telling(partial(costs, place, inside.turn), SHEET_SECONDS)),
        Route("/api/sheet-document", looking(partial(document, place))),
        Route("/api/make-sheet", changing(jobs.make_sheet), methods=["POST"]),
        Route("/api/exercises", looking(exercises.listed)),
        Route("/api/exercise", looking(exercises.begun)),
        Route("/api/grade", changing(exercises.graded), methods=["POST"]),
        Route("/api/proofs", looking(proofs)),
        Route("/api/proof", looking(proof_shown)),
        *(Route(f"/api/play/{layer.__name__.replace('_', '-')}", looking(layer)) for layer in LAYERS),
        Route("/static/{name}", static),
        *(Route(path, shell) for path in VIEWS),
    ]
    app = Starlette(routes=routes, exception_handlers=HANDLERS)
    return Guard(app, allowed(names, port, token))


def choices(_query: Mapping[str, str]) -> dict[str, Any]:
    """Return what a study can be made of: the studies that are built in, and every field with what it accepts."""
    return {"studies": lists.list_studies(), "fields": lists.list_fields()}


async def shell(_request: Request) -> Response:
    """Return the page's frame, which is the same for every view: what is shown follows from the address."""
    return _static("index.html")


async def static(request: Request) -> Response:
    """Return one of the page's own files; there are no folders among them."""
    return _static(str(request.path_params["name"]))


def _static(name: str) -> Response:
    found = {entry.name: entry for home in HOMES for entry in home.iterdir() if entry.is_file()}
    if name not in found:
        return json_answer({"error": "there is no such file of the page"}, 404)
    return Response(found[name].read_bytes(), media_type=KINDS[Path(name).suffix])


async def _missing(request: Request, error: Any) -> Response:
    if request.method == "GET" and not request.url.path.startswith(("/api/", "/static/")):
        frame = _static("index.html")  # the page says that nothing is here, and where something is
        # The name of a folder may hold what no route matches, as a line break.
        named = request.url.path.startswith(("/run/", "/study/", "/compare/"))
        frame.status_code = 200 if named else 404
        return frame
    return json_answer({"error": "there is nothing at this address"}, int(error.status_code))


async def _cut(_request: Request, _error: Exception) -> Response:
    """Answer a body that was too large or too slow; its connection is closed, since the rest of it may still come."""
    told = f"it was cut off: a request holds at most {MOST_BYTES // 2**20} MB, and takes at most {MOST_SECONDS:g} s"
    answer = json_answer({"error": told, "kind": "cut off"}, 408)
    answer.headers["connection"] = "close"
    return answer


async def _defect(_request: Request, error: Exception) -> Response:
    return json_answer(defect(error), 500)


HANDLERS: dict[Any, Any] = {404: _missing, 405: _missing, ClientDisconnect: _cut, Exception: _defect}


def prepared(place: Place, host: str = "127.0.0.1", port: int = PORT, token: str | None = None) -> Served:
    """Return the server of ``place`` with its port taken, 0 for any free one; raises StorageError for a port in use.

    A host beyond loopback needs a token that was said aloud.
    """
    bare = host.strip("[]")
    loopback = bare in ("localhost", "::1") or bare.startswith("127.")
    if not loopback and not token:
        raise StorageError(
            f'"{printable(host)}" lets other machines in; say a secret of 16 or more characters with `token`, which who opens'
            " the page must know"
        )
    if token is not None and (len(token) < 16 or not token.isascii() or not token.replace("-", "").isalnum()):
        raise StorageError("a token has 16 or more letters, digits and hyphens; leave `token` out to have one made")
    listener = _taken(bare, port)
    port = int(listener.getsockname()[1])
    token = token or secrets.token_hex(24)
    shown = f"[{bare}]" if ":" in bare else bare
    names = (*LOOPBACK, shown) if loopback else (*LOOPBACK, shown, socket.gethostname())
    app = application(place, names, port, token, local=loopback)
    return Served(app, f"http://{shown if loopback else names[-1]}:{port}/?token={token}", listener)


def _taken(host: str, port: int) -> socket.socket:
    """Return a socket that listens; where the port is in use, say which one is free."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for tried in (port, *range(port + 1, port + 50)):
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, tried))
            listener.listen(128)
        except OSError as error:
            listener.close()
            if error.errno not in (98, 48, 13):  # in use, on Linux and on macOS; not permitted
                raise StorageError(f"{printable(host)} is not an address of this machine ({error.strerror})") from error
            continue
        if tried == port:
            return listener
        listener.close()
        raise StorageError(f"port {port} is in use by another program; {tried} is free: give it with `port`")
    raise StorageError(f"port {port} and the 49 after it are in use; give another one with `port`")


def run(served: Served, ready: Callable[[], None] = lambda: None) -> None:
    """Answer until the process is stopped; ``ready`` is called before the first request."""
    import uvicorn

    config = uvicorn.Config(
        served.app,
        log_level="critical",
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=1,
    )
    ready()
    uvicorn.Server(config).run([served.listener])
