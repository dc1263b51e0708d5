"""What every judge promises."""

from typing import Protocol, runtime_checkable

from tirkit.selection.judges.case import Case
from tirkit.selection.judges.hearing import Hearing
from tirkit.types import Judgment


@runtime_checkable
class Judge(Protocol):
    """Looks into answers that do not agree, where the votes alone do not settle it.

    A judge is a small frozen object without state. What a case holds is not changed by the order
    in which attempts finished, and what a judge draws by lot it draws from the case's seed. A
    judgment that is invalid, late or over the budget is an abstention, never a pick by lot.
    """

    @property
    def name(self) -> str:
        """How it is named in records."""

    async def judge(self, case: Case, hearing: Hearing) -> Judgment:
        """Judge the case's answers.

        Asks only through the hearing, which holds the deadline and the budget. Being cancelled is
        raised; an error leaves the vote as it is.
        """
