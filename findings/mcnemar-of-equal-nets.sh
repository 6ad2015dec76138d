#!/usr/bin/env bash
# statsmodels 0.15.0 and mlxtend 0.25.0: McNemar's test finds two nets that are right on exactly the same images different, p = 0.
#
# The test looks at the images on which one net of two is right and the other wrong. Where there are none, nothing speaks for a
# difference, and one would have guessed p = 1, or a refusal. The continuity correction takes 1 from the difference of the two
# counts, squares it and divides by their sum: of 0 and 0 that is 1 / 0, a statistic without bounds, and p = 0. In mlxtend that is
# the default, in statsmodels exact=False, the approximation for many images. A checkpoint compared with its own copy, or a net
# before and after an export, is so "significantly different". Both exact tests say 1. Seen:
#
#     6 and 2 images on which one alone is right: statsmodels 0.289 (exact), 0.289; mlxtend 0.289 (exact), 0.289
#     1 and 1 images on which one alone is right: statsmodels 1.000 (exact), 0.480; mlxtend 1.000 (exact), 0.480
#     0 and 0 images on which one alone is right: statsmodels 1.000 (exact), 0.000; mlxtend 1.000 (exact), 0.000
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    statsmodels==0.15.0 mlxtend==0.25.0 scipy==1.17.1 pandas==2.3.3 scikit-learn==1.9.1 numpy==2.4.6
cat > "$work/run.py" <<'PYTHON'
import numpy as np
from mlxtend.evaluate import mcnemar as of_mlxtend
from mlxtend.evaluate import mcnemar_table
from statsmodels.stats.contingency_tables import mcnemar as of_statsmodels

IMAGES = 1000
labels = np.zeros(IMAGES, int)
for first, second in ((6, 2), (1, 1), (0, 0)):
    one, two = (np.where(np.arange(IMAGES) % 10, 0, 1) for _ in range(2))  # both err on every tenth image
    two[1 : 10 * first : 10] = 1
    one[2 : 10 * second : 10] = 1
    table = mcnemar_table(labels, one, two)
    assert table.sum() == IMAGES
    assert sorted([table[0, 1], table[1, 0]]) == sorted([first, second])
    told = (
        f"{name} {p[0]:.3f} (exact), {p[1]:.3f}"
        for name, p in {
            "statsmodels": [of_statsmodels(table, exact=exact).pvalue for exact in (True, False)],
            "mlxtend": [of_mlxtend(table, exact=exact)[1] for exact in (True, False)],
        }.items()
    )
    print(f"{first} and {second} images on which one alone is right:", "; ".join(told))
PYTHON
seen=$("$work/env/bin/python" -W ignore "$work/run.py" 2> "$work/warnings") || { cat "$work/warnings" >&2; exit 1; }
echo "$seen"
expected=$(sed -n 's/^#     //p' "$0")
[ "$seen" = "$expected" ] || { echo "this has changed" >&2; exit 1; }
