"""Attempts made up for tests of pairs and windows."""

from tirkit.types import (
    Answer,
    Problem,
    StopReason,
    Trajectory,
    Turn,
    Usage,
)

PROMPT_TOKENS = 3


def problem(answer: str = "7", text: str = "How much is 3 + 4?") -> Problem:
    return Problem(text, answer=answer)


def attempt(
    index: int,
    answer: str = "7",
    sampled: int = 5,
    stop_reason: StopReason = StopReason.ANSWERED,
) -> Trajectory:
    """An attempt of one turn; its tokens tell its index."""
    total = PROMPT_TOKENS + sampled
    text = f"Attempt {index}. The answer is \\boxed{{{answer}}}."
    return Trajectory(
        attempt_id=f"p#{index}",
        problem_id=problem().id,
        index=index,
        seed=index,
        ids=(3,) * PROMPT_TOKENS + (10 + index,) * sampled,
        mask=bytes(PROMPT_TOKENS) + b"\x01" * sampled,
        logprobs=(),
        prompt_text="How?",
        turns=(Turn(text, PROMPT_TOKENS, total),),
        answer=Answer(answer, answer),
        stop_reason=stop_reason,
        stop_detail="",
        usage=Usage(PROMPT_TOKENS, sampled),
        token_exact=True,
        engine="made",
        dialect="fenced",
        started_at=0.0,
        duration_seconds=1.0,
    )
