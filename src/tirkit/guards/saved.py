"""How many tokens were saved by ending attempts before their end."""

from collections.abc import Iterable
from dataclasses import dataclass

from tirkit.types import StopReason, Trajectory

_FAILED = frozenset({StopReason.ENGINE_ERROR, StopReason.KERNEL_ERROR, StopReason.FAULT})


@dataclass(frozen=True, slots=True)
class TokensSaved:
    """What ending attempts has saved, as an estimate. Adds up with `+`.

    Attributes:
        guarded: attempts ended by a guard.
        cancelled: attempts ended because the outcome was settled.
        by_guards: tokens that the first would have sampled besides.
        by_stopping: likewise the second.
    """

    guarded: int = 0
    cancelled: int = 0
    by_guards: int = 0
    by_stopping: int = 0

    def __add__(self, other: "TokensSaved") -> "TokensSaved":
        return TokensSaved(
            self.guarded + other.guarded,
            self.cancelled + other.cancelled,
            self.by_guards + other.by_guards,
            self.by_stopping + other.by_stopping,
        )


def tokens_saved(trajectories: Iterable[Trajectory]) -> TokensSaved:
    """Estimate what was saved on the attempts at one problem.

    An attempt that was ended is taken to have had as many tokens before it as its peers that ended
    by themselves sampled in the mean, wasted ones included, less what it had sampled; at least 0.
    Without such peers nothing is claimed. Attempts that never began are not in the trajectories
    and are not counted. The quick ones end first, so the estimate is rather too low.
    """
    lengths: list[int] = []
    ended: dict[StopReason, list[int]] = {StopReason.GUARD: [], StopReason.CANCELLED: []}
    for one in trajectories:
        tokens = one.spent.sampled_tokens + one.spent.wasted_tokens
        if one.stop_reason in ended:
            ended[one.stop_reason].append(tokens)
        elif one.stop_reason not in _FAILED:
            lengths.append(tokens)
    mean = sum(lengths) / len(lengths) if lengths else 0.0

    def saved(reason: StopReason) -> int:
        return round(sum(max(mean - tokens, 0.0) for tokens in ended[reason]))

    return TokensSaved(
        guarded=len(ended[StopReason.GUARD]),
        cancelled=len(ended[StopReason.CANCELLED]),
        by_guards=saved(StopReason.GUARD),
        by_stopping=saved(StopReason.CANCELLED),
    )
