"""What families share: cells as text, and draws whose answers fit."""

from collections.abc import Callable
from random import Random

from examples.training.family import Params

LARGEST = 99_999
"""Answers are whole numbers from 0 to this."""


def cell(*lines: str) -> str:
    """The lines as one cell."""
    return "\n".join(lines)


def taken(params: Params, names: str) -> tuple[int, ...]:
    """The values of the names, which spaces part."""
    return tuple(params[name] for name in names.split())


def agreed(draw: Random, first: str, second: str, last: str = "") -> str:
    """The end of a checking cell: two results that must agree, then the answer."""
    both = draw.choice((f"assert {first} == {second}", f"print({first}, {second})"))
    return cell(both, f"print({last or first})")


def fitting(
    once: Callable[[Random], Params], answer: Callable[[Params], int], least: int = 0
) -> Callable[[Random], Params]:
    """Draws until the answer is one of the least to `LARGEST`."""

    def drawn(draw: Random) -> Params:
        while True:
            params = once(draw)
            if least <= answer(params) <= LARGEST:
                return params

    return drawn
