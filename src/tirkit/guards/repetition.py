"""Ends an attempt that repeats itself for ever."""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar
from zlib import crc32

from tirkit.guards.interface import Quiet, Watch, Watched
from tirkit.guards.settings import GuardSettings
from tirkit.types import UNKNOWN_TOKEN, CodeResult, TokenChunk

_LOOK_EVERY_TOKENS = 64
_NEEDLE_TOKENS = 16
"""As many of the last tokens must come again before anything longer is compared."""


@dataclass(frozen=True, slots=True)
class RepetitionGuard(GuardSettings):
    """Ends an attempt whose last tokens are one passage over and over, token by token.

    A passage of p tokens that is repeated for ever ends the attempt at the latest
    max(minimum_tokens, repeats * p) + 64 tokens after it began, and what came with them in the
    same chunk. Code with equal lines, tables and long rows of zeros pass as long as they are
    shorter than that. A code run begins the count anew: what it gave is between.

    Where the engine tells no ids, its chunks' texts are compared instead: a passage is found if
    it is cut into the same chunks each time, as one token a chunk is.

    Attributes:
        repeats: times in a row.
        minimum_tokens: that all of them together must have.
        longest_tokens: of a passage; longer ones are not found.
    """

    repeats: int = field(default=8, metadata={"low": 1})
    minimum_tokens: int = field(default=1024, metadata={"low": 2 * _NEEDLE_TOKENS - 1})
    longest_tokens: int = 512

    name: ClassVar[str] = "repetition"

    def watch(self, watched: Watched) -> Watch:  # noqa: ARG002 - it needs to know nothing
        """Begin to follow an attempt."""
        return _RepetitionWatch(self)


class _RepetitionWatch(Quiet):
    """Keeps the last tokens as bytes, so that comparing thousands of them costs next to nothing."""

    def __init__(self, guard: RepetitionGuard) -> None:
        self._guard = guard
        self._kept = max(guard.minimum_tokens, guard.repeats * guard.longest_tokens)
        self._tokens = array("q")
        self._unlooked = 0
        self._reason: str | None = None

    def chunk(self, chunk: TokenChunk) -> str | None:
        """The reason to end the attempt, once its last tokens are repetitions."""
        ids = chunk.token_ids
        if UNKNOWN_TOKEN in ids:
            ids = (crc32(chunk.text.encode("utf-8", "replace")), *[UNKNOWN_TOKEN] * (len(ids) - 1))
        self._tokens.extend(ids)
        self._unlooked += len(ids)
        if self._unlooked >= _LOOK_EVERY_TOKENS and self._reason is None:
            self._unlooked = 0
            self._look()
            if len(self._tokens) > 2 * self._kept:
                del self._tokens[: -self._kept]
        return self._reason

    def cell(self, code: str, result: CodeResult) -> str | None:
        """Begin anew."""
        del code, result
        del self._tokens[:]
        return self._reason

    def _look(self) -> None:
        for period in self._periods():
            needed = max(self._guard.minimum_tokens, self._guard.repeats * period)
            tail = self._tokens[-needed:]
            if len(tail) == needed and tail[period:] == tail[:-period]:
                self._reason = (
                    f"repetition: the last {needed} tokens are the same {period} over and over"
                )
                return

    def _periods(self) -> Iterator[int]:
        """Distances at which the last few tokens stood before, the nearest first."""
        if len(self._tokens) < self._guard.minimum_tokens:
            return
        size = self._tokens.itemsize
        text = self._tokens[-(self._guard.longest_tokens + _NEEDLE_TOKENS) :].tobytes()
        needle = text[-_NEEDLE_TOKENS * size :]
        end = len(text) - 1
        while (place := text.rfind(needle, 0, end)) >= 0:
            behind = len(text) - len(needle) - place
            if behind % size == 0:
                yield behind // size
            end = place + len(needle) - 1
