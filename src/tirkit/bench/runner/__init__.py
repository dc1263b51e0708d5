"""Runs benchmarks that can be stopped or killed at any moment and gone on with."""

from tirkit.bench.runner.halt import Halt
from tirkit.bench.runner.repeats import (
    Figure,
    RepeatedMetrics,
    refuse_records,
    repeat_runs,
    sum_up_repeats,
)
from tirkit.bench.runner.run import measure_recorded, run_bench, run_benches
from tirkit.bench.runner.terms import BenchOutcome, BenchRun
from tirkit.bench.runner.watch import Beside

__all__ = (
    "BenchOutcome",
    "BenchRun",
    "Beside",
    "Figure",
    "Halt",
    "RepeatedMetrics",
    "measure_recorded",
    "refuse_records",
    "repeat_runs",
    "run_bench",
    "run_benches",
    "sum_up_repeats",
)
