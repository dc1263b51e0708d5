"""Turns cut into thinking, text, code and output, before anything is left out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tirkit.answers.extract.segments import SegmentKind, segments
from tirkit.dialects.thinking import THINK_TAGS
from tirkit.report.build.numbers import counted
from tirkit.report.payload import PartKind
from tirkit.types import CodeResult, CodeStatus, FinishReason, Trajectory, Turn
from tirkit.types.transcript import read_turn

_KINDS = {
    SegmentKind.PROSE: PartKind.TEXT,
    SegmentKind.THINKING: PartKind.THINKING,
    SegmentKind.CODE: PartKind.CODE,
    SegmentKind.OUTPUT: PartKind.TEXT,  # written by the model: no program gave it
}
_ENDED = {
    CodeStatus.TIMED_OUT: "the code reached its deadline",
    CodeStatus.DIED: "the kernel died under the code",
}
_MOST_NAMES = 12
_TAIL_CHARS = 4_000
"""Of the prompt, looked through for thinking that the template opens."""
_ANALYSIS = "<|channel|>analysis<|message|>"
_FRAME = re.compile(
    r"(?:<\|start\|>assistant)?<\|channel\|>\w{1,20}<\|message\|>|<\|start\|>assistant"
    r"|<\|(?:return|call|end|im_end|eot_id|eom_id)\|>|<\uff5cend\u2581of\u2581sentence\uff5c>|</s>"
)
"""What templates write around text, and nobody wants to read; `tirkit show` has it."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A piece of a trace in full length.

    Attributes:
        kind: what it is.
        text: all of it.
        start: where it begins in the turn's text; None for what the model did not write.
        end: one past its end there.
    """

    kind: PartKind
    text: str
    start: int | None = None
    end: int = 0


def turn_drafts(trajectory: Trajectory) -> Iterator[list[Draft]]:
    """The pieces of each turn, in order; thinking that a turn leaves open goes on in the next."""
    opening = _open_behind(trajectory.prompt_text[-_TAIL_CHARS:], "")
    for turn in trajectory.turns:
        yield [*_written(turn, opening), *_around(turn)]
        opening = _open_behind(turn.text + turn.given, opening)


def _open_behind(text: str, opening: str) -> str:
    """The tag of thinking that is open behind a text, "" without one.

    Args:
        text: what came last.
        opening: the tag thinking was open with before it.
    """
    if text.endswith(_ANALYSIS):
        return _ANALYSIS
    tags = next((one for one in THINK_TAGS.values() if one.is_open(text)), None)
    if tags is not None:
        return tags.open
    closed = any(one.close in text for one in THINK_TAGS.values() if one.open == opening)
    return "" if closed or opening == _ANALYSIS else opening


def _written(turn: Turn, opening: str) -> Iterator[Draft]:
    """What the model wrote, and last of it the code that was run."""
    found = list(_told(turn.text) if "\x1e" in turn.text else _split(turn.text, opening))
    if turn.code is not None:
        places = [at for at, one in enumerate(found) if one.kind is PartKind.CODE]
        if places:
            shown = found[places[-1]]
            found[places[-1]] = Draft(PartKind.CODE, turn.code, shown.start, shown.end)
        else:
            found.append(Draft(PartKind.CODE, turn.code))
    for one in found:
        if text := one.text.strip("\n" if one.kind is PartKind.CODE else None):
            yield Draft(one.kind, text, one.start, one.end)


def _split(text: str, opening: str) -> Iterator[Draft]:
    for one in segments(opening + text):
        start, end = max(one.start - len(opening), 0), max(one.end - len(opening), 0)
        shown = text[start:end]
        if one.kind is SegmentKind.PROSE:
            shown = _FRAME.sub("", shown)
        yield Draft(_KINDS[one.kind], shown, start, end)


def _told(text: str) -> Iterator[Draft]:
    """A turn of a server that takes messages: sections instead of tags."""
    try:
        sections = read_turn(text)
    except ValueError:
        yield Draft(PartKind.TEXT, text, 0, len(text))
        return
    at = 0
    for section in sections:
        start = max(text.find(section.body, at), at)
        at = start + len(section.body)
        if section.kind == "content":
            for one in segments(section.body):
                kind = _KINDS[one.kind]
                body = section.body[one.start : one.end]
                yield Draft(kind, body, start + one.start, start + one.end)
        else:
            kinds = {"thinking": PartKind.THINKING, "call": PartKind.CODE}
            yield Draft(kinds.get(section.kind, PartKind.TEXT), section.body, start, at)


def _around(turn: Turn) -> Iterator[Draft]:
    """What the code gave, what tirkit appended and what it says of the turn."""
    if turn.result is not None:
        yield from _gave(turn.result)
    elif turn.given.strip():
        yield Draft(PartKind.GIVEN, turn.given.strip())
    for note in _notes(turn):
        yield Draft(PartKind.NOTE, note)


def _gave(result: CodeResult) -> Iterator[Draft]:
    output = "\n".join(filter(None, (result.stdout.rstrip("\n"), result.value)))
    if output:
        yield Draft(PartKind.OUTPUT, output)
    for text in (result.stderr, result.error or ""):
        if text.strip():
            yield Draft(PartKind.ERROR, text.rstrip("\n"))


def _notes(turn: Turn) -> Iterator[str]:
    if turn.note:
        yield turn.note
    if turn.forced:
        yield "answers a request to answer now"
    if turn.finish is FinishReason.LENGTH:
        yield "cut off by the token limit"
    if turn.wasted_tokens:
        yield f"{counted(turn.wasted_tokens, 'token')} past the end of the turn thrown away"
    if turn.result is not None:
        yield from _result_notes(turn.result)


def _result_notes(result: CodeResult) -> Iterator[str]:
    if result.status in _ENDED:
        yield _ENDED[result.status]
    if result.state_lost:
        named = ", ".join(result.lost_names[:_MOST_NAMES])
        more = len(result.lost_names) - _MOST_NAMES
        rest = f" and {more} more" if more > 0 else ""
        yield f"variables were lost: {named}{rest}" if named else "variables were lost"
    if result.truncated:
        yield "the output was cut before the model saw it"
    if result.images:
        yield f"{counted(result.images, 'image')} shown"
