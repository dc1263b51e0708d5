"""What the families of counting and geometry share: answers that are fractions."""

from math import gcd
from random import Random

from examples.training.cells import cell
from examples.training.family import Step

FRACTION = "from fractions import Fraction"
SLIPS = 0.5
"""Share of the solutions that fail first."""


def reduced(top: int, bottom: int) -> int:
    """The sum m + n of a positive fraction m/n in lowest terms; 0 for zero and below."""
    common = gcd(top, bottom)
    return (top + bottom) // common if top > 0 else 0


def parts(name: str) -> str:
    """A line that prints m + n of a `Fraction`."""
    return f"print({name}.numerator + {name}.denominator)"


def divided(draw: Random, text: str, before: str, fraction: tuple[str, str, str]) -> list[Step]:
    """A cell that makes a `Fraction`; sometimes one that fails, and one that mends it.

    Args:
        draw: picks.
        text: before the first cell.
        before: the lines of the first cell that need no fraction.
        fraction: the name it gets, its top (no sum) and its bottom.
    """
    name, top, bottom = fraction
    right = cell(f"{name} = Fraction({top}, {bottom})", f"print({name})")
    kind = draw.random()
    if kind >= SLIPS:
        return [Step(text, cell(FRACTION, before, right))]
    if kind < SLIPS / 2:
        mended = Step("Fraction is not defined. Import it.", cell(FRACTION, right))
        return [Step(text, cell(before, right), fails=True), mended]
    divisor = bottom if bottom.isidentifier() else f"({bottom})"
    wrong = cell(FRACTION, before, f"{name} = Fraction({top} / {divisor}, 1)", f"print({name})")
    return [Step(text, wrong, fails=True), Step("Fraction wants two integers.", right)]
