"""The stopping benchmark, small."""

from benchmarks.report import Report
from benchmarks.stopping import COLUMNS, DEFAULT, candidates, frontier, judge, row


def test_stopping_when_run_small_then_every_candidate_has_a_line_and_targets_are_judged() -> None:
    listed = candidates()
    tried = frontier(listed, problems=8, attempts=12, orders=2)
    points = tried.points()
    report = Report("stopping", COLUMNS)
    report.rows += [row(point, tried.problems) for point in points]
    judge(report, tried, points)
    assert len(report.rows) == len(listed)
    assert all(len(line) == len(COLUMNS) for line in report.rows)
    assert len(report.targets) == 4
    default = next(point for point in points if point.name == DEFAULT)
    assert default.saved.value > 0
