"""Renders the problem, once, into the tokens an attempt starts from."""

import secrets
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from tirkit.dialects.interface import Dialect
from tirkit.dialects.openings import ChatPrompt, Opening, PiecesPrompt
from tirkit.engines.interface import Engine
from tirkit.errors import ConfigError
from tirkit.types import Chat, ChatMessage, Piece, Problem

_MAX_ADDED = 16
"""Tokens looked at where pieces meet. More come of text that holds special ones, or of an engine
whose tokens do not stand for words; both are encoded piece by piece."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """The rendered problem as ids and as text."""

    ids: tuple[int, ...]
    text: str


async def render_opening(engine: Engine, dialect: Dialect, problem: Problem) -> Rendered:
    """Tokens and text of the prompt.

    Only the chat template's own text may hold special tokens: the content of the messages is
    encoded as the plain characters it is, so a problem cannot end its own turn.

    Raises:
        ConfigError: the model has no chat template, or it drops the content of a message.
    """
    pieces = await _pieces(engine, dialect.opening(problem))
    return await encode_pieces(engine, pieces)


async def encode_pieces(engine: Engine, pieces: Sequence[Piece]) -> Rendered:
    """Ids and text of some pieces.

    Where that makes no special token of plain text they are encoded together, as a chat template's
    rendering would be: a full stop and the template's line break behind it may be one token.
    """
    some = [piece for piece in pieces if piece.text]
    ids: list[int] = []
    for piece in some:
        ids.extend(await engine.encode(piece.text, special=piece.special))
    text = "".join(piece.text for piece in some)
    if engine.token_exact and len(some) > 1 and any(piece.special for piece in some):
        together = await engine.encode(text, special=True)
        if await _ordinary(engine, Counter(together) - Counter(ids)):
            ids = list(together)
    return Rendered(tuple(ids), text)


async def _ordinary(engine: Engine, added: Collection[int]) -> bool:
    """Whether none of these tokens is special: each is what its own text is encoded to."""
    if len(added) > _MAX_ADDED:
        return False
    for token in added:
        if list(await engine.encode(await engine.decode([token]), special=False)) != [token]:
            return False
    return True


async def _pieces(engine: Engine, opening: Opening) -> list[Piece]:
    if isinstance(opening, ChatPrompt):
        return [*await _chat_pieces(engine, opening), Piece(opening.prefix)]
    if isinstance(opening, PiecesPrompt):
        return list(opening.pieces)
    return [Piece(await engine.prompt_start(), special=True), Piece(opening.text)]


async def _chat_pieces(engine: Engine, prompt: ChatPrompt) -> list[Piece]:
    """Render with stand-ins for the contents, then split at them."""
    messages = prompt.messages
    marks = [secrets.token_hex(12) for _ in messages]
    stand_ins = [
        ChatMessage(message.role, mark) for message, mark in zip(messages, marks, strict=True)
    ]
    rest = await engine.render_chat(Chat(tuple(stand_ins), prompt.tools, prompt.options))
    pieces: list[Piece] = []
    for message, mark in zip(messages, marks, strict=True):
        before, found, rest = rest.partition(mark)
        if not found:
            raise ConfigError(
                f"the chat template of {engine.name} drops the {message.role} message: "
                "use a prompt without it"
            )
        pieces += [Piece(before, special=True), Piece(message.content or "")]
    return [*pieces, Piece(rest, special=True)]
