"""One function for each built-in problem that finds its answer anew."""

from collections.abc import Callable
from fractions import Fraction
from types import ModuleType

from tests.bench import (
    builtin_algebra,
    builtin_counting,
    builtin_geometry,
    builtin_numbers,
    builtin_sequences,
)

Check = Callable[[], int | Fraction | str]

_ROOMS = (
    builtin_numbers,
    builtin_algebra,
    builtin_counting,
    builtin_geometry,
    builtin_sequences,
)


def _checks(room: ModuleType) -> dict[str, Check]:
    names = [name for name in vars(room) if name[:2].islower() and name[2:3] == "_"]
    return {name.replace("_", "-"): getattr(room, name) for name in names if name[3:].isdecimal()}


CHECKS: dict[str, Check] = {name: check for room in _ROOMS for name, check in _checks(room).items()}
"""By the problem's id."""
