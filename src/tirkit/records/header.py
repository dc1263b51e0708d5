"""The row a run begins with: what ran, with which settings, and on what."""

import json
import time
from collections.abc import Mapping
from typing import Any, Literal, Self

from tirkit.errors import ConfigError
from tirkit.records.machine import Machine, this_machine, versions
from tirkit.records.row import Row
from tirkit.records.secrets import without_secrets


class RunRow(Row):
    """The head of a run. One more is appended whenever a run is gone on with.

    Attributes:
        engine: its name; "" if the settings do not tell.
        seed: of the run; None if the settings do not tell.
        settings: resolved, in full, without secrets.
        versions: of Python, tirkit and the packages that matter, by name.
        machine: what it runs on.
        facts: what the command adds, such as the name of a dataset.
        started_at: seconds since the epoch.
    """

    type: Literal["run"] = "run"
    version: Literal[1] = 1
    engine: str
    seed: int | None
    settings: dict[str, Any]
    versions: dict[str, str]
    machine: Machine
    facts: dict[str, Any]
    started_at: float

    @classmethod
    def of(cls, settings: Mapping[str, Any], facts: Mapping[str, Any]) -> Self:
        """The row of a run that starts now, on this machine. Blocks: see `this_machine`.

        Raises:
            ConfigError: the settings or facts cannot be written as JSON.
        """
        engine, seed = settings.get("engine"), settings.get("seed")
        return cls(
            engine=without_secrets(engine) if isinstance(engine, str) else "",
            seed=seed if type(seed) is int else None,
            settings=plain(settings),
            versions=versions(),
            machine=this_machine(),
            facts=plain(facts),
            started_at=time.time(),
        )


def plain(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as reading them back will give them, without secrets.

    Raises:
        ConfigError: they cannot be written as JSON.
    """
    try:
        told: dict[str, Any] = json.loads(json.dumps(dict(settings)))
    except (TypeError, ValueError, RecursionError) as error:
        raise ConfigError(f"settings cannot be written as JSON: {error}") from error
    hidden: dict[str, Any] = without_secrets(told)
    return hidden
