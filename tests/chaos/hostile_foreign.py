"""Hostile logs, data sets and exercises, each with a command that reads it: what may be sent to `judge`, `--data`, a grader."""

from __future__ import annotations

import os
import shutil
import sqlite3
import struct
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

from chaos.hostile_files import REFUSED, Made

JUDGE = ("--claim", "b > a by 0.01 in acc")
ROWS = "".join(f'{{"arm": "{arm}", "seed": {s}, "acc": 0.5{s}}}\n' for arm in "ab" for s in range(3))
DEEP = "[" * 50_000 + "]" * 50_000
TABLES: dict[str, str] = {
    "columns.csv": ",".join(f"c{n}" for n in range(60_000)) + "\n" + "1," * 59_999 + "1\n",
    "field.csv": "arm,seed,acc\n" + "x" * 200_000 + ",1,0.5\n",
    "quote.csv": 'arm,seed,acc\n"a',
    "deep.jsonl": DEEP,
    "keys.jsonl": "{" + ",".join(f'"k{n}":1' for n in range(20_000)) + "}\n",
    "digits.jsonl": ROWS.replace("0.50", "9" * 5000),
    "large.jsonl": ROWS.replace("0.51", "1e308"),
    "deep.csv": 'summary,config,name\n"' + "[" * 200 + '",{},a-0\n',
    "signs.csv": 'summary,config,name\n"' + "-" * 100_000 + '1",{},a-0\n',
    "code.csv": "summary,config,name\n\"{'a': __import__('os').system('touch MARK')}\",{},a-0\n",
}
SCHEMA = (
    "CREATE TABLE metrics(key,value,timestamp,run_uuid,step,is_nan); CREATE TABLE experiments(experiment_id,name);"
    "CREATE TABLE runs(run_uuid,name,experiment_id,lifecycle_stage,start_time); "
    "INSERT INTO runs VALUES('r','a-0',1,'active',0); INSERT INTO metrics VALUES('acc',0.5,1,'r',1,0);"
)
ENDLESS = "CREATE VIEW params(run_uuid,key,value) AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c)"
DATABASES = {
    "a view without end": f"{SCHEMA} {ENDLESS} SELECT 'r', n, n FROM c",
    "a view of large texts": f"{SCHEMA} {ENDLESS} SELECT 'r', n, zeroblob(9999999) FROM c",
    "a column that is made": f"{SCHEMA} CREATE TABLE params(run_uuid,key,value AS (zeroblob(900000000)));"
    "INSERT INTO params VALUES('r','k')",
    "a step that is a text": SCHEMA.replace("'r',1,0)", "'r','x',0)") + "CREATE TABLE params(run_uuid,key,value)",
    "a value that is bytes": SCHEMA.replace("0.5", "x'00ff'") + "CREATE TABLE params(run_uuid,key,value)",
    "Trackio without a step": "CREATE TABLE metrics(id,run_name,step,metrics); INSERT INTO metrics VALUES(1,'a-0',NULL,'{}')",
    "Trackio, nested": f"CREATE TABLE metrics(id,run_name,step,metrics); INSERT INTO metrics VALUES(1,'a-0',1,'{DEEP}')",
}
# Nothing here harms a machine that has the limits; of the pipe the grader learns what the file could write into it.
PIPE = """import os, time
for f in map(int, os.listdir("/proc/self/fd")):
    try:
        if f > 2 and "pipe" in os.readlink(f"/proc/self/fd/{f}"): P = f
    except OSError: pass
"""
LEARNERS = {
    "prints without end": "while True: print('x' * 1000000)\n",
    "waits for input": "input()\n",
    "leaves a child": "import os, time\nif not os.fork():\n    time.sleep(20)\n    os._exit(0)\n",
    "forges its verdict": PIPE + 'os.write(P, b\'{"name": "relu_forward", "zzz": 1}\\n\')\n',
    "floods the pipe": PIPE + "while True: os.write(P, b'x' * 60000)\n",
    "begins for ever": PIPE + "while True: os.write(P, b'{\"begin\": null}\\n'); time.sleep(.01)\n",
    "ends by a signal without a name": "import os\nos.kill(os.getpid(), 40)\n",
    "acts on the terminal": "print('\\x1b[2J')\ndef relu_forward(x):\n    raise ValueError('\\x1b[31mred[/b]')\n",
    "wants a terabyte": "x = bytearray(1 << 40)\n",
    "fills the disk": "f = open('big', 'wb')\nwhile True: f.write(bytes(1000000))\n",
    "closes everything": "import os\nos.closerange(0, 100)\n",
}


def foreign() -> Iterator[Made]:
    """Yield (command, what makes its file, exit codes)."""
    for name, text in TABLES.items():
        yield ("judge", name, *JUDGE), lambda n=name, t=text: Path(n).write_text(t), REFUSED
    for script in DATABASES.values():
        yield ("judge", "x.db", *JUDGE), lambda s=script: _database(s), REFUSED
    for ending in ("-wal", "-journal"):
        for kind in (os.mkfifo, lambda name: os.symlink("guarded/mine", name)):
            yield ("judge", "x.db", *JUDGE), lambda e=ending, k=kind: _beside(e, k), REFUSED
    yield ("judge", "logs", *JUDGE), lambda: _pipe("logs/events.out.tfevents.1"), REFUSED
    yield ("judge", "x.parquet", *JUDGE), lambda: _pipe("x.parquet"), REFUSED
    yield ("judge", "logs", *JUDGE), lambda: _events(1 << 60), REFUSED
    yield ("judge", "logs", *JUDGE), lambda: _events(1 << 28), REFUSED
    for name in ("train.parquet", "train.tar", "train_32x32.mat", "train-images-idx3-ubyte", "metadata.csv"):
        yield ("show", "data", "set"), lambda n=name: _pipe(f"set/{n}"), REFUSED
    for made in (_rows, _chain, _long_header, _swollen, _absurd_idx):
        yield ("show", "data", made.__name__.strip("_") + ENDINGS[made.__name__]), made, REFUSED
    for path in ("a\0b.png", "x" * 300 + ".png", "/dev/zero", "/etc/passwd"):
        text = f"path,label\n{path},a\n{path},b\n"
        yield ("show", "data", "index.csv"), lambda t=text: Path("index.csv").write_text(t), REFUSED
    grade = ("exercise", "grade", "mine.py", "--only", "relu_forward")
    for text in LEARNERS.values():
        yield grade, lambda t=text: Path("mine.py").write_text(t), (1,)
    yield grade, lambda: os.mkfifo("mine.py"), REFUSED


ENDINGS = {
    "_rows": ".parquet",
    "_chain": ".tar",
    "_long_header": ".tar",
    "_swollen": ".mat",
    "_absurd_idx": "-images-idx3-ubyte",
}


def _database(script: str) -> None:
    database = sqlite3.connect("x.db")
    database.executescript(script)
    database.close()


def _beside(ending: str, kind: Callable[[str], object]) -> None:
    _database(SCHEMA + "CREATE TABLE params(run_uuid,key,value)")
    Path("guarded").mkdir()
    Path("guarded/mine").write_text("not to be touched")
    kind(f"x.db{ending}")


def _pipe(name: str) -> None:
    Path(name).parent.mkdir(exist_ok=True)
    os.mkfifo(name)


def _events(length: int) -> None:
    from striate.studies.logs.tensorboard import _masked_crc

    head = struct.pack("<Q", length)
    Path("logs").mkdir()
    Path("logs/events.out.tfevents.1").write_bytes(head + struct.pack("<I", _masked_crc(head)))


def _rows() -> None:
    """Write a table of a million images, all of them null, in a few kilobytes."""
    import pyarrow as arrow
    from pyarrow import parquet

    nulls = [arrow.nulls(1_000_000, arrow.binary()), arrow.nulls(1_000_000, arrow.string())]
    images = arrow.StructArray.from_arrays(nulls, ["bytes", "path"])
    parquet.write_table(arrow.table({"image": images, "label": arrow.nulls(1_000_000, arrow.int8())}), "rows.parquet")


def _chain() -> None:
    """Write an archive in which thousands of headers each rename the next one."""
    header = tarfile.TarInfo("././@LongLink")
    header.type, header.size = tarfile.GNUTYPE_LONGNAME, 10
    Path("chain.tar").write_bytes((header.tobuf(tarfile.GNU_FORMAT) + b"123456789\0".ljust(512, b"\0")) * 3000)


def _long_header() -> None:
    """Write an archive whose first name has 64 GB, in a file that takes no room."""
    header = tarfile.TarInfo("././@LongLink")
    header.type, header.size = tarfile.GNUTYPE_LONGNAME, 1 << 36
    with open("long_header.tar", "wb") as file:
        file.write(header.tobuf(tarfile.GNU_FORMAT))
        file.truncate(1 << 37)


def swollen_mat() -> bytes:
    """Return a MATLAB file whose compressed X unpacks to far more than its shape has."""
    import zlib

    def element(kind: int, content: bytes) -> bytes:
        return struct.pack("<II", kind, len(content)) + content + bytes(-len(content) % 8)

    def packed(name: bytes, dims: tuple[int, ...], size: int) -> bytes:
        inner = (
            element(6, struct.pack("<II", 9, 0)) + element(5, struct.pack(f"<{len(dims)}i", *dims)) + element(1, name)
        )
        whole = struct.pack("<II", 14, len(inner) + 8 + size) + inner + struct.pack("<II", 2, size) + bytes(size)
        body = zlib.compress(whole)
        return struct.pack("<II", 15, len(body)) + body

    head = b"MATLAB 5.0".ljust(116) + bytes(8) + struct.pack("<H", 0x100) + b"IM"
    return head + packed(b"X", (8, 8, 3, 12), 1 << 26) + packed(b"y", (12, 1), 12)


def _swollen() -> None:
    Path("swollen.mat").write_bytes(swollen_mat())


def _absurd_idx() -> None:
    shutil.rmtree("set", ignore_errors=True)
    Path("absurd_idx-images-idx3-ubyte").write_bytes(struct.pack(">HBB3I", 0, 8, 3, *(2**32 - 1,) * 3))
