"""Derives the glue between turns from a model's chat template, by rendering and comparing."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tirkit.dialects.interface import Vocabulary
from tirkit.dialects.roles.family import ID_SLOT, NAME_SLOT, Family, Glue
from tirkit.dialects.roles.tool import Tool
from tirkit.dialects.user_turn import UserTurn, find_user_turn, stand_in
from tirkit.errors import ConfigError
from tirkit.types import Chat, ChatMessage, ToolCall

_ID_CHARS = 9
"""Mistral's templates refuse call ids of any other length."""


@dataclass(frozen=True, slots=True)
class _StandIns:
    """Texts that are found again in a rendering."""

    user: str
    name: str
    codes: tuple[str, ...]
    ids: tuple[str, ...]
    results: tuple[str, ...]

    @classmethod
    def of(cls, calls: int) -> "_StandIns":
        return cls(
            stand_in(),
            stand_in(),
            tuple(stand_in() for _ in range(calls)),
            tuple(secrets.token_hex(8)[:_ID_CHARS] for _ in range(2)),
            (stand_in(), stand_in()),
        )

    def calls(self, argument: str) -> tuple[ToolCall, ...]:
        """The calls, one for each code."""
        return tuple(
            ToolCall(self.name, {argument: code}, call_id)
            for code, call_id in zip(self.codes, self.ids, strict=False)
        )

    @property
    def before(self) -> tuple[ChatMessage, ...]:
        """What stands before the calls."""
        return (ChatMessage("user", self.user),)

    @property
    def shown(self) -> tuple[ChatMessage, ...]:
        """The results' messages."""
        return tuple(
            ChatMessage("tool", result, call_id=call_id, name=self.name)
            for result, call_id in zip(self.results, self.ids, strict=True)
        )

    def without(self, glue: str) -> str:
        """Glue with slots where ids and names stood."""
        for one in self.ids:
            glue = glue.replace(one, ID_SLOT)
        return glue.replace(self.name, NAME_SLOT)


_Told = tuple[_StandIns, ChatMessage]
"""Stand-ins and the assistant's message that holds them."""


class GlueFinder:
    """Asks one model's template.

    Args:
        engine: renders the template.
        family: how the model writes calls.
        tool: what it may call.
        options: further variables of the template, as the opening passes them.
    """

    def __init__(
        self, engine: Vocabulary, family: Family, tool: Tool, options: Mapping[str, Any]
    ) -> None:
        self._engine = engine
        self._family = family
        self._tool = tool
        self._options = options

    async def declares_tools(self) -> bool:
        """Whether the template tells the model of the tools it is given.

        Raises:
            ConfigError: the model has no chat template; the message names the remedy.
        """
        user = stand_in()
        try:
            plain = await self._render((ChatMessage("user", user),), tools=False)
        except ConfigError as error:
            raise ConfigError(
                f"{error} (the {self._family.name} dialect begins with the model's own chat "
                "template: give the engine a model or server that has one, or use a dialect with "
                "a plain prompt, such as fenced)"
            ) from error
        if user not in plain:
            raise ConfigError(f"the chat template of {self._engine.name} drops user messages")
        try:
            told = await self._render((ChatMessage("user", user),), tools=True)
        except ConfigError:
            return False
        return told != plain and self._tool.argument in told.replace(plain, "")

    async def find(self) -> Glue:
        """The template's glue; the family's own where the template cannot be asked."""
        own = self._family.glue
        user = await find_user_turn(self._engine, self._options)
        user = user or UserTurn(own.user_open, own.user_close)
        result = await self._result_glue()
        if result is None:
            return replace(own, user_open=user.open, user_close=user.close)
        return Glue(*result, user.open, user.close)

    async def _result_glue(self) -> tuple[str, str, str] | None:
        """From two results to a turn with two calls, or with one where two are refused."""
        two, one = _StandIns.of(2), _StandIns.of(1)
        told = [*self._called(two), *self._called(one), self._written(two)]
        for marks, assistant in told:
            try:
                text = await self._render((*marks.before, assistant, *marks.shown), tools=True)
            except ConfigError:
                continue
            glue = self._read(text, marks)
            if glue is not None:
                return glue
        return None

    def _called(self, marks: _StandIns) -> list[_Told]:
        """An assistant's message with calls, in the ways templates want it told."""
        by_name = marks.calls(self._tool.argument)
        as_text = tuple(replace(one, arguments=json.dumps(one.arguments)) for one in by_name)
        return [
            (marks, ChatMessage("assistant", "", by_name)),
            (marks, ChatMessage("assistant", None, as_text)),
            (marks, ChatMessage("assistant", "", as_text)),
        ]

    def _written(self, marks: _StandIns) -> _Told:
        """The same for a template that knows no calls: as the model would write them."""
        calls = marks.calls(self._tool.argument)
        texts = [json.dumps(one.arguments) for one in calls]
        return marks, ChatMessage("assistant", self._family.written(calls, texts))

    def _read(self, text: str, marks: _StandIns) -> tuple[str, str, str] | None:
        parts = _between(text, (*marks.codes, *marks.results))
        if parts is None:
            return None
        after_code, between, close = parts[len(marks.codes) :]
        opened = self._after_calls(after_code)
        if opened is None or self._family.proof not in opened:
            return None
        first, second, last = map(marks.without, (opened, between, close))
        return first, second, last

    def _after_calls(self, text: str) -> str | None:
        """What the template puts behind the model's own text, which ends in calls."""
        if self._family.last:
            _, found, after = text.rpartition(self._family.last)
            return after if found else None
        stop = text.find(self._family.stops[0])
        return text[stop:] if stop >= 0 else None

    async def _render(self, messages: tuple[ChatMessage, ...], *, tools: bool) -> str:
        declared = (self._tool.schema(),) if tools else ()
        return await self._engine.render_chat(Chat(messages, declared, self._options))


def _between(text: str, marks: Sequence[str]) -> list[str] | None:
    """Cut a text at marks that follow one another; None if one is missing or stands twice."""
    parts: list[str] = []
    for mark in marks:
        if text.count(mark) != 1:
            return None
        before, _, text = text.partition(mark)
        parts.append(before)
    return [*parts, text]
