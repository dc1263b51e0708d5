"""What the replay engine plays: streams with delays and faults, by hand or from a file."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from tirkit.engines.replay import tokens as replay_tokens
from tirkit.errors import ConfigError
from tirkit.types import FinishReason, GenerateRequest

_REQUEST = re.compile(
    r"(?:reasoner/)?(?:[0-9a-f]+\.\d+:)?(?P<problem>.*)#(?P<index>\d+)/t(?P<turn>\d+)", re.DOTALL
)


class FaultKind(StrEnum):
    """What goes wrong in a stream."""

    ERROR = "error"
    """The engine fails this request alone."""
    DEATH = "death"
    """The engine dies; every stream in flight and every later one fails."""
    STALL = "stall"
    """Nothing comes any more, until the stream is closed."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that goes wrong after so many chunks."""

    kind: FaultKind
    after_chunks: int = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """Tokens that come together, `delay_seconds` after the ones before."""

    token_ids: tuple[int, ...]
    text: str
    delay_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Recording:
    """One stream.

    Attributes:
        pieces: what comes, in order.
        finish: how it ends.
        fault: what goes wrong, if anything.
        submit_seconds: until the engine has taken the request.
        logprob: natural log-probability told for every token, where asked for.
    """

    pieces: tuple[Piece, ...]
    finish: FinishReason = FinishReason.STOP
    fault: Fault | None = None
    submit_seconds: float = 0.0
    logprob: float = -0.1

    @classmethod
    def from_text(
        cls,
        text: str,
        *,
        chunk_tokens: int = 1,
        delay_seconds: float = 0.0,
        finish: FinishReason = FinishReason.STOP,
        fault: Fault | None = None,
        submit_seconds: float = 0.0,
        logprob: float = -0.1,
    ) -> "Recording":
        """A stream that says `text`, then the end token if it finishes by itself.

        Args:
            text: what is said.
            chunk_tokens: tokens that come together.
            delay_seconds: before each chunk.
            finish: how it ends.
            fault: what goes wrong, if anything.
            submit_seconds: until the engine has taken the request.
            logprob: told for every token, where asked for.
        """
        ids = replay_tokens.encode(text)
        pieces = [
            Piece(tuple(part), replay_tokens.decode(part), delay_seconds)
            for part in (ids[at : at + chunk_tokens] for at in range(0, len(ids), chunk_tokens))
        ]
        if finish is FinishReason.STOP:
            pieces.append(Piece((replay_tokens.END_TOKEN,), "", delay_seconds))
        return cls(tuple(pieces), finish, fault, submit_seconds, logprob)


Script = Callable[[GenerateRequest], Recording]
"""Says what to play for a request."""


@dataclass(frozen=True, slots=True)
class RequestPlace:
    """Which turn of which attempt a request belongs to."""

    problem_id: str
    index: int
    turn: int

    @classmethod
    def of(cls, request_id: str) -> "RequestPlace | None":
        """Read a request id that ends with `PROBLEM#INDEX/tTURN`; None if it does not."""
        match = _REQUEST.fullmatch(request_id)
        if match is None:
            return None
        return cls(match["problem"], int(match["index"]), int(match["turn"]))


def read_script(path: Path) -> Script:
    """A script from a JSONL file: one attempt a row.

    A row has `problem_id`, `index` (from 0) and `turns`, a list of texts or of objects with `text`
    and, optionally, `delay_seconds` (before each chunk) and `chunk_tokens`. An attempt beyond the
    recorded ones plays those again, in turn.

    Raises:
        ConfigError: the file cannot be read, or a row is malformed; names the line.
    """
    attempts: dict[str, dict[int, list[Recording]]] = {}
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    problem, index, turns = _row(line, f"{path}, line {number}")
                    attempts.setdefault(problem, {})[index] = turns
    except OSError as error:
        raise ConfigError(f"replay file {path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"replay file {path} is not UTF-8 text: {error.reason}") from error
    if not attempts:
        raise ConfigError(f"replay file {path} holds no attempts")
    return lambda request: _find(attempts, request, path)


def _row(line: str, where: str) -> tuple[str, int, list[Recording]]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{where}: not JSON: {error}") from error
    if not isinstance(row, dict) or not isinstance(row.get("turns"), list) or not row["turns"]:
        raise ConfigError(f"{where}: an object with a list of turns is needed")
    problem, index = row.get("problem_id"), row.get("index", 0)
    if not isinstance(problem, str) or type(index) is not int or index < 0:
        raise ConfigError(f"{where}: problem_id must be text and index a number from 0")
    return problem, index, [_turn(turn, where) for turn in row["turns"]]


def _turn(turn: Any, where: str) -> Recording:  # noqa: ANN401 - any JSON value
    fields: Mapping[str, Any] = {"text": turn} if isinstance(turn, str) else turn
    if not isinstance(fields, dict) or not isinstance(fields.get("text"), str):
        raise ConfigError(f"{where}: a turn is a text, or an object with a text")
    delay, together = fields.get("delay_seconds", 0.0), fields.get("chunk_tokens", 1)
    if type(delay) not in {int, float} or not 0 <= delay < 3600:
        raise ConfigError(f"{where}: delay_seconds must be a number from 0 to 3600")
    if type(together) is not int or together < 1:
        raise ConfigError(f"{where}: chunk_tokens must be a whole number above 0")
    return Recording.from_text(fields["text"], delay_seconds=delay, chunk_tokens=together)


def _find(
    attempts: Mapping[str, Mapping[int, list[Recording]]], request: GenerateRequest, path: Path
) -> Recording:
    place = RequestPlace.of(request.request_id)
    if place is None or place.problem_id not in attempts:
        raise ConfigError(f"replay file {path} holds no attempt for request {request.request_id}")
    recorded = attempts[place.problem_id]
    indexes = sorted(recorded)
    turns = recorded.get(place.index) or recorded[indexes[place.index % len(indexes)]]
    return turns[min(place.turn, len(turns) - 1)]
