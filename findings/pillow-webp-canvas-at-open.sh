#!/usr/bin/env bash
# Image.open reads headers only: a PNG or a JPEG takes no memory for pixels until they are asked for. A WebP takes that of its
# whole canvas at once: Pillow 13.0.0 reserves 123 MiB for one of 8000 x 4000 pixels (4 bytes each) in a file of 1,280 bytes
# before its size can be read from the image, so that a limit on image.size comes too late; the header has to be read by hand.
# Linux; the reservation is of address space, and becomes memory when it is written.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pillow==13.0.0
"$folder/venv/bin/python" - <<'PY'
import io
import re

from PIL import Image


def reserved():
    return int(re.search(r"VmSize:\s+(\d+)", open("/proc/self/status").read())[1]) // 1024


seen = {}
for kind, options in (("PNG", {}), ("JPEG", {}), ("WEBP", {"lossless": True})):
    file = io.BytesIO()
    Image.new("RGB", (8000, 4000), "red").save(file, kind, **options)
    Image.open(io.BytesIO(file.getvalue())).close()  # the plugin is loaded
    before = reserved()
    with Image.open(io.BytesIO(file.getvalue())) as image:
        seen[kind] = reserved() - before
        print(f"{kind}: {len(file.getvalue()):,} bytes, {seen[kind]} MiB reserved at opening, {image.size}")
assert seen["PNG"] < 8 and seen["JPEG"] < 8 and 100 < seen["WEBP"] < 260, seen
PY
