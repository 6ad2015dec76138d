"""What only looks, as whole processes in alternating pairs with `striate --help`.

python benchmarks/bench_start.py [--pairs 15]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile

from pairs import ratio, seconds

LOOKS = (
    "list nets",
    "list studies",
    "list data",
    "list proofs",
    "list fields",
    "train --help",
    "prove --help",
    "show study batchnorm --quick",
)
MOST = 2.0


def took(words: str, compiled: str) -> float:
    """Return the seconds of `striate` with these words, from the start of its process to the end.

    What Python compiles is kept in the folder ``compiled``, as an installed package keeps it, whatever is set around here.
    """
    whole = [sys.executable, "-m", "striate", *words.split()]
    surroundings = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    surroundings["PYTHONPYCACHEPREFIX"] = compiled
    return seconds(lambda: subprocess.run(whole, check=True, capture_output=True, env=surroundings))


def main() -> None:
    """Measure and print each ratio to `striate --help`, pair by pair; exit 1 where one is above its target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=15)
    pairs = parser.parse_args().pairs
    medians: list[float] = []
    with tempfile.TemporaryDirectory() as compiled:
        took("--help", compiled)  # once without counting, so that nothing is compiled or read for the first time
        print(f"striate --help: {took('--help', compiled):.2f} s; a target is at most {MOST}")
        for words in LOOKS:
            took(words, compiled)
            measured = [(took(words, compiled), took("--help", compiled)) for _ in range(pairs)]
            medians.append(ratio(words, [ours for ours, _ in measured], [help_ for _, help_ in measured]))
    sys.exit(max(medians) > MOST)


if __name__ == "__main__":
    main()
