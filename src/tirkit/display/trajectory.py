"""Prints a trajectory as the model saw it, told apart by who wrote what."""

from collections.abc import Iterator, Sequence

from rich.text import Text

from tirkit.display.escape import one_line, visible
from tirkit.display.spans import Span, Writer, spans
from tirkit.types import UNKNOWN_TOKEN, FinishReason, Trajectory, Turn

_STYLES = {Writer.PROMPT: "blue", Writer.SAMPLED: "green", Writer.TOOL: "yellow"}
_NOTE = "magenta"
_FINISHES = {
    FinishReason.STOP: "the model ended its turn",
    FinishReason.LENGTH: "cut at a token limit",
}
_BESIDE = "the reasoner's part of this attempt:"
_LABEL_CHARS = max(len(writer) for writer in Writer)


def coloured(trajectory: Trajectory, *, ids: bool = False) -> Text:
    """The whole context in colours: prompt blue, sampled green, appended yellow, notes magenta.

    Args:
        trajectory: what to show.
        ids: whether the token ids stand behind each span.
    """
    shown = Text(_head(trajectory) + "\n", style=_NOTE)
    for number, writer in enumerate(Writer):
        shown.append("  " if number else "colours: ").append(writer, style=_STYLES[writer])
    shown.append("\n")
    at_line_start = True
    for span in spans(trajectory):
        shown.append(visible(span.text), style=_STYLES[span.by])
        at_line_start = span.text.endswith("\n") if span.text else at_line_start
        notes = list(_notes(trajectory, span, ids=ids))
        if notes and not at_line_start:
            shown.append("\n")
        for note in notes:
            shown.append(f"── {note}\n", style=_NOTE)
        at_line_start = at_line_start or bool(notes)
    if not at_line_start:
        shown.append("\n")
    shown.append(_end(trajectory), style=_NOTE)
    if trajectory.reasoner is not None:
        shown.append(f"\n{_BESIDE}\n", style=_NOTE).append(coloured(trajectory.reasoner, ids=ids))
    return shown


def plain(trajectory: Trajectory, *, ids: bool = False) -> Iterator[str]:
    """The whole context as lines, the writer of each in front of it.

    Behind the writer stands `│`, or `+` where the line goes on from the span before; lines that
    begin with `──` are notes. No text of a model can look like either.

    Args:
        trajectory: what to show.
        ids: whether the token ids stand behind each span.
    """
    yield f"── {_head(trajectory)}"
    at_line_start = True
    for span in spans(trajectory):
        for line in visible(span.text).splitlines(keepends=True):
            mark = "│" if at_line_start else "+"
            at_line_start = line.endswith("\n")
            yield f"{span.by:<{_LABEL_CHARS}} {mark} {line.removesuffix(chr(10))}"
        for note in _notes(trajectory, span, ids=ids):
            yield f"── {note}"
    yield f"── {_end(trajectory)}"
    if trajectory.reasoner is not None:
        yield f"── {_BESIDE}"
        yield from plain(trajectory.reasoner, ids=ids)


def summary_line(trajectory: Trajectory) -> str:
    """One attempt in one line, for a list of them."""
    usage = trajectory.usage
    answer = f" → {trajectory.answer}" if trajectory.answer else ""
    told = f"{trajectory.attempt_id}  {trajectory.stop_reason}{answer}"
    counts = f"{len(trajectory.turns)} turns, {usage.sampled_tokens} sampled, {usage.cells} cells"
    return one_line(f"{told}  ({counts})")


def _head(trajectory: Trajectory) -> str:
    asked = f"{trajectory.dialect}, prompt {trajectory.prompt or 'unknown'}"
    tokens = f"{len(trajectory.ids)} tokens"
    exact = "" if trajectory.token_exact else ", not token-exact"
    return one_line(f"{trajectory.attempt_id}: {trajectory.engine}, {asked}, {tokens}{exact}")


def _end(trajectory: Trajectory) -> str:
    detail = f" ({trajectory.stop_detail})" if trajectory.stop_detail else ""
    answer = f"answer {trajectory.answer}" if trajectory.answer else "no answer"
    return one_line(f"{trajectory.stop_reason}{detail}: {answer}")


def _notes(trajectory: Trajectory, span: Span, *, ids: bool) -> Iterator[str]:
    if not span.is_told:
        yield f"{span.end - span.start} tokens of {span.by} whose text was not recorded"
    if ids:
        yield f"{span.by} {span.start}..{span.end}: {_ids(trajectory.ids[span.start : span.end])}"
    if span.by is Writer.SAMPLED and span.turn is not None:
        yield from _turn_notes(trajectory.turns[span.turn])


def _turn_notes(turn: Turn) -> Iterator[str]:
    if turn.finish is not None:
        yield _FINISHES[turn.finish]
    if turn.note:
        yield one_line(turn.note)
    if turn.wasted_tokens:
        yield f"tokens thrown away: {turn.wasted_tokens}"


def _ids(ids: Sequence[int]) -> str:
    known = " ".join(map(str, ids))
    return known if UNKNOWN_TOKEN not in ids else f"{known} ({UNKNOWN_TOKEN}: not told)"
