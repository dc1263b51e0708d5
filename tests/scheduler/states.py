"""Pictures of a problem, made from answers in finishing order."""

from collections.abc import Sequence

from tirkit.scheduler import ProblemState
from tirkit.selection import Ballot, tally
from tirkit.types import Answer, Vote


def answer(value: object) -> Answer:
    return Answer(str(value), str(value))


def state(
    answers: Sequence[object | None],
    *,
    attempts: int | None = None,
    weights: Sequence[float] = (),
    tokens: Sequence[int] = (),
    indexes: Sequence[int] = (),
    running: Sequence[int] = (),
    seconds: float = 0.0,
    sampled_tokens: int = 0,
) -> ProblemState:
    """A problem some of whose attempts have finished.

    Args:
        answers: in finishing order, None for an attempt without one.
        attempts: most attempts; as many as there are if None.
        weights: of each attempt's vote, 1 where there is none.
        tokens: of each attempt.
        indexes: of each attempt; counted up if empty.
        running: tokens of the attempts in flight.
        seconds: since the problem began.
        sampled_tokens: drawn in all.
    """
    places = list(indexes) or list(range(len(answers)))
    ballots = [
        Ballot(place, None if value is None else answer(value), tokens=drawn)
        for place, value, drawn in zip(
            places, answers, [*tokens, *[0] * len(answers)], strict=False
        )
    ]
    silent = sum(value is None for value in answers)
    weighed = dict(zip(places, [*weights, *[1.0] * len(answers)], strict=False))
    plain = [vote for ballot in ballots if (vote := ballot.vote()) is not None]
    heavy = [Vote(vote.attempt_index, vote.answer, weighed[vote.attempt_index]) for vote in plain]
    most = len(answers) + len(running) if attempts is None else attempts
    return ProblemState(
        "p",
        most,
        started=len(answers) + len(running),
        running=tuple(range(len(answers), len(answers) + len(running))),
        finished=len(answers),
        tally=tally(plain, silent),
        weighted=tally(heavy, silent),
        ballots=tuple(ballots),
        elapsed_seconds=seconds,
        sampled_tokens=sampled_tokens,
        running_tokens=tuple(running),
    )
