"""Published weights are asked for only where they can be had: a machine without a network hears so in seconds.

Left to itself, the client of the Hugging Face hub asks for each file six times, for half a minute and more. Where its server
cannot be reached, it is told to look into its own cache alone; what lies there is used, and else it fails at once.
"""

from __future__ import annotations

import importlib
import socket
import threading
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

SECONDS = 3.0


@contextmanager
def cache_alone_where_unreachable() -> Generator[None]:
    """While the block runs, have the hub's client look into its cache alone, if its server is not to be reached."""
    try:
        constants: Any = importlib.import_module("huggingface_hub.constants")
    except ImportError:
        yield
        return
    before = constants.HF_HUB_OFFLINE
    constants.HF_HUB_OFFLINE = before or not reachable(constants.ENDPOINT)
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = before


def refuse_unreachable(address: str) -> None:
    """Raise ConnectionError where torchvision has no copy of the file at ``address`` and its server cannot be reached.

    torch.hub itself waits for a server that never answers as long as the system does, for minutes.
    """
    import torch

    parts = urlsplit(address)
    kept = Path(torch.hub.get_dir(), "checkpoints", Path(parts.path).name)
    if not kept.exists() and not reachable(address):
        raise ConnectionError(f"{parts.hostname} cannot be reached")


def reachable(address: str, seconds: float = SECONDS) -> bool:
    """Return whether the server of ``address`` (a URL), or the proxy in between, takes a connection within ``seconds``."""
    parts = urlsplit(address)
    proxies = urllib.request.getproxies()
    if proxy := proxies.get(parts.scheme):
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    place = str(parts.hostname), parts.port or (443 if parts.scheme == "https" else 80)
    found: list[bool] = []

    def connect() -> None:
        try:
            socket.create_connection(place, timeout=seconds).close()
            found.append(True)
        except OSError:
            found.append(False)

    # In a thread of its own, for looking up a name has no limit in time.
    attempt = threading.Thread(target=connect, daemon=True)
    attempt.start()
    attempt.join(seconds)
    return found == [True]
