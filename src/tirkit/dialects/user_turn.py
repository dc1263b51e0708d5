"""What a chat template puts around a user's turn that follows one of the assistant."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tirkit.dialects.interface import Vocabulary
from tirkit.errors import ConfigError
from tirkit.types import Chat, ChatMessage, Piece


@dataclass(frozen=True, slots=True)
class UserTurn:
    """The glue of a user's turn.

    Attributes:
        open: from the end of the assistant's text to the user's.
        close: from there to where the assistant begins.
    """

    open: str
    close: str

    def pieces(self, text: str) -> tuple[Piece, ...]:
        """The turn, whose text holds no special tokens whatever it looks like."""
        plain = text.encode("utf-8", "replace").decode()
        return Piece(self.open, special=True), Piece(plain), Piece(self.close, special=True)


async def find_user_turn(engine: Vocabulary, options: Mapping[str, Any]) -> UserTurn | None:
    """Render a conversation and see what stands around its second question.

    Args:
        engine: renders its model's template.
        options: further variables of the template.

    Returns:
        None if the template refuses the conversation or leaves part of it out.
    """
    first, said, asked = (stand_in() for _ in range(3))
    messages = (
        ChatMessage("user", first),
        ChatMessage("assistant", said),
        ChatMessage("user", asked),
    )
    try:
        text = await engine.render_chat(Chat(messages, (), options))
    except ConfigError:
        return None
    if text.count(said) != 1 or text.count(asked) != 1 or text.find(said) > text.find(asked):
        return None
    between = text[text.index(said) + len(said) : text.index(asked)]
    return UserTurn(between, text[text.index(asked) + len(asked) :])


def stand_in() -> str:
    """A text that is found again in a rendering."""
    return f"x{secrets.token_hex(8)}"
