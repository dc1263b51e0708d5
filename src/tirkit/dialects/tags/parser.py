"""Reads one turn of a tag dialect."""

from collections.abc import Mapping
from dataclasses import dataclass

from tirkit.dialects.events import (
    CodeCall,
    Finished,
    Malformed,
    MalformedKind,
    ParserEvent,
)
from tirkit.dialects.tags.call import OpenCall, is_json_call
from tirkit.dialects.tags.row import TagRow
from tirkit.dialects.tags.tag_scanner import Span, TagScanner
from tirkit.types import FinishReason


@dataclass(frozen=True, slots=True)
class Reading:
    """How the turns of a dialect are read.

    Attributes:
        row: the tags.
        specials: those of them that are tokens of the model, by id; the others are text.
        stops: those tokens that end a turn: their text is not in the turn's.
        code_in_thinking: whether code inside thinking is run.
        stop: texts that end the turn where they begin a line of prose.
    """

    row: TagRow
    specials: Mapping[int, str]
    stops: frozenset[str]
    code_in_thinking: bool
    stop: tuple[str, ...] = ()

    def scanner(self, start: int) -> TagScanner:
        """Finds the tags that are text."""
        tokens = set(self.specials.values())
        words = (*self.row.tags, self.row.own_output, *self.stop)
        tags = tuple(dict.fromkeys(tag for tag in words if tag and tag not in tokens))
        return TagScanner(tags, start)


class TagParser:
    """Parser of `TagDialect`.

    Args:
        reading: how turns are read.
        prompt_text: the context; it may end inside thinking.
        prefix: what a solution is made to begin with; where the context ends in it, it is read as
            the beginning of the turn, so it may open a call and hold the code's first lines.
    """

    def __init__(self, reading: Reading, prompt_text: str = "", prefix: str = "") -> None:
        self._reading = reading
        self._row = reading.row
        begun = prefix if prompt_text.endswith(prefix) else ""
        self.thinking = self._row.think.is_open(prompt_text.removesuffix(begun))
        self.call: OpenCall | None = None
        self._prose: list[str] = []
        self._line_is_blank = True
        self._scanner = reading.scanner(-len(begun))
        self._read(self._scanner.take(begun))

    @property
    def specials(self) -> Mapping[int, str]:
        """Text of the tokens it wants to be told of, by id."""
        return self._reading.specials

    @property
    def in_call(self) -> bool:
        """Whether code has begun whose end has not come."""
        return self.call is not None

    def feed(self, text: str) -> ParserEvent | None:
        """Take the next text; None while the turn goes on."""
        if self._scanner.plain(text):
            self._keep(text)
            return None
        return self._read(self._scanner.take(text))

    def feed_special(self, text: str) -> ParserEvent | None:
        """Take a special token, by its text; None while the turn goes on."""
        event = self._read(self._scanner.take("", last=True))
        if event is not None:
            return event
        stopped = text in self._reading.stops
        start = self._scanner.end
        self._scanner.skip(0 if stopped else len(text))
        return self._tag(Span(text, start, tag=True), token=True)

    def finish(self, reason: FinishReason) -> ParserEvent:  # noqa: ARG002 - any end cuts a call
        """The stream ended without an event from `feed`."""
        event = self._read(self._scanner.take("", last=True))
        if event is not None or self.call is None:
            return event or self._ended()
        if self.call.doubt is None:
            return _malformed(MalformedKind.TRUNCATED_CODE, self._row, self._scanner.end)
        count, end = self.call.doubt
        return self._complete(self.call.code(count), max(end, 0))

    def read_through(self, text: str) -> None:
        """Take a whole turn, past its events; `call` and `thinking` then tell what is open."""
        for span in self._scanner.take(text, last=True):
            self._span(span)

    def _read(self, spans: list[Span]) -> ParserEvent | None:
        for span in spans:
            if (event := self._span(span)) is not None:
                return event
        return None

    def _span(self, span: Span) -> ParserEvent | None:
        if span.tag:
            return self._tag(span, token=False)
        self._keep(span.text)
        return None

    def _keep(self, text: str) -> None:
        if self.call is not None:
            self.call.parts.append(text)
        elif not self.thinking:
            self._prose.append(text)
        if self._line_is_blank or "\n" in text:
            self._line_is_blank = not text.rpartition("\n")[2].strip()

    def _tag(self, span: Span, *, token: bool) -> ParserEvent | None:
        """Take a tag; `token` says that it is a special token, so that it is no text."""
        if self.call is not None:
            return self._tag_in_call(self.call, span, token=token)
        think = self._row.think
        if span.text == think.open:
            self.thinking = True
        elif span.text == think.close:
            self.thinking = False
            self._prose.clear()
        elif self.thinking and not self._reading.code_in_thinking:
            self._keep(span.text)
        else:
            return self._tag_in_prose(span, token=token)
        return None

    def _tag_in_prose(self, span: Span, *, token: bool) -> ParserEvent | None:
        row = self._row
        if span.text == row.open and not span.quoted:
            self.call = OpenCall(self.thinking)
        elif span.text == row.close and token:
            return _malformed(MalformedKind.BROKEN_CALL, row, self._end(span))
        elif span.text == row.own_output and self._line_is_blank:
            return _malformed(MalformedKind.HALLUCINATED_OUTPUT, row, max(span.start, 0))
        elif span.text in self._reading.stop and self._line_is_blank and not self.thinking:
            return self._ended()
        elif not token:
            self._keep(span.text)
        return None

    def _tag_in_call(self, call: OpenCall, span: Span, *, token: bool) -> ParserEvent | None:
        alone = token or self._line_is_blank
        if span.text in self._row.ends:
            if alone or not call.in_string():
                return self._complete(call.code(), self._end(span))
            call.note_doubt(span.end)
        elif span.text == self._row.open and alone:
            # The model began again; what it wrote before was never ended.
            self.call = OpenCall(call.thinking)
            return None
        elif span.text == self._row.think.close and call.thinking and alone:
            self.call, self.thinking = None, False
            self._prose.clear()
            return None
        self._keep(span.text)
        return None

    def _end(self, span: Span) -> int | None:
        """Where a turn ends that a tag ends; None where that token is not in the text."""
        return None if span.text in self._reading.stops else max(span.end, 0)

    def _complete(self, code: str, end: int | None) -> ParserEvent:
        self.call = None
        if not code.strip():
            return _malformed(MalformedKind.EMPTY_CODE, self._row, end)
        if is_json_call(code):
            return _malformed(MalformedKind.BROKEN_CALL, self._row, end)
        return CodeCall(code, end)

    def _ended(self) -> ParserEvent:
        return Finished("" if self.thinking else "".join(self._prose).strip())


def _malformed(kind: MalformedKind, row: TagRow, end: int | None) -> Malformed:
    details = {
        MalformedKind.TRUNCATED_CODE: (
            f"the code was cut off before its {row.close}, so it was not run: "
            "write it again, complete"
        ),
        MalformedKind.HALLUCINATED_OUTPUT: (
            "outputs are written by the Python kernel alone, so this one was removed: "
            f"write code and stop after {row.close}"
        ),
        MalformedKind.EMPTY_CODE: (
            "there was no code, so nothing was run: write some or go on without"
        ),
        MalformedKind.BROKEN_CALL: (
            f"nothing was run: a call is plain Python between {row.open} and {row.close}, not JSON"
        ),
    }
    return Malformed(kind, details[kind], end)
