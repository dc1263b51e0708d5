"""What a model is told about a code run."""

import re

from tirkit.types import CodeResult, CodeStatus

_MAX_NAMES = 20
"""Most lost variables named; more would not help the model."""

_ALWAYS_TOLD_CELLS = 1
"""With this many code runs left, or none, the model is told even when notes are off."""

_RUN = re.compile(r"`{3,}")
_TAG = re.compile(r"<(?=/?think>)")


def result_text(result: CodeResult) -> str:
    """The result as text: standard output, value, standard error, traceback, then notes.

    Notes stand in brackets, one a line: what stopped the code, what is lost, that nothing was
    printed. Never empty, without a newline at its end.
    """
    shown = [result.stdout, result.value or ""]
    if result.stderr.strip():
        shown.append(f"stderr:\n{result.stderr}")
    shown.append(result.error or "")
    parts = [text.strip("\n") for text in shown if text.strip()]
    return "\n".join([*parts, *result_notes(result, silent=not parts)])


def result_notes(result: CodeResult, *, silent: bool) -> list[str]:
    """What is noted in brackets; `silent` says whether nothing else of the result is shown."""
    notes = []
    if result.status is CodeStatus.TIMED_OUT:
        printed = "it printed nothing" if silent else "what it printed stands above"
        notes.append(
            f"[stopped at the time limit after {result.duration_seconds:.1f} s; {printed}]"
        )
    elif result.status is CodeStatus.DIED:
        notes.append("[the Python process died while running this code]")
    elif silent:
        notes.append("[the code ran and printed nothing; use print() to see a value]")
    if result.undefined_names:
        notes.append(f"[the code stopped there; not defined: {_named(result.undefined_names)}]")
    if result.state_lost:
        notes.append(_lost(result.lost_names))
    return notes


def _named(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _MAX_NAMES} more" if len(names) > _MAX_NAMES else ""
    return f"{', '.join(names[:_MAX_NAMES])}{more}"


def _lost(names: tuple[str, ...]) -> str:
    which = f": {_named(names)}" if names else ""
    return f"[Python was restarted and all variables are gone{which}; define again what you need]"


def tells_limits(cells_left: int | None, *, always: bool) -> bool:
    """Whether a result says how many code runs are left; None says that nobody counts."""
    return cells_left is not None and (always or cells_left <= _ALWAYS_TOLD_CELLS)


def with_limits(text: str, cells_left: int | None, *, always: bool) -> str:
    """A result's text, and how many code runs are left where it is to say so."""
    if cells_left is None or not tells_limits(cells_left, always=always):
        return text
    return f"{text}\n{limits_note(cells_left)}"


def limits_note(cells_left: int) -> str:
    """How many code runs an attempt has left, in words."""
    if cells_left <= 0:
        return "[no code runs left: go on without code and give the final answer]"
    return f"[{cells_left} code run{'s' if cells_left > 1 else ''} left]"


def fence_safe(text: str) -> str:
    """Text that cannot end an output block, nor open or close thinking, when put inside one.

    Longer runs of backticks are spread with spaces, thinking tags get a space behind the bracket,
    and what cannot be encoded is replaced.
    """
    encodable = text.encode("utf-8", "replace").decode()
    return _TAG.sub("< ", _RUN.sub(lambda run: " ".join(run[0]), encodable))
