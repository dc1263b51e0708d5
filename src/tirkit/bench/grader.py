"""Which answers to one problem are right, and which say the same; every pair is compared once."""

from collections.abc import Iterable

from tirkit.answers import Comparison, Equivalence, admit, equivalent, normalize
from tirkit.types import Answer, Problem, Tally

EXACT = Comparison()


class Grader:
    """Grades the answers to a problem against its reference.

    Args:
        problem: with or without a reference.
        how: when two answers are the same.
        tally: votes that are grouped already: forms that stand in it are not compared again.
    """

    def __init__(
        self, problem: Problem, how: Comparison = EXACT, tally: Tally | None = None
    ) -> None:
        self.how = how
        self._reference = _reference(problem)
        self._grades: dict[str, Equivalence] = {}
        self._groups = {} if tally is None else dict(_forms(tally))

    @property
    def has_reference(self) -> bool:
        """Whether there is anything to grade by."""
        return self._reference is not None

    def grade(self, answer: Answer | None) -> Equivalence:
        """EQUAL for a right answer; DIFFERENT for none, or without a reference."""
        if answer is None or self._reference is None:
            return Equivalence.DIFFERENT
        known = self._grades.get(answer.canonical)
        if known is None:
            known = equivalent(answer, self._reference, self.how)
            self._grades[answer.canonical] = known
        return known

    def is_right(self, answer: Answer | None) -> bool:
        """Whether the answer is shown to be the reference."""
        return self.grade(answer) is Equivalence.EQUAL

    def same(self, one: str | Answer, other: str | Answer) -> Equivalence:
        """Whether two answers say the same, as tallies ask."""
        first, second = self._groups.get(str(one)), self._groups.get(str(other))
        if first is None or second is None:
            return equivalent(one, other, self.how)
        return Equivalence.EQUAL if first == second else Equivalence.DIFFERENT


def _reference(problem: Problem) -> Answer | None:
    if problem.answer is None:
        return None
    plain = normalize(problem.answer)
    return Answer(problem.answer, admit(plain, problem.domain)[0] or plain)


def _forms(tally: Tally) -> Iterable[tuple[str, int]]:
    for number, entry in enumerate(tally.entries):
        for vote in entry.votes:
            yield vote.answer.canonical, number
