"""What every guard promises."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from tirkit.guards.figures import GROUP_TOKENS, TokenFigures
from tirkit.types import AttemptStats, CodeResult, TokenChunk

Peers = Callable[[], tuple[AttemptStats, ...]]
"""Figures of the attempts at the same problem that have ended by themselves, in that order."""


@dataclass(frozen=True, slots=True)
class Watched:
    """The attempt a guard is to watch.

    Attributes:
        index: number of the attempt among those of its problem, from 0.
        peers: figures of the attempts that have ended.
        figures: confidence and entropy of the tokens it has kept, as they come; None if
            log-probabilities are off.
        group_tokens: length of a window in the figures of all attempts.
    """

    index: int
    peers: Peers = tuple
    figures: TokenFigures | None = None
    group_tokens: int = GROUP_TOKENS


class Watch(Protocol):
    """Follows one attempt. Every method gives the reason to end it in words, or None.

    It is called between two chunks, inside the loop: it must be quick, and sums instead of lists.
    A reason is given again at each further call: the attempt goes on until a block that already
    runs has come to its end.
    """

    def chunk(self, chunk: TokenChunk) -> str | None:
        """Take newly sampled tokens that did not end a turn; `Watched.figures` has them already."""

    def cell(self, code: str, result: CodeResult) -> str | None:
        """Take a code run."""


class Guard(Protocol):
    """Watches attempts; a small frozen object without state."""

    def watch(self, watched: Watched) -> Watch:
        """Begin to follow an attempt."""


class Quiet:
    """A watch that never finds anything; the others begin with it."""

    __slots__ = ()

    def chunk(self, chunk: TokenChunk) -> str | None:  # noqa: ARG002 - what a Watch takes
        """None."""
        return None

    def cell(self, code: str, result: CodeResult) -> str | None:  # noqa: ARG002 - likewise
        """None."""
        return None
