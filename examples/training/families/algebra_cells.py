"""What the families of algebra and sequences share: cells, polynomials as text, draws that fit."""

from collections.abc import Callable, Sequence
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


def polynomial(coefficients: Sequence[int], *, code: bool = False) -> str:
    """A polynomial in x as people write it, or as Python does.

    Args:
        coefficients: highest power first.
        code: Python's way.
    """
    text = ""
    for power, value in zip(range(len(coefficients) - 1, -1, -1), coefficients, strict=True):
        if not value:
            continue
        number = "" if abs(value) == 1 and power else str(abs(value))
        raised = f"x{'**' if code else '^'}{power}" if power > 1 else "x" * power
        body = number + ("*" if code and number and raised else "") + raised
        sign = "-" if value < 0 else "+"
        text += f" {sign} {body}" if text else body if value > 0 else f"-{body}"
    return text or "0"


def signed(value: int) -> str:
    """The value with its sign apart, as in a sum: "+ 3" or "- 3"."""
    return f"{'-' if value < 0 else '+'} {abs(value)}"
