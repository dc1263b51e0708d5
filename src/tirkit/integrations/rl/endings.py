"""How an attempt ended, as training asks: whose doing it was, and what is done with it."""

from dataclasses import dataclass
from enum import StrEnum

from tirkit.bench.work import NOT_BY_ITSELF, TRUNCATED
from tirkit.types import StopReason


class Ending(StrEnum):
    """Whose doing an attempt's end was."""

    WHOLE = "whole"
    """The model came to an end by itself, with an answer or without."""
    MODEL_FAILURE = "model_failure"
    """The model went wrong: malformed calls, failing or repeated code, a guard, too many cells."""
    TRUNCATED = "truncated"
    """A limit on tokens, context, turns or time cut it, or the trainer has no room for all."""
    CANCELLED = "cancelled"
    """Stopped from outside, or never begun, because its problem was settled."""
    TOOL_FAILURE = "tool_failure"
    """The engine, a kernel or tirkit itself broke; it says nothing of the model."""


class Treatment(StrEnum):
    """What training makes of an attempt."""

    TRAIN = "train"
    """Its tokens count, with its reward."""
    NO_REWARD = "no_reward"
    """Its tokens stay marked, and there is no reward."""
    MASK = "mask"
    """No token counts, and there is no reward."""


_CUT = TRUNCATED | {StopReason.DEADLINE}
_BY_ITSELF = frozenset({StopReason.ANSWERED, StopReason.NO_ANSWER})


def ending_of(reason: StopReason) -> Ending:
    """Whose doing it is that an attempt stopped for this reason."""
    if reason is StopReason.CANCELLED:
        return Ending.CANCELLED
    if reason in NOT_BY_ITSELF:
        return Ending.TOOL_FAILURE
    if reason in _CUT:
        return Ending.TRUNCATED
    return Ending.WHOLE if reason in _BY_ITSELF else Ending.MODEL_FAILURE


@dataclass(frozen=True, slots=True)
class RowTerms:
    """What training makes of attempts that did not end by the model's own doing.

    Attributes:
        truncated: of those that were cut.
        cancelled: of those that were stopped from outside.
        tool_failure: of those under which engine or kernel broke.
        cut_reward: earned where a trainer has no room for the whole completion: the answer, if
            there was one, is cut away.
    """

    truncated: Treatment = Treatment.TRAIN
    cancelled: Treatment = Treatment.MASK
    tool_failure: Treatment = Treatment.MASK
    cut_reward: float = 0.0

    def treatment(self, ending: Ending) -> Treatment:
        """What is made of an attempt that ended so."""
        made = {
            Ending.TRUNCATED: self.truncated,
            Ending.CANCELLED: self.cancelled,
            Ending.TOOL_FAILURE: self.tool_failure,
        }
        return made.get(ending, Treatment.TRAIN)
