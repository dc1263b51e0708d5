"""What every reward model promises."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class ScorerError(Exception):
    """A reward model gave no scores; the text says why. A judge takes it as an abstention."""


@dataclass(frozen=True, slots=True)
class Scores:
    """What a reward model thinks of one solution.

    Attributes:
        steps: of each step, or of the whole solution alone; higher is better.
        tokens: the model read.
    """

    steps: tuple[float, ...]
    tokens: int = 0


class Scorer(Protocol):
    """Scores solutions. A small frozen object; connections live for one call."""

    async def score(self, problem: str, steps: Sequence[str]) -> Scores:
        """The scores of one solution's steps.

        Raises:
            ScorerError: none came, or no numbers.
            MissingExtra: the HTTP client is not installed.
        """
