"""A reward model served by vLLM, through its pooling API."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tirkit.selection.judges.scorers.http import number, post
from tirkit.selection.judges.scorers.interface import ScorerError, Scores

_SYSTEM = r"Please reason step by step, and put your final answer within \boxed{}."
"""What Qwen2.5-Math-PRM was trained with, by its model card."""


@dataclass(frozen=True, slots=True)
class PoolingScorer:
    r"""A process or outcome reward model behind vLLM's `/pooling`.

    The conversation is a system message, the problem, and the solution with `separator` behind
    each step. vLLM renders it with the model's template. For Qwen2.5-Math-PRM, whose pooling type
    is STEP, it gives the two class probabilities at each `<extra_0>`, of which the second is that
    of a right step; for an outcome model with one class it gives one number a token, of which the
    last counts. What looks like a special token in the problem or a step is broken up, and
    separators are taken out, so that no solution can end its turn or add steps of its own: the
    server would read them in content too.

    Attributes:
        url: of the server, without `/pooling`.
        model: name under which it is served; "" where the server has one alone.
        separator: behind each step; "" for outcome models.
        system: system message; "" leaves it out.
        api_key: sent as a bearer token; "" sends none.
    """

    url: str
    model: str = ""
    separator: str = "<extra_0>"
    system: str = _SYSTEM
    api_key: str = ""

    def __repr__(self) -> str:
        return f"PoolingScorer({self.url!r}, {self.model!r})"

    async def score(self, problem: str, steps: Sequence[str]) -> Scores:
        """The scores of one solution's steps.

        Raises:
            ScorerError: none came, not one for each step, or no numbers.
        """
        headers = {"Authorization": f"Bearer {self.api_key}"} if self.api_key else {}
        answer = await post(f"{self.url.rstrip('/')}/pooling", self._body(problem, steps), headers)
        try:
            rows = answer["data"][0]["data"]
            usage = answer.get("usage") or {}
            tokens = usage.get("prompt_tokens", 0)
        except (AttributeError, IndexError, KeyError, TypeError) as error:
            raise ScorerError("not what /pooling gives") from error
        if not isinstance(rows, list) or not rows:
            raise ScorerError("no scores")
        read = tokens if isinstance(tokens, int) and tokens >= 0 else 0
        values = [_last(row) for row in rows]
        if not self.separator:
            return Scores((values[-1],), read)
        if len(values) != len(steps):
            raise ScorerError(f"{len(values)} scores for {len(steps)} steps")
        return Scores(tuple(values), read)

    def _body(self, problem: str, steps: Sequence[str]) -> dict[str, Any]:
        clean = [self._clean(step) for step in steps]
        ends = self.separator or "\n\n"
        solution = ends.join(clean) + self.separator
        messages = [
            {"role": "user", "content": self._clean(problem)},
            {"role": "assistant", "content": solution},
        ]
        if self.system:
            messages.insert(0, {"role": "system", "content": self.system})
        body: dict[str, Any] = {"messages": messages, "add_generation_prompt": False}
        return {**body, "model": self.model} if self.model else body

    def _clean(self, text: str) -> str:
        while self.separator and self.separator in text:
            text = text.replace(self.separator, " ")
        return text.replace("<|", "< |")


def _last(row: object) -> float:
    """The last class of a row, or the row itself where it is a number."""
    if isinstance(row, list):
        if not row:
            raise ScorerError("an empty row")
        return number(row[-1])
    return number(row)
