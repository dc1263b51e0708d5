"""What is asked."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tirkit.errors import AnswerError, ConfigError

_RANGE = re.compile(r"integer:(-?\d+)?\.\.(-?\d+)?")


@dataclass(frozen=True, slots=True)
class AnswerDomain:
    """Which answers are admissible. An answer outside is refused with a reason, never bent.

    Attributes:
        kind: "any" or "integer".
        minimum: smallest admissible integer, inclusive; None means no bound.
        maximum: largest admissible integer, inclusive; None means no bound.
    """

    kind: str = "any"
    minimum: int | None = None
    maximum: int | None = None

    @classmethod
    def parse(cls, text: str) -> "AnswerDomain":
        """Read `any`, `integer` or `integer:LOW..HIGH` (inclusive; either end may be left out).

        Raises:
            AnswerError: the text is none of these, or the range is empty.
        """
        if text in {"any", "integer"}:
            return cls(text)
        match = _RANGE.fullmatch(text)
        if match is None:
            raise AnswerError(
                f"unknown answer domain {text!r}: use any, integer or integer:LOW..HIGH"
            )
        low, high = (None if end is None else int(end) for end in match.groups())
        if low is not None and high is not None and low > high:
            raise AnswerError(f"empty answer domain {text!r}: {low} is above {high}")
        return cls("integer", low, high)

    def __str__(self) -> str:
        if self.minimum is None and self.maximum is None:
            return self.kind
        low, high = ("" if end is None else end for end in (self.minimum, self.maximum))
        return f"{self.kind}:{low}..{high}"


ANY_ANSWER = AnswerDomain()


@dataclass(frozen=True, slots=True)
class Problem:
    """A question, optionally with its reference answer and answer domain.

    Attributes:
        text: the question as shown to the model.
        id: the caller's name for it; derived from the text when empty.
        answer: reference answer, used only to grade, never shown to the model.
        domain: which answers are admissible.
        metadata: carried into the records untouched.

    Raises:
        ConfigError: the text is empty or only white space.
    """

    text: str
    id: str = ""
    answer: str | None = None
    domain: AnswerDomain = ANY_ANSWER
    metadata: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise ConfigError(f"problem {self.id or '(unnamed)'} is empty: give it a question")
        if not self.id:
            object.__setattr__(self, "id", f"p-{self.content_hash[:12]}")

    def with_domain(self, domain: AnswerDomain) -> "Problem":
        """The problem in `domain`, unless it has a domain of its own."""
        return replace(self, domain=domain) if self.domain == ANY_ANSWER else self

    @property
    def content_hash(self) -> str:
        """SHA-256 (hex) of what decides the work: text and domain. Resume matches by it."""
        return hashlib.sha256(
            f"{self.domain}\n{self.text}".encode("utf-8", "surrogatepass")
        ).hexdigest()
