"""Reads one turn of harmony: the messages of a completion, told apart by special tokens.

The library's `StreamableParser` is not used for this. It wants ids, raises on headers that models
do write (and then cannot go on), folds a nested `<|channel|>` into the text before it, takes
`final json` for a recipient, and says nothing of where in the text a message ended. The grammar
is seven tokens; the tests hold this reader to the library's result on well-formed completions.
"""

from collections.abc import Mapping
from enum import Enum, auto

from tirkit.dialects.events import (
    CodeCall,
    Finished,
    Malformed,
    MalformedKind,
    ParserEvent,
)
from tirkit.dialects.harmony.body import code_of, looks_raw
from tirkit.dialects.harmony.header import ASSISTANT, Header, read_header
from tirkit.dialects.harmony.tokens import (
    CALL,
    CHANNEL,
    CONSTRAIN,
    END,
    MESSAGE,
    SPECIAL,
    START,
)
from tirkit.types import FinishReason

RECIPIENTS = (
    "python",
    "functions.python",
    "python_execute",
    "functions.python_execute",
    "python.execute",
    "python.exec",
    "python.run",
)
"""Names by which models call the python tool."""

_SHOWN_CHARACTERS = 60

_TRUNCATED = "the call was cut off before its end, so it was not run: send the code again, complete"
_HALLUCINATED = (
    "messages of others than the assistant are not yours to write, so this one was removed: "
    "send code to python and wait for its result"
)
_EMPTY = "the call was empty, so nothing was run: send code or go on without"
_UNREADABLE = "the arguments are not valid JSON, so nothing was run: send the code alone"
_NOWHERE = "the message was sent as a call but names no tool: send code to python"


class Place(Enum):
    """Where in a message the stream stands."""

    HEADER = auto()
    BODY = auto()
    BETWEEN = auto()


class HarmonyParser:
    """Parser of `HarmonyDialect`. Special tokens alone end anything, so splits cannot matter.

    Args:
        specials: text of the special tokens, by id.
        recipients: names of the python tool.
    """

    def __init__(
        self, specials: Mapping[int, str], recipients: tuple[str, ...] = RECIPIENTS
    ) -> None:
        self.place = Place.HEADER
        self.reply_channel = ""
        self._specials = specials
        self._recipients = recipients
        self._at = 0
        self._start = 0
        self._role: list[str] = [ASSISTANT]
        self._channel: list[str] | None = None
        self._header = Header()
        self._kept: list[str] | None = None
        self._untold: list[str] = []
        self._line_ended = False
        self._raw: bool | None = None

    @property
    def specials(self) -> Mapping[int, str]:
        """Text of the tokens it wants to be told of, by id."""
        return self._specials

    @property
    def calling(self) -> bool:
        """Whether the stream stands in the body of a message to a tool."""
        return self.place is Place.BODY and bool(self._header.recipient)

    @property
    def answering(self) -> bool:
        """Whether the stream stands in the body of a message on the channel of answers."""
        return self.place is Place.BODY and self._header.final and not self._header.recipient

    @property
    def fresh(self) -> bool:
        """Whether the stream stands where the assistant's message begins."""
        at_role = self.place is Place.HEADER and self._channel is None
        return at_role and "".join(self._role) == ASSISTANT

    @property
    def channel_open(self) -> bool:
        """Whether the stream stands in a header that has named its channel, or begun to."""
        return self.place is Place.HEADER and self._channel is not None

    def feed(self, text: str) -> ParserEvent | None:
        """Take ordinary text; it never ends anything."""
        self._at += len(text)
        if self._kept is not None:
            self._kept.append(text)
            if self.calling:
                self._note(text)
        elif self.place is Place.HEADER:
            (self._role if self._channel is None else self._channel).append(text)
        return None

    def feed_special(self, text: str) -> ParserEvent | None:
        """Take a special token; None while the turn goes on."""
        before = self._at
        self._at += len(text)
        if text == MESSAGE:
            return self._open(before)
        if text == CONSTRAIN:
            return self._constrain(before)
        if text == START:
            return self._begin(before, [], None)
        if text == CHANNEL:
            role = self._role if self.place is Place.HEADER else [ASSISTANT]
            return self._begin(before, role, [])
        return self._close(text)

    def finish(self, reason: FinishReason) -> ParserEvent:
        """The stream ended without an event from `feed_special`.

        A call that the engine ended by itself is complete, whatever token it stopped at.
        """
        if not self.calling:
            return Finished(self._final_text())
        if reason is FinishReason.LENGTH:
            return Malformed(MalformedKind.TRUNCATED_CODE, _TRUNCATED, None)
        return self._call(None)

    def take_code(self) -> str:
        """Whole lines of a raw call that have come since the last time."""
        if not (self._line_ended and self._raw and self.calling and self._runs()):
            return ""
        lines, newline, rest = "".join(self._untold).rpartition("\n")
        self._untold, self._line_ended = [rest], False
        return lines + newline

    def _note(self, text: str) -> None:
        self._untold.append(text)
        self._line_ended = self._line_ended or "\n" in text
        if self._raw is None:
            self._raw = looks_raw(text)

    def read_through(self, text: str) -> None:
        """Take a turn from its text alone, past its events.

        Special tokens and the same characters written out cannot be told apart here, so this
        serves to see what is open, never to decide what runs.
        """
        for number, part in enumerate(SPECIAL.split(text)):
            if number % 2:
                self.feed_special(part)
            elif part:
                self.feed(part)

    def _begin(self, before: int, role: list[str], channel: list[str] | None) -> ParserEvent | None:
        """A header begins, whether or not the message before it was ended."""
        event = self._unclosed(before) if self.place is Place.BODY else None
        if channel is None or self.place is not Place.HEADER:
            self._start = before
        self.place, self._kept = Place.HEADER, None
        self._role, self._channel = role, channel
        return event

    def _unclosed(self, before: int) -> ParserEvent | None:
        if self.calling:
            return Malformed(MalformedKind.TRUNCATED_CODE, _TRUNCATED, before)
        return Finished(self._final_text()) if self.answering else None

    def _constrain(self, before: int) -> ParserEvent | None:
        if self.place is Place.HEADER:
            (self._role if self._channel is None else self._channel).append(" ")
        return self._unclosed(before) if self.calling else None

    def _open(self, before: int) -> ParserEvent | None:
        """A body begins."""
        if self.place is Place.BODY:
            return self._unclosed(before) if self.calling else None
        if self.place is Place.BETWEEN:
            self._role, self._channel, self._start = [ASSISTANT], None, before
        header = read_header("".join(self._role), "".join(self._channel or ()))
        if header.final and header.recipient not in self._recipients:
            header = Header(header.role, header.channel)
        self._header, self.place = header, Place.BODY
        if header.recipient and not self.reply_channel:
            self.reply_channel = header.channel
        self._untold, self._line_ended, self._raw = [], False, None
        self._kept = [] if header.recipient or header.final else None
        if header.role != ASSISTANT:
            self._kept = None
            return Malformed(MalformedKind.HALLUCINATED_OUTPUT, _HALLUCINATED, self._start)
        return None

    def _close(self, token: str) -> ParserEvent | None:
        """A message ended, by any of the tokens that can."""
        if self.calling:
            event = self._call(self._at if token == END else None)
        elif self.answering:
            event = Finished(self._final_text())
        elif token == CALL:
            event = Malformed(MalformedKind.BROKEN_CALL, _NOWHERE, None)
        elif token == END:
            event = None
        else:
            event = Finished("")
        self.place, self._kept = Place.BETWEEN, None
        return event

    def _runs(self) -> bool:
        return self._header.recipient in self._recipients

    def _call(self, end: int | None) -> ParserEvent:
        body = "".join(self._kept or ())
        if not self._runs():
            return Malformed(MalformedKind.BROKEN_CALL, _unknown(self._header.recipient), end)
        code = code_of(body)
        if code is None:
            return Malformed(MalformedKind.BROKEN_CALL, _UNREADABLE, end)
        if not code.strip():
            return Malformed(MalformedKind.EMPTY_CODE, _EMPTY, end)
        return CodeCall(code, end)

    def _final_text(self) -> str:
        return "".join(self._kept or ()) if self.answering else ""


def _unknown(recipient: str) -> str:
    shown = recipient[:_SHOWN_CHARACTERS]
    return f"there is no tool named {shown!r}, so nothing was run: send code to python"
