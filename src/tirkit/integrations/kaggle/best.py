"""The best answer to a problem so far."""

from collections.abc import Callable

import anyio

from tirkit.events import AttemptFinished, Event, ProblemSettled
from tirkit.types import Answer


class BestAnswer:
    """Listens to a problem and keeps its best answer so far.

    Attributes:
        answer: the verdict, or before it the leader of the votes so far; None without any.
        settled: whether the verdict came before the problem's time was up.
        time_up: when it is, on the loop's clock.
        on_answer: called once there is a verdict with an answer.
    """

    def __init__(self) -> None:
        self.answer: Answer | None = None
        self.settled = False
        self.time_up = 0.0
        self.on_answer: Callable[[], object] = lambda: None

    def listen(self, event: Event) -> None:
        """Take what happens."""
        if isinstance(event, AttemptFinished) and event.tally.entries and not self.settled:
            self.answer = event.tally.entries[0].answer
        elif isinstance(event, ProblemSettled) and event.verdict.answer is not None:
            self.answer = event.verdict.answer
            self.settled = anyio.current_time() < self.time_up
            self.on_answer()
