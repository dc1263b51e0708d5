"""Hours shared among problems that come one at a time."""

from tirkit.scheduler.time_bank.allot import BankPolicy, Bounds, allot
from tirkit.scheduler.time_bank.bank import Clock, TimeBank
from tirkit.scheduler.time_bank.gain import ExpectedGain
from tirkit.scheduler.time_bank.parse import parse_bank_policy
from tirkit.scheduler.time_bank.policies import BaseAndSurplus, Clamped, Deposits
from tirkit.scheduler.time_bank.state import Allotment, BankState, Spent
from tirkit.scheduler.time_bank.tiers import SpeedTiers

__all__ = (
    "Allotment",
    "BankPolicy",
    "BankState",
    "BaseAndSurplus",
    "Bounds",
    "Clamped",
    "Clock",
    "Deposits",
    "ExpectedGain",
    "SpeedTiers",
    "Spent",
    "TimeBank",
    "allot",
    "parse_bank_policy",
)
