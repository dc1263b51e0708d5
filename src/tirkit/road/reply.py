"""The JSON object in a model's reply, checked by a schema."""

import json
import re
from typing import TypeVar

from pydantic import BaseModel, ValidationError

_MOST_CHARS = 200_000
_MOST_STARTS = 10
"""Opening braces tried: each is read until it fails."""
_FENCED = re.compile(r"```(?:json)?[^\S\n]*\n(.*?)\n[^\S\n]*```", re.DOTALL)
_ESCAPE = re.compile(r'\\(?:\\|"|/|u[0-9a-fA-F]{4}|([a-zA-Z]+)|)')
_DOUBLED = re.compile(r"\\\\[a-zA-Z(\[{]")
_LATEX = frozenset(
    (
        "bar",
        "begin",
        "beta",
        "big",
        "bigl",
        "bigr",
        "binom",
        "bmod",
        "boldsymbol",
        "bot",
        "boxed",
        "bullet",
        "fbox",
        "flat",
        "forall",
        "frac",
        "frown",
        "nabla",
        "ne",
        "neg",
        "neq",
        "nexists",
        "ni",
        "nmid",
        "not",
        "notin",
        "nsubseteq",
        "nu",
        "rangle",
        "rbrace",
        "rceil",
        "rfloor",
        "rho",
        "right",
        "rightarrow",
        "rm",
        "tan",
        "tanh",
        "tau",
        "tbinom",
        "text",
        "textbf",
        "textit",
        "tfrac",
        "therefore",
        "theta",
        "tilde",
        "times",
        "to",
        "top",
        "triangle",
        "underbrace",
        "underline",
        "unlhd",
        "uparrow",
        "upsilon",
    )
)
"""Commands that begin as an escape of JSON does: b, f, n, r, t, u."""

_Model = TypeVar("_Model", bound=BaseModel)


def read_reply(kind: type[_Model], text: str) -> _Model:
    r"""The first object in a reply that passes a schema.

    It may stand in a fence or between words. Of models that write LaTeX into JSON as it is, the
    backslashes are mended: `\sqrt` is no escape at all, `\frac` and `\times` would be a form feed
    and a tab. Where some backslash before a letter is doubled the model knows, and only what is no
    escape is mended.

    Args:
        kind: the schema.
        text: the reply.

    Raises:
        ValueError: there is none; the message says what was wrong with the first one, in one line.
    """
    if len(text) > _MOST_CHARS:
        raise ValueError("the reply is too long")
    faults: list[str] = []
    for candidate in _candidates(text):
        try:
            return kind.model_validate(_loaded(candidate))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(map(str, first["loc"]))
            faults.append(f"{where}: {first['msg']}" if where else first["msg"])
        except (ValueError, RecursionError):
            faults.append("its JSON is malformed")
    fault = faults[0] if faults else "there is no JSON object in it"
    raise ValueError(" ".join(fault.split())[:200])


def _candidates(text: str) -> list[str]:
    """Texts that may begin with an object, the likeliest first."""
    found = [match[1].strip() for match in _FENCED.finditer(text)]
    starts = [match.start() for match in re.finditer(r"\{\s*[\"}]", text)]
    return [one for one in found if one.startswith("{")] + [
        text[at:] for at in starts[:_MOST_STARTS]
    ]


def _loaded(text: str) -> object:
    value, _ = json.JSONDecoder(strict=False).raw_decode(_mended(text))
    return value


def _mended(text: str) -> str:
    knows = _DOUBLED.search(text) is not None

    def mend(escape: re.Match[str]) -> str:
        word = escape[1]
        if word is None:
            # A backslash before a sign JSON has no escape for, as in `\{`, `\(` or `\,`.
            return escape[0] if len(escape[0]) > 1 else "\\\\"
        is_escape = word[0] in "bfnrt"
        if is_escape and (knows or word not in _LATEX):
            return escape[0]
        return "\\" + escape[0]

    return _ESCAPE.sub(mend, text)
