"""How a model is asked: promised to judges, kept by `tirkit.judging`, which knows engines."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from tirkit.types import Usage


@dataclass(frozen=True, slots=True)
class Question:
    """Something put to a model.

    Attributes:
        name: unique among all questions in flight; request ids derive from it.
        text: as plain characters: no special token in it is meant.
        seed: drives the sampling.
        max_tokens: most tokens to sample.
        deadline: on the event loop's clock, in seconds.
    """

    name: str
    text: str
    seed: int
    max_tokens: int
    deadline: float


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of a question.

    Attributes:
        text: the final text, behind all thinking; "" where it is of no use.
        problem: why it is of no use; "" for a whole reply.
        usage: what it cost, also where it was cut off.
        failed: whether that is the engine's doing: it failed, or was late. The same question put
            again may be answered.
    """

    text: str = ""
    problem: str = ""
    usage: Usage = field(default_factory=Usage)
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Leaning:
    """How likely each of some words is to be the reply.

    Attributes:
        logprobs: natural log-probability of each word, summed over the ways to write it; of one
            that was not among the best tokens, the most it can have. Empty where it is not known.
        problem: why it is not known, or "".
        usage: what it cost.
    """

    logprobs: tuple[float, ...] = ()
    problem: str = ""
    usage: Usage = field(default_factory=Usage)


class Ask(Protocol):
    """Puts questions to a model. Raises only when cancelled; failures are told in what it gives."""

    async def reply(self, question: Question) -> Reply:
        """Let the model reply, until the question's deadline at the latest."""

    async def lean(self, question: Question, words: Sequence[str]) -> Leaning:
        """Which of some words the model would reply with, without thinking first."""
