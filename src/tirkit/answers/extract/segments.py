"""Cut a whole completion into prose, thinking, code and code output; one linear pass."""

import re
from dataclasses import dataclass
from enum import StrEnum

from tirkit.answers.extract.markers import (
    MARKER,
    RUN_INFO,
    THINK_CLOSE,
    THINK_OPEN,
    TOOL_BLOCKS,
    WHOLE_LINE,
    fence_kind,
)

_MAX_INDENT_CHARS = 80
"""White space looked through for the start of a line."""


class SegmentKind(StrEnum):
    """What a stretch of a completion is."""

    PROSE = "prose"
    THINKING = "thinking"
    CODE = "code"
    OUTPUT = "output"
    """What a tool gave back."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a completion, without the fences or tags around it.

    Attributes:
        kind: what it is.
        start: index of its first character.
        end: one past its last.
    """

    kind: SegmentKind
    start: int
    end: int


def segments(completion: str) -> tuple[Segment, ...]:
    """The stretches of a completion in order; fences and tags belong to none.

    A closing thinking tag without an opening one makes thinking of the prose before it: templates
    open thinking in the prompt. What is never closed goes to the end. Blocks in the language of
    prose (`text`, `latex`, none) are prose. Linear in the text, never raises.
    """
    return tuple(_Splitter(completion).split())


def final_spans(found: tuple[Segment, ...]) -> tuple[Segment, ...]:
    """The prose of the final segment: behind the last thinking and the last code output."""
    after = 0
    for place, segment in enumerate(found, 1):
        if segment.kind in {SegmentKind.THINKING, SegmentKind.OUTPUT}:
            after = place
    return tuple(segment for segment in found[after:] if segment.kind is SegmentKind.PROSE)


def final_segment(completion: str) -> str:
    """What the model wrote behind its last thinking and the last code output, without code."""
    spans = final_spans(segments(completion))
    return "".join(completion[span.start : span.end] for span in spans)


def last_output(completion: str) -> str | None:
    """The text of the last code output, or None where there is none."""
    span = output_span(segments(completion))
    return None if span is None else completion[span.start : span.end]


def output_span(found: tuple[Segment, ...]) -> Segment | None:
    """The last code output."""
    outputs = (segment for segment in reversed(found) if segment.kind is SegmentKind.OUTPUT)
    return next(outputs, None)


@dataclass(frozen=True, slots=True)
class _Block:
    """What is open, and what closes it: a fence as long as `fence`, or one of `closers`."""

    kind: SegmentKind | None
    fence: str = ""
    closers: frozenset[str] = frozenset()


class _Splitter:
    """Walks over the markers of a text, holding what is open."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._found: list[Segment] = []
        self._start = 0
        self._block: _Block | None = None
        self._thinking: frozenset[str] = frozenset()  # what closes it, while it is open
        self._judged = 0  # segments before this one are no longer made thinking

    def split(self) -> list[Segment]:
        for match in MARKER.finditer(self._text):
            if match["fence"] is not None:
                self._fence(match)
            else:
                self._tag(match)
        self._cut(len(self._text), len(self._text))
        return self._found

    def _kind(self) -> SegmentKind:
        if self._block is not None and self._block.kind is not None:
            return self._block.kind
        return SegmentKind.THINKING if self._thinking else SegmentKind.PROSE

    def _cut(self, end: int, restart: int) -> None:
        """End the current stretch; an empty one of prose is dropped, others are boundaries."""
        kind = self._kind()
        if end > self._start or kind is not SegmentKind.PROSE:
            self._found.append(Segment(kind, self._start, max(end, self._start)))
        self._start = restart

    def _open(self, block: _Block | None, match: re.Match[str]) -> None:
        self._cut(match.start(), min(match.end() + 1, len(self._text)))
        self._block = block

    def _fence(self, match: re.Match[str]) -> None:
        run, info = match["fence"], match["info"].strip()
        line_start = self._text.rfind("\n", 0, match.start()) + 1
        glued = not self._text[line_start : match.start()].isspace() and line_start < match.start()
        block = self._block
        if block is not None and block.closers:
            return
        if block is not None and not info and run.startswith(block.fence):
            self._open(None, match)
            return
        name = fence_kind(info)
        kind = None if name is None else SegmentKind(name)
        if block is None:
            opens = not glued or RUN_INFO.fullmatch(match["info"]) is not None
        else:  # a block that was never closed, or one of prose that shows another
            opens = kind is SegmentKind.OUTPUT is not block.kind or (
                kind is not None and block.kind is None
            )
        if opens:
            self._open(_Block(kind, fence=run), match)

    def _tag(self, match: re.Match[str]) -> None:
        token = match[0].strip().lower()
        if self._thinking and token in self._thinking:
            self._end_thinking(match)
            return
        block = self._block
        if block is not None and token in block.closers:
            self._open_at(None, match)
            return
        opened = match.lastgroup or ""
        if opened in WHOLE_LINE and not self._at_line_start(match):
            return
        if opened in TOOL_BLOCKS:
            kind_name, closers = TOOL_BLOCKS[opened]
            kind = SegmentKind(kind_name)
            answers = block is not None and bool(block.closers) and kind is SegmentKind.OUTPUT
            if block is None or block.kind is None or (answers and block.kind is not kind):
                self._open_at(_Block(kind, closers=closers), match)
        elif block is None or block.kind is None:
            if opened in THINK_OPEN and not self._thinking:
                self._open_at(None, match)
                self._thinking = THINK_OPEN[opened]
            elif token in THINK_CLOSE and not self._thinking:
                self._begin_anew(match)
        elif token in THINK_CLOSE and self._ends_code(match):
            self._begin_anew(match)

    def _open_at(self, block: _Block | None, match: re.Match[str]) -> None:
        self._cut(match.start(), match.end())
        self._block = block

    def _end_thinking(self, match: re.Match[str]) -> None:
        block = self._block
        if block is not None and block.kind is not None and not self._ends_code(match):
            return
        self._open_at(None, match)
        self._thinking = frozenset()

    def _begin_anew(self, match: re.Match[str]) -> None:
        """A closing tag alone: the prose before it was thinking that the prompt had opened."""
        self._open_at(None, match)
        for place in range(self._judged, len(self._found)):
            segment = self._found[place]
            if segment.kind is SegmentKind.PROSE:
                self._found[place] = Segment(SegmentKind.THINKING, segment.start, segment.end)
        if not self._found:
            self._found.append(Segment(SegmentKind.THINKING, match.start(), match.start()))
        self._judged = len(self._found)

    def _ends_code(self, match: re.Match[str]) -> bool:
        """Whether a closing thinking tag also ends the open block.

        It ends code that was never closed, where it begins a line; no tool's output can end its
        own block so.
        """
        if self._block is not None and self._block.kind is SegmentKind.OUTPUT:
            return False
        return self._at_line_start(match)

    def _at_line_start(self, match: re.Match[str]) -> bool:
        low = max(match.start() - _MAX_INDENT_CHARS, 0)
        _, newline, before = self._text[low : match.start()].rpartition("\n")
        return not before.strip() and (bool(newline) or low == 0)
