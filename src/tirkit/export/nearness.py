"""Texts that are nearly the same, and texts a benchmark holds."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tirkit.types import Problem

_WORD = re.compile(r"\w+")
_PRIME = np.uint64(2**31 - 1)
"""Values stay below it, so that a product fits into 64 bits."""
_FIGURES = 128
"""Minima a text is known by."""
_MISSED = 1e-3
"""Most texts exactly as near as the limit that may be missed."""
GRAM_WORDS = 10
_LEAST_WORDS = 3

Shingles = NDArray[np.uint64]


def words(text: str) -> list[str]:
    """The words and numbers of a text, in small letters; signs of LaTeX do not count."""
    return _WORD.findall(text.casefold())


def shingles(text: str, length: int) -> Shingles:
    """Hashes of all runs of so many words, sorted, each once; of a shorter text the whole."""
    said = words(text)
    runs = {tuple(said[at : at + length]) for at in range(max(1, len(said) - length + 1))}
    return np.array(sorted(map(_hashed, runs)), dtype=np.uint64)


def jaccard(one: Shingles, other: Shingles) -> float:
    """Share of the shingles of two texts that both have."""
    both = np.intersect1d(one, other, assume_unique=True).size
    return both / max(1, one.size + other.size - both)


class NearTexts:
    """Finds earlier texts that are near a new one, by the share of word runs both hold.

    Candidates come from MinHash with bands (Broder 1997), so that not every pair is compared; of
    texts that are exactly as near as the limit fewer than one in a thousand is missed, of nearer
    ones fewer still. What is found is counted exactly, so that none is found wrongly.

    Args:
        share: texts are near from this Jaccard index on, in (0, 1].
        length: of the runs, in words.
    """

    def __init__(self, share: float, length: int = 5) -> None:
        self._share = share
        self._length = length
        draw = np.random.default_rng(0)
        self._factors = draw.integers(1, int(_PRIME), (_FIGURES, 1), dtype=np.uint64)
        self._terms = draw.integers(0, int(_PRIME), (_FIGURES, 1), dtype=np.uint64)
        self._rows = _band_rows(share)
        self._bands: dict[bytes, list[int]] = defaultdict(list)
        self._known: list[tuple[str, Shingles]] = []

    def near(self, text: str) -> str | None:
        """The name of the earliest text that is near; None if there is none."""
        own = shingles(text, self._length)
        found = {place for key in self._keys(own) for place in self._bands.get(key, ())}
        for place in sorted(found):
            name, other = self._known[place]
            if jaccard(own, other) >= self._share:
                return name
        return None

    def add(self, name: str, text: str) -> None:
        """Remember a text."""
        own = shingles(text, self._length)
        for key in self._keys(own):
            self._bands[key].append(len(self._known))
        self._known.append((name, own))

    def _keys(self, own: Shingles) -> list[bytes]:
        minima = np.full(_FIGURES, _PRIME, dtype=np.uint64)
        for at in range(0, own.size, 4096):  # a long text must not fill the memory
            part = own[at : at + 4096] % _PRIME
            hashed = (self._factors * part + self._terms) % _PRIME
            minima = np.minimum(minima, hashed.min(axis=1))
        return [
            at.to_bytes(2, "big") + minima[at : at + self._rows].tobytes()
            for at in range(0, _FIGURES, self._rows)
        ]


def _band_rows(share: float) -> int:
    """The longest bands with which hardly a text as near as `share` is missed."""
    fitting = (
        rows for rows in (32, 16, 8, 4, 2) if (1 - share**rows) ** (_FIGURES // rows) <= _MISSED
    )
    return next(fitting, 1)


def _hashed(run: tuple[str, ...]) -> int:
    text = " ".join(run).encode("utf-8", "replace")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big")


@dataclass(frozen=True, slots=True)
class Overlap:
    """Where a problem stands in a benchmark.

    Attributes:
        dataset: the benchmark, as it was named.
        problem_id: in it.
        why: `the same`, or the words both hold.
    """

    dataset: str
    problem_id: str
    why: str


class Benchmarks:
    """Questions that must not be trained on.

    A problem overlaps with a question if both are the same but for signs, case and white space, or
    share a run of ten words; with a question of three to nine words, if it holds the whole of it.
    These are the limits of DeepSeekMath (arXiv 2402.03300, section 2.1).
    """

    def __init__(self) -> None:
        self._whole: dict[tuple[str, ...], tuple[str, str]] = {}
        self._grams: dict[int, dict[int, tuple[str, str]]] = defaultdict(dict)

    def add(self, dataset: str, problems: Iterable[Problem]) -> None:
        """Take the questions of a benchmark."""
        for problem in problems:
            said, place = words(problem.text), (dataset, problem.id)
            self._whole.setdefault(tuple(said), place)
            length = min(len(said), GRAM_WORDS)
            if length >= _LEAST_WORDS:
                for run in _runs(said, length):
                    self._grams[length].setdefault(_hashed(run), place)

    def overlap(self, text: str) -> Overlap | None:
        """The first question a text overlaps with."""
        said = words(text)
        same = self._whole.get(tuple(said))
        if same is not None:
            return Overlap(*same, "the same")
        for length in sorted(self._grams, reverse=True):
            known = self._grams[length]
            for run in _runs(said, length):
                place = known.get(_hashed(run))
                if place is not None:
                    return Overlap(*place, " ".join(run))
        return None


def _runs(said: list[str], length: int) -> Iterable[tuple[str, ...]]:
    return (tuple(said[at : at + length]) for at in range(len(said) - length + 1))
