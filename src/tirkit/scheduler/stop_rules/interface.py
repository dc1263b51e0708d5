"""What every stop rule promises."""

from typing import Protocol

from tirkit.scheduler.state import ProblemState


class StopRule(Protocol):
    """Decides when a problem is settled; a small frozen object that combines with `|` and `&`.

    It holds no state: the same picture gives the same decision, live and over records. `str` of a
    rule is the text `parse_stop_rule` reads it back from.
    """

    def decide(self, state: ProblemState) -> str | None:
        """The reason to stop now with the figures it rests on, or None to go on."""

    def wake_after_seconds(self, state: ProblemState) -> float | None:
        """Seconds until time alone may change the decision; None if it cannot."""

    def __or__(self, other: "StopRule") -> "StopRule": ...

    def __and__(self, other: "StopRule") -> "StopRule": ...
