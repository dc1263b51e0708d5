"""The chance that a majority of k attempts is right, counted exactly over all subsets."""

import math
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Counts = NDArray[np.float64]

MOST_ATTEMPTS = 1000
"""More, and the number of subsets is beyond a float."""


class MajorityCount:
    """Counts the subsets of some attempts in which a right answer has the most votes.

    The number of subsets of size k in which each answer has so many votes is a product of binomial
    coefficients, and so a coefficient of a product of polynomials: one factor per answer.

    Args:
        groups: for each attempt, in the order of the indexes, the number of its answer; None for
            an attempt without one. At most `MOST_ATTEMPTS`.
        right: numbers of the answers that are right.
        most: largest k that will be asked for.

    Raises:
        ValueError: there are more attempts than `MOST_ATTEMPTS`.
    """

    def __init__(self, groups: Sequence[int | None], right: Collection[int], most: int) -> None:
        if len(groups) > MOST_ATTEMPTS:
            raise ValueError(f"{len(groups)} attempts: at most {MOST_ATTEMPTS} are counted exactly")
        self._attempts, self._most = len(groups), most
        self._places: dict[int, list[int]] = {}
        for place, group in enumerate(groups):
            if group is not None:
                self._places.setdefault(group, []).append(place)
        self._silent = sum(group is None for group in groups)
        self._right = [group for group in right if group in self._places]

    def alone(self, ks: Sequence[int]) -> list[float]:
        """For each k the chance that a right answer has more votes than any other."""
        return self._leading(ks, None)

    def leading(self, ks: Sequence[int]) -> list[float]:
        """The same, where as many votes as another's are enough; twice where two are right."""
        return self._leading(ks, -1)

    def _leading(self, ks: Sequence[int], place: int | None) -> list[float]:
        ways = [0.0] * len(ks)
        for group in self._right:
            own = len(self._places[group])
            for votes in range(1, min(own, self._most) + 1):
                beside = self._beside(group, votes, place)
                self._add(ways, ks, math.comb(own, votes), votes, beside)
        return self._shares(ways, ks)

    def first(self, ks: Sequence[int]) -> list[float]:
        """The same, where of answers with the most votes the earliest attempt's is taken."""
        ways = [0.0] * len(ks)
        for group in self._right:
            places = self._places[group]
            for number, place in enumerate(places):
                later = len(places) - number - 1
                for votes in range(1, min(later + 1, self._most) + 1):
                    beside = self._beside(group, votes, place)
                    self._add(ways, ks, math.comb(later, votes - 1), votes, beside)
        return self._shares(ways, ks)

    def _beside(self, group: int, votes: int, place: int | None) -> "Counts":
        """Ways to draw the other attempts, by how many, so that no other answer goes before.

        Each has fewer than `votes`; or as many, all behind `place`, where that is given.
        """
        import numpy as np  # noqa: PLC0415 - slow to load, and not for every command

        free = self._silent
        factors = []
        for other, places in self._places.items():
            if other == group:
                continue
            if len(places) < votes:
                free += len(places)
                continue
            factor = _row(len(places))[: votes + 1].copy()
            behind = 0 if place is None else sum(one > place for one in places)
            factor[votes] = math.comb(behind, votes)
            factors.append(factor)
        product: Counts = _row(free)[: self._most + 1]
        for factor in factors:
            product = np.asarray(np.convolve(product, factor)[: self._most + 1], np.float64)
        return product

    @staticmethod
    def _add(
        ways: list[float], ks: Sequence[int], own: float, votes: int, beside: "Counts"
    ) -> None:
        for number, k in enumerate(ks):
            if 0 <= k - votes < len(beside):
                ways[number] += own * float(beside[k - votes])

    def _shares(self, ways: list[float], ks: Sequence[int]) -> list[float]:
        found = zip(ways, ks, strict=True)
        return [count / math.comb(self._attempts, k) for count, k in found]


@lru_cache(maxsize=MOST_ATTEMPTS + 1)
def _row(count: int) -> "Counts":
    """A row of Pascal's triangle."""
    import numpy as np  # noqa: PLC0415 - as above

    return np.array([float(math.comb(count, chosen)) for chosen in range(count + 1)])
