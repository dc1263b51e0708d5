"""Whether the first answer of an attempt was better than its last, and what its code came to.

The analysis of imagination-research, second at AIMO-2 (aimo-2 repository,
`scripts/analyze_early_stop.py`), over tirkit's attempts.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tirkit.answers import BOXES, Source, extract
from tirkit.bench.grader import Grader
from tirkit.bench.trace import AnswerSeen, answers_seen, printed
from tirkit.types import AnswerDomain, Trajectory


class FirstLast(StrEnum):
    """How the first and the last answer of an attempt compare with the reference."""

    NONE = "none"
    ONE_RIGHT = "one_right"
    """A single answer appeared, and it is right."""
    ONE_WRONG = "one_wrong"
    RIGHT_RIGHT = "right_right"
    """Several appeared; the first is right and the last is."""
    WRONG_RIGHT = "wrong_right"
    RIGHT_WRONG = "right_wrong"
    WRONG_WRONG = "wrong_wrong"


class CodeOutcome(StrEnum):
    """What the last code run of an attempt came to."""

    NO_CODE = "no_code"
    FAILED = "code_failed"
    """It raised, ran out of time or lost its kernel."""
    NO_NUMBER = "no_number"
    """It printed nothing that could be an answer."""
    WRONG_NUMBER = "wrong_number"
    RIGHT_NUMBER = "right_number"


@dataclass(frozen=True, slots=True)
class TraceCount:
    """Sums over attempts that finished by themselves. Adds up with `+`.

    Attributes:
        none: attempts in which no answer appeared.
        one_right: a single one, right.
        one_wrong: a single one, wrong.
        right_right: several, the first and the last right.
        wrong_right: the first wrong, the last right: what stopping at the first would have lost.
        right_wrong: the first right, the last wrong: what it would have won.
        wrong_wrong: both wrong.
        first_tokens: sampled until the first answer, over the attempts with one.
        last_tokens: sampled until the last answer, over the same.
        all_tokens: sampled and kept, over the same.
        no_code: attempts that ran no code.
        code_failed: attempts whose last run raised, ran out of time or lost its kernel.
        no_number: attempts whose last run printed no admissible answer.
        wrong_number: attempts whose last run printed a wrong one.
        right_number: attempts whose last run printed the right one.
    """

    none: int = 0
    one_right: int = 0
    one_wrong: int = 0
    right_right: int = 0
    wrong_right: int = 0
    right_wrong: int = 0
    wrong_wrong: int = 0
    first_tokens: int = 0
    last_tokens: int = 0
    all_tokens: int = 0
    no_code: int = 0
    code_failed: int = 0
    no_number: int = 0
    wrong_number: int = 0
    right_number: int = 0

    def __add__(self, other: "TraceCount") -> "TraceCount":
        names = TraceCount.__slots__
        return TraceCount(*[getattr(self, name) + getattr(other, name) for name in names])

    @property
    def answered(self) -> int:
        """Attempts in which an answer appeared."""
        several = self.right_right + self.wrong_right + self.right_wrong + self.wrong_wrong
        return self.one_right + self.one_wrong + several


def count_traces(
    trajectories: Iterable[Trajectory],
    grader: Grader,
    domain: AnswerDomain,
    sources: tuple[Source, ...] = BOXES,
) -> TraceCount:
    """Sum up some attempts at one problem.

    Args:
        trajectories: the attempts.
        grader: of their problem, which has a reference.
        domain: of the problem.
        sources: the forms answers are looked for in; by default what the model itself boxed.
    """
    total = TraceCount()
    for one in trajectories:
        seen = answers_seen(one, domain, sources)
        classes = Counter([first_last(seen, grader).value, code_outcome(one, grader, domain).value])
        tokens = [0, 0, 0]
        if seen:
            kept = sum(turn.end - turn.start for turn in one.turns)
            tokens = [seen[0].sampled_tokens, seen[-1].sampled_tokens, kept]
        first, last, whole = tokens
        total += TraceCount(first_tokens=first, last_tokens=last, all_tokens=whole, **classes)
    return total


def first_last(seen: Sequence[AnswerSeen], grader: Grader) -> FirstLast:
    """The class of an attempt by the answers that appeared in it."""
    if not seen:
        return FirstLast.NONE
    last = grader.is_right(seen[-1].answer)
    if len(seen) == 1:
        return FirstLast.ONE_RIGHT if last else FirstLast.ONE_WRONG
    first = grader.is_right(seen[0].answer)
    words = {True: "right", False: "wrong"}
    return FirstLast(f"{words[first]}_{words[last]}")


def code_outcome(trajectory: Trajectory, grader: Grader, domain: AnswerDomain) -> CodeOutcome:
    """What the last code run of an attempt came to."""
    results = [turn.result for turn in trajectory.turns if turn.result is not None]
    if not results:
        return CodeOutcome.NO_CODE
    if not results[-1].ok:
        return CodeOutcome.FAILED
    found = extract("", domain, (Source.OUTPUT,), output=printed(results[-1])).answer
    if found is None:
        return CodeOutcome.NO_NUMBER
    return CodeOutcome.RIGHT_NUMBER if grader.is_right(found) else CodeOutcome.WRONG_NUMBER
