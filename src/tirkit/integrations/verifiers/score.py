"""What an attempt earns in a task of verifiers."""

from typing import Any

import anyio.to_thread

from tirkit.answers import equivalent
from tirkit.answers.outcome import Equivalence

INFO = "tirkit"
"""Where in a trace's `info` an attempt is told."""


async def reference_score(trace: Any, reference: str) -> float:  # noqa: ANN401 - verifiers' Trace
    """1 if the attempt's answer is shown to be the reference, else 0; for a task's `@vf.reward`."""
    answer = trace.info.get(INFO, {}).get("answer")
    if answer is None:
        return 0.0
    same = await anyio.to_thread.run_sync(equivalent, answer, reference)
    return float(same is Equivalence.EQUAL)
