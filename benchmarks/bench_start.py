"""How long `striate --help` takes as a whole process, from start to end.   python benchmarks/bench_start.py [--runs 15]"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys

from pairs import seconds


def main() -> None:
    """Measure and print; the bare interpreter stands beside it as a yardstick."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    for name, command in (("python -c pass", ["-c", "pass"]), ("striate --help", ["-m", "striate", "--help"])):
        whole = [sys.executable, *command]
        times = [seconds(lambda c=whole: subprocess.run(c, check=True, capture_output=True)) for _ in range(runs + 1)][
            1:
        ]
        print(f"{name:<16} median {statistics.median(times):.3f} s, fastest {min(times):.3f} s, {runs} runs")


if __name__ == "__main__":
    main()
