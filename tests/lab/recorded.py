"""Folders of records of live runs."""

from pathlib import Path

import pytest
from anyio.from_thread import start_blocking_portal

from tests.lab.live_runs import Script, run_live
from tirkit.config import load_settings
from tirkit.records import RecordWriter
from tirkit.types import Solution


def record_run(
    folder: Path, script: Script, monkeypatch: pytest.MonkeyPatch, *, stop: str, at_once: int = 4
) -> list[Solution]:
    """Run a script and write what `tirkit bench` would have written."""
    solutions = run_live(script, monkeypatch, stop=stop, selector="majority()", at_once=at_once)
    overrides = {"attempts": script.attempts, "stop": stop}
    settings = load_settings(overrides=overrides, environment={}).model_dump(mode="json")

    async def write() -> None:
        async with RecordWriter(folder, {"engine": "replay", **settings}) as writer:
            for solution in solutions:
                for trajectory in solution.trajectories:
                    await writer.append_attempt(solution.problem, trajectory)
                await writer.append_solution(solution)

    with start_blocking_portal("asyncio") as portal:
        portal.call(write)
    return solutions
