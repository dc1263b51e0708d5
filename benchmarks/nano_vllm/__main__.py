"""tirkit-nano on the real vLLM, kernels confined, against raw vLLM on the same requests.

Every attempt of a run is carried through first; then vLLM alone gets the very same requests (prompt
ids, number of tokens, seeds, log-probabilities), in the order they were made and with as many at
once, but none waits for a cell or for the turn before it. Then the preset's own stop rule, for what
a verdict takes to stop the losers. At the end nothing may be left.
"""

import argparse
import os
from pathlib import Path

import anyio

from benchmarks.nano_vllm.leaks import own_temporary_folder
from benchmarks.nano_vllm.measure import IN_FLIGHT, Size, measure
from benchmarks.nano_vllm.table import COLUMNS, judge, rows
from benchmarks.report import Report
from tirkit.engines.models import nano_directory


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.nano_vllm", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="8 problems, 4 attempts: to try it")
    parser.add_argument("--repeats", type=int, default=1, help="pairs of runs; medians are told")
    parser.add_argument("--model", type=Path, default=nano_directory(), metavar="FOLDER")
    asked = parser.parse_args()
    size = Size(8, 4, asked.repeats) if asked.quick else Size(repeats=asked.repeats)
    os.environ.setdefault("COLUMNS", "120")  # where nobody looks at a terminal, too
    with own_temporary_folder():
        measured = anyio.run(measure, asked.model, size)
    report = Report("nano_vllm_quick" if asked.quick else "nano_vllm", COLUMNS)
    shape = f"{size.problems} problems x {size.attempts} attempts, {IN_FLIGHT} in flight"
    report.rows.append(("size", shape, "", ""))
    report.rows += rows(measured)
    judge(report, measured)
    report.publish()


if __name__ == "__main__":
    main()
