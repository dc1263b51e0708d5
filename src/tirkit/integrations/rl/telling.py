"""Text of tokens that come in pieces."""

from collections.abc import Callable, Sequence

_UNFINISHED = "\ufffd"
"""Stands for a character whose last bytes were not drawn yet."""
_CONTEXT_TOKENS = 8
"""Tokens in front that decide how the next one is written; see `tirkit.records.check`."""
_CHARACTER_TOKENS = 4
"""Most tokens of one character: it has at most so many bytes."""


class Telling:
    """Gives the text of tokens that come in pieces, and holds back an unfinished character.

    Args:
        decode: text of ids.
        context: the ids in front.
    """

    def __init__(self, decode: Callable[[Sequence[int]], str], context: Sequence[int]) -> None:
        self._decode = decode
        self._context = list(context[-_CONTEXT_TOKENS:])
        self._held: list[int] = []

    def tell(self, ids: Sequence[int], *, last: bool) -> str:
        """The text that these ids add; `last` holds nothing back."""
        new = [*self._held, *ids]
        cut = len(new) if last else self._finished(new)
        text = self._behind(new[:cut])
        self._context = [*self._context, *new[:cut]][-_CONTEXT_TOKENS:]
        self._held = new[cut:]
        return text

    def _finished(self, ids: list[int]) -> int:
        """How many of the ids end with a whole character; all if no few of them are in the way."""
        for cut in range(len(ids), max(len(ids) - _CHARACTER_TOKENS, -1), -1):
            if not self._behind(ids[:cut]).endswith(_UNFINISHED):
                return cut
        return len(ids)

    def _behind(self, ids: list[int]) -> str:
        before = self._decode(self._context)
        return self._decode([*self._context, *ids])[len(before) :]
