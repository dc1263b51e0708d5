"""How a model family writes calls, as data."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from tirkit.dialects.events import Call
from tirkit.dialects.roles.tool import Tool
from tirkit.dialects.thinking import THINK, ThinkTags
from tirkit.types import Piece, ToolCall

MARK = "\0"
"""Stands before a special token in what a parser reads; text never holds it."""

ID_SLOT, NAME_SLOT = "\ue000", "\ue001"
"""Where glue names the call a result belongs to."""

_SLOTS = re.compile(f"([{ID_SLOT}{NAME_SLOT}])")

Marked = Callable[[str], str]
"""Puts `MARK` before the special tokens in a tag of the family."""

Reader = Callable[[str, Tool, Marked], list[Call]]
"""Reads what stands between the begin and the end of a call: usually one call."""


@dataclass(frozen=True, slots=True)
class Glue:
    """What a chat template puts between what the model writes and what it is shown.

    Attributes:
        result_open: from the end of a turn with calls to the first result.
        result_between: from one result to the next.
        result_close: from the last result to where the assistant goes on.
        user_open: from the end of a turn to a user's text.
        user_close: from there to where the assistant begins.
    """

    result_open: str
    result_between: str
    result_close: str
    user_open: str
    user_close: str


@dataclass(frozen=True, slots=True)
class Family:
    """One way of writing calls.

    Attributes:
        name: how settings name it.
        begin: tag a call begins with.
        end: tag a call ends with; "" if the next call or the end of the turn ends it.
        last: tag after which a turn with calls holds nothing more; "" if there is none.
        read: reads what is between `begin` and `end`.
        form: how one call is written; `%(name)s`, `%(argument)s`, `%(code)s`, `%(json)s` (all
            arguments as JSON) and `%(id)s` stand for its parts.
        around: what stands before, between and after the calls of a turn.
        tokens: tags, or parts of tags, that are single tokens of the models, beside `stops`.
        stops: tokens that end a turn; the first is the one templates write.
        results: tags results are shown in, which the model does not write.
        think: tags around thinking.
        call_id: id of a call that has none; `%(name)s` and `%(number)s` (from 0) are known.
        proof: text in glue that was derived from a template which knows tool results; "" if any
            template will do.
        glue: used where the model's template cannot be asked.
    """

    name: str
    begin: str
    end: str
    last: str
    read: Reader
    form: str
    around: tuple[str, str, str]
    tokens: tuple[str, ...]
    stops: tuple[str, ...]
    results: tuple[str, ...]
    glue: Glue
    think: ThinkTags = THINK
    call_id: str = "tirkit%(number)03d"
    proof: str = ""

    @property
    def special_texts(self) -> tuple[str, ...]:
        """Texts that may be single tokens of the model."""
        return (*self.tokens, *self.stops)

    def written(self, calls: Sequence[ToolCall], arguments_json: Sequence[str]) -> str:
        """The calls as the model would write them."""
        before, between, after = self.around
        one_by_one = [
            self.form % {**_parts(call), "json": json}
            for call, json in zip(calls, arguments_json, strict=True)
        ]
        return before + between.join(one_by_one) + after

    def id_of(self, call: Call, number: int, tool: Tool) -> str:
        """The id its result refers to."""
        known = {"name": call.name or tool.name, "number": number}
        return call.call_id or self.call_id % known


def _parts(call: ToolCall) -> dict[str, str]:
    assert not isinstance(call.arguments, str), "written from arguments by name"
    [(argument, code)] = call.arguments.items()
    return {"name": call.name, "argument": argument, "code": code, "id": call.call_id}


def marked_by(tokens: Iterable[str]) -> Marked:
    """Marks the given special tokens in a tag."""
    known = tuple(tokens)

    def mark(tag: str) -> str:
        for token in known:
            tag = tag.replace(token, MARK + token)
        return tag

    return mark


def glue_pieces(glue: str, call_id: str = "", name: str = "") -> list[Piece]:
    """Glue to append. Ids and names were written by the model, so they hold no special tokens."""
    filled = {ID_SLOT: Piece(call_id), NAME_SLOT: Piece(name)}
    parts = [filled.get(part, Piece(part, special=True)) for part in _SLOTS.split(glue)]
    return [piece for piece in parts if piece.text]
