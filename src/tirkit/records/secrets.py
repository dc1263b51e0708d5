"""Settings and engine names without what nobody may read in a record."""

import re
from collections.abc import Mapping
from typing import Any

HIDDEN = "…"
"""Stands where a secret stood."""

_SECRET_NAME = re.compile(
    r"(^|[_-])((api|access|secret|private)[_-]?key|secret|password|passwd|passphrase"
    r"|token|authorization|credentials?|cookie)$",
    re.IGNORECASE,
)
"""Names that end so. Counts (`max_tokens`, `stop_token_ids`) end otherwise."""
_USER_IN_URL = re.compile(r"(?<=://)[^/?#@\s]+@")
_QUERY = re.compile(
    r"([?&][\w.-]*(?:key|token|secret|password|signature|sig)=)[^&#\s]+", re.IGNORECASE
)
_KEY = re.compile(r"\b(Bearer\s+|sk-|hf_|ghp_|xox[a-z]-)[\w.~+/=-]{8,}")


def without_secrets(value: Any, name: str = "") -> Any:  # noqa: ANN401 - any JSON value
    """The JSON value with `…` for each text that is a secret by its name or by its looks."""
    if isinstance(value, Mapping):
        return {str(key): without_secrets(one, str(key)) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [without_secrets(one, name) for one in value]
    if not isinstance(value, str):
        return value
    if value and _SECRET_NAME.search(name):
        return HIDDEN
    value = _USER_IN_URL.sub(f"{HIDDEN}@", value)
    value = _QUERY.sub(rf"\g<1>{HIDDEN}", value)
    return _KEY.sub(rf"\g<1>{HIDDEN}", value)
