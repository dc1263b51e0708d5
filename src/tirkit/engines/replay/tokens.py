"""The replay engine's tokenizer: exact and reversible, needs no vocabulary.

A token is up to three characters, packed 21 bits each into its id, so ids are the same in every
process. A special token is `<|name|>` with at most eight lower-case letters, digits or underscores.
"""

import re
from collections.abc import Iterable

from tirkit.types import UNKNOWN_TOKEN

TOKEN_CHARS = 3
"""Characters of a token; three code points fit 63 bits."""
_CODE_BITS = 21
_CODE_MASK = (1 << _CODE_BITS) - 1
_SPECIAL_BASE = 1 << 63
_NAME = "abcdefghijklmnopqrstuvwxyz0123456789_"
_SPECIAL = re.compile(r"<\|[a-z0-9_]{1,8}\|>")


def encode(text: str, *, special: bool = False) -> list[int]:
    """Token ids of a text; with `special`, `<|name|>` becomes one token."""
    if not special:
        return _plain(text)
    ids: list[int] = []
    end = 0
    for match in _SPECIAL.finditer(text):
        ids += _plain(text[end : match.start()])
        ids.append(_special_id(match[0]))
        end = match.end()
    return ids + _plain(text[end:])


def decode(ids: Iterable[int]) -> str:
    """Text of some ids; unknown tokens are skipped."""
    return "".join(token_text(token) for token in ids if token != UNKNOWN_TOKEN)


def token_text(token: int) -> str:
    """Text of one token."""
    if token >= _SPECIAL_BASE:
        return _special_text(token - _SPECIAL_BASE)
    codes = []
    while token:
        codes.append(chr((token & _CODE_MASK) - 1))
        token >>= _CODE_BITS
    return "".join(codes)


def _plain(text: str) -> list[int]:
    return [_pack(text[start : start + TOKEN_CHARS]) for start in range(0, len(text), TOKEN_CHARS)]


def _pack(chars: str) -> int:
    # One is added to every code point, so that U+0000 is not mistaken for the end of a token.
    token = 0
    for place, char in enumerate(chars):
        token |= (ord(char) + 1) << (_CODE_BITS * place)
    return token


def _special_id(text: str) -> int:
    number = 0
    for char in text[2:-2]:
        number = number * (len(_NAME) + 1) + _NAME.index(char) + 1
    return _SPECIAL_BASE + number


def _special_text(number: int) -> str:
    name = ""
    while number:
        number, digit = divmod(number, len(_NAME) + 1)
        name = _NAME[digit - 1] + name
    return f"<|{name}|>"


END_TOKEN = _special_id("<|im_end|>")
"""Ends a turn."""
