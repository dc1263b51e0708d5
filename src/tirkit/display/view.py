"""What is going on, gathered from events: the model behind every display."""

from dataclasses import dataclass, field

from tirkit.events import (
    AttemptFinished,
    AttemptStarted,
    CodeFinished,
    CodeStarted,
    Event,
    ProblemFinished,
    ProblemSettled,
    ProblemStarted,
    TokensSampled,
)
from tirkit.types import Problem, Tally

_TAIL_CHARS = 400
"""Characters of an attempt's text kept to show."""


@dataclass(slots=True)
class AttemptView:
    """One attempt as shown.

    Attributes:
        index: number among the attempts of its problem.
        doing: "reading" until the next token comes, "writing", "running code", or how it ended.
        tokens: sampled so far.
        cells: code runs begun.
        tail: end of its text.
        answer: what it answered, or "".
        running: whether it is in flight.
    """

    index: int
    doing: str = "reading"
    tokens: int = 0
    cells: int = 0
    tail: str = ""
    answer: str = ""
    running: bool = True

    def show(self, text: str) -> None:
        """Take more text."""
        self.tail = (self.tail + text)[-_TAIL_CHARS:]


@dataclass(slots=True)
class ProblemView:
    """One problem as shown."""

    problem: Problem
    max_attempts: int
    attempts: dict[str, AttemptView] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)
    settled: str = ""


class View:
    """The problems being worked on. Feed it every event; read it whenever."""

    def __init__(self) -> None:
        self.problems: dict[str, ProblemView] = {}

    def take(self, event: Event) -> None:
        """Take one event."""
        match event:
            case ProblemStarted(problem=problem, attempts=attempts):
                self.problems[problem.id] = ProblemView(problem, attempts)
            case ProblemFinished(solution=solution):
                self.problems.pop(solution.problem.id, None)
            case ProblemSettled(problem_id=problem_id, stop_reason=reason):
                self.problems[problem_id].settled = reason
            case AttemptFinished(problem_id=problem_id):
                self._finish(self.problems[problem_id], event)
            case AttemptStarted(problem_id=problem_id, attempt_id=attempt_id, index=index):
                self.problems[problem_id].attempts[attempt_id] = AttemptView(index)
            case _:
                self._progress(self.problems[event.problem_id].attempts[event.attempt_id], event)

    def _progress(
        self, attempt: AttemptView, event: TokensSampled | CodeStarted | CodeFinished
    ) -> None:
        match event:
            case TokensSampled(chunk=chunk):
                attempt.doing = "writing"
                attempt.tokens += len(chunk.token_ids)
                attempt.show(chunk.text)
            case CodeStarted():
                attempt.doing = "running code"
                attempt.cells += 1
            case CodeFinished(result=result):
                attempt.doing = "reading"
                attempt.show(f" → {(result.stdout or result.value or result.status).strip()} ")

    def _finish(self, problem: ProblemView, event: AttemptFinished) -> None:
        trajectory = event.trajectory
        attempt = problem.attempts[trajectory.attempt_id]
        attempt.running = False
        attempt.doing = str(trajectory.stop_reason)
        attempt.answer = str(trajectory.answer or "")
        if not problem.settled:
            problem.tally = event.tally
