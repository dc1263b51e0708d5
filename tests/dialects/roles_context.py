"""What an attempt on a real vocabulary would hold."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

from tests.dialects.real_tokenizers import RealVocabulary
from tests.dialects.roles_reading import read
from tirkit.attempt.opening import encode_pieces, render_opening
from tirkit.attempt.specials import parts_of
from tirkit.dialects.events import Call, ToolCalls, TurnEnd
from tirkit.dialects.openings import ChatPrompt
from tirkit.dialects.roles import BoundRoleDialect, RoleDialect
from tirkit.engines.interface import Engine
from tirkit.prompts import load_prompt
from tirkit.types import (
    Chat,
    ChatMessage,
    CodeResult,
    CodeStatus,
    FinishReason,
    Problem,
    TokenChunk,
)

PROBLEM = Problem("What is $6 \\cdot 7$?", id="p")


@dataclass
class Context:
    """What an attempt on a real vocabulary would hold; the model says what it is given."""

    vocabulary: RealVocabulary
    dialect: BoundRoleDialect
    ids: list[int] = field(default_factory=list)
    text: str = ""
    sampled: list[tuple[int, int]] = field(default_factory=list)

    @classmethod
    async def opened(cls, vocabulary: RealVocabulary, family: str, **settings: object) -> "Context":
        unbound = RoleDialect(prompt=load_prompt("tool"), family=family, **settings)  # type: ignore[arg-type]
        self = cls(vocabulary, await unbound.bind(vocabulary))
        opening = await render_opening(cast("Engine", vocabulary), self.dialect, PROBLEM)
        self.ids, self.text = list(opening.ids), opening.text
        return self

    async def says(self, turn: str, end: str = "") -> tuple[Call, ...]:
        """The model samples a turn and its end token; the calls in it."""
        ids = [*await self.vocabulary.encode(turn + end, special=True)]
        parser = self.dialect.parser(self.text)
        self.sampled.append((len(self.ids), len(self.ids) + len(ids)))
        self.ids += ids
        self.text += turn
        chunk = TokenChunk(tuple(ids), turn, finish=FinishReason.STOP)
        parts = await parts_of(chunk, parser.specials, self.vocabulary.decode)
        event = read(parser, parts, FinishReason.STOP)
        self.end = TurnEnd(turn, parser.specials.get(ids[-1], ""))
        return event.calls if isinstance(event, ToolCalls) else ()

    async def is_shown(self, calls: Sequence[Call], printed: Sequence[str]) -> None:
        """The calls were run and gave this."""
        results = [CodeResult(CodeStatus.OK, stdout=text + "\n") for text in printed]
        outcomes = list(zip(calls, results, strict=True))
        pieces = self.dialect.show_calls(outcomes, self.end, cells_left=9)
        rendered = await encode_pieces(cast("Engine", self.vocabulary), pieces)
        self.ids += rendered.ids
        self.text += rendered.text

    async def template(
        self, *messages: ChatMessage, open_turn: bool = True
    ) -> tuple[str, list[int]]:
        """Text and ids the model's template gives for the same conversation."""
        opening = self.dialect.opening(PROBLEM)
        assert isinstance(opening, ChatPrompt)
        every = (*opening.messages, *messages)
        chat = Chat(every, opening.tools, opening.options, open_turn)
        text = await self.vocabulary.render_chat(chat)
        return text, [*await self.vocabulary.encode(text, special=True)]
