"""How long to wait before the next try."""

from email.utils import parsedate_to_datetime

from tenacity import RetryCallState

from tirkit.engines.openai_http.failures import TransientError

_LONGEST_WAIT_SECONDS = 60.0
_FIRST_WAIT_SECONDS = 0.25


def wait_seconds(state: RetryCallState) -> float:
    """What the server asks for, else doubling from a quarter of a second; capped."""
    error = state.outcome.exception() if state.outcome else None
    asked = error.retry_after_seconds if isinstance(error, TransientError) else None
    doubling = _FIRST_WAIT_SECONDS * 2.0 ** (state.attempt_number - 1)
    return min(doubling if asked is None else asked, _LONGEST_WAIT_SECONDS)


def retry_after_seconds(header: str | None) -> float | None:
    """Seconds of a Retry-After header (a number or an HTTP date); None if there is none."""
    if header is None:
        return None
    try:
        if header.isascii() and header.strip().isdigit():
            return float(header)
        moment = parsedate_to_datetime(header)
        return max(0.0, (moment - type(moment).now(moment.tzinfo)).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None
