"""The child's loop: one pair in, one outcome out, until the pipe is closed."""

import gc
import os
import select
import sys
from typing import Any

from tirkit.answers.comparison import Comparison
from tirkit.answers.frames import Decoder, encode
from tirkit.answers.outcome import Equivalence
from tirkit.answers.worker import memory, seal

ORPHAN_CHECK_SECONDS = 20.0
"""How often an idle child looks whether its parent is still there."""
START_PROCESSOR_SECONDS = 120.0
RECURSION_LIMIT = 2_000
"""Deep expressions raise RecursionError well before the stack of C is used up."""


def serve(memory_mb: int) -> None:
    """Load the libraries, give up what is not needed, then answer until the pipe closes."""
    source, sink = _own_pipes()
    seal.limit_processor(START_PROCESSOR_SECONDS)
    from tirkit.answers.worker import decide, evaluators  # noqa: PLC0415 - 0.4 s; pipes first

    decide.warm_up()
    gc.freeze()
    sys.setrecursionlimit(RECURSION_LIMIT)
    held = memory.resident()
    seal.limit(memory_mb)
    seal.seal(*evaluators.EVALUATORS)
    decoder = Decoder()
    parent = os.getppid()
    _send(sink, {"ready": True})
    while (request := _receive(source, decoder, parent)) is not None:
        how = Comparison(**request["how"])
        seal.limit_processor(how.timeout_seconds)
        outcome, why = _answer(request["one"], request["other"], how)
        worn = held() > memory_mb << 19
        _send(sink, {"outcome": outcome.value, "why": why[:200], "worn": worn})


def _own_pipes() -> tuple[int, int]:
    """Take the pipes away from the libraries: what they print must not reach the protocol."""
    source, sink = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    return source, sink


def _answer(one: str, other: str, how: Comparison) -> tuple[Equivalence, str]:
    from tirkit.answers.worker import decide  # noqa: PLC0415 - loaded by now

    try:
        return decide.decide(one, other, how)
    except MemoryError:
        return Equivalence.UNKNOWN, "memory"
    except Exception as failure:  # noqa: BLE001 - whatever a library says of hostile text
        return Equivalence.UNKNOWN, type(failure).__name__


def _receive(source: int, decoder: Decoder, parent: int) -> dict[str, Any] | None:
    """The next request; None once the parent has closed the pipe or is gone."""
    while True:
        readable, _, _ = select.select([source], [], [], ORPHAN_CHECK_SECONDS)
        if not readable:
            if os.getppid() != parent:
                return None
            continue
        piece = os.read(source, 1 << 16)
        if not piece:
            return None
        if (message := decoder.feed(piece)) is not None:
            return message


def _send(sink: int, message: dict[str, Any]) -> None:
    frame = memoryview(encode(message))
    while frame:
        frame = frame[os.write(sink, frame) :]
