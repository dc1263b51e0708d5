"""Asynchronous tool-integrated reasoning: language models that solve mathematics with code.

async with tirkit.Solver(engine="vllm:Qwen/Qwen3-8B") as solver:
    solution = await solver.solve("Find the remainder when 14^2025 is divided by 100.")
"""

from importlib import import_module
from typing import TYPE_CHECKING

from tirkit.config import Settings, load_settings
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

if TYPE_CHECKING:
    from tirkit.engines.local import LocalEngine
    from tirkit.engines.openai_http import OpenAIEngine
    from tirkit.engines.replay import ReplayEngine
    from tirkit.engines.vllm import VllmEngine

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

_ENGINES = {
    "LocalEngine": "tirkit.engines.local",
    "OpenAIEngine": "tirkit.engines.openai_http",
    "ReplayEngine": "tirkit.engines.replay",
    "VllmEngine": "tirkit.engines.vllm",
}
"""Engines need extras, so each is imported when it is first named."""


def __getattr__(name: str) -> object:
    if name in _ENGINES:
        return getattr(import_module(_ENGINES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
