#!/usr/bin/env bash
# keras 3.15.1: average pooling with padding="same" has other values on torch 2.13.0 than on jax 0.10.2 and NumPy.
#
# Of a window that hangs over the edge, Keras takes the mean of what lies inside; one would have guessed so on every backend, for
# the net is the same. It is so on torch too where both sides hang over alike (7 columns). Where one side has more (8 columns,
# windows of 3, every second: the usual halving of an even map), the torch backend repeats the last pixel into the padding and
# takes it for an image's: with 0 and 80 at the edge the mean is 53 and not 40. A net trained on jax answers otherwise there.
# keras.ops.pad with mode="symmetric" is another one: on torch it repeats the outermost pixel. Nothing is said. Seen:
#
#     jax, 7 columns: 4.0 0.0 0.0 40.0
#     jax, 8 columns: 2.7 0.0 0.0 40.0
#     jax, 1 2 3 4 padded by two, symmetric: 2 1 1 2 3 4 4 3
#     numpy, 7 columns: 4.0 0.0 0.0 40.0
#     numpy, 8 columns: 2.7 0.0 0.0 40.0
#     numpy, 1 2 3 4 padded by two, symmetric: 2 1 1 2 3 4 4 3
#     torch, 7 columns: 4.0 0.0 0.0 40.0
#     torch, 8 columns: 2.7 0.0 0.0 53.3
#     torch, 1 2 3 4 padded by two, symmetric: 1 1 1 2 3 4 4 4
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    keras==3.15.1 jax==0.10.2 torch==2.13.0 numpy==2.4.6
cat > "$work/run.py" <<'PYTHON'
import keras
import numpy as np

backend = keras.backend.backend()


def values(tensor: object) -> list[float]:
    return np.asarray(keras.ops.convert_to_numpy(tensor)).ravel().tolist()


for columns in (7, 8):
    image = np.zeros((1, 1, columns, 1), np.float32)
    image[..., 0, 0], image[..., -1, 0] = 8, 80
    pooled = keras.layers.AveragePooling2D((1, 3), strides=(1, 2), padding="same")(image)
    print(f"{backend}, {columns} columns:", *(f"{value:.1f}" for value in values(pooled)))
padded = keras.ops.pad(np.float32([1, 2, 3, 4]), [[2, 2]], mode="symmetric")
print(f"{backend}, 1 2 3 4 padded by two, symmetric:", *(f"{value:.0f}" for value in values(padded)))
PYTHON
seen=$(for backend in jax numpy torch; do
    KERAS_HOME="$work/home" KERAS_BACKEND=$backend "$work/env/bin/python" -W ignore "$work/run.py" 2> "$work/warnings" ||
        cat "$work/warnings" >&2
done)
echo "$seen"
expected=$(sed -n 's/^#     //p' "$0")
[ "$seen" = "$expected" ] || { echo "this has changed" >&2; exit 1; }
