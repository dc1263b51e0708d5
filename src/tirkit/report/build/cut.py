"""Long texts cut to a length, with the cut said in them."""

from collections.abc import Sequence
from dataclasses import dataclass

_LEAST_KEPT = 80
"""Characters; less of a text than this tells nothing, and it is left out whole."""


@dataclass(frozen=True, slots=True)
class Caps:
    """How much of a run goes into a page.

    Attributes:
        trace_chars: most characters of an attempt's trace; None for all.
        attempts: most attempts of a problem that are shown; None for all.
    """

    trace_chars: int | None = None
    attempts: int | None = None


@dataclass(frozen=True, slots=True)
class CutText:
    """A text, or its beginning and its end.

    Attributes:
        text: what is shown, the cut said in it.
        head: characters of the beginning that are kept; all of them without a cut.
        tail: characters of the end that are kept; 0 without a cut.
        whole: length of the whole text.
    """

    text: str
    head: int
    tail: int
    whole: int

    @property
    def left_out(self) -> int:
        """Characters that are not shown."""
        return self.whole - self.head - self.tail

    def place(self, shown: int) -> int:
        """Where in the whole text the character at a place of the shown one stands."""
        if shown <= self.head:
            return shown
        from_end = len(self.text) - shown
        return self.whole - min(from_end, self.tail)


def cut_text(text: str, most: int | None) -> CutText:
    """A text with at most so many characters of it kept, from both its ends alike."""
    if most is None or len(text) <= most:
        return CutText(text, len(text), 0, len(text))
    head = tail = 0
    if most >= _LEAST_KEPT:
        head, tail = most - most // 2, most // 2
    left_out = len(text) - head - tail
    said = f"[… {left_out:,} characters left out …]"
    before = f"{text[:head]}\n" if head else ""
    after = f"\n{text[-tail:]}" if tail else ""
    return CutText(f"{before}{said}{after}", head, tail, len(text))


def shares(lengths: Sequence[int], weights: Sequence[int], most: int | None) -> list[int | None]:
    """How many characters each text may keep so that all together keep `most`.

    Short texts are kept whole; what they leave goes to the long ones, a text of twice the weight
    getting twice as much. None where a text is kept whole.
    """
    if most is None or sum(lengths) <= most:
        return [None] * len(lengths)
    order = sorted(range(len(lengths)), key=lambda at: lengths[at] / weights[at])
    left, weight_left, level = float(most), sum(weights), 0.0
    for at in order:
        level = left / weight_left
        if lengths[at] > level * weights[at]:
            break
        left -= lengths[at]
        weight_left -= weights[at]
    return [
        None if length <= level * weight else int(level * weight)
        for length, weight in zip(lengths, weights, strict=True)
    ]
