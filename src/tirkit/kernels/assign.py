"""Decides which waiting lease gets which kernel and how many kernels to start. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PoolState:
    """A pool at one instant.

    Attributes:
        waiting: tickets of leases without a kernel, first served first.
        ready: numbers of warm kernels, oldest first.
        starting: kernels on their way up.
        leased: kernels in use.
        closing: killed kernels that are not gone yet; they still hold memory.
        spares: kernels wanted ahead of demand.
        max_kernels: most live kernels; None for no cap.
        concurrent_starts: most kernels on their way up at a time.
    """

    waiting: tuple[int, ...] = ()
    ready: tuple[int, ...] = ()
    starting: int = 0
    leased: int = 0
    closing: int = 0
    spares: int = 0
    max_kernels: int | None = None
    concurrent_starts: int = 1


@dataclass(frozen=True, slots=True)
class Assignment:
    """What to do now.

    Attributes:
        pairs: (ticket, kernel) to hand out, in order.
        starts: how many kernels to start.
    """

    pairs: tuple[tuple[int, int], ...] = ()
    starts: int = 0


def assign(state: PoolState) -> Assignment:
    """Hand the oldest kernels to the first in the queue, then order what is short.

    A kernel on its way counts as supply, so nothing is ordered twice. Handing out a ready kernel
    does not change how many live, so the cap only limits starts.
    """
    pairs = tuple(zip(state.waiting, state.ready, strict=False))
    unserved = len(state.waiting) - len(pairs)
    unused = len(state.ready) - len(pairs)
    short = unserved + state.spares - unused - state.starting
    room = state.concurrent_starts - state.starting
    if state.max_kernels is not None:
        live = len(state.ready) + state.starting + state.leased + state.closing
        room = min(room, state.max_kernels - live)
    return Assignment(pairs, max(0, min(short, room)))
