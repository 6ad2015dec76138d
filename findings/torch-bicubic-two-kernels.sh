#!/usr/bin/env bash
# torch 2.13.0: interpolate(mode="bicubic", antialias=True) gives another picture also where it enlarges.
#
# Antialiasing widens the filter where a picture is made smaller. Where it is made larger there is nothing to widen, and with
# mode="bilinear" the two are equal. Bicubic ones are not, for the switch also changes the cubic: its parameter is -.75 without
# (OpenCV's) and -.5 with it (Pillow's). An edge from 0 to 255 enlarged twice overshoots by 27 levels or by 18; on noise of
# 32 x 32 made 224 x 224, as small pictures are for a net of large ones, single pixels differ by up to 20 levels. Seen:
#
#     bilinear, noise 32 x 32 to 224 x 224: at most 0 levels apart
#     bicubic, noise 32 x 32 to 224 x 224: at most 20 levels apart
#     an edge, enlarged twice, antialias=False: 0 -9 -27 58 197 282 264 255
#     an edge, enlarged twice, antialias=True: 0 -6 -18 52 203 273 261 255
#     an edge, enlarged twice, Pillow: 0 -6 -18 52 203 273 261 255
#     an edge, enlarged twice, OpenCV: 0 -9 -27 58 197 282 264 255
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    torch==2.13.0 pillow==13.0.0 opencv-python-headless==5.0.0.93 numpy==2.4.6
cat > "$work/run.py" <<'PYTHON'
import cv2
import numpy as np
import torch
from PIL import Image
from torch.nn.functional import interpolate

noise = np.random.default_rng(0).integers(0, 256, (32, 32)).astype(np.float32)
edge = np.repeat(np.float32([0, 255]), 16)[None].repeat(32, 0)


def enlarged(image: np.ndarray, side: int, mode: str, antialias: bool) -> np.ndarray:
    return interpolate(torch.from_numpy(image)[None, None], (side, side), mode=mode, antialias=antialias)[0, 0].numpy()


for mode in ("bilinear", "bicubic"):
    two = [enlarged(noise, 224, mode, antialias) for antialias in (False, True)]
    print(f"{mode}, noise 32 x 32 to 224 x 224: at most {abs(two[0] - two[1]).max():.0f} levels apart")
several = {f"antialias={antialias}": enlarged(edge, 64, "bicubic", antialias) for antialias in (False, True)}
several["Pillow"] = np.asarray(Image.fromarray(edge).resize((64, 64), Image.Resampling.BICUBIC))
several["OpenCV"] = cv2.resize(edge, (64, 64), interpolation=cv2.INTER_CUBIC)
for name, image in several.items():
    print(f"an edge, enlarged twice, {name}:", *(round(float(x)) for x in image[32, 28:36]))
PYTHON
seen=$("$work/env/bin/python" "$work/run.py")
echo "$seen"
expected=$(sed -n 's/^#     //p' "$0")
[ "$seen" = "$expected" ] || { echo "this has changed" >&2; exit 1; }
