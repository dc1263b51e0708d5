"""What every selector promises."""

from typing import Protocol

from tirkit.types import Tally, Verdict


class Selector(Protocol):
    """Chooses one answer from a tally, online and offline alike.

    A selector is a small frozen object without state: the same tally always gives the same
    verdict. It says in `Verdict.reason` why it chose, and in `Verdict.tie_broken_by` what decided
    a tie. A tally without votes gives a verdict without an answer, never an exception.
    """

    def select(self, tally: Tally) -> Verdict:
        """Choose, or say why nothing could be chosen."""
