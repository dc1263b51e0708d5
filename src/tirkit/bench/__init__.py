"""Problems from a file, a run over them that can be gone on with, how good it was, and grading."""

from tirkit.bench.answer_rows import AnswerRow, AnswerRows, Graded, RowForm
from tirkit.bench.check import Checked, RecordCheck, check_verdict, run_settings
from tirkit.bench.datasets import load_problems
from tirkit.bench.estimates import Estimate, pass_at_k
from tirkit.bench.grade import grade_row, grade_rows
from tirkit.bench.grade_file import GradeFile, encode_graded
from tirkit.bench.graded import GradeCount, GradedRow, GradeSettings, Outcome
from tirkit.bench.metrics import BenchMetrics, ProblemMetrics, measure
from tirkit.bench.report import metrics_table
from tirkit.bench.runner import BenchRun, run_bench

__all__ = (
    "AnswerRow",
    "AnswerRows",
    "BenchMetrics",
    "BenchRun",
    "Checked",
    "Estimate",
    "GradeCount",
    "GradeFile",
    "GradeSettings",
    "Graded",
    "GradedRow",
    "Outcome",
    "ProblemMetrics",
    "RecordCheck",
    "RowForm",
    "check_verdict",
    "encode_graded",
    "grade_row",
    "grade_rows",
    "load_problems",
    "measure",
    "metrics_table",
    "pass_at_k",
    "run_bench",
    "run_settings",
)
