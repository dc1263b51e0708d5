"""How much of each trace fits into a page of a given size."""

import math
from collections.abc import Callable, Iterator

from tirkit.errors import ConfigError
from tirkit.report.build.cut import Caps
from tirkit.report.build.problems import ProblemDraft
from tirkit.report.payload import ProblemSection

Pack = Callable[[ProblemSection], bytes]
"""Gives a section as it is packed into the page, before it is written in base64."""

_TAG_BYTES = 90
"""Around a section in the page."""
_SAMPLE = 8
"""Problems on which shorter traces are tried."""
_SAFE_SHARE = 0.96
"""Of the room that a guess aims at."""
_TIGHTER = 0.85
_LIKELY_SHARE = 0.8
"""Of the page: a run that seems to take more may not fit whole."""
_LENGTHS = (100_000, 50_000, 25_000, 12_500, 6_000, 3_000, 1_500, 750, 300, 0)
_ATTEMPTS = (64, 32, 16, 8, 4, 2, 1)
LADDER = (*map(Caps, _LENGTHS), *(Caps(0, most) for most in _ATTEMPTS))
"""From long traces to almost nothing; traces are shortened first, then attempts left out."""


class Fit:
    """Finds caps under which the sections of a run fit into a page.

    Every problem is measured whole, until that is too much. Where it is going to be too much, some
    of them, evenly spread, are measured at every step of the ladder.

    Args:
        problems: how many will be added.
        most_bytes: the page may have.
        pack: packs a section.
    """

    def __init__(self, problems: int, most_bytes: int, pack: Pack) -> None:
        self._problems = problems
        self._most = most_bytes
        self._pack = pack
        self._every = max(problems // _SAMPLE, 1)
        self._whole = self._added = self._tried = 0
        self._sizes = [0] * len(LADDER)

    def add(self, draft: ProblemDraft) -> None:
        """Measure one problem's section."""
        if self._whole <= self._most:
            self._whole += self._size(draft, Caps())
        likely = self._whole * self._problems / (self._added + 1)
        if self._added % self._every == 0 and likely > _LIKELY_SHARE * self._most:
            self._tried += 1
            self._try(draft)
        self._added += 1

    def caps(self, room_bytes: int) -> Iterator[Caps]:
        """What may be shown in so much room: a guess, then ever less.

        Raises:
            ConfigError: with the last of them, too, the page was too large.
        """
        if self._whole <= room_bytes:
            yield Caps()
        step = self._step(_SAFE_SHARE * room_bytes)
        yield from self._guesses(step, _SAFE_SHARE * room_bytes)
        yield from LADDER[step + 1 :]
        raise ConfigError(
            f"the run does not fit into {self._most / 1e6:g} MB with one attempt of each problem: "
            "allow more with --max-mb, or take --format md, csv or json"
        )

    def _try(self, draft: ProblemDraft) -> None:
        longest, attempts = draft.longest_trace(), len(draft.attempts)
        before: tuple[int | None, int | None] | None = None
        size = 0
        for step, caps in enumerate(LADDER):
            # A cap that cuts nothing here gives the section of the step before.
            effect = (_below(caps.trace_chars, longest), _below(caps.attempts, attempts))
            if effect != before:
                size = self._size(draft, caps)
                before = effect
            self._sizes[step] += size

    def _size(self, draft: ProblemDraft, caps: Caps) -> int:
        packed = len(self._pack(draft.section(caps)))
        return (packed + 2) // 3 * 4 + _TAG_BYTES

    def _expected(self, step: int) -> float:
        """Bytes of all sections at a step."""
        return self._sizes[step] * self._problems / max(self._tried, 1)

    def _step(self, room: float) -> int:
        """The first step that is expected to fit; the last one where none is.

        Without any expectation, where late problems alone are large, the first.
        """
        steps = range(len(LADDER))
        return next((step for step in steps if self._expected(step) <= room), steps[-1])

    def _guesses(self, step: int, room: float) -> Iterator[Caps]:
        """Lengths between a step that is too long and the one that should fit, then that one."""
        longer = LADDER[step - 1].trace_chars if step else None
        shorter = LADDER[step].trace_chars
        if longer and shorter and LADDER[step].attempts is None:
            over, under = self._expected(step - 1), self._expected(step)
            share = (room - under) / max(over - under, 1)
            guess = shorter * math.exp(max(share, 0.0) * math.log(longer / shorter))
            yield Caps(int(guess))
            yield Caps(max(int(_TIGHTER * guess), shorter))
        yield LADDER[step]


def _below(cap: int | None, there: int) -> int | None:
    """The cap, if it cuts anything of what is there."""
    return cap if cap is not None and cap < there else None
