"""Watch one attempt's tokens as they come, and may end it."""

from tirkit.guards.interface import Guard, Peers, Watch, Watched

__all__ = ("Guard", "Peers", "Watch", "Watched")
