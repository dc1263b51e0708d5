"""Ballots to choose from, sound and hostile ones."""

import math
from collections.abc import Callable
from dataclasses import replace
from random import Random

from hypothesis import strategies as st

from tirkit.answers import normalize
from tirkit.selection import Ballot
from tirkit.types import Answer, AttemptStats, TokenStats

HOSTILE = [math.nan, math.inf, -math.inf, -1.0, 0.0, 1e308, 5e-324, None]
OUTPUTS = ["", "0", "x = 7", "300\n", "17", "0.5"]
FIGURES = (
    "mean_logprob",
    "mean_confidence",
    "tail_confidence",
    "lowest_group",
    "bottom_groups",
    "mean_entropy",
    "tail_entropy",
    "last_entropy",
    "decayed_entropy",
    "entropy_deviation",
    "uncertain_share",
    "certain_run",
)


def answer(text: str) -> Answer:
    return Answer(text, normalize(text))


def stats(**figures: float | None) -> AttemptStats:
    """The same figures in every part."""
    told = TokenStats(tokens=10, group_tokens=4, **figures)
    return AttemptStats(told, told, told, told)


def ballot(
    index: int,
    text: str | None,
    *,
    confidence: float | None = None,
    code: tuple[str, ...] = (),
    outputs: tuple[str, ...] = (),
    errors: tuple[bool, ...] = (),
    texts: tuple[str, ...] = (),
    told: AttemptStats | None = None,
    **figures: float | None,
) -> Ballot:
    return Ballot(
        index=index,
        answer=None if text is None else answer(text),
        confidence=confidence,
        stats=stats(**figures) if figures else told,
        code=code,
        outputs=outputs,
        errors=errors,
        texts=texts,
    )


def sound(random: Random, index: int) -> Ballot:
    """Every figure told, an answer or none, cells or none."""
    figures = {name: random.choice([0.25, 1.0, random.uniform(0.01, 30)]) for name in FIGURES}
    figures["mean_logprob"] /= -10
    cells = random.randrange(4)
    return ballot(
        index,
        random.choice(["0", "1", "7", "300", "1/2", None]),
        confidence=math.exp(figures["mean_logprob"]),
        code=("1",) * cells,
        outputs=tuple(random.choice(OUTPUTS) for _ in range(cells)),
        errors=tuple(random.random() < 0.4 for _ in range(cells)),
        texts=(random.choice(["a", "b", "c"]),),
        told=stats(**figures),
    )


def hostile(random: Random, index: int) -> Ballot:
    """Figures that are missing, out of range or no number."""
    figures = {name: random.choice([*HOSTILE, 0.5, 3.0]) for name in FIGURES}
    told = random.choice([None, stats(**figures)])
    return replace(sound(random, index), stats=told, confidence=random.choice(HOSTILE))


def ballots(*, most: int = 24) -> st.SearchStrategy[list[Ballot]]:
    """Sound evidence, in any order."""
    return st.builds(_some, st.just(sound), st.integers(0, most), st.integers(0, 2**32))


def hostile_ballots() -> st.SearchStrategy[list[Ballot]]:
    """Sound and hostile evidence, in any order."""
    return st.builds(_some, st.just(hostile), st.integers(0, 12), st.integers(0, 2**32))


def _some(make: Callable[[Random, int], Ballot], count: int, seed: int) -> list[Ballot]:
    random = Random(seed)
    made = [random.choice([make, sound])(random, index) for index in range(count)]
    random.shuffle(made)
    return made
