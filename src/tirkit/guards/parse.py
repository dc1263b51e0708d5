"""Reads a guard from text such as `deepconf(keep_percent=10)`."""

from collections.abc import Callable, Iterable

from tirkit.guards.cells import FailedCellsGuard, MaxErrorsGuard, RepeatedCellsGuard
from tirkit.guards.deepconf import DeepConfGuard
from tirkit.guards.entropy import RisingEntropyGuard
from tirkit.guards.interface import Guard
from tirkit.guards.repetition import RepetitionGuard
from tirkit.notation import Notation
from tirkit.types import Sampling

_GUARDS: dict[str, Callable[..., Guard]] = {
    guard.name: guard
    for guard in (
        DeepConfGuard,
        FailedCellsGuard,
        MaxErrorsGuard,
        RepeatedCellsGuard,
        RepetitionGuard,
        RisingEntropyGuard,
    )
}
_NOTATION: Notation[Guard] = Notation("guard", _GUARDS)


def parse_guard(text: str) -> Guard:
    """Read one guard; `str` of a guard gives the text. Nothing is evaluated.

    Raises:
        ConfigError: not such a text, or a number out of range; names the part and what there is.
    """
    return _NOTATION.read(text)


def idle_guards(guards: Iterable[Guard], sampling: Sampling) -> tuple[Guard, ...]:
    """Those that can find nothing because the engine is not asked for the best tokens.

    They do no harm. `sampling.logprobs` of at least 1 wakes them; DeepConf's own is 20.
    """
    if sampling.logprobs:
        return ()
    return tuple(guard for guard in guards if getattr(guard, "needs_top_logprobs", False))
