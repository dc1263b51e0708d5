"""AIMO-2's second place: code before words, and less for answers that are easily guessed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from tirkit.selection.ballot import Ballot
from tirkit.selection.numbers import integer, last_integer
from tirkit.selection.stage import LEAST_WEIGHT, Cast, Stage, check, sifted
from tirkit.types import Answer

_FARTHEST = 1e18
_MOST = 1e6


@dataclass(frozen=True, slots=True)
class CodeFirst(Stage):
    """What an attempt's code printed last is its answer, before what it wrote in words.

    imagination-research (AIMO-2's second place): the code's answer is the last number of the last
    cell that worked and printed anything; where it is an integer in the range it replaces a
    written integer, and votes for an attempt that wrote none. Their submitted program counted
    5 votes for code and 3 for words.

    Attributes:
        code: weight of an answer that code printed.
        words: weight of one that was only written; 0 leaves it out where code gave any.
        minimum: least admissible answer of code.
        maximum: greatest.
    """

    code: float = 1.0
    words: float = 1.0
    minimum: float = 0
    maximum: float = 99_999
    name: ClassVar[str] = "code_first"

    def __post_init__(self) -> None:
        check(self, code=(LEAST_WEIGHT, _MOST), words=(0, _MOST))
        check(self, minimum=(-_FARTHEST, _FARTHEST), maximum=(self.minimum, _FARTHEST))

    def apply(self, casts: Sequence[Cast]) -> Sequence[Cast]:
        """Replace answers by what code printed."""
        printed = [self._printed(cast) for cast in casts]
        if self.words == 0:
            has_code = [value is not None for value in printed]
            if not any(has_code):
                return sifted(casts, has_code, "that code printed")
        told = [
            self._by_code(cast, value) if value is not None else self._by_words(cast)
            for cast, value in zip(casts, printed, strict=True)
        ]
        return [cast for cast in told if cast is not None]

    def _printed(self, cast: Cast) -> int | None:
        value = printed_integer(cast.ballot)
        if value is None or not self.minimum <= value <= self.maximum:
            return None
        if cast.answer is not None and integer(cast.answer) is None:
            return None
        return value

    def _by_code(self, cast: Cast, value: int) -> Cast:
        cast = cast.times(self.code)
        if integer(cast.answer) == value:
            return cast
        return replace(cast, answer=Answer(str(value), str(value))).noted("by what code printed")

    def _by_words(self, cast: Cast) -> Cast | None:
        if cast.answer is None:
            return cast
        return cast.times(self.words) if self.words else None


@dataclass(frozen=True, slots=True)
class SmallAnswers(Stage):
    """Integers that are small or round weigh less: models guess them.

    imagination-research (AIMO-2's second place): 0.6 for answers up to 20 and multiples of 100.

    Attributes:
        weight: factor of such a vote.
        limit: greatest small answer.
        multiple: what round answers are multiples of; 0 for none.
    """

    weight: float = 0.6
    limit: float = 20
    multiple: float = 100
    name: ClassVar[str] = "small_answers"

    def __post_init__(self) -> None:
        check(self, weight=(LEAST_WEIGHT, _MOST), limit=(-_FARTHEST, _FARTHEST))
        check(self, multiple=(0, _FARTHEST))

    def apply(self, casts: Sequence[Cast]) -> Sequence[Cast]:
        """Multiply the weight of suspects."""
        return [cast.times(self.weight) if self._suspect(cast.answer) else cast for cast in casts]

    def _suspect(self, answer: Answer | None) -> bool:
        value = integer(answer)
        if value is None:
            return False
        return value <= self.limit or (self.multiple >= 1 and value % int(self.multiple) == 0)


def printed_integer(ballot: Ballot) -> int | None:
    """The integer that ends what the last working cell that showed anything has shown."""
    for output, failed in zip(reversed(ballot.outputs), reversed(ballot.errors), strict=False):
        if not failed and output.strip():
            return last_integer(output)
    return None
