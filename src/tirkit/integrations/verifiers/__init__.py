"""A harness for `verifiers`: tirkit plays the seat, and verifiers' trace holds the tokens."""

from tirkit.integrations.verifiers.harness import TirkitHarness, TirkitHarnessConfig
from tirkit.integrations.verifiers.score import reference_score

__all__ = ("TirkitHarness", "TirkitHarnessConfig", "reference_score")
