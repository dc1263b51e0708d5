"""A problem's line in the table."""

from tirkit.bench.metrics import ProblemMetrics
from tirkit.report.build.attempts import MOST_NAME_CHARS
from tirkit.report.build.cut import cut_text
from tirkit.report.build.numbers import finite, seconds
from tirkit.report.build.source import Shown
from tirkit.report.build.votes import final_votes
from tirkit.report.payload import ProblemLine
from tirkit.types import CodeStatus

_LINE_CHARS = 160
_MOST_REASON_CHARS = 500


def problem_line(shown: Shown, row: ProblemMetrics) -> ProblemLine:
    """A problem's line; one that still runs has no answer yet."""
    solution = shown.solution
    problem, answer = solution.problem, solution.answer if shown.settled else None
    ended = [
        turn.result.status
        for one in solution.trajectories
        for turn in one.turns
        if turn.result is not None
    ]
    return ProblemLine(
        key=shown.key,
        id=_name(problem.id),
        text=_beginning(problem.text),
        reference=None if problem.answer is None else _name(problem.answer),
        answer=None if answer is None else _name(answer.canonical),
        correct=row.correct if shown.settled else None,
        votes=final_votes(solution.verdict.tally, shown.grader()),
        attempts=row.attempts,
        finished=row.finished,
        right=row.right,
        silent=row.unanswered,
        tokens=row.sampled_tokens,
        saved_tokens=row.saved.by_stopping + row.saved.by_guards,
        cells=row.cells,
        errors=ended.count(CodeStatus.ERROR),
        timeouts=ended.count(CodeStatus.TIMED_OUT),
        seconds=seconds(row.seconds),
        confidence=round(min(max(finite(solution.confidence), 0.0), 1.0), 4),
        stop_reason=cut_text(solution.stop_reason, _MOST_REASON_CHARS).text,
    )


def _name(text: str) -> str:
    return cut_text(text, MOST_NAME_CHARS).text


def _beginning(text: str) -> str:
    line = " ".join(text[: 8 * _LINE_CHARS].split())
    return line if len(line) <= _LINE_CHARS else f"{line[:_LINE_CHARS]}…"
