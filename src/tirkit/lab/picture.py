"""The state a stop rule sees, without what it does not look at."""

from collections.abc import Callable
from typing import Any

from tirkit.scheduler import ProblemState
from tirkit.types import Tally


class Picture(ProblemState):
    """A `ProblemState` whose weighted tally is counted only if a rule asks for it.

    Few rules do, and weighing hundreds of votes after every attempt would be most of the work.

    Args:
        weigh: counts it.
        **fields: all others of a `ProblemState`.
    """

    __slots__ = ("_weigh",)
    _weigh: Callable[[], Tally]

    def __init__(self, weigh: Callable[[], Tally], **fields: Any) -> None:  # noqa: ANN401
        super().__init__(**fields)
        object.__setattr__(self, "_weigh", weigh)

    @property
    def weighted(self) -> Tally:
        """The votes as the selector weighs them."""
        return self._weigh()

    @weighted.setter
    def weighted(self, _default: Tally) -> None:
        """The base's constructor writes the field's default, which is never read."""
