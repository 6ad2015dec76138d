#!/usr/bin/env bash
# adastop calls its comparison of two arms a two-sided test of level alpha. Of studies whose two arms draw from one and the same
# normal distribution, with one look at 5 runs an arm and alpha = .05, it calls the arms different in a tenth: half of them
# "larger", half of them "smaller", so that each side has the whole level. Who wants an error of 5 % gives alpha = .025.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check adastop==0.1.3 numpy==2.4.6
"$folder/venv/bin/python" - <<'PY'
from collections import Counter
from importlib.metadata import version

import numpy as np
from adastop import MultipleAgentsComparator

print("adastop", version("adastop"))
STUDIES = 1000
for alpha in (0.05, 0.025):
    rng = np.random.default_rng(0)
    said = Counter()
    for _ in range(STUDIES):
        judge = MultipleAgentsComparator(n=5, K=1, alpha=alpha, seed=0)
        judge.partial_compare({"a": rng.normal(size=5), "b": rng.normal(size=5)}, verbose=False)
        said[next(iter(judge.decisions.values()))] += 1
    wrong = 1 - said["equal"] / STUDIES
    print(f"alpha {alpha}: different in {wrong:.3f} of {STUDIES} studies without a difference", dict(said))
    # Of 1,000 studies that err with 5 % fewer than 7.5 % are wrong, but once in 5,000 times.
    assert (wrong > 0.075) == (alpha == 0.05)
PY
