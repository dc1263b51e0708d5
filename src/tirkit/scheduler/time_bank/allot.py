"""Holds what a policy would give against what there is. Pure: a state in, an allotment out."""

from dataclasses import dataclass, replace
from typing import Protocol

from tirkit.scheduler.time_bank.state import Allotment, BankState

_UNKNOWN_SHARE = 0.5
"""Most of what is left that one of an unknown number of problems may get: it never runs out."""


class BankPolicy(Protocol):
    """Says what a problem should get; a small frozen object without state."""

    def allot(self, state: BankState) -> Allotment:
        """What the problem that begins now should get."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What holds under every policy.

    Attributes:
        least_seconds: what a problem needs for any answer at all; kept for each later problem.
        most_seconds: most one problem may get, such as a gateway's own limit; None for none.
        rest_to_last: whether the last problem gets all that is left.
    """

    least_seconds: float = 10.0
    most_seconds: float | None = None
    rest_to_last: bool = True


def allot(policy: BankPolicy, state: BankState, bounds: Bounds | None = None) -> Allotment:
    """What a problem gets: its policy's wish, held between the bounds.

    Whatever the policy says, every later problem keeps its least seconds as long as there are so
    many, and nothing is given that is not there.

    Args:
        policy: says what it should get.
        state: the bank as the problem begins.
        bounds: hold under every policy.
    """
    bounds = bounds or Bounds()
    wish = policy.allot(state)
    seconds, reason = wish.seconds, wish.reason
    if state.problems_left == 1 and bounds.rest_to_last and seconds < state.left_seconds:
        seconds, reason = state.left_seconds, "the last problem gets the rest"
    free = _free_seconds(state, bounds.least_seconds)
    if seconds > free:
        seconds, reason = free, f"{reason}; held to what later problems can spare"
    if seconds < bounds.least_seconds:
        seconds, reason = bounds.least_seconds, f"{reason}; raised to the least for an answer"
    if bounds.most_seconds is not None and seconds > bounds.most_seconds:
        seconds, reason = bounds.most_seconds, f"{reason}; held to the most for one problem"
    if seconds > state.left_seconds:
        seconds, reason = state.left_seconds, f"{reason}; no more is left"
    return replace(wish, seconds=seconds, reason=reason)


def _free_seconds(state: BankState, least_seconds: float) -> float:
    """What can be given without touching the least of the later problems."""
    if state.problems_left is None:
        return state.left_seconds * _UNKNOWN_SHARE
    return state.left_seconds - (state.problems_left - 1) * least_seconds
