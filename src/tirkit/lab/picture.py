"""The state a stop rule sees, without what it does not look at."""

from typing import Any, Protocol

from tirkit.scheduler import ProblemState
from tirkit.selection import Ballot
from tirkit.types import Tally


class Scene(Protocol):
    """A problem on its way; answers for this very moment."""

    def weighted(self) -> Tally:
        """The votes as the selector weighs them."""

    def ballots(self) -> tuple[Ballot, ...]:
        """What the finished attempts have left, in finishing order."""

    def running_tokens(self) -> tuple[int, ...]:
        """Drawn so far by each of the attempts in flight."""

    def sampled_tokens(self) -> int:
        """Drawn so far by all attempts."""


class Picture(ProblemState):
    """A `ProblemState` that looks at its scene only for what a rule asks.

    Few rules ask for more than the plain tally, and weighing hundreds of votes after every attempt
    would be most of the work. It holds for the moment it was made in: use it before the scene moves
    on.

    Args:
        scene: the problem.
        **fields: all others of a `ProblemState`.
    """

    __slots__ = ("_scene",)
    _scene: Scene

    def __init__(self, scene: Scene, **fields: Any) -> None:  # noqa: ANN401
        super().__init__(**fields)
        object.__setattr__(self, "_scene", scene)

    @property
    def weighted(self) -> Tally:
        """The votes as the selector weighs them."""
        return self._scene.weighted()

    @weighted.setter
    def weighted(self, _default: Tally) -> None:
        """The base's constructor writes a default, which is never read; so below."""

    @property
    def ballots(self) -> tuple[Ballot, ...]:
        """What the finished attempts have left, in finishing order."""
        return self._scene.ballots()

    @ballots.setter
    def ballots(self, _default: tuple[Ballot, ...]) -> None: ...

    @property
    def running_tokens(self) -> tuple[int, ...]:
        """Drawn so far by each of the attempts in flight."""
        return self._scene.running_tokens()

    @running_tokens.setter
    def running_tokens(self, _default: tuple[int, ...]) -> None: ...

    @property
    def sampled_tokens(self) -> int:
        """Drawn so far by all attempts, running ones included."""
        return self._scene.sampled_tokens()

    @sampled_tokens.setter
    def sampled_tokens(self, _default: int) -> None: ...
