"""Columns give back what went in, and nothing hostile gets more memory than it tells."""

import base64
import math
import struct
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tirkit.records.columns import (
    MAX_TOKENS,
    pack_floats,
    pack_integers,
    unpack_floats,
    unpack_integers,
)
from tirkit.types import UNKNOWN_TOKEN


def column(kind: str, count: object, packed: bytes) -> str:
    return f"{kind}:{count}:{base64.b64encode(zlib.compress(packed)).decode()}"


@given(st.lists(st.integers(-(2**127), 2**127 - 1) | st.just(UNKNOWN_TOKEN)))
def test_integers_when_packed_and_unpacked_then_are_the_same(values: list[int]) -> None:
    assert unpack_integers(pack_integers(values)) == tuple(values)


@given(st.lists(st.floats() | st.floats(width=32)))
def test_floats_when_packed_and_unpacked_then_are_the_same_bit_by_bit(values: list[float]) -> None:
    found = unpack_floats(pack_floats(values))
    assert struct.pack(f"{len(values)}d", *found) == struct.pack(f"{len(values)}d", *values)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ((-0.5, 0.0, -0.0, math.nan, math.inf, -math.inf), "float32"),
        ((-0.1,), "float64"),
        ((1e300,), "float64"),
        ((struct.unpack("<d", b"\x01\x00\x00\x00\x00\x00\xf8\x7f")[0],), "float64"),
    ],
)
def test_floats_when_four_bytes_hold_them_all_then_take_four(
    values: tuple[float, ...], kind: str
) -> None:
    assert pack_floats(values).startswith(f"{kind}:{len(values)}:")


def test_column_when_there_is_nothing_then_is_no_text() -> None:
    assert (pack_integers(()), pack_floats(())) == ("", "")
    assert (unpack_integers(""), unpack_floats("")) == ((), ())


@pytest.mark.parametrize("value", [2**127, -(2**127) - 1])
def test_integers_when_one_is_no_id_then_are_refused(value: int) -> None:
    with pytest.raises(ValueError, match="more than 128 bits"):
        pack_integers((value,))


@pytest.mark.parametrize(
    "text",
    [
        "x",
        ":",
        "varint",
        "varint:1",
        "varint:1:",
        "varint::AA==",
        "varint:-1:AA==",
        "varint:+1:AA==",
        "varint:١:AA==",
        "varint:0:" + base64.b64encode(zlib.compress(b"")).decode(),
        f"varint:{MAX_TOKENS + 1}:AA==",
        f"varint:{'9' * 5000}:AA==",
        "varint:1:AA=",
        "varint:1:A A=",
        "varint:1:é",
        "float16:1:AA==",
        "int32:1:AA==",
        column("varint", 2, b"\x01"),
        column("varint", 1, b"\x01\x01"),
        column("varint", 1, b"\x81"),
        column("varint", 1, b"\xff" * 19 + b"\x01"),
        column("varint", 2, b"\xff" * 30 + b"\x01"),
        column("varint", 1, b"\x01")[:-4],
        f"varint:1:{base64.b64encode(zlib.compress(b'1') + b'more').decode()}",
        column("float32", 1, b"\0\0\0"),
        column("float32", 2, b"\0\0\0\0"),
        column("float64", 1, b"\0\0\0\0"),
        column("varint", "1 ", b"\x01"),
    ],
)
def test_column_when_it_is_none_then_is_refused(text: str) -> None:
    for unpack in (unpack_integers, unpack_floats):
        with pytest.raises(ValueError, match=r"column"):
            unpack(text)


@pytest.mark.parametrize("unpack", [unpack_integers, unpack_floats])
def test_column_when_it_is_a_bomb_then_little_of_it_is_unpacked(unpack: object) -> None:
    kind = "varint" if unpack is unpack_integers else "float64"
    text = column(kind, 100, bytes(200_000_000))
    assert len(text) < 300_000
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match="not as long as the 100 values it tells"):
            unpack(text)  # type: ignore[operator]
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()
