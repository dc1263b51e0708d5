"""A report as JSON, whole."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from tirkit.report.payload import ProblemSection, Summary, plain


def json_pieces(summary: Summary, sections: Iterable[ProblemSection]) -> Iterator[str]:
    """One object with `summary` and `sections`, piece by piece, one section in memory at a time.

    Traces are whole; the numbers are finite.
    """
    yield f'{{"summary": {_text(summary)}, "sections": ['
    for place, section in enumerate(sections):
        yield f"{',' if place else ''}\n{_text(section)}"
    yield "\n]}\n"


def _text(value: Any) -> str:  # noqa: ANN401 - a dataclass of the payload
    text = json.dumps(plain(value), ensure_ascii=False, allow_nan=False)
    # A lone surrogate has no UTF-8; written as its escape it is the same JSON string.
    return text.encode("utf-8", "backslashreplace").decode()
