"""W&B: the log that an offline run leaves (run-ID.wandb), and the two forms of table that an export takes.

An offline run's folder holds no summary and no configuration, only this log. It is that of LevelDB, in blocks of 32 KiB:

    head     ":W&B", a magic number (2 bytes), a version (1)
    chunk    CRC-32 of kind and content (4), length (2), kind (1: whole, 2: first, 3: middle, 4: last), content
    record   a protocol buffer; read are run (17) with its configuration, later changes of that (5), and the history (2)

The numbers of the fields are those of W&B's wandb_internal.proto. A file that ends within a record is that of a killed run.
A table exported by W&B's API, as its documentation shows, has the columns summary, config and name, the first two holding
dictionaries of Python; the export of a chart has its x axis and, for each run, "NAME - METRIC" with its bounds.
"""

from __future__ import annotations

import ast
import json
import re
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from striate.base.disk.foreign import open_regular
from striate.base.errors import DataError, reason
from striate.studies.logs.log import MOST_BYTES, Log, Steps, flat, log_of, number, said, within

HEAD, BLOCK = b":W&B", 32768
HISTORY, CONFIG, RUN = 2, 5, 17  # of Record
Fields = list[tuple[int, Any]]
CHART = re.compile(r"(?P<run>.+) - (?P<metric>.+?)(?P<bound>__MIN|__MAX)?")
NONFINITE = re.compile(r"(?<![\w'\"])(?:nan|-?inf)(?![\w'\"])")
QUOTED = re.compile(r"'(?:[^'\\\n]|\\.)*+'|\"(?:[^\"\\\n]|\\.)*+\"")
PLAIN = re.compile(r"(?:[\s,:\[\](){}]|True|False|None|-?\d[\d.]*(?:[eE][+-]?\d+)?)*+")
LONGEST = 1_000_000  # letters of a dictionary
DEEPEST = 64  # brackets within brackets of one
LARGEST = 1 << 24  # bytes of one record
AXES = ("Step", "Relative Time (Process)", "Relative Time (Wall)", "Wall Time")


def run_files(folder: Path) -> list[Path]:
    """Return the logs of offline runs in ``folder`` and below, each once though W&B links the latest one."""
    found = {path.resolve(): path for path in sorted(folder.rglob("run-*.wandb"))}
    return list(found.values())


def read_runs(where: Path) -> Log:
    """Return the offline runs in a folder, or in one file; raises DataError where one is damaged."""
    steps, cut = Steps(said(where)), 0
    for path in [where] if where.is_file() else within(run_files(where), steps.where):
        run = path.stem.removeprefix("run-")
        steps.run(run)
        chunks = _records(_content(path), path)
        for record in chunks:
            if record is None:
                cut += 1
                break
            for kind, value in _fields(record, path):
                _take(steps, run, kind, value, path)
    notes = (
        [f"the log of {cut} run{'s ends' if cut > 1 else ' ends'} within a record, as a killed run leaves it"]
        if cut
        else []
    )
    return steps.log("W&B", *notes)


def _take(steps: Steps, run: str, kind: int, value: bytes, path: Path) -> None:
    if kind == RUN:
        told = _fields(value, path)
        names = [content for number, content in told if number == 8]  # display_name
        steps.run(run, {"name": names[-1].decode("utf-8", "replace")} if names else {})
        for number_, content in told:
            if number_ == 4:
                _configure(steps, run, content, path)
    elif kind == CONFIG:
        _configure(steps, run, value, path)
    elif kind == HISTORY:
        items = dict(_item(item, path) for number_, item in _fields(value, path) if number_ == 1)
        step = items.get("_step")
        if isinstance(step, (int, float)):
            for name, content in flat({k: v for k, v in items.items() if not k.startswith("_")}).items():
                if (measured := number(content)) is not None:
                    steps.put(run, float(step), name, measured)


def _configure(steps: Steps, run: str, content: bytes, path: Path) -> None:
    items = dict(_item(item, path) for number_, item in _fields(content, path) if number_ == 1)
    steps.run(run, flat({k: v for k, v in items.items() if not k.startswith("_")}))


def _item(content: bytes, path: Path) -> tuple[str, Any]:
    """Return name and value of one item of a configuration or of the history: the parts of its name lie in nested_key."""
    told = _fields(content, path)
    parts = [value for number_, value in told if number_ == 2] or [value for number_, value in told if number_ == 1]
    texts = [value for number_, value in told if number_ == 16]
    try:
        value = json.loads(texts[-1]) if texts else None
    except (ValueError, RecursionError):
        value = None
    return ".".join(part.decode("utf-8", "replace") for part in parts), value


def _content(path: Path) -> bytes:
    try:
        with open_regular(path) as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise DataError(f"{said(path)} cannot be read ({reason(error)}); copy it anew") from error
    if content[:4] != HEAD or len(content) > MOST_BYTES:
        raise DataError(
            f"{said(path)} is not a log of an offline W&B run of at most {MOST_BYTES:,} bytes; name one, or its folder"
        )
    return content


def _records(content: bytes, path: Path) -> Iterator[bytes | None]:
    """Yield the records of a log, and None where it ends within one."""
    place, parts, size = 7, list[bytes](), 0
    while place < len(content):
        left = BLOCK - place % BLOCK
        if left < 7:
            place += left
            continue
        head = content[place : place + 7]
        length, kind = struct.unpack("<HB", head[4:]) if len(head) == 7 else (0, 0)
        chunk = content[place + 7 : place + 7 + length]
        if len(head) < 7 or len(chunk) < length:
            yield None
            return
        if kind not in (1, 2, 3, 4) or zlib.crc32(chunk, zlib.crc32(bytes([kind]))) != struct.unpack("<I", head[:4])[0]:
            raise DataError(f"{said(path)} is damaged at byte {place}; copy it anew, or remove its run")
        place += 7 + length
        if kind in (1, 2):
            parts, size = [], 0
        parts.append(chunk)
        if (size := size + 7 + length) > LARGEST:
            raise DataError(f"{said(path)} has a record of more than {LARGEST:,} bytes, and no run writes one")
        if kind in (1, 4):
            yield b"".join(parts)


def _fields(content: bytes, path: Path) -> Fields:
    """Return the fields of a protocol buffer: numbers as int, everything else as bytes."""
    found: Fields = []
    place = 0
    try:
        while place < len(content):
            key, place = _varint(content, place)
            if (kind := key & 7) == 0:
                value, place = _varint(content, place)
            else:
                size, place = _varint(content, place) if kind == 2 else ({1: 8, 5: 4}[kind], place)
                value, place = content[place : place + size], place + size
                if len(value) < size:
                    raise IndexError
            found.append((key >> 3, value))
    except (IndexError, KeyError) as error:
        raise DataError(f"{said(path)} holds a record that is not a protocol buffer; copy it anew") from error
    return found


def _varint(content: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = content[place]
        value |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if byte < 0x80:
            return value, place
        if shift > 63:
            raise IndexError


def exported(log: Log, where: str) -> Log:
    """Return a table in CSV as runs where it is an export of W&B's; any other as it is."""
    if {"summary", "config", "name"} <= set(log.columns):
        return log_of("a W&B export", [_summary(row, where) for row in log.rows], where)
    columns = {name: match for name in log.columns if (match := CHART.fullmatch(name))}
    others = [name for name in log.columns if name not in columns]
    if len(others) != 1 or not (others[0] in AXES or any(match["bound"] for match in columns.values())):
        return log
    axis = others[0]
    steps = Steps(where)
    for row in log.rows:
        at = number(row.get(axis))
        for name, match in columns.items():
            if (
                not match["bound"]
                and match["metric"] != "_step"
                and at is not None
                and (value := number(row.get(name))) is not None
            ):
                steps.run(match["run"], {"name": match["run"]})
                steps.put(match["run"], at, match["metric"], value)
    return steps.log("a W&B export of a chart")


def _summary(row: Any, where: str) -> dict[str, Any]:
    found: dict[str, Any] = {"name": row.get("name")}
    for part in ("config", "summary"):
        try:
            value: Any = _literal(NONFINITE.sub("None", str(row.get(part, "{}"))))
        except (ValueError, SyntaxError, MemoryError, RecursionError) as error:
            raise DataError(
                f"{where} has a {part} that is not a dictionary ({reason(error)}); export it anew"
            ) from error
        found |= {k: v for k, v in flat(dict(value)).items() if not k.startswith("_")}
    return found


def _literal(text: str) -> Any:
    """Return the dictionary that Python wrote; what is longer, deeper or more than plain values is not given to its parser."""
    if len(text) > LONGEST:
        raise ValueError(f"it has more than {LONGEST:,} characters")
    depth = 0
    for bracket in re.findall(r"[][(){}]", QUOTED.sub("", text)):
        if (depth := depth + (1 if bracket in "[({" else -1)) > DEEPEST:
            raise ValueError(f"it is nested more than {DEEPEST} deep")
    if not PLAIN.fullmatch(QUOTED.sub("0", text)):
        raise ValueError("it holds more than texts, numbers, lists and dictionaries")
    return ast.literal_eval(text)
