"""Which attempt runs when, and when a problem is settled."""

from tirkit.scheduler.budget import Budget
from tirkit.scheduler.parse import parse_stop_rule, parse_wave
from tirkit.scheduler.plan import Action, Cancel, Finish, Start, plan
from tirkit.scheduler.policy import Policy
from tirkit.scheduler.run import Scheduler
from tirkit.scheduler.state import ProblemState, RunState
from tirkit.scheduler.status import ProblemStatus, SchedulerStatus
from tirkit.scheduler.stop_rules import (
    StopRule,
    after_answers,
    after_attempts,
    after_seconds,
    after_tokens,
    agreed_of_last,
    bayes_factor,
    beta_posterior,
    consensus_share,
    dirichlet_posterior,
    k_of_n,
    ladder,
    length_matched,
    low_entropy,
    majority_share,
    not_before,
    unanimous_window,
    when_agreed,
    when_lead_is_safe,
    when_uncatchable,
)
from tirkit.scheduler.time_bank import Allotment, TimeBank, parse_bank_policy
from tirkit.scheduler.waves import Wave

__all__ = (
    "Action",
    "Allotment",
    "Budget",
    "Cancel",
    "Finish",
    "Policy",
    "ProblemState",
    "ProblemStatus",
    "RunState",
    "Scheduler",
    "SchedulerStatus",
    "Start",
    "StopRule",
    "TimeBank",
    "Wave",
    "after_answers",
    "after_attempts",
    "after_seconds",
    "after_tokens",
    "agreed_of_last",
    "bayes_factor",
    "beta_posterior",
    "consensus_share",
    "dirichlet_posterior",
    "k_of_n",
    "ladder",
    "length_matched",
    "low_entropy",
    "majority_share",
    "not_before",
    "parse_bank_policy",
    "parse_stop_rule",
    "parse_wave",
    "plan",
    "unanimous_window",
    "when_agreed",
    "when_lead_is_safe",
    "when_uncatchable",
)
