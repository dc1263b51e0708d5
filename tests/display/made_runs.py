"""Events of made-up runs, for the tests of displays."""

from dataclasses import replace

from tests.records.factory import trajectory
from tirkit.events import AttemptFinished, AttemptStarted, Event, ProblemStarted, TokensSampled
from tirkit.types import (
    Answer,
    CodeResult,
    CodeStatus,
    Problem,
    Solution,
    Tally,
    TallyEntry,
    TokenChunk,
    Trajectory,
    Turn,
    Verdict,
    Vote,
)

HOSTILE = "\x1b[31m<script>alert(1)</script>\x07\u202e[bold]\n$x$"


def sampled(problem: str, index: int, text: str = "a", tokens: int = 1) -> TokensSampled:
    return TokensSampled(problem, f"{problem}#{index}", TokenChunk((7,) * tokens, text))


def started(problem: str, attempts: int, answer: str | None = None) -> list[Event]:
    asked = Problem(f"What is {problem}?", problem, answer=answer)
    each = [AttemptStarted(problem, f"{problem}#{index}", index) for index in range(attempts)]
    return [ProblemStarted(asked, attempts), *each]


def tally(answers: dict[str, int], silent: int = 0) -> Tally:
    entries, index = [], 0
    for text, count in answers.items():
        answer = Answer(text, text)
        votes = tuple(Vote(index + place, answer) for place in range(count))
        entries.append(TallyEntry(answer, votes))
        index += count
    return Tally(tuple(entries), silent)


def ended(problem: str, index: int, answer: str, votes: Tally) -> AttemptFinished:
    made = replace(
        trajectory(),
        attempt_id=f"{problem}#{index}",
        problem_id=problem,
        index=index,
        answer=Answer(answer, answer),
    )
    return AttemptFinished(problem, made, votes)


def attempt(index: int = 0, **changes: object) -> Trajectory:
    """Two turns: 2 s of writing, 1 s of waiting and 3 s of code, then 4 s of writing."""
    result = CodeResult(CodeStatus.OK, stdout="42\n", queue_seconds=1.0, duration_seconds=3.0)
    turns = (
        Turn("hm", 2, 5, "1", result, generate_seconds=2.0, given="out\n", began_seconds=0.5),
        Turn("so 42", 7, 9, generate_seconds=4.0, began_seconds=6.5),
    )
    made = replace(
        trajectory(),
        attempt_id=f"p#{index}",
        index=index,
        turns=turns,
        started_at=1_790_000_000.0 + index,
        duration_seconds=10.5,
        answer=Answer("42", "42"),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def solution(attempts: int = 3, problem: Problem | None = None) -> Solution:
    votes = tally({"42": attempts - 1}, silent=1)
    verdict = Verdict(votes.entries[0].answer, "most votes", (attempts - 1) / attempts, votes)
    made = tuple(attempt(index) for index in range(attempts))
    asked = problem or Problem("What is 6 * 7?", "p", answer="42")
    return Solution(asked, verdict, made, "all attempts finished", 9.0)
