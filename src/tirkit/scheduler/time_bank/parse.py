"""Reads a policy from text such as `clamped(base=300, high=900)`."""

from tirkit.notation import Notation
from tirkit.scheduler.time_bank.allot import BankPolicy
from tirkit.scheduler.time_bank.gain import ExpectedGain
from tirkit.scheduler.time_bank.policies import BaseAndSurplus, Clamped, Deposits
from tirkit.scheduler.time_bank.tiers import SpeedTiers

_NOTATION: Notation[BankPolicy] = Notation(
    "time bank policy",
    {
        "base_and_surplus": BaseAndSurplus,
        "clamped": Clamped,
        "deposits": Deposits,
        "expected_gain": ExpectedGain,
        "speed_tiers": SpeedTiers,
    },
)


def parse_bank_policy(text: str) -> BankPolicy:
    """Read a policy and its numbers. Nothing is evaluated.

    Raises:
        ConfigError: not such a text; names the part and the known policies.
    """
    return _NOTATION.read(text)
