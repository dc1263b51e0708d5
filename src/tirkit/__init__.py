"""Asynchronous tool-integrated reasoning: language models that solve mathematics with code.

async with tirkit.Solver(engine="vllm:Qwen/Qwen3-8B") as solver:
    solution = await solver.solve("Find the remainder when 14^2025 is divided by 100.")
"""

import sys
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tirkit.config import Settings, load_settings
    from tirkit.engines.local import LocalEngine
    from tirkit.engines.openai_http import OpenAIEngine
    from tirkit.engines.replay import ReplayEngine
    from tirkit.engines.vllm import VllmEngine
    from tirkit.errors import (
        AnswerError,
        ConfigError,
        ContextTooLong,
        EngineError,
        KernelError,
        MissingExtra,
        RecordError,
        TirkitError,
    )
    from tirkit.solver import Solver, solve
    from tirkit.types import AnswerDomain, Problem, Solution, Trajectory, Verdict

__version__ = "0.1.0"

__all__ = (
    "AnswerDomain",
    "AnswerError",
    "ConfigError",
    "ContextTooLong",
    "EngineError",
    "KernelError",
    "LocalEngine",
    "MissingExtra",
    "OpenAIEngine",
    "Problem",
    "RecordError",
    "ReplayEngine",
    "Settings",
    "Solution",
    "Solver",
    "TirkitError",
    "Trajectory",
    "Verdict",
    "VllmEngine",
    "load_settings",
    "solve",
)

_ROOMS = {
    "tirkit.config": ("Settings", "load_settings"),
    "tirkit.engines.local": ("LocalEngine",),
    "tirkit.engines.openai_http": ("OpenAIEngine",),
    "tirkit.engines.replay": ("ReplayEngine",),
    "tirkit.engines.vllm": ("VllmEngine",),
    "tirkit.errors": (
        "AnswerError",
        "ConfigError",
        "ContextTooLong",
        "EngineError",
        "KernelError",
        "MissingExtra",
        "RecordError",
        "TirkitError",
    ),
    "tirkit.solver": ("Solver", "solve"),
    "tirkit.types": ("AnswerDomain", "Problem", "Solution", "Trajectory", "Verdict"),
}
"""Where the names live. Each room is imported when one of its names is first used: engines need
extras, and whoever wants one part alone shall not wait for the others."""

_PLACES = {name: room for room, names in _ROOMS.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_PLACES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


if "IPython" in sys.modules:  # a notebook, or IPython's own console
    from tirkit.shell import show_in_ipython

    show_in_ipython()
