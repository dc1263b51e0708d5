"""Reads what the gateway hands over and makes what it wants back."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from tirkit.errors import MissingExtra

_TEXT_COLUMNS = ("problem", "question")


def check_installed() -> None:
    """Refuse to go on without a library of frames.

    Raises:
        MissingExtra: there is neither polars nor pandas.
    """
    if find_spec("polars") is None and find_spec("pandas") is None:
        raise MissingExtra("polars", "kaggle")


def first_value(frame: Any) -> Any:  # noqa: ANN401 - a frame, a column or a bare value
    """The first value of a polars or pandas frame or column, or the value itself.

    Of a frame with several columns the one named problem or question is meant, else the first.

    Raises:
        Exception: there is no such value; each library has its own.
    """
    if frame is None or isinstance(frame, str | int):
        return frame
    columns = getattr(frame, "columns", None)
    if columns is not None:
        names = list(columns)
        frame = frame[next((name for name in names if name in _TEXT_COLUMNS), names[0])]
    return frame.iloc[0] if hasattr(frame, "iloc") else frame[0]


def answer_frame(like: object, row_id: object, answer: int) -> Any:  # noqa: ANN401 - a frame
    """One row of `id` and `answer`, in the library that `like` comes from, else in polars."""
    library = "pandas" if _library(like) == "pandas" or find_spec("polars") is None else "polars"
    return import_module(library).DataFrame({"id": [row_id], "answer": [answer]})


def _library(value: object) -> str:
    return type(value).__module__.partition(".")[0]
