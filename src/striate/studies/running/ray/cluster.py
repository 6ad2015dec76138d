"""The door to a Ray cluster: joining it, and what its nodes have.

A study joins as a process of one of the cluster's machines, not as a Ray client: results come one by one, and images go once
to each node. Nothing is reported to anyone: where Ray would send statistics of its use, it is told not to.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import signal
import socket
import threading
from collections.abc import Collection, Generator, Mapping
from typing import Any

from striate.base.errors import StudyError, printable, reason

ADDRESS = re.compile(r"[A-Za-z0-9_.\-]{1,253}:\d{1,5}|\[[0-9a-fA-F:]{2,45}\]:\d{1,5}")
NUMBERS = ("num_cpus", "num_gpus", "memory")
NAMES = {"num_cpus": "CPU", "num_gpus": "GPU", "memory": "memory"}


def address_of(on: str) -> str:
    """Return HOST:PORT of "ray://HOST:PORT", an empty text for "ray"; raises StudyError for anything else."""
    _, slashes, address = on.partition("://")
    if slashes and not ADDRESS.fullmatch(address):
        raise StudyError(
            f'"{printable(on)}" names no Ray cluster; write ray://HOST:PORT as `ray start` prints it, or ray alone on a '
            "machine of the cluster"
        )
    return address


def asked_of(settings: Collection[str]) -> dict[str, float | str]:
    """Return KEY=VALUE texts as what each run asks of a node: num_cpus, num_gpus, memory, accelerator_type, or a resource.

    Raises StudyError for one that is none.
    """
    found = dict[str, float | str]()
    for text in settings:
        name, equals, value = text.partition("=")
        if not (equals and name and value):
            raise StudyError(
                f'"{text}" is not a resource that a run can ask of a node; write KEY=VALUE, for example num_gpus=1'
            )
        try:
            number = float(value)
        except ValueError:
            number = -1.0
        if name == "accelerator_type":
            found[name] = value
        elif not 0 <= number < 2**50 or (name == "num_cpus" and (number < 1 or number % 1)):
            kind = "a whole number of threads from 1 on" if name == "num_cpus" else "a number from 0 on"
            raise StudyError(f'"{text}" asks for no amount; {name} is {kind}')
        else:
            found[name] = int(number) if number % 1 == 0 else number
    return found


def as_ray_has_them(options: Mapping[str, float | str]) -> dict[str, Any]:
    """Return ``options`` as options of a Ray task: what is not a name of Ray's own is a resource."""
    own = {name: value for name, value in options.items() if name in (*NUMBERS, "accelerator_type")}
    resources = {name: value for name, value in options.items() if name not in own}
    return {**own, **({"resources": resources} if resources else {})}


@contextlib.contextmanager
def joined(address: str) -> Generator[Any]:
    """Give the library while this process belongs to the cluster; raises StudyError in a sentence where it cannot.

    A process that belongs to one already stays in it.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
    except ImportError as error:
        raise StudyError("runs on Ray need the library; install it, as with the extra ray") from error
    if ray.is_initialized():
        yield ray
        return
    main = threading.current_thread() is threading.main_thread()
    before = signal.getsignal(signal.SIGTERM)
    try:
        if address:  # Ray itself would ask again for minutes
            host, _, port = address.rpartition(":")
            socket.create_connection((host.strip("[]"), int(port)), timeout=10).close()
        ray.init(
            address or "auto",
            log_to_driver=False,
            configure_logging=False,
            logging_level=logging.CRITICAL,
            include_dashboard=None,
        )
    except Exception as error:
        raise _unreachable(address, error) from error
    finally:
        # Ray's own handler, left where it fails too, would end the process before the runs have saved.
        if main:
            signal.signal(signal.SIGTERM, signal.SIG_DFL if before is None else before)
    try:
        yield ray
    finally:
        ray.shutdown()


def _unreachable(address: str, error: Exception) -> StudyError:
    told = reason(error)[:300]
    if "Version mismatch" in str(error):
        return StudyError(
            f"the Ray cluster has other versions than this machine ({told}); install the same on all nodes"
        )
    if not address:
        return StudyError(
            "there is no Ray cluster on this machine; start or join one here with Ray's own command `ray start`, or name one "
            "that it belongs to with `on=ray://HOST:PORT`"
        )
    return StudyError(
        f"there is no Ray cluster at {address} that this machine belongs to ({told}); start its head there and join it "
        "here with Ray's own command `ray start`, here without processors where it shall do no runs"
    )


def places(nodes: Collection[Mapping[str, Any]], options: Mapping[str, float | str], unfit: Collection[str]) -> int:
    """Return how many runs with ``options`` the nodes that live and are not ``unfit`` can do at a time."""
    wanted = {NAMES.get(name, name): float(value) for name, value in options.items() if not isinstance(value, str)}
    wanted = {name: amount for name, amount in wanted.items() if amount}
    if kind := options.get("accelerator_type"):
        wanted[f"accelerator_type:{kind}"] = 0.001
    count = 0
    for node in nodes:
        has: Mapping[str, float] = node.get("Resources", {})
        if node.get("Alive") and node.get("NodeID") not in unfit:
            count += int(min((has.get(name, 0.0) / amount for name, amount in wanted.items()), default=1.0))
    return count


def offered(nodes: Collection[Mapping[str, Any]]) -> str:
    """Return what the nodes that live have, as words."""
    resources = [node.get("Resources", {}) for node in nodes if node.get("Alive")]
    told = sorted(
        ", ".join(
            f"{name} {has[name]:g}" for name in sorted(has) if "memory" not in name and not name.startswith("node:")
        )
        for has in resources
    )
    return "; ".join(one or "nothing" for one in told) or "none lives"
