"""How tests read a role dialect's turns: special tokens as such, the rest in pieces of any size."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from tests.dialects.roles_cases import Case
from tirkit.dialects import Finished, Malformed, ParserEvent
from tirkit.dialects.events import ToolCalls
from tirkit.dialects.roles import FAMILIES, BoundRoleDialect, CallParser, RoleSettings, Tool
from tirkit.dialects.roles.lexicon import Lexicon
from tirkit.prompts import load_prompt
from tirkit.types import FinishReason, Piece

_SPECIAL = re.compile(r"⟦(.*?)⟧", re.DOTALL)

Part = tuple[str, bool]
"""Text, and whether it is one special token."""


def lexicon_of(family: str, *, exact: bool = True) -> Lexicon:
    """A vocabulary that has all of the family's tokens, or tells no ids."""
    texts = FAMILIES[family].special_texts if exact else ()
    return Lexicon(FAMILIES[family], {text: number for number, text in enumerate(texts)})


def parts_of(marked: str) -> list[Part]:
    """A marked turn as text and special tokens, in order."""
    parts = enumerate(_SPECIAL.split(marked.replace("§", "")))
    return [(text, number % 2 == 1) for number, text in parts if text]


def plain(marked: str) -> str:
    """The text of a marked turn."""
    return "".join(text for text, _ in parts_of(marked))


def split(parts: Iterable[Part], sizes: Sequence[int]) -> list[Part]:
    """The same parts with the text cut into pieces of these sizes, over and over."""
    pieces: list[Part] = []
    number = 0
    for text, special in parts:
        at = 0
        while at < len(text):
            size = len(text) if special else sizes[number % len(sizes)]
            pieces.append((text[at : at + size], special))
            at, number = at + size, number + 1
    return pieces


def read(parser: CallParser, parts: Iterable[Part], reason: FinishReason) -> ParserEvent:
    """The event of a turn."""
    for text, special in parts:
        event = parser.feed_special(text) if special else parser.feed(text)
        if event is not None:
            return event
    return parser.finish(reason)


def read_case(case: Case, sizes: Sequence[int]) -> ParserEvent:
    """The event of a case, its text cut into pieces."""
    parser = CallParser(lexicon_of(case.family), Tool(), thinking=case.thinking)
    return read(parser, split(parts_of(case.marked), sizes), case.reason)


def check(case: Case, event: ParserEvent) -> None:
    """The event must be the one the table names."""
    if case.calls is not None:
        assert isinstance(event, ToolCalls), event
        assert tuple(call.code for call in event.calls) == case.calls
        assert all(bool(call.problem) == (call.code is None) for call in event.calls)
    elif case.malformed is not None:
        assert isinstance(event, Malformed), event
        assert event.kind is case.malformed
        cut = case.marked.find("§")
        assert event.end == (None if cut < 0 else len(plain(case.marked[:cut])))
        assert event.detail
    else:
        assert event == Finished(case.final or "")


def bound(family: str, **settings: Any) -> BoundRoleDialect:
    row = FAMILIES[family]
    return BoundRoleDialect(
        load_prompt("tool"), lexicon_of(family), row.glue, RoleSettings(**settings)
    )


def text_of(pieces: Sequence[Piece]) -> str:
    return "".join(piece.text for piece in pieces)
