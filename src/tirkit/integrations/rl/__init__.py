"""Attempts as training rows: ids, mask, log-probabilities, reward, and whose doing the end was."""

from tirkit.integrations.rl.batches import Batches
from tirkit.integrations.rl.called import CalledEngine, Generated
from tirkit.integrations.rl.endings import Ending, RowTerms, Treatment, ending_of
from tirkit.integrations.rl.groups import AttemptGroups
from tirkit.integrations.rl.kept import Kept
from tirkit.integrations.rl.prompt import Prompt, prompt_text
from tirkit.integrations.rl.reward import Reward, is_right, reference_reward
from tirkit.integrations.rl.row import TrainingRow, TurnSpan, count_rows, training_row

__all__ = (
    "AttemptGroups",
    "Batches",
    "CalledEngine",
    "Ending",
    "Generated",
    "Kept",
    "Prompt",
    "Reward",
    "RowTerms",
    "TrainingRow",
    "Treatment",
    "TurnSpan",
    "count_rows",
    "ending_of",
    "is_right",
    "prompt_text",
    "reference_reward",
    "training_row",
)
