"""Token ids and log-probabilities as one short text each.

A column is `KIND:COUNT:BASE64`, or "" when it is empty. The base64 holds zlib over the packed
values:

| kind | packed |
|---|---|
| `varint` | integers, zigzag, seven bits a byte, lowest first; the high bit: more follow |
| `float32` | IEEE 754, little endian, the first bytes of all values, then the second ones, ... |
| `float64` | the same with eight bytes |

Bytes of the same rank stand together because signs and exponents repeat and compress. Varints
of ids are shorter than four-byte integers before and after zlib (by a tenth on real text).
"""

import base64
import struct
import zlib
from collections.abc import Iterable, Sequence

MAX_TOKENS = 2**23
"""Longest column; no model's context comes near. Bounds what a hostile one may take."""
_VARINT_BYTES = 19
"""Longest packed integer: 128 bits by seven. Ids of real models take three, but the replay engine
draws them from hashes."""
_FLOATS = {"float32": ("f", 4), "float64": ("d", 8)}
_LOW, _HIGH = -(2**127), 2**127 - 1


def pack_integers(values: Sequence[int]) -> str:
    """The column of some integers.

    Raises:
        ValueError: one needs more than 128 bits, or there are more than `MAX_TOKENS`.
    """
    if values and (min(values) < _LOW or max(values) > _HIGH):
        raise ValueError("a token id needs more than 128 bits")
    packed = bytearray()
    for value in values:
        left = value << 1 if value >= 0 else ~(value << 1)
        while left > 127:
            packed.append(left & 127 | 128)
            left >>= 7
        packed.append(left)
    return _column("varint", len(values), bytes(packed))


def unpack_integers(column: str) -> tuple[int, ...]:
    """The integers of a column.

    Raises:
        ValueError: it is no such column.
    """
    kind, count, packed = _packed(column, {"varint": _VARINT_BYTES})
    values: list[int] = []
    left = shift = 0
    for byte in packed:
        if shift > 7 * (_VARINT_BYTES - 1):
            raise ValueError(f"a {kind} column holds an integer of more than 128 bits")
        left |= (byte & 127) << shift
        if byte & 128:
            shift += 7
            continue
        values.append(left >> 1 if not left & 1 else ~(left >> 1))
        left = shift = 0
    if shift or len(values) != count:
        raise ValueError(f"a {kind} column holds {len(values)} values, not the {count} it tells")
    return tuple(values)


def pack_floats(values: Sequence[float]) -> str:
    """The column of some floats: of four bytes each where all of them survive that, else of eight.

    Raises:
        ValueError: there are more than `MAX_TOKENS`.
    """
    exact = struct.pack(f"<{len(values)}d", *values)
    try:
        short = struct.pack(f"<{len(values)}f", *values)
    except OverflowError:
        return _column("float64", len(values), _planes(exact, 8))
    back = struct.unpack(f"<{len(values)}f", short)
    if struct.pack(f"<{len(values)}d", *back) != exact:
        return _column("float64", len(values), _planes(exact, 8))
    return _column("float32", len(values), _planes(short, 4))


def unpack_floats(column: str) -> tuple[float, ...]:
    """The floats of a column, bit by bit those that went in.

    Raises:
        ValueError: it is no such column.
    """
    kind, count, packed = _packed(column, {name: width for name, (_, width) in _FLOATS.items()})
    if not kind:
        return ()
    letter, width = _FLOATS[kind]
    if len(packed) != count * width:
        raise ValueError(f"a {kind} column holds {len(packed)} bytes, not {count * width}")
    whole = bytearray(len(packed))
    for rank in range(width):
        whole[rank::width] = packed[rank * count : (rank + 1) * count]
    return struct.unpack(f"<{count}{letter}", whole)


def _column(kind: str, count: int, packed: bytes) -> str:
    if count > MAX_TOKENS:
        raise ValueError(f"{count} tokens are more than the {MAX_TOKENS} a row can hold")
    if not count:
        return ""
    return f"{kind}:{count}:{base64.b64encode(zlib.compress(packed)).decode()}"


def _packed(column: str, widest: dict[str, int]) -> tuple[str, int, bytes]:
    """Kind, count and packed bytes, never more of them than the count allows."""
    if not column:
        return "", 0, b""
    kind, colon, rest = column.partition(":")
    told, colon_too, text = rest.partition(":")
    if kind not in widest or not (colon and colon_too) or not _is_count(told):
        raise ValueError(f"not a column of {' or '.join(widest)} values")
    count = int(told)
    if not 0 < count <= MAX_TOKENS:
        raise ValueError(f"a column of {count} values: there may be 1 to {MAX_TOKENS}")
    unzip = zlib.decompressobj()
    try:
        # One byte more than may be there: what is too long shows without being unpacked.
        packed = unzip.decompress(base64.b64decode(text, validate=True), count * widest[kind] + 1)
    except (ValueError, zlib.error) as error:
        raise ValueError(f"a {kind} column is damaged: {error}") from error
    if len(packed) > count * widest[kind] or not unzip.eof or unzip.unused_data:
        raise ValueError(f"a {kind} column is not as long as the {count} values it tells")
    return kind, count, packed


def _is_count(told: str) -> bool:
    return told.isascii() and told.isdigit() and len(told) <= len(str(MAX_TOKENS))


def _planes(packed: bytes, width: int) -> bytes:
    ranks: Iterable[bytes] = (packed[rank::width] for rank in range(width))
    return b"".join(ranks)
