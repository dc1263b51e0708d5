"""Rows of older versions, one step from each to the next.

What a step adds is what the row could not tell; docs/records.md has the table. A step meets a row
that nobody has checked: what is not as it should be is left alone, for the schema to refuse.
"""

import ast
import base64
from collections.abc import Callable
from typing import Any, Final

from pydantic_core import from_json, to_json

from tirkit.records.columns import pack_floats, pack_integers

NEWEST_ATTEMPT: Final = 4
_PEEK_BYTES = 120
"""Where tirkit wrote the row, `type`, `version` and `content_hash` stand in so many."""

JsonObject = dict[str, Any]


def upgraded(line: bytes) -> bytes:
    """The line, or that of the newest version if it holds an attempt of an older one.

    Raises:
        ValueError: it is no JSON, or of a version that is not known yet.
    """
    kind, version = _peek(line)
    if kind != "attempt" or type(version) is not int or version == NEWEST_ATTEMPT:
        return line
    if not 0 < version < NEWEST_ATTEMPT:
        raise ValueError(
            f"an attempt of version {version}: this tirkit reads 1 to {NEWEST_ATTEMPT}; install "
            "the one that wrote it, or a newer one"
        )
    row = from_json(line)
    _upgrade(row, version)
    return to_json(row, inf_nan_mode="constants")


def _peek(line: bytes) -> tuple[object, object]:
    """The row's type and version, parsing little of it where they stand first."""
    try:
        told = from_json(line[:_PEEK_BYTES], allow_partial=True)
    except ValueError:
        told = None
    # The last value of a cut text may be cut itself: one more has to stand behind the two.
    if not isinstance(told, dict) or not {"type", "version"} <= set(list(told)[:-1]):
        told = from_json(line)
    return (told.get("type"), told.get("version")) if isinstance(told, dict) else (None, None)


def _upgrade(row: JsonObject, version: int) -> None:
    beside = row.get("reasoner")
    if isinstance(beside, dict):
        _upgrade(beside, beside["version"] if beside.get("version") in _STEPS else version)
    for step in range(version, NEWEST_ATTEMPT):
        _STEPS[step](row)
    row["version"] = NEWEST_ATTEMPT


def _to_2(row: JsonObject) -> None:
    """Prompts, finishes and appended texts were not told."""
    row.setdefault("prompt", "")
    for turn in _turns(row):
        turn.setdefault("finish", None)
        turn.setdefault("given", "")


def _to_3(row: JsonObject) -> None:
    """There were neither a reasoner nor figures of the tokens."""
    row.setdefault("reasoner", None)
    row.setdefault("stats", None)


def _to_4(row: JsonObject) -> None:
    """Tokens stood as JSON numbers, images as Python shows bytes, and there was no outline."""
    row.setdefault("outline", None)
    for turn in _turns(row):
        turn.setdefault("began_seconds", None)
        result = turn.get("result")
        images = result.get("kept_images") if isinstance(result, dict) else None
        for image in images if isinstance(images, list) else []:
            if isinstance(image, dict) and isinstance(image.get("data"), str):
                image["data"] = base64.b64encode(_image(image["data"])).decode()
    for name, kinds, pack in _COLUMNS:
        values = row.get(name)
        if not isinstance(values, list) or not set(map(type, values)) <= kinds:
            raise ValueError(f"{name}: not a list of numbers")
        row[name] = pack(values)


def _turns(row: JsonObject) -> list[JsonObject]:
    turns = row.get("turns")
    return [turn for turn in turns if isinstance(turn, dict)] if isinstance(turns, list) else []


def _image(shown: str) -> bytes:
    """The bytes of an image: text where they were UTF-8, else as Python shows bytes."""
    if shown.startswith(("b'", 'b"')):
        try:
            told = ast.literal_eval(shown)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            told = None
        if isinstance(told, bytes):
            return told
    return shown.encode()


_COLUMNS: tuple[tuple[str, set[type], Callable[[Any], str]], ...] = (
    ("ids", {int}, pack_integers),
    ("logprobs", {int, float}, pack_floats),
)
_STEPS: dict[int, Callable[[JsonObject], None]] = {1: _to_2, 2: _to_3, 3: _to_4}
