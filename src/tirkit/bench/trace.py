"""Where in an attempt each answer appeared."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tirkit.answers import BOXES, Source, extract, extract_every
from tirkit.types import ANY_ANSWER, Answer, AnswerDomain, CodeResult, Trajectory, Turn

WRITTEN_AND_PRINTED = (*BOXES, Source.OUTPUT)
"""Boxes, and the last number a cell printed."""
MAX_SEEN = 1000
"""Most answers kept of one attempt, the last ones; bounds the work on hostile text."""


@dataclass(frozen=True, slots=True)
class AnswerSeen:
    """An answer that appeared in an attempt.

    Attributes:
        turn: number of the turn, from 0.
        token: index in the trajectory's ids one past where it stood: in a text the turn's tokens
            are taken to be spread evenly over its characters; what code printed comes behind the
            turn's last token.
        sampled_tokens: sampled and kept until then.
        answer: what it says.
        source: the form it had; None where it stands in no turn's text.
        final: whether it is what the attempt answered in the end.
        start: index in the turn's text where its form begins; None where it does not stand there.
        end: one past its end; None as `start`.
    """

    turn: int
    token: int
    sampled_tokens: int
    answer: Answer
    source: Source | None
    final: bool = False
    start: int | None = None
    end: int | None = None


def answers_seen(
    trajectory: Trajectory,
    domain: AnswerDomain = ANY_ANSWER,
    sources: tuple[Source, ...] = WRITTEN_AND_PRINTED,
) -> tuple[AnswerSeen, ...]:
    """Every admissible answer of an attempt, in the order they appeared; the final one is last.

    Thinking is looked through as well, code is not. A final answer that stands in no turn's text,
    as where tirkit opened the box in its question, is told behind the last turn.

    Args:
        trajectory: the attempt. What a reasoner beside it wrote is not looked at.
        domain: which answers are admissible.
        sources: the forms looked for.
    """
    seen: list[AnswerSeen] = []
    sampled = 0
    for number, turn in enumerate(trajectory.turns):
        seen += _written(number, turn, sampled, domain, sources)
        sampled += turn.end - turn.start
        if Source.OUTPUT in sources and turn.result is not None:
            seen += _printed(number, turn, turn.result, sampled, domain)
        del seen[:-MAX_SEEN]
    final = trajectory.answer
    if final is None:
        return tuple(seen)
    if seen and seen[-1].answer.canonical == final.canonical:
        return (*seen[:-1], replace(seen[-1], final=True))
    last = max(len(trajectory.turns) - 1, 0)
    return (*seen, AnswerSeen(last, len(trajectory.ids), sampled, final, None, final=True))


def printed(result: CodeResult) -> str:
    """What a cell printed and gave as its value."""
    return "\n".join(filter(None, (result.stdout, result.value)))


def _written(
    number: int, turn: Turn, sampled: int, domain: AnswerDomain, sources: tuple[Source, ...]
) -> Iterator[AnswerSeen]:
    tokens = turn.end - turn.start
    for found in extract_every(turn.text, domain, sources):
        if found.answer is None or found.end is None:
            continue
        until = min(-(-tokens * found.end // len(turn.text)), tokens)
        yield AnswerSeen(
            turn=number,
            token=turn.start + until,
            sampled_tokens=sampled + until,
            answer=found.answer,
            source=found.source,
            start=found.start,
            end=found.end,
        )


def _printed(
    number: int, turn: Turn, result: CodeResult, sampled: int, domain: AnswerDomain
) -> Iterator[AnswerSeen]:
    found = extract("", domain, (Source.OUTPUT,), output=printed(result))
    if result.ok and found.answer is not None:
        yield AnswerSeen(number, turn.end, sampled, found.answer, Source.OUTPUT)
