"""What came of asking beyond the vote."""

from dataclasses import dataclass, field

from tirkit.types.trajectory import Usage
from tirkit.types.verdict import Answer


@dataclass(frozen=True, slots=True)
class Judgment:
    """What a judge makes of answers that do not agree.

    Attributes:
        judge: its name.
        scores: of each answer it has an opinion on; the highest is its choice. An answer no
            attempt gave may be among them.
        heard: valid judgments it rests on; with none, the vote stands.
        abstained: questions that brought none: late, cut off, unreadable, over the budget.
        reason: how it came to its scores, in words.
        usage: what was spent.
    """

    judge: str
    scores: tuple[tuple[Answer, float], ...] = ()
    heard: int = 0
    abstained: int = 0
    reason: str = ""
    usage: Usage = field(default_factory=Usage)
