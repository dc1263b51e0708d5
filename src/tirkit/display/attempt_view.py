"""One attempt, gathered from events."""

from dataclasses import dataclass, field

from tirkit.display.picture import AttemptPicture, Doing, Stretch, cut
from tirkit.types import CodeResult, TokenChunk, Trajectory

_TAIL_CHARS = 400
"""Characters of an attempt's text kept to show."""
_RESULT_CHARS = 200
_ANSWER_CHARS = 80
_MOST_MARKS = 256
"""Changes kept of what an attempt does; what it does after them counts as the last one."""


@dataclass(slots=True)
class AttemptView:
    """One attempt as shown.

    Attributes:
        index: number among the attempts of its problem.
        began: on the view's clock, as every time here.
        doing: what it does, or how it ended.
        tokens: sampled so far.
        cells: code runs begun.
        tail: end of its text.
        answer: what it answered, or "".
        ended: when it ended; None while it is in flight.
    """

    index: int
    began: float
    doing: str = Doing.READING
    tokens: int = 0
    cells: int = 0
    tail: str = ""
    answer: str = ""
    ended: float | None = None
    _marks: list[tuple[Doing, float]] = field(default_factory=list)

    @property
    def running(self) -> bool:
        """Whether it is in flight."""
        return self.ended is None

    def sampled(self, chunk: TokenChunk, at: float) -> None:
        """Take new tokens."""
        if self.doing != Doing.WRITING:
            self._do(Doing.WRITING, at)
        self.tokens += len(chunk.token_ids)
        self.tail = (self.tail + chunk.text)[-_TAIL_CHARS:]

    def code_started(self, at: float) -> None:
        """Take that a cell was handed to a kernel."""
        self.cells += 1
        self._do(Doing.RUNNING_CODE, at)

    def code_finished(self, result: CodeResult, at: float) -> None:
        """Take what a cell gave."""
        queued = min(result.queue_seconds, at - self._marks[-1][1]) if self._marks else 0.0
        if queued > 0 and self._marks[-1][0] is Doing.RUNNING_CODE:
            _, since = self._marks.pop()
            self._marks += [(Doing.QUEUEING, since), (Doing.RUNNING_CODE, since + queued)]
        self._do(Doing.READING, at)
        shown = (result.stdout or result.value or str(result.status))[:_RESULT_CHARS]
        self.tail = f"{self.tail} → {shown.strip()} "[-_TAIL_CHARS:]

    def end(self, trajectory: Trajectory, at: float) -> None:
        """Take how it ended."""
        self.ended = at
        self.doing = str(trajectory.stop_reason)
        self.answer = cut(str(trajectory.answer or ""), _ANSWER_CHARS)

    def picture(self, origin: float, now: float) -> AttemptPicture:
        """The attempt now; `origin` is when its problem began."""
        end = now if self.ended is None else self.ended
        return AttemptPicture(
            index=self.index,
            doing=self.doing,
            running=self.running,
            tokens=self.tokens,
            cells=self.cells,
            seconds=end - self.began,
            answer=self.answer,
            tail=self.tail,
            stretches=tuple(self._stretches(origin, end)),
        )

    def _do(self, doing: Doing, at: float) -> None:
        self.doing = doing
        if len(self._marks) < _MOST_MARKS:
            self._marks.append((doing, at))

    def _stretches(self, origin: float, end: float) -> list[Stretch]:
        marks = [(Doing.READING, self.began), *self._marks]
        ends = [at for _, at in marks[1:]] + [end]
        return [
            Stretch(doing, since - origin, until - origin)
            for (doing, since), until in zip(marks, ends, strict=True)
            if until > since
        ]
