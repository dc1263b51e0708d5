"""Reads a turn of a transcript: content, thinking and calls, as the server told them apart."""

from tirkit.dialects.events import (
    Call,
    Finished,
    Malformed,
    MalformedKind,
    ParserEvent,
    ToolCalls,
)
from tirkit.dialects.roles.lenient_json import read_json
from tirkit.dialects.roles.tool import Tool
from tirkit.types import FinishReason
from tirkit.types.transcript import Section, read_turn

_TRUNCATED = "the call was cut off before its end, so it was not run: call again, complete"
_THINK_CLOSE = "</think>"


class ChatToolsParser:
    """Parser of `ChatToolsDialect`. Decides at the end alone, where the calls are.

    Args:
        tool: the one there is.
    """

    def __init__(self, tool: Tool) -> None:
        self._tool = tool
        self._parts: list[str] = []

    def feed(self, text: str) -> ParserEvent | None:
        """Take the next text; it never ends the turn."""
        self._parts.append(text)
        return None

    def finish(self, reason: FinishReason) -> ParserEvent:
        """Read the whole turn."""
        sections = read_turn("".join(self._parts))
        calls = [section for section in sections if section.kind == "call"]
        if calls and reason is FinishReason.LENGTH:
            return Malformed(MalformedKind.TRUNCATED_CODE, _TRUNCATED, None)
        if calls:
            return ToolCalls(tuple(self._call(one) for one in calls))
        content = "".join(section.body for section in sections if section.kind == "content")
        return Finished(content.rpartition(_THINK_CLOSE)[2])

    def _call(self, section: Section) -> Call:
        call_id, name = section.attributes.get("id", ""), section.attributes.get("name", "")
        arguments: object = section.body
        if section.body.lstrip()[:1] in {"{", '"'}:
            try:
                arguments = read_json(section.body, self._tool.argument)
            except ValueError:
                return self._tool.broken("the arguments are not JSON", call_id, name)
        return self._tool.call(name, arguments, call_id)
