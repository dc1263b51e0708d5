"""Problems from a file, a run over them that can be gone on with, how good it was, and grading."""

from tirkit.bench.answer_rows import AnswerRow, AnswerRows, Graded, RowForm
from tirkit.bench.check import Checked, RecordCheck, check_verdict, run_settings
from tirkit.bench.datasets import NamedDataset, dataset_names, datasets_table, load_problems
from tirkit.bench.estimates import Estimate, pass_at_k
from tirkit.bench.grade import grade_row, grade_rows
from tirkit.bench.grade_file import GradeFile, encode_graded
from tirkit.bench.graded import GradeCount, GradedRow, GradeSettings, Outcome
from tirkit.bench.metrics import BenchMetrics, ProblemMetrics, measure
from tirkit.bench.report import metrics_table
from tirkit.bench.runner import (
    BenchOutcome,
    BenchRun,
    Halt,
    RepeatedMetrics,
    repeat_runs,
    run_bench,
    run_benches,
    sum_up_repeats,
)

__all__ = (
    "AnswerRow",
    "AnswerRows",
    "BenchMetrics",
    "BenchOutcome",
    "BenchRun",
    "Checked",
    "Estimate",
    "GradeCount",
    "GradeFile",
    "GradeSettings",
    "Graded",
    "GradedRow",
    "Halt",
    "NamedDataset",
    "Outcome",
    "ProblemMetrics",
    "RecordCheck",
    "RepeatedMetrics",
    "RowForm",
    "check_verdict",
    "dataset_names",
    "datasets_table",
    "encode_graded",
    "grade_row",
    "grade_rows",
    "load_problems",
    "measure",
    "metrics_table",
    "pass_at_k",
    "repeat_runs",
    "run_bench",
    "run_benches",
    "run_settings",
    "sum_up_repeats",
)
