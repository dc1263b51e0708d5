"""How a cell ended, told from the text that was shown of it."""

import re

from tirkit.bench.rerun.traces import Ended, RecordedCell

_ENDS = r"(?:Error|Exception|Interrupt|Exit|Iteration|Warning|Fault|Timeout|NotFound)"
_NAMED = re.compile(rf"[A-Za-z_][\w.]*{_ENDS}(?=: |:?$)")
_NAME = re.compile(r"([A-Za-z_][\w.]*)(?:: (.*))?$", re.DOTALL)
_TRACEBACK = "Traceback (most recent call last)"
_OUT_OF_TIME = re.compile(
    r"(?:Execution )?time(?:d)? ?out\b(?!\w)|Timeout Error$|\[stopped at the time limit",
    re.IGNORECASE,
)
_PLACE = re.compile(r" \((?:<[^>]*>|[\w./-]+)?,? ?(?:line \d+)?\)$")
"""Where a SyntaxError stands: files and line numbers are the recorder's own."""

_MOST_LINES = 400
"""Lines looked at from the end of a text: an error stands last."""


def error_line(text: str) -> str | None:
    """The line that names an exception, the last of them; None if none does."""
    lines = text[-200_000:].rstrip().splitlines()[-_MOST_LINES:]
    return next((line.strip() for line in reversed(lines) if _NAMED.match(line.strip())), None)


def split_error(line: str) -> tuple[str, str]:
    """Name of the exception, without its module, and its message, without file and line."""
    match = _NAME.match(line.strip())
    if match is None:
        return "", line.strip()
    message = _PLACE.sub("", (match[2] or "").strip())
    return match[1].rpartition(".")[2], message


def raised_line(text: str) -> str:
    """The line with the exception of a traceback: the first behind its last frame.

    Exceptions of the code's own may have any name, and messages more than one line.
    """
    found = ""
    for line in text[-200_000:].splitlines():
        if line.startswith(("  ", "Traceback ")):
            found = ""
        elif not found and line.strip():
            found = line.strip()
    return found or error_line(text) or text.strip()[-200:]


def read_shown(code: str, shown: str) -> RecordedCell:
    """A cell from its code and the text that was shown of it.

    A line that names an exception may also have been printed; the text is compared before how the
    cell ended is.
    """
    text = shown.strip()
    last = text[-200:].splitlines()[-1].strip() if text else ""
    error = error_line(text) if _TRACEBACK in text or _NAMED.match(last) else None
    if _OUT_OF_TIME.match(last) or (error or "").startswith("KeyboardInterrupt"):
        return RecordedCell(code, text, error, Ended.TIMED_OUT)
    return RecordedCell(code, text, error, Ended.OK if error is None else Ended.ERROR)
