"""Keeps thinking within its limits: closes it where it is too long, makes it go on where too short.

The second is budget forcing as in s1 (arXiv 2501.19393).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tirkit.attempt.buffer import Decode, TokenBuffer
from tirkit.attempt.limits import AttemptLimits
from tirkit.attempt.specials import parts_of, reads_tokens
from tirkit.dialects.events import ParserEvent
from tirkit.dialects.interface import Parser, Vocabulary
from tirkit.dialects.tags import TagScanner, tag_tokens
from tirkit.dialects.thinking import ThinkTags
from tirkit.types import UNKNOWN_TOKEN, FinishReason, Piece, TokenChunk


@dataclass(frozen=True, slots=True)
class ThinkingCut:
    """A turn that is cut off inside thinking.

    Attributes:
        end: most characters of the turn's text to keep; its end token goes in any case.
        note: why, for the record.
        pieces: what is appended behind what is kept.
    """

    end: int
    note: str
    pieces: tuple[Piece, ...]

    def shown(self, turn_text: str) -> tuple[Piece, ...]:
        """What to append, on a line of its own."""
        gap = "" if not turn_text or turn_text.endswith("\n") else "\n"
        return (Piece(gap), *self.pieces)


class Thinking:
    """The thinking of one attempt.

    Args:
        tags: what opens and closes it.
        limits: what it may take.
    """

    def __init__(self, tags: ThinkTags, limits: AttemptLimits) -> None:
        self.tags = tags
        self.limits = limits
        self.sampled_tokens = 0
        """Tokens sampled inside thinking so far."""
        self.waits = 0
        self.closes = 0
        self.tokens: Mapping[int, str] = {}
        """The tags that are special tokens of the model, by id."""

    @property
    def limited(self) -> bool:
        """Whether anything has to be watched."""
        return self.limits.thinking_budget_tokens is not None or self.limits.thinking_waits > 0

    @property
    def free_turns(self) -> int:
        """Generations that only went on with the one before, so that they count as no turn."""
        return self.waits + min(self.closes, 1)

    async def prepare(self, engine: Vocabulary) -> None:
        """Find out which tags are tokens of the engine's model."""
        if self.limited:
            self.tokens = await tag_tokens(engine, (self.tags.open, self.tags.close))

    def turn(self, buffer: TokenBuffer) -> "TurnThinking | None":
        """Watches the next turn; None where nothing has to be watched."""
        return TurnThinking(self, is_open=self._is_open(buffer)) if self.limited else None

    def before_turn(self, buffer: TokenBuffer) -> tuple[Piece, ...]:
        """What to append before a turn: the end of thinking that is open and has no tokens left."""
        if self.left is None or self.left > 0 or not self._is_open(buffer):
            return ()
        return self._closing()

    @property
    def left(self) -> int | None:
        """Tokens that may still be sampled inside thinking; below 0 where code had to be ended."""
        budget = self.limits.thinking_budget_tokens
        return None if budget is None else budget - self.sampled_tokens

    def close(self, end: int) -> ThinkingCut:
        """Close thinking whose tokens are used up."""
        self.closes += 1
        note = f"cut off: thinking used its {self.limits.thinking_budget_tokens} tokens"
        return ThinkingCut(end, note, self._closing())

    def go_on(self, end: int) -> ThinkingCut | None:
        """Make the model think on where it wants to stop; None if it may stop."""
        limits, enough = self.limits, self.limits.thinking_wait_below_tokens
        if self.waits >= limits.thinking_waits or (self.left is not None and self.left <= 0):
            return None
        if enough is not None and self.sampled_tokens >= enough:
            return None
        self.waits += 1
        note = f"cut off: thinking ended after {self.sampled_tokens} tokens"
        told = f"{note}, wait {self.waits} of {limits.thinking_waits}"
        return ThinkingCut(end, told, (Piece(limits.thinking_wait_text),))

    def _closing(self) -> tuple[Piece, ...]:
        return (Piece(self.limits.thinking_close_text), *self.tags.closing())

    def _is_open(self, buffer: TokenBuffer) -> bool:
        if len(self.tokens) == len({self.tags.open, self.tags.close}):
            last = next((one for one in reversed(buffer.ids) if one in self.tokens), None)
            return last is not None and self.tokens[last] == self.tags.open
        return self.tags.is_open(buffer.text)


class TurnThinking:
    """Watches the thinking of one turn while the parser reads it.

    Args:
        thinking: of the attempt.
        is_open: whether the context ends inside thinking.
    """

    def __init__(self, thinking: Thinking, *, is_open: bool) -> None:
        self._thinking = thinking
        self._open = is_open
        tokens, tags = thinking.tokens, thinking.tags
        written = (tag for tag in (tags.open, tags.close) if tag not in tokens.values())
        self._scanner = TagScanner(tuple(written))
        self._chars = 0
        self._inside_chars = 0
        self._turned = False

    async def feed(
        self, parser: Parser, chunk: TokenChunk, decode: Decode, *, busy: bool = False
    ) -> ParserEvent | ThinkingCut | None:
        """Hand a chunk to the parser, up to where thinking is cut off.

        Args:
            parser: reads the turn.
            chunk: newly sampled tokens.
            decode: gives the text of some ids.
            busy: whether code that the parser reads is already running: then nothing is cut.
        """
        own = parser.specials if reads_tokens(parser) else {}
        before, self._inside_chars, self._turned = self._chars, 0, False
        self._chars += len(chunk.text)
        specials = {**self._thinking.tokens, **own}
        for text, special in await parts_of(chunk, specials, decode):
            event = self._part(parser, text, special=special, busy=busy)
            if event is not None:
                self._count(chunk)
                return event
        over = self._count(chunk)
        if not self._open or over is None or over < 0 or busy or _in_call(parser):
            return None
        return self._thinking.close(await _end_of(chunk, before, over, decode))

    def end(self, parser: Parser, finish: FinishReason) -> ParserEvent | ThinkingCut | None:
        """The stream ended: hand the rest to the parser, or make the model think on."""
        for span in self._scanner.take("", last=True):
            if (event := parser.feed(span.text)) is not None:
                return event
        if self._open and finish is FinishReason.STOP and not _in_call(parser):
            return self._thinking.go_on(self._chars)
        return None

    def _part(
        self, parser: Parser, text: str, *, special: bool, busy: bool
    ) -> ParserEvent | ThinkingCut | None:
        if not special:
            for span in self._scanner.take(text):
                cut = self._tag(parser, span.text, span.start, busy=busy) if span.tag else None
                if (event := cut or self._hand(parser, span.text)) is not None:
                    return event
            return None
        for span in self._scanner.take("", last=True):
            if (event := self._hand(parser, span.text)) is not None:
                return event
        start = self._scanner.end
        self._scanner.skip(len(text))
        cut = None
        if text in self._thinking.tokens.values():
            cut = self._tag(parser, text, start, busy=busy)
        if cut is None and reads_tokens(parser) and text in parser.specials.values():
            return parser.feed_special(text)
        return cut or self._hand(parser, text)

    def _hand(self, parser: Parser, text: str) -> ParserEvent | None:
        self._inside_chars += len(text) if self._open else 0
        return parser.feed(text)

    def _tag(self, parser: Parser, text: str, start: int, *, busy: bool) -> ThinkingCut | None:
        """Follow a thinking tag; a cut if thinking is not to end here."""
        if busy or _in_call(parser):
            return None
        opens = text == self._thinking.tags.open
        if self._open and not opens and (cut := self._thinking.go_on(start)) is not None:
            return cut
        self._turned |= opens != self._open
        self._open = opens
        return None

    def _count(self, chunk: TokenChunk) -> int | None:
        """Count the tokens of a chunk that are thinking; how many are too many, if that counts."""
        tokens = len(chunk.token_ids)
        if self._turned:
            inside = min(tokens, round(tokens * self._inside_chars / max(1, len(chunk.text))))
        else:
            inside = tokens if self._open else 0
        self._thinking.sampled_tokens += inside
        left = self._thinking.left
        return None if left is None else -left


def _in_call(parser: Parser) -> bool:
    """Whether the parser is inside code, where no tag counts and nothing is cut."""
    return bool(getattr(parser, "in_call", False))


async def _end_of(chunk: TokenChunk, before: int, over: int, decode: Decode) -> int:
    """Characters of the turn up to where a chunk has `over` tokens left."""
    kept = chunk.token_ids[: max(0, len(chunk.token_ids) - over)]
    if not over or not kept or UNKNOWN_TOKEN in chunk.token_ids:
        return before + len(chunk.text)
    return before + len(await decode(kept))
