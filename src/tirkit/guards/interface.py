"""What every guard promises."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from tirkit.types import AttemptStats, CodeResult, TokenChunk

Peers = Callable[[], tuple[AttemptStats, ...]]
"""Figures of the attempts at the same problem that have ended by themselves, in that order."""


@dataclass(frozen=True, slots=True)
class Watched:
    """The attempt a guard is to watch.

    Attributes:
        index: number of the attempt among those of its problem, from 0.
        peers: figures of the attempts that have ended.
    """

    index: int
    peers: Peers


class Watch(Protocol):
    """Follows one attempt. Every method gives the reason to end it in words, or None.

    It is called between two chunks, inside the loop: it must be quick, and sums instead of lists.
    """

    def chunk(self, chunk: TokenChunk) -> str | None:
        """Take newly sampled tokens."""

    def cell(self, code: str, result: CodeResult) -> str | None:
        """Take a code run."""


class Guard(Protocol):
    """Watches attempts; a small frozen object without state."""

    def watch(self, watched: Watched) -> Watch:
        """Begin to follow an attempt."""
