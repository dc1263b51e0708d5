"""One generation: stream, parse, cut where the turn ended."""

from contextlib import aclosing
from dataclasses import dataclass

from tirkit.attempt.builder import TrajectoryBuilder
from tirkit.attempt.specials import parts_of, reads_tokens
from tirkit.attempt.streamed_cell import StreamedCell
from tirkit.attempt.thinking import ThinkingCut, TurnThinking
from tirkit.dialects.events import CodeCall, Malformed, ParserEvent, ToolCalls
from tirkit.dialects.interface import Dialect, Parser, TokenParser
from tirkit.engines.interface import Engine
from tirkit.errors import EngineError
from tirkit.events import TokensSampled, ignore
from tirkit.guards import Watch
from tirkit.types import FinishReason, GenerateRequest, Sampling, TokenChunk


@dataclass(frozen=True, slots=True)
class GuardCut:
    """A guard ends the attempt in the middle of a turn.

    Attributes:
        reason: in words.
    """

    reason: str


TurnEvent = ParserEvent | ThinkingCut | GuardCut


@dataclass(frozen=True, slots=True)
class TurnOutcome:
    """What a turn came to.

    Attributes:
        event: what the parser made of it; or where it was cut off inside thinking, or by a guard.
        text: the text that was kept.
        finish: why the engine stopped; None if the parser ended the turn first.
        token: text of the special token at its end, if the parser watches for it.
    """

    event: TurnEvent
    text: str
    finish: FinishReason | None
    token: str = ""


@dataclass(frozen=True, slots=True)
class TurnRequest:
    """How to generate one turn.

    Attributes:
        number: of the turn in its attempt, from 0.
        max_tokens: most tokens to sample.
        forced: whether this is the "answer now" turn.
        parser: reads the turn in place of the dialect's own.
        thinking: keeps the turn's thinking within its limits.
        watches: of the attempt's guards.
    """

    number: int
    max_tokens: int
    forced: bool = False
    parser: Parser | None = None
    thinking: TurnThinking | None = None
    watches: tuple[Watch, ...] = ()


async def generate_turn(
    engine: Engine,
    dialect: Dialect,
    builder: TrajectoryBuilder,
    sampling: Sampling,
    turn: TurnRequest,
    cell: StreamedCell | None = None,
) -> TurnOutcome:
    """Sample one turn into the builder and end it where the parser says.

    A `cell` follows the turn's parser and runs what it reads.

    Raises:
        EngineError: from the engine; what was sampled stays in the builder.
    """
    spec, context, listener = builder.spec, builder.buffer.text, builder.listener
    parser = turn.parser or dialect.parser(context)
    request = GenerateRequest(
        request_id=f"{spec.request_prefix}/t{turn.number}",
        prompt_ids=tuple(builder.buffer.ids),
        prompt_text=context,
        max_tokens=turn.max_tokens,
        sampling=sampling,
        seed=(spec.seed + turn.number) & 0x7FFFFFFF,
        stop_token_ids=dialect.stop_token_ids,
        priority=spec.priority,
    )
    builder.open_turn(forced=turn.forced)
    event: TurnEvent | None = None
    finish: FinishReason | None = None
    listening = listener is not ignore
    async with aclosing(engine.stream(request)) as stream:
        async for chunk in stream:
            builder.add_chunk(chunk)
            if listening:
                listener(TokensSampled(spec.problem.id, spec.attempt_id, chunk))
            finish = chunk.finish
            event = await _read(engine, parser, chunk, turn.thinking, cell)
            if event is None and turn.watches:
                event = _guarded(turn.watches, chunk, cell)
            if event is not None:
                break
    if event is None:
        if finish is None:
            raise EngineError(f"{engine.name} ended a stream without saying why: check the engine")
        event = _finish(parser, finish, turn.thinking, cell)
    text = await _close(engine, builder, event, finish)
    token = ""
    if reads_tokens(parser):
        token = parser.specials.get(builder.buffer.ids[-1], "")
    return TurnOutcome(event, text, finish, token)


def _guarded(
    watches: tuple[Watch, ...], chunk: TokenChunk, cell: StreamedCell | None
) -> GuardCut | None:
    # Each is asked: their sums must not miss a chunk.
    reasons = [reason for watch in watches if (reason := watch.chunk(chunk))]
    running = cell is not None and cell.started  # its block has to come to its end
    return GuardCut(reasons[0]) if reasons and not running else None


async def _read(
    engine: Engine,
    parser: Parser,
    chunk: TokenChunk,
    thinking: TurnThinking | None,
    cell: StreamedCell | None,
) -> ParserEvent | ThinkingCut | None:
    """Hand a chunk to the parser, and what it reads to the cell."""
    if thinking is not None:
        busy = cell is not None and cell.started
        event = await thinking.feed(parser, chunk, engine.decode, busy=busy)
        if isinstance(event, ThinkingCut):
            return event
    elif reads_tokens(parser):
        event = await _feed(parser, chunk, engine)
    else:
        event = parser.feed(chunk.text) if chunk.text else None
    return event if cell is None else await cell.follow(event)


def _finish(
    parser: Parser,
    finish: FinishReason,
    thinking: TurnThinking | None,
    cell: StreamedCell | None,
) -> ParserEvent | ThinkingCut:
    event = thinking.end(parser, finish) if thinking is not None else None
    if isinstance(event, ThinkingCut) and not (cell is not None and cell.started):
        return event
    read = parser.finish(finish) if event is None or isinstance(event, ThinkingCut) else event
    return read if cell is None else cell.end(read)


async def _feed(parser: TokenParser, chunk: TokenChunk, engine: Engine) -> ParserEvent | None:
    for text, special in await parts_of(chunk, parser.specials, engine.decode):
        event = parser.feed_special(text) if special else parser.feed(text)
        if event is not None:
            return event
    return None


async def _close(
    engine: Engine,
    builder: TrajectoryBuilder,
    event: TurnEvent,
    finish: FinishReason | None,
) -> str:
    text = builder.buffer.turn_text()
    wasted, note = 0, ""
    if isinstance(event, ThinkingCut):
        text, wasted = await builder.buffer.cut_before(event.end, engine.decode)
        note, finish = event.note, None
    if isinstance(event, CodeCall | Malformed) and event.end is not None:
        text, wasted = await builder.buffer.cut_turn(event.end, engine.decode)
    if isinstance(event, Malformed):
        note = f"{event.kind}: {event.detail}"
    if isinstance(event, GuardCut):
        note = f"cut off: {event.reason}"
    builder.close_turn(text, wasted_tokens=wasted, note=note, finish=finish)
    await builder.mark_code(_code_of(event, builder), engine.decode)
    return text


def _code_of(event: TurnEvent, builder: TrajectoryBuilder) -> tuple[str, ...]:
    if isinstance(event, CodeCall):
        return (event.code,)
    if isinstance(event, ToolCalls):
        return tuple(call.code for call in event.calls if call.code)
    ran = builder.turns[-1].code  # of a cell that ran while it was written
    return () if ran is None else (ran,)
