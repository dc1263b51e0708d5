"""Which two attempts at a problem make a preference pair."""

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from tirkit.export.tried import Tried

_WORD = re.compile(r"\w+")

Similarity = Callable[[str, str], float]
"""How alike two texts are, in [0, 1]."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A better attempt and another one.

    Attributes:
        chosen: the better one.
        rejected: the other one.
        why: `longer` or `wrong`.
    """

    chosen: Tried
    rejected: Tried
    why: str


class Pairing(Protocol):
    """Makes at most one pair of the attempts that are left of a problem."""

    def pair(self, attempts: Sequence[Tried]) -> Pair | str:
        """The pair, or why there is none, in one word to count by."""


def word_cosine(one: str, other: str) -> float:
    """Cosine between the word counts of two texts; 1 for the same words, 0 for none in common."""
    first, second = Counter(_WORD.findall(one.lower())), Counter(_WORD.findall(other.lower()))
    dot = sum(count * second[word] for word, count in first.items())
    lengths = math.sqrt(sum(n * n for n in first.values()) * sum(n * n for n in second.values()))
    return min(1.0, dot / lengths) if lengths else 0.0


@dataclass(frozen=True, slots=True)
class LongestOther:
    """The shortest right attempt against the longest other one, where that is much longer.

    Lengths are in characters of what stands behind the prompt.

    Attributes:
        above_chars: both are longer than this.
        below_ratio: length of the chosen one over that of the other is below this.
        least: as many attempts must be there.
    """

    above_chars: int = 8_000
    below_ratio: float = 0.6
    least: int = 2

    def pair(self, attempts: Sequence[Tried]) -> Pair | str:
        """The pair, or `few_attempts`, `none_right`, `short_attempt`, `near_lengths`."""
        chosen = _shortest_right(attempts, self.least, self.above_chars)
        if isinstance(chosen, str):
            return chosen
        others = [one for one in attempts if one is not chosen]
        other = max(others, key=lambda one: len(one.text))
        if len(other.text) <= self.above_chars:
            return "short_attempt"
        if len(chosen.text) >= self.below_ratio * len(other.text):
            return "near_lengths"
        return Pair(chosen, other, _why(other))


@dataclass(frozen=True, slots=True)
class LeastSimilar:
    """The shortest right attempt against the one least like it, where that is also longer.

    Attributes:
        above_chars: the chosen one is longer than this.
        below_ratio: as in `LongestOther`.
        below_similarity: the two are less alike than this.
        least: as many attempts must be there.
        whole_chars: texts up to this length are compared whole.
        cut_chars: of longer ones so many characters at the beginning.
        similarity: how alike two texts are.
    """

    above_chars: int = 8_000
    below_ratio: float = 0.7
    below_similarity: float = 0.83
    least: int = 2
    whole_chars: int = 10_000
    cut_chars: int = 8_000
    similarity: Similarity = word_cosine

    def pair(self, attempts: Sequence[Tried]) -> Pair | str:
        """The pair, or `few_attempts`, `none_right`, `short_attempt`, `alike`, `near_lengths`."""
        chosen = _shortest_right(attempts, self.least, self.above_chars)
        if isinstance(chosen, str):
            return chosen
        own = self._compared(chosen)
        others = [one for one in attempts if one is not chosen]
        scores = [self.similarity(own, self._compared(one)) for one in others]
        lowest = min(range(len(others)), key=scores.__getitem__)
        other = others[lowest]
        if scores[lowest] >= self.below_similarity:
            return "alike"
        if len(chosen.text) >= self.below_ratio * len(other.text):
            return "near_lengths"
        return Pair(chosen, other, _why(other))

    def _compared(self, one: Tried) -> str:
        return one.text[: self.cut_chars] if len(one.text) > self.whole_chars else one.text


@dataclass(frozen=True, slots=True)
class ShorterRight:
    """The shortest right attempt against the longest right one; else against a wrong one.

    Lengths are in sampled tokens, so that what code printed does not count.

    Attributes:
        below_ratio: the chosen right one is shorter than this share of the other right one.
    """

    below_ratio: float = 0.8

    def pair(self, attempts: Sequence[Tried]) -> Pair | str:
        """The pair, or `none_right`, `near_lengths`."""
        right = sorted((one for one in attempts if one.right), key=_tokens)
        if not right:
            return "none_right"
        chosen, longest = right[0], right[-1]
        if chosen.sampled_tokens < self.below_ratio * longest.sampled_tokens:
            return Pair(chosen, longest, "longer")
        wrong = [one for one in attempts if one.right is False]
        if wrong:
            return Pair(chosen, max(wrong, key=_tokens), "wrong")
        return "near_lengths"


def _shortest_right(attempts: Sequence[Tried], least: int, above_chars: int) -> Tried | str:
    if len(attempts) < max(least, 2):
        return "few_attempts"
    right = [one for one in attempts if one.right]
    if not right:
        return "none_right"
    chosen = min(right, key=lambda one: len(one.text))
    return chosen if len(chosen.text) > above_chars else "short_attempt"


def _why(other: Tried) -> str:
    return "longer" if other.right else "wrong"


def _tokens(one: Tried) -> int:
    return one.sampled_tokens
