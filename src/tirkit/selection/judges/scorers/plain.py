"""A reward model behind a plain HTTP address."""

from collections.abc import Sequence
from dataclasses import dataclass

from tirkit.selection.judges.scorers.http import number, post
from tirkit.selection.judges.scorers.interface import ScorerError, Scores


@dataclass(frozen=True, slots=True)
class HttpScorer:
    r"""Posts `{"problem": …, "solution": …, "steps": […]}` and reads `{"scores": […]}`.

    The solution is the steps joined by blank lines. `scores` holds one number for each step, or
    one for the whole; a bare `{"score": …}` will do too.

    Attributes:
        url: the address.
        api_key: sent as a bearer token; "" sends none.
    """

    url: str
    api_key: str = ""

    def __repr__(self) -> str:
        return f"HttpScorer({self.url!r})"

    async def score(self, problem: str, steps: Sequence[str]) -> Scores:
        """The scores of one solution's steps.

        Raises:
            ScorerError: none came, or no numbers.
        """
        body = {"problem": problem, "solution": "\n\n".join(steps), "steps": list(steps)}
        headers = {"Authorization": f"Bearer {self.api_key}"} if self.api_key else {}
        answer = await post(self.url, body, headers)
        if not isinstance(answer, dict):
            raise ScorerError("no JSON object")
        given = answer.get("scores", [answer.get("score")])
        if not isinstance(given, list) or len(given) not in {1, len(steps)}:
            raise ScorerError(f"scores that are neither one nor {len(steps)}")
        return Scores(tuple(number(one) for one in given))
