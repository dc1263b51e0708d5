"""What an attempt is left out for: small objects, each with its numbers and a reason."""

from dataclasses import dataclass
from typing import Protocol

from tirkit.export.tried import Tried


class Filter(Protocol):
    """Looks at one attempt."""

    def refusal(self, tried: Tried) -> str:
        """Why it is left out, in one word to count by; "" to keep it."""


@dataclass(frozen=True, slots=True)
class Right:
    """Keeps attempts whose answer is shown to be the reference."""

    def refusal(self, tried: Tried) -> str:
        """`no_reference`, `no_answer` or `wrong`."""
        if tried.right is None:
            return "no_reference"
        if tried.trajectory.answer is None:
            return "no_answer"
        return "" if tried.right else "wrong"


@dataclass(frozen=True, slots=True)
class Complete:
    """Keeps attempts that the model ended with an answer."""

    def refusal(self, tried: Tried) -> str:
        """`stopped_` and the reason."""
        return "" if tried.is_complete else f"stopped_{tried.trajectory.stop_reason}"


@dataclass(frozen=True, slots=True)
class FewBoxes:
    r"""Keeps texts with at most so many `\boxed{}`.

    Attributes:
        most: how many.
    """

    most: int = 1

    def refusal(self, tried: Tried) -> str:
        """`many_boxes`."""
        return "many_boxes" if _boxes(tried.text) > self.most else ""


@dataclass(frozen=True, slots=True)
class Without:
    """Keeps texts that hold none of some phrases.

    Attributes:
        reason: to count by.
        phrases: looked for as they are written, in all that stands behind the prompt.
    """

    reason: str
    phrases: tuple[str, ...]

    def refusal(self, tried: Tried) -> str:
        """The reason."""
        return self.reason if any(phrase in tried.text for phrase in self.phrases) else ""


@dataclass(frozen=True, slots=True)
class With:
    """Keeps texts that hold every one of some phrases.

    Attributes:
        reason: to count by.
        phrases: looked for as they are written, in the prompt and behind it.
    """

    reason: str
    phrases: tuple[str, ...]

    def refusal(self, tried: Tried) -> str:
        """The reason."""
        whole = tried.trajectory.prompt_text + tried.text
        return "" if all(phrase in whole for phrase in self.phrases) else self.reason


@dataclass(frozen=True, slots=True)
class RanCode:
    """Keeps attempts that ran code, in whatever dialect."""

    def refusal(self, tried: Tried) -> str:
        """`no_code`."""
        return "" if any(turn.code is not None for turn in tried.trajectory.turns) else "no_code"


@dataclass(frozen=True, slots=True)
class ClosedCells:
    """Keeps attempts all of whose code was followed by what it gave."""

    def refusal(self, tried: Tried) -> str:
        """`code_without_output`."""
        shown = False
        for turn in reversed(tried.trajectory.turns):
            shown = shown or bool(turn.given)
            # What several calls of one generation gave stands behind any of them.
            further = turn.start == turn.end and not turn.text
            if turn.code is not None and (turn.result is None or not (shown or further)):
                return "code_without_output"
            shown = shown and further
        return ""


@dataclass(frozen=True, slots=True)
class NoFailedCell:
    """Keeps attempts none of whose code raised, ran out of time or died."""

    def refusal(self, tried: Tried) -> str:
        """`failed_cell`."""
        results = (turn.result for turn in tried.trajectory.turns)
        failed = any(result is not None and not result.ok for result in results)
        return "failed_cell" if failed else ""


@dataclass(frozen=True, slots=True)
class CodeBeforeAnswer:
    r"""Keeps attempts that say neither `\boxed` nor their answer before their first code."""

    def refusal(self, tried: Tried) -> str:
        """`box_before_code` or `answer_before_code`."""
        before = tried.before_code
        if before is None:
            return ""
        if "\\boxed" in before:
            return "box_before_code"
        answer = tried.trajectory.answer
        said = answer is not None and answer.text.strip() and answer.text.strip() in before
        return "answer_before_code" if said else ""


@dataclass(frozen=True, slots=True)
class FinalHeading:
    r"""Keeps texts with a heading and a `\boxed{` behind it.

    Attributes:
        heading: as it is written.
    """

    heading: str = "**Final Answer**"

    def refusal(self, tried: Tried) -> str:
        """`no_final_answer`."""
        _, found, behind = tried.text.partition(self.heading)
        return "" if found and "\\boxed{" in behind else "no_final_answer"


@dataclass(frozen=True, slots=True)
class PromptLength:
    """Keeps prompts of a length in tokens, what asks for code included.

    Attributes:
        most: tokens.
    """

    most: int

    def refusal(self, tried: Tried) -> str:
        """`long_prompt`."""
        return "long_prompt" if tried.prompt_tokens > self.most else ""


@dataclass(frozen=True, slots=True)
class SolutionLength:
    """Keeps what stands behind the prompt by its length in tokens.

    Attributes:
        most: tokens.
        least: tokens.
    """

    most: int
    least: int = 0

    def refusal(self, tried: Tried) -> str:
        """`short_solution` or `long_solution`."""
        tokens = len(tried.trajectory.ids) - tried.prompt_end
        if tokens < self.least:
            return "short_solution"
        return "long_solution" if tokens > self.most else ""


@dataclass(frozen=True, slots=True)
class WholeLength:
    """Keeps attempts by the length of prompt and everything behind it.

    Attributes:
        most: tokens.
    """

    most: int

    def refusal(self, tried: Tried) -> str:
        """`long_attempt`."""
        return "long_attempt" if len(tried.trajectory.ids) > self.most else ""


@dataclass(frozen=True, slots=True)
class Agreed:
    """Keeps problems whose leading answer has votes enough.

    Attributes:
        votes: at least so many.
        share: of all votes, at least this much, in [0, 1].
    """

    votes: int = 0
    share: float = 0.0

    def refusal(self, tried: Tried) -> str:
        """`few_votes`."""
        few = tried.leader_votes < self.votes or tried.leader_votes < self.share * tried.votes
        return "few_votes" if few else ""


def first_refusal(filters: tuple[Filter, ...], tried: Tried) -> str:
    """The first reason to leave an attempt out; "" to keep it."""
    return next(filter(None, (one.refusal(tried) for one in filters)), "")


def _boxes(text: str) -> int:
    r"""How often `\boxed{` is followed by a `}`; each ends the one it follows."""
    found = at = 0
    while (begun := text.find("\\boxed{", at)) >= 0 and (end := text.find("}", begun)) >= 0:
        found, at = found + 1, end + 1
    return found
