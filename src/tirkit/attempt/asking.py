"""One last turn in which the model may only answer."""

from tirkit.answers import Extraction
from tirkit.attempt.builder import TrajectoryBuilder
from tirkit.attempt.forced_answer import ForcedAnswerParser
from tirkit.attempt.limits import AttemptLimits
from tirkit.attempt.opening import encode_pieces
from tirkit.attempt.parts import AttemptParts, End
from tirkit.attempt.turn import TurnRequest, generate_turn
from tirkit.types import Answer, StopReason

_ASKED_AFTER = frozenset(
    {
        StopReason.TURN_LIMIT,
        StopReason.TOKEN_LIMIT,
        StopReason.CELL_LIMIT,
        StopReason.DEADLINE,
    }
)


def may_ask(end: End, limits: AttemptLimits) -> bool:
    """Whether an attempt that ends like this is asked for its answer."""
    if end.answer is not None:
        return False
    if end.reason is StopReason.NO_ANSWER:
        return limits.ask_when_silent
    return end.reason in _ASKED_AFTER


async def ask_answer(
    parts: AttemptParts, builder: TrajectoryBuilder, room: int
) -> tuple[Answer | None, str]:
    """Make the model answer now; the answer, and in words what came of it.

    Args:
        parts: what the attempt works with.
        builder: of the attempt, which has begun.
        room: tokens left in the context.

    Raises:
        EngineError: from the engine.
    """
    await builder.drop_end_token(parts.engine.decode)
    pieces = parts.dialect.ask_answer(*builder.open_text())
    rendered = await encode_pieces(parts.engine, pieces)
    builder.append_given(rendered.ids, rendered.text)
    room = min(room - len(rendered.ids), max(parts.limits.answer_reserve_tokens, 1))
    if room < 1:
        return None, "no room was left to ask for the answer"
    asked = "".join(piece.text for piece in pieces)
    parser = ForcedAnswerParser(asked, builder.spec.problem.domain)
    request = TurnRequest(len(builder.turns), room, forced=True, parser=parser)
    await generate_turn(parts.engine, parts.dialect, builder, parts.sampling, request)
    found = parser.found()
    return found.answer, "answered when asked" if found.answer else refusal(found)


def refusal(found: Extraction) -> str:
    """Why there is no answer, in words."""
    refused = "; ".join(f"{text!r} refused: {reason}" for text, reason in found.refused)
    return refused or found.reason
