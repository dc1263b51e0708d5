"""What attempts did and what it cost, summed up."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from tirkit.dialects.events import MalformedKind
from tirkit.types import CodeStatus, StopReason, Trajectory, Turn

NOT_BY_ITSELF = frozenset(
    {
        StopReason.CANCELLED,
        StopReason.ENGINE_ERROR,
        StopReason.KERNEL_ERROR,
        StopReason.FAULT,
    }
)
"""Ends of attempts that say nothing of the model: they are counted and not graded."""
TRUNCATED = frozenset({StopReason.TOKEN_LIMIT, StopReason.CONTEXT_FULL, StopReason.TURN_LIMIT})
"""Ends of attempts that were cut by the length they may have."""


@dataclass(frozen=True, slots=True)
class Work:
    """What some attempts did. Adds up with `+`.

    Attributes:
        attempts: how many.
        with_code: those of them that ran code.
        truncated: those of them that a limit on tokens, context or turns ended.
        turns: generations, and further calls of the same generation.
        malformed: turns with a call that was got wrong.
        forced: turns in which the model was asked to answer now.
        cells: code runs.
        errors: cells that raised.
        timeouts: cells whose deadline passed.
        deaths: cells under which the kernel died.
        prompt_tokens: of the rendered problem, once per attempt.
        sampled_tokens: drawn from the model, wasted ones included.
        wasted_tokens: those of them that were drawn past the end of a turn.
        given_tokens: appended by tirkit: cell output, corrections, questions.
        generate_seconds: in generation.
        execute_seconds: in cells.
        queue_seconds: cells waited for a kernel or a processor.
        attempt_seconds: from start to end, summed over the attempts.
    """

    attempts: int = 0
    with_code: int = 0
    truncated: int = 0
    turns: int = 0
    malformed: int = 0
    forced: int = 0
    cells: int = 0
    errors: int = 0
    timeouts: int = 0
    deaths: int = 0
    prompt_tokens: int = 0
    sampled_tokens: int = 0
    wasted_tokens: int = 0
    given_tokens: int = 0
    generate_seconds: float = 0.0
    execute_seconds: float = 0.0
    queue_seconds: float = 0.0
    attempt_seconds: float = 0.0

    def __add__(self, other: "Work") -> "Work":
        return Work(*[getattr(self, name) + getattr(other, name) for name in Work.__slots__])

    @classmethod
    def of(cls, trajectory: Trajectory) -> "Work":
        """What one attempt did; both models of it, where there are two."""
        spent, turns = trajectory.spent, trajectory.turns
        results = [turn.result for turn in turns if turn.result is not None]
        statuses = [result.status for result in results]
        return cls(
            attempts=1,
            with_code=int(spent.cells > 0),
            truncated=int(trajectory.stop_reason in TRUNCATED),
            turns=len(turns),
            malformed=sum(map(is_malformed, turns)),
            forced=sum(turn.forced for turn in turns),
            cells=spent.cells,
            errors=statuses.count(CodeStatus.ERROR),
            timeouts=statuses.count(CodeStatus.TIMED_OUT),
            deaths=statuses.count(CodeStatus.DIED),
            prompt_tokens=spent.prompt_tokens,
            sampled_tokens=spent.sampled_tokens + spent.wasted_tokens,
            wasted_tokens=spent.wasted_tokens,
            given_tokens=spent.tool_tokens,
            generate_seconds=sound(spent.generate_seconds),
            execute_seconds=sound(spent.execute_seconds),
            queue_seconds=sum(sound(result.queue_seconds) for result in results),
            attempt_seconds=sound(trajectory.duration_seconds),
        )


def total(works: Iterable[Work]) -> Work:
    """The sum of some."""
    return sum(works, Work())


def is_malformed(turn: Turn) -> bool:
    """Whether the turn's call was got wrong, as its note tells."""
    return turn.note.partition(":")[0] in MalformedKind.__members__.values()


def sound(seconds: float) -> float:
    """A recorded time, or 0 where the record holds none that can be."""
    return seconds if math.isfinite(seconds) and seconds > 0 else 0.0
