"""TensorBoard: a folder of runs, each the event files of one folder, read record by record.

    record   length (8 bytes), masked CRC-32C of it (4), a protocol buffer (length), masked CRC-32C of that (4)

Values are float32, as they were written: 0.1 is 0.10000000149. Of two values for one step the later one counts, and a restart
that says at which step it took over (SessionLog.START) drops what was there from that step on. What a killed run leaves at the
end of its file, a part of a record, is left out, and a note says so. `add_hparams` makes a folder below that of its run, whose
hyperparameters are given to that run.
Checked are the sums of the records that hold a number; the messages are TensorBoard's own.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from striate.base.disk.foreign import open_regular
from striate.base.errors import DataError, reason
from striate.studies.logs.log import Log, Steps, said, shortest, within

HPARAMS = "_hparams_/session_start_info"
LONGEST = 1 << 28  # bytes of one record
SMALL = 1 << 16  # of one that holds nothing but numbers


def event_files(folder: Path) -> list[Path]:
    """Return the event files in ``folder`` and below, in the order in which their runs were started."""
    return sorted(path for path in folder.rglob("*tfevents*") if path.is_file())


def read_folder(folder: Path) -> Log:
    """Return the runs below ``folder``, each named by its path from there; raises DataError where a file is damaged."""
    steps, cut = Steps(said(folder)), list[str]()
    configs: dict[str, dict[str, Any]] = {}
    for path in within(event_files(folder), steps.where):
        run = path.parent.relative_to(folder).as_posix()
        steps.run(run)
        for event in _events(path, cut):
            if event.HasField("session_log") and event.session_log.status == 1 and event.step:  # START
                steps.purge(run, event.step)
            for value in event.summary.value:
                if value.tag == HPARAMS:
                    configs.setdefault(run, {}).update(_hparams(value.metadata.plugin_data.content))
                elif (measured := _scalar(value)) is not None:
                    steps.put(run, event.step, value.tag, measured)
    _join(steps, configs)
    notes = [f"{len(cut)} of the event files end within a record, as a killed run leaves it"] if cut else []
    return steps.log("TensorBoard", *notes)


def _join(steps: Steps, configs: dict[str, dict[str, Any]]) -> None:
    """Give the hyperparameters of a folder that `add_hparams` made to the run above it, which alone remains."""
    for run, config in configs.items():
        above, _, last = run.rpartition("/")
        if steps.has(above) and re.fullmatch(r"\d{9,}(\.\d+)?", last):
            steps.drop(run)
            run = above
        steps.run(run, config)


def _events(path: Path, cut: list[str]) -> Iterator[Any]:
    from tensorboard.compat.proto import event_pb2

    messages: Any = event_pb2
    for place, (content, total) in enumerate(_records(path, cut)):
        try:
            event = messages.Event.FromString(content)
        except Exception as error:  # of protocol buffers, whose own class comes with TensorBoard's and not with us
            raise DataError(f"{said(path)} is damaged in record {place}; copy it anew, or remove its run") from error
        numbers = any(value.HasField("simple_value") or value.HasField("tensor") for value in event.summary.value)
        if numbers and len(content) <= SMALL and _masked_crc(content) != total:
            raise DataError(
                f"{said(path)} is damaged in record {place} (its sum does not fit); copy it anew, or remove its run"
            )
        yield event


def _records(path: Path, cut: list[str]) -> Iterator[tuple[bytes, int]]:
    try:
        with open_regular(path) as file:
            while head := file.read(12):
                length = struct.unpack("<Q", head[:8])[0] if len(head) == 12 else 0
                if len(head) == 12 and _masked_crc(head[:8]) != struct.unpack("<I", head[8:])[0]:
                    raise DataError(
                        f"{said(path)} is not an event file, or is damaged; name a folder of TensorBoard runs"
                    )
                if length > LONGEST:
                    raise DataError(f"{said(path)} has a record of {length:,} bytes, and {LONGEST:,} are read")
                body = file.read(length + 4)
                if len(head) < 12 or len(body) < length + 4:
                    cut.append(str(path))
                    return
                yield body[:length], struct.unpack("<I", body[length:])[0]
    except OSError as error:
        raise DataError(f"{said(path)} cannot be read ({reason(error)}); copy it anew") from error


def _scalar(value: Any) -> float | None:
    """Return the number of one summary; None for a histogram, an image, a text."""
    if value.HasField("simple_value"):
        return shortest(value.simple_value)
    tensor = value.tensor
    plugin = value.metadata.plugin_data.plugin_name
    if (
        not value.HasField("tensor")
        or plugin not in ("scalars", "")
        or math.prod(d.size for d in tensor.tensor_shape.dim) != 1
    ):
        return None
    if tensor.dtype not in (1, 2, 3, 9):  # float32, float64, int32, int64
        return None
    from tensorboard.util import tensor_util

    try:
        array = tensor_util.make_ndarray(tensor)
        return shortest(float(array.item()))
    except (TypeError, ValueError):
        return None


def _hparams(content: bytes) -> dict[str, Any]:
    from tensorboard.plugins.hparams import plugin_data_pb2

    messages: Any = plugin_data_pb2
    try:
        told = messages.HParamsPluginData.FromString(content).session_start_info.hparams
    except Exception:  # as above; hyperparameters that cannot be read are not said
        return {}
    found: dict[str, Any] = {}
    for name, value in sorted(told.items()):
        kind = value.WhichOneof("kind")
        plain = getattr(value, kind) if kind in ("number_value", "string_value", "bool_value") else None
        found[name] = int(plain) if isinstance(plain, float) and plain.is_integer() else plain
    return found


def _table() -> list[int]:
    rows: list[int] = []
    for byte in range(256):
        for _ in range(8):
            byte = (byte >> 1) ^ (0x82F63B78 if byte & 1 else 0)
        rows.append(byte)
    return rows


_CRC = _table()


def _masked_crc(content: bytes) -> int:
    """Return the CRC-32C (Castagnoli) of ``content`` as TFRecord masks it."""
    crc = 0xFFFFFFFF
    for byte in content:
        crc = _CRC[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
