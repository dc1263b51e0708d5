"""A recorded run made ready to be shown."""

import json
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.report.made_run import made_solutions, write_run
from tirkit.errors import ConfigError, RecordError
from tirkit.report import RunReport, json_pieces, write_html
from tirkit.report.build import Caps
from tirkit.report.payload import Summary, plain
from tirkit.selection import MajorityVote, tally
from tirkit.types import Answer, CodeStatus, Problem, Solution, StopReason, Verdict

MADE = made_solutions(6, 8, words=30)
AT = "2026-01-01T00:00:00+00:00"


def run(directory: Path, *solutions: Solution, unsettled: tuple[Solution, ...] = ()) -> RunReport:
    return RunReport(write_run(directory, solutions, unsettled=unsettled), made_at=AT)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> RunReport:
    return run(tmp_path_factory.mktemp("run"), *MADE)


@pytest.fixture(scope="module")
def summary(report: RunReport) -> Summary:
    return report.summary()


def numbers(value: Any) -> Iterator[float]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from numbers(one)
    elif isinstance(value, float):
        yield value


def test_summary_when_made_then_lines_tell_what_was_recorded(summary: Summary) -> None:
    for line, solution in zip(summary.problems, MADE, strict=True):
        problem = solution.problem
        assert (line.id, line.reference) == (problem.id, problem.answer)
        assert line.answer == str(solution.answer)
        assert line.correct is (None if problem.answer is None else line.answer == problem.answer)
        assert line.attempts == 8
        assert sum(one.count for one in line.votes) == solution.verdict.tally.votes
        results = [
            turn.result.status
            for one in solution.trajectories
            for turn in one.turns
            if turn.result is not None
        ]
        assert line.cells == len(results)
        assert line.errors == results.count(CodeStatus.ERROR)
    assert dict(summary.facts)["engine"] == "replay:made"
    assert ("stop", "after_answers(8)") in summary.settings


def test_summary_when_made_then_figures_curves_and_frontier_are_there(summary: Summary) -> None:
    figures = {one.name: one for one in summary.figures}
    right = sum(bool(one.correct) for one in summary.problems)
    graded = sum(one.correct is not None for one in summary.problems)
    assert figures["accuracy"].value == f"{100 * right / graded:.1f} %"
    assert {"avg@k", "pass@4", "no answer", "agreement", "code runs", "killed"} <= set(figures)
    curves = {one.name: one.points for one in summary.curves}
    assert {"pass@k", "maj@k"} <= set(curves)
    assert [point.x for point in curves["pass@k"]][:3] == [1, 2, 4]
    assert curves["pass@k"][0].y == pytest.approx(curves["maj@k"][0].y)
    assert sum(one.is_run for one in summary.frontier) == 1
    assert any(one.on_frontier for one in summary.frontier)


def test_sections_when_made_then_votes_lanes_and_traces_are_whole(report: RunReport) -> None:
    for section, solution in zip(report.sections(), MADE, strict=True):
        assert section.text == solution.problem.text
        assert [one.index for one in section.attempts] == list(range(8))
        heard = [one for one in solution.trajectories if one.stop_reason != "cancelled"]
        assert len(section.moments) == len(heard)
        assert [one.at for one in section.moments] == sorted(one.at for one in section.moments)
        last = {entry.answer.canonical: entry.count for entry in solution.verdict.tally.entries}
        assert dict(section.moments[-1].votes) == last
        for one, trajectory in zip(section.attempts, solution.trajectories, strict=True):
            assert one.killed == (trajectory.stop_reason in {"cancelled", "guard"})
            assert len(one.turns) == len(trajectory.turns)
            ends = [lane.start + lane.seconds for lane in one.lanes]
            assert max(ends, default=0) <= one.start + one.seconds + 0.1
            if trajectory.answer is not None:
                assert one.turns[-1].answer == str(trajectory.answer)


def test_report_when_made_twice_then_it_is_the_same(report: RunReport, summary: Summary) -> None:
    assert report.summary() == summary
    assert list(report.sections()) == list(report.sections())


def test_page_when_small_is_asked_for_then_it_fits_and_says_what_is_cut(
    report: RunReport, tmp_path: Path
) -> None:
    whole, small = tmp_path / "whole.html", tmp_path / "small.html"
    write_html(report, whole)
    bare = 1e-6 * whole.stat().st_size
    told = write_html(report, small, 0.8 * bare)
    assert 0.5 * bare < 1e-6 * small.stat().st_size <= 0.8 * bare
    assert any("left out" in note and "tirkit show" in note for note in told.notes)
    before = small.read_bytes()
    write_html(report, small, 0.8 * bare)
    assert small.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["small.html", "whole.html"]


def test_page_when_nothing_fits_then_the_error_says_what_to_do(
    report: RunReport, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match="--max-mb"):
        write_html(report, tmp_path / "page.html", 0.01)
    assert not list(tmp_path.iterdir())


def test_sections_when_attempts_are_capped_then_the_first_are_shown(report: RunReport) -> None:
    section = next(report.sections(Caps(0, 3)))
    assert [one.index for one in section.attempts] == [0, 1, 2]
    parts = [part for one in section.attempts for turn in one.turns for part in turn.parts]
    assert all("left out" in part.text for part in parts if part.kind != "note")


def test_run_when_still_going_on_then_open_problems_are_shown_and_not_counted(
    tmp_path: Path,
) -> None:
    summary = run(tmp_path, MADE[0], unsettled=(MADE[1],)).summary()
    settled, open_ = summary.problems
    assert settled.answer == str(MADE[0].answer)
    assert (open_.answer, open_.correct, open_.stop_reason) == (None, None, "still running")
    assert open_.votes
    assert any("1 problem had no verdict" in note for note in summary.notes)
    accuracy = next(one for one in summary.figures if one.name == "accuracy")
    assert "over 1 of 1 problems" in accuracy.note


def test_run_when_nothing_is_settled_then_attempts_are_shown(tmp_path: Path) -> None:
    report = run(tmp_path, unsettled=(MADE[0],))
    summary = report.summary()
    assert [*summary.figures, *summary.curves, *summary.frontier] == []
    assert any("nothing to measure" in note for note in summary.notes)
    assert next(report.sections()).attempts


def test_run_when_nobody_knows_the_answers_then_nothing_is_graded(tmp_path: Path) -> None:
    unknown = replace(MADE[0], problem=replace(MADE[0].problem, answer=None))
    report = run(tmp_path, unknown)
    summary = report.summary()
    assert "accuracy" not in {one.name for one in summary.figures}
    assert not summary.curves
    assert {one.correct for one in next(report.sections()).attempts} == {None}


def test_run_when_all_attempts_were_cancelled_then_it_is_shown(tmp_path: Path) -> None:
    killed = tuple(
        replace(one, answer=None, stop_reason=StopReason.CANCELLED, turns=one.turns[:1])
        for one in MADE[0].trajectories
    )
    verdict = MajorityVote().select(tally([], 0))
    report = run(tmp_path, replace(MADE[0], trajectories=killed, verdict=verdict))
    line = report.summary().problems[0]
    assert (line.finished, line.answer, line.correct) == (0, None, False)
    section = next(report.sections())
    assert section.moments == ()
    assert all(one.killed for one in section.attempts)


def test_run_when_it_has_one_attempt_then_no_frontier_is_drawn(tmp_path: Path) -> None:
    summary = run(tmp_path, *made_solutions(2, 1)).summary()
    assert summary.frontier == ()
    assert any("more than one attempt" in note for note in summary.notes)


def test_run_when_a_problem_has_256_attempts_then_all_are_there(tmp_path: Path) -> None:
    report = run(tmp_path, *made_solutions(1, 256, words=8))
    assert report.summary().problems[0].attempts == 256
    assert len(next(report.sections()).attempts) == 256


def test_run_when_numbers_are_wild_then_the_payload_stays_finite(tmp_path: Path) -> None:
    wild = replace(
        MADE[0].trajectories[0],
        started_at=float("nan"),
        duration_seconds=float("inf"),
        logprobs=(float("nan"),) * len(MADE[0].trajectories[0].ids),
    )
    others = MADE[0].trajectories[1:]
    report = run(
        tmp_path,
        replace(MADE[0], trajectories=(wild, *others), duration_seconds=float("inf")),
    )
    whole = json.loads("".join(json_pieces(report.summary(), report.sections())))
    assert all(map(math.isfinite, numbers(whole)))
    assert len(whole["sections"]) == 1


def test_run_when_answers_are_all_different_then_the_rare_ones_are_put_together(
    tmp_path: Path,
) -> None:
    answers = [Answer(str(number), str(number)) for number in range(20)]
    tried = made_solutions(1, 20, words=8)[0].trajectories
    ended = tuple(
        replace(one, answer=answer, stop_reason=StopReason.ANSWERED)
        for one, answer in zip(tried, answers, strict=True)
    )
    verdict = Verdict(answers[0], "so", 0.05, tally([], 0))
    report = run(tmp_path, Solution(MADE[0].problem, verdict, ended, "all ended", 9.0))
    last = next(report.sections()).moments[-1]
    assert len(last.votes) == 9
    assert last.votes[-1] == ("others", 12)


def test_run_when_texts_are_hostile_or_huge_then_names_are_cut(tmp_path: Path) -> None:
    problem = Problem("<script>alert(1)</script>\u2028" + "x" * 50_000, "<img onerror=1>" * 50, "1")
    report = run(tmp_path, replace(MADE[0], problem=problem))
    line, section = report.summary().problems[0], next(report.sections())
    assert line.text.startswith("<script>alert(1)</script>")
    assert max(len(line.text), len(line.id)) < 300
    assert len(section.text) < 21_000


def older_rows(version: int) -> str:
    """Records as older versions wrote them: without what they did not tell yet."""
    problem = Problem("What is 6*7?", "p1", "42")
    told: dict[str, Any] = {"prompt": "default"} if version > 1 else {}
    if version > 2:
        told |= {"reasoner": None, "stats": None}
    turn = {"text": "It is \\boxed{42}.", "start": 2, "end": 6, "generate_seconds": 1.5}
    if version > 1:
        turn |= {"given": "", "finish": "stop"}
    attempt = {
        "type": "attempt",
        "version": version,
        "content_hash": problem.content_hash,
        "attempt_id": "p1/0",
        "problem_id": "p1",
        "index": 0,
        "seed": 7,
        "answer": {"text": "42", "canonical": "42"},
        "stop_reason": "answered",
        "stop_detail": "",
        "usage": {"prompt_tokens": 2, "sampled_tokens": 4, "generate_seconds": 1.5},
        "token_exact": True,
        "engine": "old",
        "dialect": "fenced",
        "started_at": 5.0,
        "duration_seconds": 2.0,
        "prompt_text": "What is 6*7?",
        "turns": [turn],
        "ids": [1, 2, 3, 4, 5, 6],
        "mask_runs": [2, 4],
        "logprobs": [0.0, 0.0, -0.5, -0.5, -0.5, -0.5],
        **told,
    }
    vote = {"attempt_index": 0, "answer": attempt["answer"], "weight": 1.0, "confidence": None}
    entries = [{"answer": attempt["answer"], "votes": [vote]}]
    solution = {
        "type": "solution",
        "version": 1,
        "content_hash": problem.content_hash,
        "problem": {
            "id": "p1",
            "text": "What is 6*7?",
            "answer": "42",
            "domain": {"kind": "any"},
            "metadata": {},
        },
        "verdict": {
            "answer": attempt["answer"],
            "reason": "1 of 1",
            "confidence": 1.0,
            "tally": {"entries": entries, "silent": 0},
        },
        "stop_reason": "all attempts ended",
        "duration_seconds": 2.0,
        "usage": attempt["usage"],
        "attempts": [0],
    }
    return f"{json.dumps(attempt)}\n{json.dumps(solution)}\n"


@pytest.mark.parametrize("version", [1, 2, 3])
def test_run_when_its_rows_are_older_then_it_is_shown(version: int, tmp_path: Path) -> None:
    (tmp_path / "records.jsonl").write_text(older_rows(version))
    report = RunReport(tmp_path)
    summary = report.summary()
    assert (summary.problems[0].answer, summary.problems[0].correct) == ("42", True)
    assert any("one behind the other" in note for note in summary.notes)
    attempt = next(report.sections()).attempts[0]
    assert [(str(one.kind), one.start, one.seconds) for one in attempt.lanes] == [
        ("generate", 0.0, 1.5)
    ]
    assert attempt.turns[0].parts[0].text == "It is \\boxed{42}."


def test_run_when_its_settings_cannot_be_read_then_it_is_shown_without_its_policy(
    tmp_path: Path,
) -> None:
    write_run(tmp_path, MADE[:2], settings={"stop": "rule_of_tomorrow(1)", "engine": "x"})
    summary = RunReport(tmp_path).summary()
    assert ("stop", "rule_of_tomorrow(1)") in summary.settings
    assert summary.frontier
    assert not any(one.is_run for one in summary.frontier)


def test_run_when_the_folder_holds_repeats_then_the_error_names_them(tmp_path: Path) -> None:
    for seed in (1, 2):
        write_run(tmp_path / f"seed-{seed}", MADE[:1])
    with pytest.raises(RecordError, match="seed-1, seed-2"):
        RunReport(tmp_path)


def test_payload_when_made_plain_then_json_takes_it(summary: Summary) -> None:
    assert json.loads(json.dumps(plain(summary)))["title"] == summary.title
