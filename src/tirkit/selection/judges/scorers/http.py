"""One JSON request, with a cap on what is read."""

import json
import math
from collections.abc import Mapping
from typing import Any

from tirkit.errors import MissingExtra
from tirkit.selection.judges.scorers.interface import ScorerError

_MOST_BYTES = 16_000_000
_SHOWN_CHARS = 200


async def post(url: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> Any:  # noqa: ANN401
    """Send JSON and read JSON; the caller's cancel scope is the only time limit.

    Raises:
        ScorerError: no connection, a status that is no success, or no JSON.
        MissingExtra: aiohttp is not installed.
    """
    try:
        import aiohttp  # noqa: PLC0415 - an extra
    except ImportError as missing:
        raise MissingExtra("aiohttp", "openai") from missing
    timeout = aiohttp.ClientTimeout(total=None)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, headers=dict(headers)) as client,
            client.post(url, json=body, allow_redirects=False) as response,
        ):
            data = await _read(response.content)
            status = response.status
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise ScorerError(f"{type(error).__name__} at {url}") from error
    if not 200 <= status < 300:
        shown = data[:_SHOWN_CHARS].decode(errors="replace")
        raise ScorerError(f"status {status} from {url}: {shown}")
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ScorerError(f"no JSON from {url}") from error


async def _read(content: Any) -> bytes:  # noqa: ANN401 - aiohttp's stream, an extra
    data = bytearray()
    async for part in content.iter_any():
        data += part
        if len(data) > _MOST_BYTES:
            raise ValueError("too long")
    return bytes(data)


def number(value: object) -> float:
    """A finite number out of JSON.

    Raises:
        ScorerError: it is none.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ScorerError("a score that is no number")
    try:
        score = float(value)
    except OverflowError as error:
        raise ScorerError("a score that is no number") from error
    if not math.isfinite(score):
        raise ScorerError("a score that is no number")
    return score
