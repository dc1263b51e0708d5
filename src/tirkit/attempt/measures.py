"""How sure the model was: which of an attempt's tokens are code, and figures over each kind."""

import json
from collections.abc import Mapping, Sequence

from tirkit.attempt.buffer import Decode, TokenBuffer
from tirkit.types import AttemptStats, Turn

Span = tuple[int, int]
"""First and one past the last."""


def code_in_text(text: str, codes: Sequence[str]) -> list[Span]:
    """Characters at which pieces of code stand in a turn's text, the last occurrence of each.

    Code is found as it is, as a JSON string, or with its lines indented. A piece that stands there
    in no such way is left out.

    Args:
        text: what the model wrote in the turn.
        codes: in the order they stand in it.
    """
    spans: list[Span] = []
    end = len(text)
    for code in reversed(codes):
        span = _last_place(text, code, end)
        if span is not None:
            spans.append(span)
            end = span[0]
    return spans[::-1]


def _last_place(text: str, code: str, before: int) -> Span | None:
    if not code.strip():
        return None
    written = (code, json.dumps(code, ensure_ascii=False)[1:-1], json.dumps(code)[1:-1])
    for form in dict.fromkeys(written):
        start = text.rfind(form, 0, before)
        if start >= 0:
            return start, start + len(form)
    return _last_indented(text, code.strip("\n"), before)


def _last_indented(text: str, code: str, before: int) -> Span | None:
    """Taking off the indentation has left the number of lines as it was."""
    lines = code.split("\n")
    place = text.rfind(lines[-1].strip(), 0, before)
    if place < 0:
        return None
    start = place
    for _ in lines[1:]:
        start = text.rfind("\n", 0, start)
        if start < 0:
            return None
    start = text.rfind("\n", 0, start) + 1
    end = place + len(lines[-1].strip())
    stood = text[start:end].split("\n")
    same = [line.strip() for line in stood] == [line.strip() for line in lines]
    return (start, end) if same else None


async def mark_code(buffer: TokenBuffer, codes: Sequence[str], decode: Decode) -> tuple[Span, ...]:
    """Indexes of the tokens of the turn just sampled that begin inside its code.

    Args:
        buffer: of the attempt; nothing was appended since the turn.
        codes: pieces of code the turn asks to run.
        decode: gives the text of some ids; asked only where code begins or ends inside a chunk.
    """
    return tuple(
        [
            (await buffer.first_token_at(start, decode), await buffer.first_token_at(end, decode))
            for start, end in code_in_text(buffer.turn_text(), codes)
        ]
    )


def attempt_figures(
    buffer: TokenBuffer,
    turns: Sequence[Turn],
    code: Mapping[int, tuple[Span, ...]],
    group_tokens: int,
) -> AttemptStats | None:
    """Figures over an attempt's sampled tokens; None if log-probabilities were off.

    A token is code if it begins inside code that its turn ran; a turn that was cut off has none.

    Args:
        buffer: of the attempt.
        turns: of the attempt.
        code: what `mark_code` gave, by the index of the turn's first token.
        group_tokens: length of a window.
    """
    if buffer.logprobs is None or buffer.figures is None:
        return None
    # Loads numpy, which is not needed where log-probabilities are off.
    from tirkit.guards.statistics import TurnSpan, attempt_stats  # noqa: PLC0415

    spans = [
        TurnSpan(
            turn.end - turn.start,
            tuple(
                (start - turn.start, end - turn.start)
                for start, end in (code.get(turn.start, ()) if turn.code is not None else ())
            ),
        )
        for turn in turns
    ]
    drawn = [value for turn in turns for value in buffer.logprobs[turn.start : turn.end]]
    return attempt_stats(drawn, buffer.figures, spans, group_tokens)
