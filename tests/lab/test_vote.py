"""Voting again on recorded runs."""

from pathlib import Path

import pytest

from tests.lab.live_runs import Script
from tests.lab.recorded import record_run
from tests.lab.test_lab_replay import course
from tirkit.errors import ConfigError
from tirkit.lab import candidate, read_courses, vote_again

SCRIPT = Script(1, attempts=6, problems=4)


def test_vote_when_the_recorded_rule_is_used_then_nothing_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    solutions = record_run(tmp_path, SCRIPT, monkeypatch, stop="when_agreed(2)")
    courses = read_courses([tmp_path])
    assert [one.attempts for one in courses] == [6] * 4  # of the settings beside the records
    report = vote_again(courses, candidate("x", "own", "when_agreed(2)"))
    rows = {row.problem_id: row for row in report.rows}
    for solution in solutions:
        row = rows[solution.problem.id]
        assert row.change == "same"
        assert row.reason == solution.stop_reason
        assert row.seconds == pytest.approx(solution.duration_seconds, abs=1e-3)
        assert row.complete
    assert report.accuracy == report.recorded_accuracy
    assert (report.gained, report.lost, report.incomplete) == (0, 0, 0)
    late = vote_again(courses, candidate("x", "own", "when_agreed(5)"))
    assert late.incomplete == sum(
        any(t.stop_reason == "cancelled" for t in one.trajectories) for one in solutions
    )


def test_vote_when_it_differs_then_what_was_gained_and_lost_is_counted() -> None:
    gained = course(("8", 0, 1), ("7", 0, 2), ("7", 0, 3))
    gained = type(gained)("gained", gained.timed, 3, reference="7", recorded="8")
    lost = type(gained)("lost", gained.timed, 3, reference="8", recorded="8")
    same = type(gained)("same", gained.timed, 3, reference=None, recorded="7")
    report = vote_again([gained, lost, same], candidate("x", "own"))
    assert [row.change for row in report.rows] == ["gained", "lost", "same"]
    assert [row.right for row in report.rows] == [True, False, None]
    assert (report.gained, report.lost) == (1, 1)
    assert report.accuracy is not None
    assert report.recorded_accuracy is not None
    assert (report.accuracy.value, report.recorded_accuracy.value) == (0.5, 0.5)
    assert report.accuracy.problems == 2
    first = vote_again([gained], candidate("x", "own"), attempts=1)
    assert first.rows[0].answer == "8"
    assert first.saved == pytest.approx(5 / 6)


def test_runs_when_two_are_read_then_problems_are_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b"):
        record_run(tmp_path / name, SCRIPT, monkeypatch, stop="when_lead_is_safe()")
    courses = read_courses([tmp_path / "a", tmp_path / "b"])
    assert {one.problem_id for one in courses} == {f"{r}/p{n}" for r in "ab" for n in range(4)}
    with pytest.raises(ConfigError, match="twice"):
        read_courses([tmp_path / "a", tmp_path / "a"])


def test_runs_when_there_is_nothing_then_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot read"):
        read_courses([tmp_path])
    (tmp_path / "records.jsonl").write_text("")
    with pytest.raises(ConfigError, match="holds no attempts"):
        read_courses([tmp_path])
    with pytest.raises(ConfigError, match="no problem to vote on"):
        vote_again([], candidate("x", "own"))
