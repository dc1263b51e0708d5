"""Slower and faster ways to work, by how much time is left for a problem."""

from dataclasses import dataclass

from tirkit.scheduler.stop_rules import StopRule, after_answers, after_seconds
from tirkit.scheduler.time_bank.state import Allotment, BankState


@dataclass(frozen=True, slots=True)
class Tier:
    """One way to work.

    Attributes:
        attempts: at a problem.
        answers: so many are enough at any time.
        seconds: at most.
        soft: pairs (seconds, answers): from then on so many are enough.
    """

    attempts: int
    answers: int
    seconds: float
    soft: tuple[tuple[float, int], ...]

    def stop(self) -> StopRule:
        """When a problem is settled, beside any rule of agreement."""
        rule = after_answers(self.answers)
        for seconds, answers in self.soft:
            rule |= after_seconds(seconds) & after_answers(answers)
        return rule


_EARLY = ((420.0, 5), (480.0, 4), (540.0, 3))
_LATE = ((600.0, 5), (660.0, 4))

TIERS = (
    Tier(10, 6, 570.0, _EARLY),
    Tier(12, 7, 570.0, _EARLY),
    Tier(15, 8, 660.0, ((480.0, 6), (540.0, 5), (600.0, 3))),
    Tier(16, 9, 720.0, _LATE),
    Tier(17, 10, 720.0, _LATE),
)
"""Speeds 1 to 5 of imagination-research (local_eval_kaggle.py at 515aec3), minutes as seconds."""

BOUNDS_SECONDS = (300.0, 345.0, 370.0, 420.0)
"""Mean seconds left for a problem below which speeds 1 to 4 are taken, of the same source."""

_DEFAULT_TIER = 2
"""Speed 3, until it is first adjusted."""
_FIRST_CHECK = 30
_CHECK_EVERY = 2


@dataclass(frozen=True, slots=True)
class SpeedTiers:
    """Attempts and time limits by the mean seconds left for a problem.

    imagination-research, second of AIMO-2 (local_eval_kaggle.py at 515aec3): below 300, 345, 370
    and 420 s speeds 1 to 4, else 5; speed 3 until the 30th problem, then adjusted before every
    second one. Of an unknown number of problems speed 3 stays.
    """

    def allot(self, state: BankState) -> Allotment:
        """What the tier of this moment gives."""
        mean = self._mean_seconds(state)
        place = _DEFAULT_TIER
        if mean is not None:
            place = sum(mean >= bound for bound in BOUNDS_SECONDS)
        tier = TIERS[place]
        why = "not adjusted yet" if mean is None else f"{mean:.0f} s left for a problem"
        return Allotment(tier.seconds, f"speed {place + 1}: {why}", tier.attempts, tier.stop())

    @staticmethod
    def _mean_seconds(state: BankState) -> float | None:
        """Seconds for a problem at the latest check, None before the first."""
        if state.problems_left is None or state.done < _FIRST_CHECK:
            return None
        ago = (state.done - _FIRST_CHECK) % _CHECK_EVERY
        then = state.spent[-ago].left_seconds if ago else state.left_seconds
        return then / (state.problems_left + ago)
