"""A cluster of Ray on this machine, whose nodes are started and killed one by one.

A node of Ray 2.60 ends itself where its agent, a Python program that nothing here needs, takes more than 15 seconds to write
its port into a file. On a machine that is busy with other tests it does, so the file is there before the node looks for it.
"""

from __future__ import annotations

import secrets
import socket
import threading
import time
from pathlib import Path
from typing import Any

PORTS = ("metrics_agent_port", "metrics_export_port", "runtime_env_agent_port")
MEMORY = 80_000_000  # bytes of each node's object store


class Nodes:
    """A head that does no runs, and what is added to it; ``folder`` gets the files of the session (a short path)."""

    def __init__(self, folder: Path) -> None:
        from ray._common.utils import get_ray_address_file
        from ray.cluster_utils import Cluster

        Path(get_ray_address_file(None)).parent.mkdir(exist_ok=True)  # where it writes, which it does not make
        self.folder = folder
        self.cluster = Cluster()
        self.added: list[Any] = []
        self.head = self._node(num_cpus=0, include_dashboard=False, include_log_monitor=False, no_monitor=True)

    @property
    def address(self) -> str:
        return str(self.cluster.address)

    def add(self, **given: Any) -> Any:
        """Start a node that does one run at a time."""
        node = self._node(**{"num_cpus": 1, **given})
        self.added.append(node)
        return node

    def kill(self, node: Any) -> None:
        """Kill all processes of a node at once, as a machine that loses its power."""
        self.added.remove(node)
        self.cluster.remove_node(node, allow_graceful=False)

    def end(self) -> None:
        self.cluster.shutdown()

    def _node(self, env_vars: dict[str, str] | None = None, **given: Any) -> Any:
        number = secrets.token_hex(28)
        ended = threading.Event()
        writer = threading.Thread(target=self._write, args=(number, ended))
        writer.start()
        try:
            return self.cluster.add_node(
                **dict(zip(PORTS, free_ports(len(PORTS)), strict=True)),
                **{"temp_dir": str(self.folder)} if not hasattr(self, "head") else {},
                object_store_memory=MEMORY,
                env_vars={"RAY_OVERRIDE_NODE_ID_FOR_TESTING": number, **(env_vars or {})},
                **given,
            )
        finally:
            ended.set()
            writer.join()

    def _write(self, number: str, ended: threading.Event) -> None:
        while not ended.is_set():
            for session in self.folder.glob("session_2*"):
                port = session / f"dashboard_agent_listen_port_{number}"
                if not port.exists():
                    half = session / f"half_{number}"
                    half.write_text("-1")
                    half.rename(port)
            time.sleep(0.05)


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    found = [int(one.getsockname()[1]) for one in sockets]
    for one in sockets:
        one.close()
    return found
