"""Rows that older versions of tirkit wrote are read, with what they could not tell left open."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.records.factory import PROBLEM, trajectory
from tirkit.records import AttemptRow
from tirkit.records.schema import decode_row, encode_row
from tirkit.types import CodeImage, Trajectory

OLD = (Path(__file__).parent / "old_rows.jsonl").read_bytes().splitlines()
"""Written by the commits that brought versions 1, 2 and 3."""
INF = float("inf")


def expected(version: int) -> Trajectory:
    made = replace(trajectory(), ids=(5, 6, 151643, -1), logprobs=(0.0, -INF, -0.125, 0.0))
    [turn] = made.turns
    if version == 1:
        return replace(made, prompt="", turns=(replace(turn, finish=None, given=""),))
    assert turn.result is not None
    image = CodeImage("image/png", b"\x89PNG\x00")
    result = replace(turn.result, images=2, kept_images=(image,))
    made = replace(made, turns=(replace(turn, result=result),))
    return made if version == 2 else replace(made, reasoner=replace(trajectory(), dialect="prose"))


@pytest.mark.parametrize("version", [1, 2, 3])
def test_row_when_an_older_version_wrote_it_then_is_read(version: int) -> None:
    line = OLD[version - 1]
    assert json.loads(line)["version"] == version
    row = decode_row(line)
    assert isinstance(row, AttemptRow)
    assert row.trajectory() == expected(version)
    assert row.content_hash == PROBLEM.content_hash
    again = decode_row(encode_row(row))
    assert again == row
    assert json.loads(encode_row(row))["version"] == 4


@pytest.mark.parametrize("version", [1, 2, 3])
def test_row_when_its_fields_stand_in_another_order_then_is_read_all_the_same(
    version: int,
) -> None:
    row = json.loads(OLD[version - 1])
    line = json.dumps(row, sort_keys=True, indent=1).encode()
    assert decode_row(line) == decode_row(OLD[version - 1])


@pytest.mark.parametrize(
    "changes",
    [
        {"ids": "varint:4:AA=="},
        {"ids": None},
        {"ids": [1.0, 2, 3, 4]},
        {"ids": [True, 2, 3, 4]},
        {"ids": [10**60, 2, 3, 4]},
        {"logprobs": ["0", 0, 0, 0]},
        {"logprobs": {}},
        {"turns": None},
        {"turns": [None]},
        {"turns": [{"result": {"kept_images": [None]}}]},
        {"turns": [{"result": {"kept_images": [{"data": "b'" + "(" * 5000}]}}]},
        {"reasoner": {"version": 7}},
        {"reasoner": []},
        {"version": 0},
        {"version": 5},
        {"version": 4},
        {"surprise": 1},
    ],
)
@pytest.mark.parametrize("version", [1, 2, 3])
def test_row_when_an_older_one_is_damaged_then_is_refused(
    version: int, changes: dict[str, Any]
) -> None:
    row = {**json.loads(OLD[version - 1]), **changes}
    with pytest.raises(ValueError, match="."):
        decode_row(json.dumps(row).encode())


def test_row_when_a_newer_version_wrote_it_then_the_remedy_is_told() -> None:
    line = OLD[0].replace(b'"version":1', b'"version":9')
    with pytest.raises(ValueError, match="version 9: this tirkit reads 1 to 4; install"):
        decode_row(line)
