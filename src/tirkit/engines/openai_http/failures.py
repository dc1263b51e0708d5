"""What a server's refusal means."""

import json
import re

from tirkit.errors import ContextTooLong, EngineError

_CONTEXT_WORDS = re.compile(
    r"context[ _-]*(?:length|size|window)|exceed_context_size|maximum model length|"
    r"max_model_len|max_seq_len|max_input_len|max_num_tokens|maximum input length|"
    r"longer than the m|input_length_error|prompt is too long|exceeds? the max",
    re.IGNORECASE,
)
"""How vLLM, SGLang, llama.cpp, lmdeploy and TensorRT-LLM say that a prompt is too long."""

_LIMIT = re.compile(r"(?:length|size|window|len|limit)[^0-9]{0,40}?(\d{1,9})", re.IGNORECASE)
_SHOWN_CHARACTERS = 300
TRANSIENT_STATUSES = frozenset({408, 429, 500, 502, 503, 504})


class TransientError(EngineError):
    """A failure worth another try while no token has come.

    Args:
        message: what failed.
        retry_after_seconds: how long the server asks to wait; None if it does not say.
    """

    def __init__(self, message: str, retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class UnreachableError(TransientError):
    """No connection could be made at all."""


def shown(text: str) -> str:
    """`text` on one line and short enough for an error message."""
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN_CHARACTERS else line[:_SHOWN_CHARACTERS] + " …"


def message_of(body: str) -> str:
    """The message inside an error body; the body itself if it holds none."""
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        return shown(body)
    return shown(error_text(payload) or body)


def error_text(payload: object) -> str | None:
    """The message of a payload that is an error, or None."""
    if not isinstance(payload, dict):
        return None
    error = payload.get("error")
    if isinstance(error, dict):
        parts = (error.get("type"), error.get("message"))
        return ": ".join(str(part) for part in parts if part) or "unnamed error"
    if error:
        return str(error)
    if payload.get("object") == "error":
        return str(payload.get("message", "unnamed error"))
    return None


def refusal(
    who: str,
    status: int,
    body: str,
    *,
    prompt_tokens: int,
    context_tokens: int,
    retry_after_seconds: float | None = None,
) -> EngineError:
    """The error for a response that is not a success.

    Args:
        who: name of the engine.
        status: HTTP status.
        body: of the response, cut to something short.
        prompt_tokens: of the request.
        context_tokens: what the server holds, as far as is known.
        retry_after_seconds: what the server asks for.
    """
    message = message_of(body)
    if status in TRANSIENT_STATUSES:
        return TransientError(f"{who} answered {status}: {message}", retry_after_seconds)
    if status in {400, 413, 422} and _CONTEXT_WORDS.search(body):
        told = _LIMIT.search(message)
        return ContextTooLong(prompt_tokens, _smaller(context_tokens, told))
    return EngineError(f"{who} refused the request ({status}): {message}")


def _smaller(context_tokens: int, told: re.Match[str] | None) -> int:
    return min(context_tokens, int(told[1])) if told and int(told[1]) else context_tokens
