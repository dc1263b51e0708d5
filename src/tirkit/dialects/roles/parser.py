"""Reads one turn of a dialect whose calls are messages of their own."""

from collections.abc import Mapping
from enum import Enum

from tirkit.dialects.events import (
    Call,
    Finished,
    Malformed,
    MalformedKind,
    ParserEvent,
    ToolCalls,
)
from tirkit.dialects.roles.family import MARK
from tirkit.dialects.roles.lexicon import Lexicon
from tirkit.dialects.roles.tool import Tool
from tirkit.types import FinishReason

_CUT = "the call was cut off before its end, so it was not run: write it again, complete"
_MADE_UP = (
    "results are written by the tool alone, so this one was removed with the calls before it: "
    "write the call again and end your turn behind it"
)
_NOT_CLOSED = "the call was not closed, so it was not run"


class _State(Enum):
    PROSE = "prose"
    THINKING = "thinking"
    CALL = "call"


class CallParser:
    """Parser of a bound role dialect.

    Special tokens are marked and put into the text, so one scan finds tags that are tokens and tags
    that are written out, and takes neither for the other. The beginning of a tag is held back until
    its rest has come, so chunk splits cannot matter.

    Args:
        lexicon: the tags.
        tool: what may be called.
        thinking: whether the context has opened thinking.
    """

    def __init__(self, lexicon: Lexicon, tool: Tool, *, thinking: bool = False) -> None:
        self._lexicon = lexicon
        self._tool = tool
        self._state = _State.THINKING if thinking else _State.PROSE
        self._called_in_thinking = False
        self._held = ""
        self._prose: list[str] = []
        self._body: list[str] = []
        self._calls: list[Call] = []
        self._chars = 0

    @property
    def specials(self) -> Mapping[int, str]:
        """Tags and stop tokens that are single tokens of the model."""
        return self._lexicon.specials

    def feed(self, text: str) -> ParserEvent | None:
        """Take text that was written out."""
        if MARK in text:
            text = text.replace(MARK, "\ufffd")
        if not self._held and not any(first in text for first in self._lexicon.firsts):
            self._keep(text)
            return None
        return self._scan(text)

    def feed_special(self, text: str) -> ParserEvent | None:
        """Take a special token; one that ends turns ends this one."""
        if text in self._lexicon.family.stops:
            return self.finish(FinishReason.STOP)
        return self._scan(MARK + text)

    def finish(self, reason: FinishReason) -> ParserEvent:
        """The stream ended without an event from `feed`."""
        self._keep(self._held)
        self._held = ""
        if self._state is _State.CALL:
            if reason is FinishReason.STOP and not self._lexicon.family.end:
                self._end_call()
            elif not self._calls and reason is FinishReason.LENGTH:
                return Malformed(MalformedKind.TRUNCATED_CODE, _CUT, None)
            else:
                self._calls.append(self._tool.broken(_NOT_CLOSED))
        if self._calls:
            return ToolCalls(tuple(self._calls))
        if self._state is _State.THINKING:
            return Finished("")
        return Finished("".join(self._prose).replace(MARK, "").strip())

    def _scan(self, text: str) -> ParserEvent | None:
        text = self._held + text
        at = 0
        for tag in self._lexicon.pattern.finditer(text):
            self._keep(text[at : tag.start()])
            at = tag.end()
            if (event := self._tag(tag[0])) is not None:
                return event
        rest = text[at:]
        unfinished = self._lexicon.unfinished(rest)
        self._held = rest[len(rest) - unfinished :]
        self._keep(rest[: len(rest) - unfinished])
        return None

    def _keep(self, text: str) -> None:
        self._chars += len(text) - text.count(MARK)
        if self._state is _State.CALL:
            self._body.append(text)
        elif self._state is _State.PROSE:
            self._prose.append(text)

    def _tag(self, tag: str) -> ParserEvent | None:
        if self._state is _State.CALL:
            self._tag_in_call(tag)
        elif tag == self._lexicon.think_close:
            self._state = _State.PROSE
            self._prose.clear()
        elif self._state is _State.THINKING:
            if tag == self._lexicon.begin and MARK in tag:
                self._begin_call()
        elif tag == self._lexicon.begin:
            self._begin_call()
        elif tag == self._lexicon.think_open:
            self._state = _State.THINKING
        elif tag in self._lexicon.results and self._calls:
            return Malformed(MalformedKind.HALLUCINATED_OUTPUT, _MADE_UP, self._chars)
        elif tag != self._lexicon.end:
            self._keep(tag)
            return None
        self._chars += len(tag.replace(MARK, ""))
        return None

    def _tag_in_call(self, tag: str) -> None:
        lexicon = self._lexicon
        if tag == lexicon.end:
            self._end_call()
        elif tag == lexicon.begin and not lexicon.end:
            self._end_call()
            self._begin_call()
        elif tag == lexicon.begin and MARK in tag:
            self._calls.append(self._tool.broken(_NOT_CLOSED))
            self._begin_call()
        elif tag == lexicon.think_close and MARK in tag and self._called_in_thinking:
            self._state = _State.PROSE
            self._prose.clear()
        else:
            self._body.append(tag)

    def _begin_call(self) -> None:
        self._called_in_thinking = self._state is _State.THINKING
        self._state = _State.CALL
        self._body.clear()

    def _end_call(self) -> None:
        """Take a call that is complete. In thinking, what cannot be read was only spoken of."""
        lexicon = self._lexicon
        calls = lexicon.family.read("".join(self._body), self._tool, lexicon.mark)
        self._state = _State.PROSE
        if self._called_in_thinking and all(call.code is None for call in calls):
            self._state = _State.THINKING
        else:
            self._calls.extend(calls)
