#!/usr/bin/env bash
# A PNG of 16 bits a channel is read whole where it is grey (mode I;16), and loses the lower byte of every channel, without a
# warning, where it has colours or opacity: Pillow 13.0.0 gives 8-bit RGB or RGBA. Of a sensor's 12-bit values (100 to 3100
# here) the grey file keeps 16 of 16, each of the others 13, of which the largest is 12: a nearly black picture.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pillow==13.0.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'PY'
import io
import struct
import zlib

import numpy as np
from PIL import Image

COLOUR_TYPE = {1: 0, 2: 4, 3: 2, 4: 6}


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(pixels):
    height, width, channels = pixels.shape
    header = struct.pack(">IIBBBBB", width, height, 16, COLOUR_TYPE[channels], 0, 0, 0)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


seen = {}
for channels in COLOUR_TYPE:
    values = np.arange(16).reshape(4, 4, 1) * 200 + 100
    image = Image.open(io.BytesIO(png(np.repeat(values, channels, 2))))
    read = np.asarray(image)
    seen[channels] = image.mode, int(read.max()), np.unique(read[..., 0] if channels > 1 else read).size
    print(f"{channels} channels: mode {seen[channels][0]}, largest {seen[channels][1]}, {seen[channels][2]} of 16 values")
assert seen[1] == ("I;16", 3100, 16)
assert all(seen[channels][1:] == (12, 13) for channels in (2, 3, 4)), seen
PY
