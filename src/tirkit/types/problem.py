"""What is asked."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tirkit.errors import ConfigError
from tirkit.types.domain import ANY_ANSWER, AnswerDomain


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
