"""When a problem is settled: small frozen rules that combine with `|` and `&`."""

from tirkit.scheduler.stop_rules.conditions import length_matched, not_before
from tirkit.scheduler.stop_rules.counts import (
    after_answers,
    after_attempts,
    k_of_n,
    ladder,
    when_agreed,
)
from tirkit.scheduler.stop_rules.interface import StopRule
from tirkit.scheduler.stop_rules.lead import when_lead_is_safe, when_uncatchable
from tirkit.scheduler.stop_rules.posterior import (
    bayes_factor,
    beta_posterior,
    dirichlet_posterior,
)
from tirkit.scheduler.stop_rules.time import after_seconds, after_tokens
from tirkit.scheduler.stop_rules.weighted import consensus_share, low_entropy, majority_share
from tirkit.scheduler.stop_rules.windows import agreed_of_last, unanimous_window

__all__ = (
    "StopRule",
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
    "unanimous_window",
    "when_agreed",
    "when_lead_is_safe",
    "when_uncatchable",
)
