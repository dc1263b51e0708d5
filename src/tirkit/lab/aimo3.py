"""A population that behaves as the public AIMO-3 systems did."""

import math
from collections.abc import Sequence
from random import Random

from tirkit.lab.population import AnswerModel, ProblemModel

PROBLEMS = 50
"""One run of the competition."""
HARD_SHARES = (0.01, 0.015, 0.02, 0.03)
"""Four problems own most of what is lost even to a hundred attempts."""
SHAPE = (0.625, 0.24)
"""Kumaraswamy's a and b of the other problems' chances of a right attempt."""
ATTRACTORS = 5
"""Different wrong answers of a problem; the k-th is given 1/k as often as the first."""
SILENT = 0.2
"""Share of the attempts that are not right which end without an answer."""
MEDIAN_TOKENS = 9_000.0
"""Of a right attempt at a problem of medium length; the mean of all attempts is 13,000."""
WRONG_LENGTH = 1.35
"""How much longer attempts are that go wrong, in the median problem."""
ENTROPY_BITS = 0.55
"""Median mean token entropy of a right attempt, over the best five, in bits."""
SURENESS = 0.55
"""How many standard deviations less entropy a right attempt has than a wrong one at the same
problem: it is the lower one in 65 % of such pairs."""


def aimo3_population(problems: int = PROBLEMS, *, sureness: float = SURENESS) -> list[ProblemModel]:
    """Problems that give the published figures of gpt-oss-120b on AIMO-3.

    Fitted (arXiv 2603.27844, 21 runs of 8 attempts, and the public notebooks): 0.69 of the
    attempts are right; at least one of 20 is at 45.5 problems and one of 100 at 49; 8 attempts,
    settled by 4 that agree, solve 39.3. The chances of a right attempt are `HARD_SHARES` and the
    quantiles of a Kumaraswamy distribution; how far the wrong answers spread settles the last
    figure. The mean length is that told of AIME with Python, 13,000 tokens.

    Assumed, because nobody published it: how lengths spread (log-normal, 0.5), that attempts that
    go wrong are 1.35 times as long in the median problem and shorter in every tenth, and how well
    confidence tells right from wrong (`sureness`).

    Args:
        problems: how many; the shares of the hard ones stay as they are.
        sureness: standard deviations between right and wrong attempts' log entropy.
    """
    draw = Random("aimo3")
    hard = round(problems * len(HARD_SHARES) / PROBLEMS)
    easier = problems - hard
    a, b = SHAPE
    shares = [HARD_SHARES[at * len(HARD_SHARES) // hard] for at in range(hard)]
    shares += [(1 - (1 - (at + 0.5) / easier) ** (1 / b)) ** (1 / a) for at in range(easier)]
    return [_problem(number, share, sureness, draw) for number, share in enumerate(shares)]


def _problem(number: int, right: float, sureness: float, draw: Random) -> ProblemModel:
    # Hard problems take longer; within a problem wrong attempts are longer, in some shorter.
    length = MEDIAN_TOKENS * math.exp(0.5 * (0.69 - right) + draw.gauss(0, 0.2))
    wrong_length = length * WRONG_LENGTH * math.exp(draw.gauss(0, 0.23))
    spread = 0.2
    entropy = ENTROPY_BITS * math.exp(0.3 * (0.69 - right) + draw.gauss(0, 0.1))
    wrong_entropy = entropy * math.exp(sureness * spread)
    reference, *others = _answers(draw)
    weights = [1 / rank for rank in range(1, ATTRACTORS + 1)]
    wrong = (1 - right) * (1 - SILENT) / sum(weights)
    models = [AnswerModel(reference, right, length, 0.5, entropy, spread, printed=0.9)]
    models += [
        AnswerModel(answer, wrong * weight, wrong_length, 0.5, wrong_entropy, spread, printed=0.75)
        for answer, weight in zip(others, weights, strict=True)
    ]
    silent = (1 - right) * SILENT
    models.append(AnswerModel("", silent, 2 * wrong_length, 0.5, wrong_entropy, spread))
    return ProblemModel(f"sim{number:02d}", reference, tuple(models))


def _answers(draw: Random) -> Sequence[str]:
    """Different answers of the competition's range, the right one first."""
    return [str(value) for value in draw.sample(range(100_000), ATTRACTORS + 1)]
