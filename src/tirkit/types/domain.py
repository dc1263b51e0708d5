"""Which answers are admissible."""

import re
import string
from dataclasses import dataclass

from tirkit.errors import AnswerError

PLAIN_KINDS = ("any", "integer", "option", "set", "tuple", "interval", "values")
"""Kinds that are whole by themselves; `integer` and `option` also take a range."""
MAX_BOUND_DIGITS = 300
"""Longest bound or modulus; no contest comes near, and Python converts so many at any setting."""

_BOUND = rf"-?[0-9]{{1,{MAX_BOUND_DIGITS}}}"
_RANGE = re.compile(rf"integer:({_BOUND})?\.\.({_BOUND})?")
_MODULUS = re.compile(rf"integer(?::| )mod ({_BOUND})")
_LETTERS = re.compile(r"option:([A-Za-z])\.\.([A-Za-z])")
_REMEDY = (
    "use any, integer, integer:LOW..HIGH, integer:mod M, option, option:A..E, set, tuple, "
    "interval or values"
)


@dataclass(frozen=True, slots=True)
class AnswerDomain:
    """Which answers are admissible. An answer outside is refused with a reason, never bent.

    Attributes:
        kind: "any", "integer", "option" (one letter), "set", "tuple", "interval" or "values"
            (one or several, their order free).
        minimum: smallest admissible integer, inclusive; None means no bound.
        maximum: largest admissible integer, inclusive; None means no bound.
        modulus: the integer is reduced to 0..modulus-1, the one change of an answer that can be
            asked for; None, the default, leaves it as it is.
        letters: first and last admissible letter of an option, such as "AE"; "" admits A to Z.

    Raises:
        AnswerError: the kind is none of these, a field does not go with it, or nothing could be
            admitted.
    """

    kind: str = "any"
    minimum: int | None = None
    maximum: int | None = None
    modulus: int | None = None
    letters: str = ""

    def __post_init__(self) -> None:
        if self.kind not in PLAIN_KINDS:
            raise AnswerError(f"unknown answer domain {_shown(self.kind)}: {_REMEDY}")
        bounded = self.minimum is not None or self.maximum is not None
        if self.kind != "integer" and (bounded or self.modulus is not None):
            raise AnswerError(f"answer domain {self.kind!r} has no numbers: a range needs integer")
        if self.modulus is not None and (bounded or self.modulus < 1):
            raise AnswerError(
                f"modulus {self.modulus} of an answer domain: use integer:mod M with M of 1 or "
                "more and without a range"
            )
        self._check_range()
        self._check_letters()

    def _check_range(self) -> None:
        low, high = self.minimum, self.maximum
        if low is not None and high is not None and low > high:
            raise AnswerError(f"empty answer domain 'integer:{low}..{high}': {low} is above {high}")

    def _check_letters(self) -> None:
        if not self.letters:
            return
        if self.kind != "option":
            raise AnswerError(f"answer domain {self.kind!r} has no letters: they need option")
        capital = len(self.letters) == 2 and set(self.letters) <= set(string.ascii_uppercase)
        if not capital or self.letters[0] > self.letters[1]:
            raise AnswerError(
                f"option letters {_shown(self.letters)}: give the first and the last, as in "
                "option:A..E"
            )

    @classmethod
    def parse(cls, text: str) -> "AnswerDomain":
        """Read a domain as settings and the command line write it.

        `any`, `integer`, `integer:LOW..HIGH` (inclusive; either end may be left out),
        `integer:mod M`, `option`, `option:A..E`, `set`, `tuple`, `interval` or `values`.

        Raises:
            AnswerError: the text is none of these, or the range is empty.
        """
        if text in PLAIN_KINDS:
            return cls(text)
        if match := _RANGE.fullmatch(text):
            low, high = (None if end is None else int(end) for end in match.groups())
            return cls("integer", low, high)
        if match := _MODULUS.fullmatch(text):
            return cls("integer", modulus=int(match[1]))
        if match := _LETTERS.fullmatch(text):
            return cls("option", letters=(match[1] + match[2]).upper())
        raise AnswerError(f"unknown answer domain {_shown(text)}: {_REMEDY}")

    def __str__(self) -> str:
        if self.modulus is not None:
            return f"{self.kind}:mod {self.modulus}"
        if self.letters:
            return f"{self.kind}:{self.letters[0]}..{self.letters[1]}"
        if self.minimum is None and self.maximum is None:
            return self.kind
        low, high = ("" if end is None else end for end in (self.minimum, self.maximum))
        return f"{self.kind}:{low}..{high}"


def _shown(text: str) -> str:
    return repr(text if len(text) <= 80 else text[:80] + "…")


ANY_ANSWER = AnswerDomain()
