"""Problems as distributions of what an attempt at them gives."""

import bisect
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random

from tirkit.errors import ConfigError
from tirkit.selection import Ballot
from tirkit.types import Answer, AttemptStats, StopReason, TokenStats

MOST_TOKENS = 65_536
"""Context of the AIMO-3 systems: an attempt that would be longer ends there without an answer."""
_CODE = "print(answer)"
_MOST_KEPT = 1024
"""Drawn attempts a problem remembers, for the next policy that is tried on them."""


@dataclass(frozen=True, slots=True)
class AnswerModel:
    """What an attempt that ends with a certain answer looks like.

    Attributes:
        canonical: the answer in canonical form; "" for an attempt without one.
        share: of the problem's attempts; shares are normalised over the problem.
        tokens: median of the sampled tokens, which are log-normal.
        tokens_spread: standard deviation of their natural logarithm.
        entropy_bits: median of the mean token entropy, log-normal likewise; None for attempts
            whose log-probabilities are off.
        entropy_spread: standard deviation of its natural logarithm.
        printed: share of the attempts whose code printed the answer.
    """

    canonical: str
    share: float
    tokens: float
    tokens_spread: float = 0.5
    entropy_bits: float | None = None
    entropy_spread: float = 0.2
    printed: float = 0.0

    def __post_init__(self) -> None:
        for name in ("share", "tokens_spread", "entropy_spread", "printed"):
            if not 0 <= getattr(self, name) < math.inf:
                raise ConfigError(f"answer model {name} is {getattr(self, name)}: not from 0 on")
        for name in ("tokens", "entropy_bits"):
            value = getattr(self, name)
            if value is not None and not 0 < value < math.inf:
                raise ConfigError(f"answer model {name} is {value}: it must be positive and finite")


@dataclass(frozen=True)
class ProblemModel:
    """One problem.

    Attributes:
        problem_id: unique in its population.
        reference: the right answer in canonical form; None if nobody knows.
        answers: what attempts end with, at least one of a share above 0.
    """

    problem_id: str
    reference: str | None
    answers: tuple[AnswerModel, ...]

    def __post_init__(self) -> None:
        if not math.fsum(answer.share for answer in self.answers) > 0:
            raise ConfigError(f"problem {self.problem_id}: no answer has a share")

    @cached_property
    def _bounds(self) -> list[float]:
        return list(itertools.accumulate(answer.share for answer in self.answers))

    @cached_property
    def _drawn(self) -> dict[tuple[int, int], Ballot]:
        return {}

    @property
    def right_share(self) -> float:
        """Probability that an attempt is right."""
        right = math.fsum(one.share for one in self.answers if one.canonical == self.reference)
        return right / self._bounds[-1]

    def draw(self, seed: int, index: int) -> Ballot:
        """What the attempt with this index leaves: always the same for the same seed.

        Rules and selectors that are compared under one seed see the same attempts.
        """
        if (seed, index) not in self._drawn:
            if len(self._drawn) >= _MOST_KEPT:
                self._drawn.clear()
            self._drawn[seed, index] = self._draw(seed, index)
        return self._drawn[seed, index]

    def _draw(self, seed: int, index: int) -> Ballot:
        draw = Random(f"{seed}:{self.problem_id}:{index}")
        place = bisect.bisect_right(self._bounds, draw.random() * self._bounds[-1])
        model = self.answers[min(place, len(self.answers) - 1)]
        tokens = max(round(model.tokens * math.exp(draw.gauss(0, model.tokens_spread))), 1)
        stats = None if model.entropy_bits is None else drawn_stats(model, tokens, draw)
        answered = bool(model.canonical) and tokens < MOST_TOKENS
        stop_reason = StopReason.ANSWERED if answered else StopReason.NO_ANSWER
        if tokens >= MOST_TOKENS:
            tokens, stop_reason = MOST_TOKENS, StopReason.TOKEN_LIMIT
        printed = draw.random() < model.printed
        mean = None if stats is None else stats.whole.mean_logprob
        return Ballot(
            index=index,
            answer=Answer(model.canonical, model.canonical) if answered else None,
            confidence=None if mean is None else math.exp(mean),
            stats=stats,
            code=(_CODE,),
            outputs=(model.canonical if printed else "",),
            errors=(not printed,),
            tokens=tokens,
            stop_reason=stop_reason,
            mean_logprob=mean,
            total_logprob=None if mean is None else mean * tokens,
        )


def drawn_stats(model: AnswerModel, tokens: int, draw: Random) -> AttemptStats:
    """Figures that agree with each other: all are noisy pictures of one entropy.

    Only their ranks within a problem matter to selectors, and how far they tell right from wrong.
    """
    assert model.entropy_bits is not None, "figures of attempts without log-probabilities"
    entropy = model.entropy_bits * math.exp(draw.gauss(0, model.entropy_spread))

    def noisy(spread: float) -> float:
        return entropy * math.exp(draw.gauss(0, spread))

    whole = TokenStats(
        tokens=tokens,
        group_tokens=2048,
        mean_logprob=-entropy * math.log(2),
        mean_confidence=_confidence(entropy),
        tail_confidence=_confidence(noisy(0.2)),
        lowest_group=_confidence(1.6 * noisy(0.15)),
        bottom_groups=_confidence(1.4 * noisy(0.1)),
        mean_entropy=entropy,
        tail_entropy=noisy(0.2),
        last_entropy=noisy(0.3),
        decayed_entropy=noisy(0.3),
        entropy_deviation=noisy(0.1),
        uncertain_share=min(0.1 * noisy(0.1), 1.0),
        certain_run=min(0.05 / noisy(0.3), 1.0),
    )
    nothing = TokenStats(0, 2048)
    return AttemptStats(whole, whole, nothing, whole)


def _confidence(entropy_bits: float) -> float:
    """DeepConf's confidence (k = 20) that goes with an entropy: about 17 at 0, 11 at 0.6 bits."""
    return 17.0 * math.exp(-0.7 * entropy_bits)


def right_shares(population: Sequence[ProblemModel]) -> list[float]:
    """Each problem's probability of a right attempt."""
    return [model.right_share for model in population]
