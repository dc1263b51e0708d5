"""The append-only token buffer of one attempt."""

from collections.abc import Awaitable, Callable, Sequence

from tirkit.guards import TokenFigures
from tirkit.types import TokenChunk

Decode = Callable[[Sequence[int]], Awaitable[str]]


class TokenBuffer:
    """Prompt, sampled and appended tokens in the order they happened, with mask and log-probs.

    Nothing in it is ever rendered or tokenised again. Only the turn being sampled may lose its
    tail, when the parser finds that the turn had ended earlier than the engine stopped.
    """

    def __init__(self, *, with_logprobs: bool) -> None:
        self.ids: list[int] = []
        self.mask = bytearray()
        self.logprobs: list[float] | None = [] if with_logprobs else None
        self.figures = TokenFigures() if with_logprobs else None
        """Of the sampled tokens; None if log-probabilities are off."""
        self._parts: list[str] = []
        self._turn_start = 0
        self._turn_parts = 0
        self._chunk_ends: list[tuple[int, int]] = []
        self._turn_chars = 0

    @property
    def text(self) -> str:
        """The whole context as text."""
        if len(self._parts) > 1:
            self._parts = ["".join(self._parts)]
            self._turn_parts = 1
        return self._parts[0] if self._parts else ""

    @property
    def turn_start(self) -> int:
        """Index of the first token of the turn being sampled."""
        return self._turn_start

    def append_given(self, ids: Sequence[int], text: str) -> None:
        """Append tokens the model did not sample."""
        self.ids.extend(ids)
        self.mask.extend(bytes(len(ids)))
        if self.logprobs is not None:
            self.logprobs.extend([0.0] * len(ids))
        self._parts.append(text)

    def open_turn(self) -> None:
        """Begin to collect sampled chunks. Call after `text` was read for the request."""
        self._turn_start = len(self.ids)
        self._turn_parts = len(self._parts)
        self._chunk_ends.clear()
        self._turn_chars = 0

    def add_chunk(self, chunk: TokenChunk) -> None:
        """Append sampled tokens. On the path of every chunk: keep it short."""
        count = len(chunk.token_ids)
        self.ids.extend(chunk.token_ids)
        self.mask.extend(b"\x01" * count)
        if self.logprobs is not None:
            if chunk.logprobs is None:
                # An engine that leaves them out once cannot be trusted to align them later.
                self.logprobs = None
            else:
                self.logprobs.extend(chunk.logprobs)
        if self.figures is not None:
            self.figures.add(chunk)
        self._parts.append(chunk.text)
        self._turn_chars += len(chunk.text)
        self._chunk_ends.append((len(self.ids), self._turn_chars))

    def turn_text(self) -> str:
        """What was sampled in this turn so far."""
        return "".join(self._parts[self._turn_parts :])

    async def cut_turn(self, end_chars: int, decode: Decode) -> tuple[str, int]:
        """Keep the turn's first `end_chars` characters, rounded up to whole tokens.

        Args:
            end_chars: characters of `turn_text()` to keep.
            decode: gives the text of some ids; asked only when the cut falls inside a chunk.

        Returns:
            The text that is kept and the number of tokens thrown away.
        """
        text = self.turn_text()
        keep_ids, keep_chars = await self._token_boundary(end_chars, len(text), decode)
        wasted = len(self.ids) - keep_ids
        del self.ids[keep_ids:]
        del self.mask[keep_ids:]
        if self.logprobs is not None:
            del self.logprobs[keep_ids:]
        if self.figures is not None and wasted:
            self.figures.cut(wasted)
        kept = text[:keep_chars]
        self._parts[self._turn_parts :] = [kept]
        return kept, wasted

    async def cut_before(self, end_chars: int, decode: Decode) -> tuple[str, int]:
        """Keep at most the turn's first `end_chars` characters, rounded down to whole tokens.

        Args:
            end_chars: characters of `turn_text()` to keep at most.
            decode: as for `cut_turn`.

        Returns:
            The text that is kept and the number of tokens thrown away.
        """
        kept, wasted = await self.cut_turn(end_chars, decode)
        least = end_chars
        while len(kept) > end_chars and least > 0:
            # The token across the cut goes as soon as less is asked for than comes before it.
            least -= 1
            kept, more = await self.cut_turn(least, decode)
            wasted += more
        return kept, wasted

    async def first_token_at(self, chars: int, decode: Decode) -> int:
        """Index of the turn's first token that begins at or behind its first `chars` characters.

        Args:
            chars: of `turn_text()`.
            decode: as for `cut_turn`.
        """
        index, _ = await self._token_boundary(chars, len(self.turn_text()), decode)
        return min(index, len(self.ids))

    async def _token_boundary(
        self, end_chars: int, total_chars: int, decode: Decode
    ) -> tuple[int, int]:
        before_ids, before_chars = self._turn_start, 0
        for chunk_ids, chunk_chars in self._chunk_ends:
            if chunk_chars >= end_chars:
                break
            before_ids, before_chars = chunk_ids, chunk_chars
        else:
            return len(self.ids), total_chars
        if end_chars == before_chars:
            return before_ids, before_chars
        if chunk_ids - before_ids <= 1:
            return chunk_ids, chunk_chars
        return await self._inside_chunk(
            end_chars, (before_ids, before_chars), (chunk_ids, chunk_chars), decode
        )

    async def _inside_chunk(
        self,
        end_chars: int,
        before: tuple[int, int],
        after: tuple[int, int],
        decode: Decode,
    ) -> tuple[int, int]:
        """Bisect for the fewest tokens of the chunk whose text reaches the cut."""
        base = len(await decode(self.ids[self._turn_start : before[0]]))
        low, high, high_chars = before[0] + 1, after[0], after[1]
        while low < high:
            middle = (low + high) // 2
            reached = len(await decode(self.ids[self._turn_start : middle])) - base + before[1]
            if reached >= end_chars:
                high, high_chars = middle, reached
            else:
                low = middle + 1
        return high, min(high_chars, after[1])
