"""Problems from a file, a run over them that can be gone on with, how good it was, and grading."""

from tirkit.bench.answer_rows import AnswerRow, AnswerRows, Graded, RowForm
from tirkit.bench.check import Checked, RecordCheck, check_verdict, run_settings
from tirkit.bench.compare import Difference, RunComparison, compare_runs
from tirkit.bench.curves import AccuracyCurve, CurvePoint, accuracy_curve, curves_of
from tirkit.bench.datasets import NamedDataset, dataset_names, datasets_table, load_problems
from tirkit.bench.estimates import Estimate, bootstrap, pass_at_k, wilson
from tirkit.bench.figures import FigureLine, figure_lines
from tirkit.bench.first_last import FirstLast, TraceCount, count_traces
from tirkit.bench.grade import grade_row, grade_rows
from tirkit.bench.grade_file import GradeFile, encode_graded
from tirkit.bench.graded import GradeCount, GradedRow, GradeSettings, Outcome
from tirkit.bench.metrics import (
    BenchMetrics,
    Measuring,
    ProblemMetrics,
    measure,
    measure_problem,
    sum_up,
)
from tirkit.bench.report import comparison_table, details_table, metrics_table
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
from tirkit.bench.standard_errors import AttemptMean, attempt_mean
from tirkit.bench.subsets import GradedBallots, Share, selector_at_k
from tirkit.bench.trace import AnswerSeen, answers_seen
from tirkit.bench.work import Work

__all__ = (
    "AccuracyCurve",
    "AnswerRow",
    "AnswerRows",
    "AnswerSeen",
    "AttemptMean",
    "BenchMetrics",
    "BenchOutcome",
    "BenchRun",
    "Checked",
    "CurvePoint",
    "Difference",
    "Estimate",
    "FigureLine",
    "FirstLast",
    "GradeCount",
    "GradeFile",
    "GradeSettings",
    "Graded",
    "GradedBallots",
    "GradedRow",
    "Halt",
    "Measuring",
    "NamedDataset",
    "Outcome",
    "ProblemMetrics",
    "RecordCheck",
    "RepeatedMetrics",
    "RowForm",
    "RunComparison",
    "Share",
    "TraceCount",
    "Work",
    "accuracy_curve",
    "answers_seen",
    "attempt_mean",
    "bootstrap",
    "check_verdict",
    "compare_runs",
    "comparison_table",
    "count_traces",
    "curves_of",
    "dataset_names",
    "datasets_table",
    "details_table",
    "encode_graded",
    "figure_lines",
    "grade_row",
    "grade_rows",
    "load_problems",
    "measure",
    "measure_problem",
    "metrics_table",
    "pass_at_k",
    "repeat_runs",
    "run_bench",
    "run_benches",
    "run_settings",
    "selector_at_k",
    "sum_up",
    "sum_up_repeats",
    "wilson",
)
