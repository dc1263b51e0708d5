"""What reading a turn costs in each dialect: the part of `loop_cost` that grows with dialects."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import anyio

from tirkit.attempt.specials import parts_of, reads_tokens
from tirkit.dialects.events import ParserEvent
from tirkit.dialects.interface import Dialect, Unbound
from tirkit.testing.spoken import SPOKEN, Spoken, SpokenEngine, speaking
from tirkit.types import FinishReason, TokenChunk

ROUNDS = 64
TARGET_MICROSECONDS = 5.0
"""Per token, of the processor."""


def parser_works(prose: str) -> dict[str, Callable[[], Awaitable[int]]]:
    """By dialect, what reads a call and an answer behind so much prose, and counts the tokens."""
    return {name: _work(_with_prose(spoken, prose)) for name, spoken in SPOKEN.items()}


def _with_prose(spoken: Spoken, prose: str) -> Spoken:
    said = tuple(
        turn.replace("Hm.", prose).replace("So it is", prose + "So it is") for turn in spoken.turns
    )
    return replace(spoken, turns=said)


def _work(spoken: Spoken) -> Callable[[], Awaitable[int]]:
    engine = speaking(spoken)
    dialect = anyio.run(_bound, spoken, engine)
    turns = [_chunks(engine, turn) for turn in spoken.turns]

    async def read_all() -> int:
        for _ in range(ROUNDS):
            for chunks in turns:
                await _read(dialect, chunks, engine)
        return ROUNDS * sum(map(len, turns))

    return read_all


async def _bound(spoken: Spoken, engine: SpokenEngine) -> Dialect:
    dialect = spoken.dialect()
    return await dialect.bind(engine) if isinstance(dialect, Unbound) else dialect


def _chunks(engine: SpokenEngine, turn: str) -> list[TokenChunk]:
    pieces = engine.recording(turn, FinishReason.STOP).pieces
    last = len(pieces) - 1
    return [
        TokenChunk(piece.token_ids, piece.text, finish=FinishReason.STOP if at == last else None)
        for at, piece in enumerate(pieces)
    ]


async def _read(dialect: Dialect, chunks: Sequence[TokenChunk], engine: SpokenEngine) -> None:
    """A turn as an attempt reads it: special tokens told apart where the parser asks for them."""
    parser = dialect.parser()
    event: ParserEvent | None = None
    for chunk in chunks:
        if not reads_tokens(parser):
            event = parser.feed(chunk.text)
        else:
            for text, special in await parts_of(chunk, parser.specials, engine.decode):
                event = parser.feed_special(text) if special else parser.feed(text)
        if event is not None:
            return
    parser.finish(FinishReason.STOP)
