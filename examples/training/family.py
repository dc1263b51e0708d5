"""What a family of problems is: a way to ask, an answer, and a solution that runs code.

A family draws parameters, asks for a number in several phrasings, computes the answer by code that
shares nothing with the solution's, and writes a solution the way a model should: turns of text,
each but the last with a Python block, whose outputs are those of real kernels.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

Params = Mapping[str, int]
"""Names and values. They fill a phrasing's fields."""

HELD_OUT_PHRASINGS = 1
"""The last phrasing of each family is kept for the test set."""
LEAST_PHRASINGS = 5
"""The held-out one included."""
BOXED = "\\boxed{%s}"


@dataclass(frozen=True, slots=True)
class Step:
    """One turn of a solution: some words, then code.

    Attributes:
        text: before the code; short, as if thinking aloud.
        code: goes into a Python block. It may use names of earlier steps, must print what the next
            step needs, and the last step's must print the answer on its last line.
        fails: whether the code raises; the next step then mends what the traceback names.
    """

    text: str
    code: str
    fails: bool = False


@dataclass(frozen=True, slots=True)
class Family:
    """A family of problems.

    Attributes:
        name: unique, lower case with hyphens, for example "power-mod".
        topic: "number theory", "algebra", "combinatorics", "geometry" or "sequences".
        tier: 1 where one cell does; 2 where two or more cells build on names of earlier ones; 3
            where the solution plans, then checks its result in a second way or mends an error.
        phrasings: `str.format` texts over the parameters, `LEAST_PHRASINGS` or more; the last
            `HELD_OUT_PHRASINGS` are never trained on.
        draw: random parameters; the number of different ones must exceed 2,000.
        answer: the answer by code of its own, never by running the solution.
        solve: a solution; the generator picks among ways of wording and solving it.
        held_out: whether the whole family is kept for the test set.
        shown: the fields of the phrasings, where they are not the parameters as they are.
    """

    name: str
    topic: str
    tier: int
    phrasings: tuple[str, ...]
    draw: Callable[[Random], Params]
    answer: Callable[[Params], int]
    solve: Callable[[Params, Random], Sequence[Step]]
    held_out: bool = False
    shown: Callable[[Params], Mapping[str, Any]] = field(default=lambda params: params)

    def text(self, params: Params, phrasing: int) -> str:
        """The question in one of the phrasings."""
        return self.phrasings[phrasing].format(**self.shown(params))

    @property
    def trained_phrasings(self) -> range:
        """Numbers of the phrasings that may be trained on."""
        return range(len(self.phrasings) - HELD_OUT_PHRASINGS)


@dataclass(frozen=True, slots=True)
class Instance:
    """One problem of a family.

    Attributes:
        family: it is of.
        params: drawn.
        phrasing: number of the phrasing it is asked in.
    """

    family: Family
    params: Params
    phrasing: int

    @property
    def text(self) -> str:
        """The question."""
        return self.family.text(self.params, self.phrasing)

    @property
    def answer(self) -> str:
        """The reference answer."""
        return str(self.family.answer(self.params))

    @property
    def key(self) -> str:
        """The same for the same parameters of a family, however they are asked for."""
        told = ",".join(f"{name}={value}" for name, value in sorted(self.params.items()))
        return f"{self.family.name}({told})"
