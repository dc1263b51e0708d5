"""verl's agent loop on attempts: `_target_: tirkit.integrations.verl.TirkitAgentLoop`."""

from tirkit.integrations.verl.agent_loop import TirkitAgentLoop
from tirkit.integrations.verl.server import ServerGeneration, sampling_of

__all__ = ("ServerGeneration", "TirkitAgentLoop", "sampling_of")
