"""How much of each trace fits into a page of a given size."""

from collections.abc import Callable, Sequence

from tirkit.errors import ConfigError
from tirkit.report.build.cut import Caps
from tirkit.report.build.problems import ProblemDraft
from tirkit.report.payload import ProblemSection

Pack = Callable[[ProblemSection], bytes]
"""Gives a section as it is packed into the page, before it is written in base64."""

_TAG_BYTES = 90
"""Around a section in the page."""
_SAFE_SHARE = 0.95
"""Of the room between two measured lengths that is taken: sizes do not grow evenly."""
_LENGTHS = (None, 100_000, 50_000, 25_000, 12_000, 6_000, 3_000, 1_500, 700, 300, 0)
_ATTEMPTS = (64, 32, 16, 8, 4, 2, 1)
LADDER = tuple(
    [Caps(length) for length in _LENGTHS] + [Caps(_LENGTHS[-1], most) for most in _ATTEMPTS]
)
"""From everything to almost nothing; traces are shortened first, then attempts left out."""


class Fit:
    """Adds up what the sections of a run would take at each step of the ladder.

    Steps that have grown beyond the page are not measured any more.

    Args:
        most_bytes: the page may have.
        pack: packs a section.
    """

    def __init__(self, most_bytes: int, pack: Pack) -> None:
        self._most = most_bytes
        self._pack = pack
        self._first = 0
        self._sizes = [0] * len(LADDER)
        self._measured = [0] * len(LADDER)
        self._problems = self._longest = 0

    def add(self, draft: ProblemDraft) -> None:
        """Measure one problem's section."""
        longest, attempts = draft.longest_trace(), len(draft.attempts)
        self._problems += 1
        self._longest = max(self._longest, longest)
        before: tuple[int | None, int | None] | None = None
        size = 0
        for step in range(self._first, len(LADDER)):
            caps = LADDER[step]
            # A cap that cuts nothing here gives the section of the step before.
            effect = (_below(caps.trace_chars, longest), _below(caps.attempts, attempts))
            if effect != before:
                size = packed_bytes(len(self._pack(draft.section(caps))))
                before = effect
            self._sizes[step] += size
            self._measured[step] += 1
        while self._first < len(LADDER) and self._sizes[self._first] > self._most:
            self._first += 1

    def caps(self, room_bytes: int) -> Sequence[Caps]:
        """What may be shown in so much room: the best guess, then one that was measured.

        Raises:
            ConfigError: not even the shortest sections fit.
        """
        step = self._first
        while step < len(LADDER) and self._sizes[step] > room_bytes:
            step += 1
        if step == len(LADDER):
            raise ConfigError(
                f"the run does not fit into {self._most / 1e6:g} MB with one attempt of each "
                "problem: allow more with --max-mb, or take --format md, csv or json"
            )
        measured = LADDER[step]
        if step == 0 or measured.attempts is not None:
            return (measured,)
        longer, shorter = LADDER[step - 1].trace_chars, measured.trace_chars or 0
        over = self._sizes[step - 1] * self._problems / max(self._measured[step - 1], 1)
        share = (room_bytes - self._sizes[step]) / max(over - self._sizes[step], 1)
        most = self._longest if longer is None else longer
        return (Caps(shorter + int(_SAFE_SHARE * share * (most - shorter))), measured)


def _below(cap: int | None, there: int) -> int | None:
    """The cap, if it cuts anything of what is there."""
    return cap if cap is not None and cap < there else None


def packed_bytes(packed: int) -> int:
    """What so many packed bytes take in the page."""
    return (packed + 2) // 3 * 4 + _TAG_BYTES
