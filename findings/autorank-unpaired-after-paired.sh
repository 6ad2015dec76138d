#!/usr/bin/env bash
# autorank 1.3.0: two arms differ (p = .0005) while they are alone, and do not any more when a third is asked beside them.
#
# autorank takes a table of one row a seed or data set, and says that the samples are paired. With two arms it is so: the test is
# the paired t test. With three it is so at first, a repeated-measures ANOVA; but what then says which arms differ is Tukey's
# test for unpaired samples, in which the seeds' own differences (here several times those of the arms) count as noise. So one
# report says that there is a difference, p < 1e-9, and that none of the three arms differs from another. One would have
# guessed a paired comparison here too, by which each of the three pairs has p < .001 with Holm's correction. Seen:
#
#     two arms: ttest, p = 0.00046
#     three arms: anova, p = 2.3e-10, then tukeyhsd: no significant differences within the following groups: a, b, and c
#     paired t tests of three arms, corrected: 0.00046, 1.1e-07, 9.2e-05
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    autorank==1.3.0 statsmodels==0.15.0 scipy==1.17.1 pandas==2.3.3 numpy==2.4.6
cat > "$work/run.py" <<'PYTHON'
import contextlib
import io
import re
from itertools import combinations

import numpy as np
import pandas as pd
from autorank import autorank, create_report
from scipy.stats import ttest_rel
from statsmodels.stats.multitest import multipletests

rng = np.random.default_rng(0)
seeds = rng.normal(0.9, 0.03, 10)
arms = {"a": seeds}
for number, name in enumerate("bc", start=1):
    arms[name] = seeds + 0.004 * number + rng.normal(0, 0.002, len(seeds))
table = pd.DataFrame(arms)
report = io.StringIO()
with contextlib.redirect_stdout(report):
    two, three = (autorank(some, alpha=0.05) for some in (table[["a", "b"]], table))
    create_report(three)
groups = re.search(r"no significant differences within the following groups: [^.]*", report.getvalue())[0]
print(f"two arms: {two.omnibus}, p = {two.pvalue:.2g}")
print(f"three arms: {three.omnibus}, p = {three.pvalue:.2g}, then {three.posthoc}: {groups}")
paired = [ttest_rel(table[one], table[other]).pvalue for one, other in combinations(table, 2)]
print("paired t tests of three arms, corrected:", ", ".join(f"{p:.2g}" for p in multipletests(paired, method="holm")[1]))
PYTHON
seen=$("$work/env/bin/python" -W ignore "$work/run.py" 2> "$work/warnings") || { cat "$work/warnings" >&2; exit 1; }
echo "$seen"
expected=$(sed -n 's/^#     //p' "$0")
[ "$seen" = "$expected" ] || { echo "this has changed" >&2; exit 1; }
