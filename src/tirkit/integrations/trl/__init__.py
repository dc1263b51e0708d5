"""TRL's GRPO trainer on attempts: `GRPOTrainer(rollout_func=TrlAttempts(...), ...)`."""

from tirkit.integrations.trl.attempts import TrlAttempts, attempt_reward
from tirkit.integrations.trl.engines import trainer_engine, trainer_sampling

__all__ = ("TrlAttempts", "attempt_reward", "trainer_engine", "trainer_sampling")
