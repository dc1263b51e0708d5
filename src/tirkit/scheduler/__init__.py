"""Which attempt runs when, and when a problem is settled."""

from tirkit.scheduler.budget import Budget
from tirkit.scheduler.live import Policy
from tirkit.scheduler.parse import parse_stop_rule
from tirkit.scheduler.plan import Action, Cancel, Finish, Start, plan
from tirkit.scheduler.run import Scheduler
from tirkit.scheduler.state import ProblemState, RunState
from tirkit.scheduler.stop_rules import (
    StopRule,
    after_attempts,
    after_seconds,
    after_tokens,
    when_agreed,
    when_lead_is_safe,
)
from tirkit.scheduler.time_bank import Allotment, TimeBank, parse_bank_policy

__all__ = (
    "Action",
    "Allotment",
    "Budget",
    "Cancel",
    "Finish",
    "Policy",
    "ProblemState",
    "RunState",
    "Scheduler",
    "Start",
    "StopRule",
    "TimeBank",
    "after_attempts",
    "after_seconds",
    "after_tokens",
    "parse_bank_policy",
    "parse_stop_rule",
    "plan",
    "when_agreed",
    "when_lead_is_safe",
)
