"""With what a run was made."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from tirkit.errors import RecordError
from tirkit.records import Machine, RecordedRun
from tirkit.report.build.cut import cut_text
from tirkit.report.build.numbers import counted, finite
from tirkit.types import Trajectory

_MOST_CHARS = 500
_MOST_SETTINGS = 400
_MOST_NAMED = 6
_MOST_FACTS = 20


class RunFacts:
    """Gathers facts from the attempts, one at a time."""

    def __init__(self) -> None:
        self._named: dict[str, Counter[str]] = {
            name: Counter() for name in ("engine", "dialect", "prompt", "second model")
        }
        self._attempts = self._inexact = 0
        self._began = float("inf")
        self._ended = 0.0

    def add(self, one: Trajectory) -> None:
        """Take one more attempt."""
        self._attempts += 1
        self._inexact += not one.token_exact
        began = finite(one.started_at)
        self._began = min(self._began, began)
        self._ended = max(self._ended, began + max(finite(one.duration_seconds), 0.0))
        beside = "" if one.reasoner is None else one.reasoner.engine
        told = (one.engine, one.dialect, one.prompt, beside)
        for counter, name in zip(self._named.values(), told, strict=True):
            if name:
                counter[cut_text(name, _MOST_CHARS).text] += 1

    def facts(self) -> Iterator[tuple[str, str]]:
        """(name, value) of each."""
        for name, counter in self._named.items():
            if counter:
                yield name, _names(counter)
        if self._attempts:
            yield "attempts", f"{self._attempts:,}"
            yield "began", moment(self._began)
            yield "ended", moment(self._ended)
        if self._inexact:
            yield "token ids", f"of {counted(self._inexact, 'attempt')} not the engine's own"


def recorded_facts(run: RecordedRun) -> Iterator[tuple[str, str]]:
    """What the heads of the records tell: seed, versions, machine, and what the command added.

    Raises:
        RecordError: a head is damaged.
    """
    headers = run.headers
    if not headers:
        return
    last = headers[-1]
    if last.seed is not None:
        yield "seed", str(last.seed)
    for name, value in islice(last.facts.items(), _MOST_FACTS):
        yield _cut(name), _cut(_text(value))
    versions = ", ".join(f"{name} {version}" for name, version in last.versions.items())
    yield "versions", _cut(versions)
    machines = dict.fromkeys(map(_machine, (header.machine for header in headers)))
    yield "machine", _cut("; ".join(machines))
    if len(headers) > 1:
        yield "gone on with", counted(len(headers) - 1, "time")


def settings_shown(run: RecordedRun) -> tuple[tuple[str, str], ...]:
    """The run's settings under their dotted names; nothing where they cannot be read."""
    try:
        tree = run.settings
    except RecordError:
        return ()
    flat = islice(_flat(tree, ""), _MOST_SETTINGS)
    return tuple((_cut(name), _cut(_text(value))) for name, value in flat)


def moment(seconds: float) -> str:
    """Seconds since the epoch as ISO 8601 in UTC; "unknown" for what no calendar holds."""
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
    except (ValueError, OverflowError, OSError):
        return "unknown"


def _machine(machine: Machine) -> str:
    gpus = Counter(machine.gpus)
    told = [
        *(f"{count} × {name}" if count > 1 else name for name, count in gpus.items()),
        counted(machine.cores, "core"),
        f"{machine.memory_bytes / 1e9:.0f} GB" if machine.memory_bytes else "",
        machine.system,
        machine.architecture,
    ]
    return ", ".join(filter(None, told))


def _cut(text: str) -> str:
    return cut_text(text, _MOST_CHARS).text


def _names(counter: Counter[str]) -> str:
    if len(counter) == 1:
        return next(iter(counter))
    ranked = counter.most_common(_MOST_NAMED)
    more = len(counter) - len(ranked)
    named = ", ".join(f"{name} ({count:,})" for name, count in ranked)
    return f"{named} and {more} more" if more else named


def _flat(tree: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for key, value in tree.items():
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _text(value: Any) -> str:  # noqa: ANN401 - any JSON value
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
