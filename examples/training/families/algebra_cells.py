"""What the families of algebra and sequences share: polynomials as text."""

from collections.abc import Sequence


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
