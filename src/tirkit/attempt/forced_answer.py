"""Reads the turn in which a model was asked for its answer."""

from tirkit.answers import Extraction, extract
from tirkit.dialects.events import Finished
from tirkit.types import AnswerDomain, FinishReason


class ForcedAnswerParser:
    r"""Ends the turn as soon as an admissible answer stands.

    Args:
        asked: what the model was shown last; it may open a `\boxed{` the model only completes.
        domain: which answers are admissible.
    """

    def __init__(self, asked: str, domain: AnswerDomain) -> None:
        self._text = asked
        self._domain = domain

    def found(self) -> Extraction:
        """The answer so far, or why there is none."""
        return extract(self._text, self._domain)

    def feed(self, text: str) -> Finished | None:
        """Take the next text; an answer can only be complete once a brace closes."""
        self._text += text
        if "}" in text and self.found().answer is not None:
            return Finished(self._text)
        return None

    def finish(self, reason: FinishReason) -> Finished:  # noqa: ARG002 - any end is an end
        """Take the end of the stream."""
        return Finished(self._text)
