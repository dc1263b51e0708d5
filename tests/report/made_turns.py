"""Turns of attempts that nobody made: thinking, code, errors, timeouts, answers."""

from dataclasses import dataclass
from random import Random

from tirkit.types import CodeResult, CodeStatus

_WORDS = """
so we need the number of pairs with sum divisible by modulo prime hence consider each case
let me check again wait that cannot be right because remainder square factor triangle angle
circle radius sequence polynomial root integer positive smallest largest count distinct
arrangement colour vertices edge graph term recurrence expand simplify substitute equation
both sides multiply divide therefore thus actually maybe suppose assume contradiction bound
upper lower exactly even odd parity symmetry invariant induction step base verify compute
""".split()  # noqa: SIM905 - a list of them would fill a page
_CODE = """from math import comb, gcd

n = {n}
total = 0
for a in range(1, n):
    if gcd(a, n) == 1:
        total += comb(a, 2) % {m}
print("total", total)
print(total % {m})"""
_ERROR = """Traceback (most recent call last):
  Cell 1, line 6
    total += comb(a, 2) % {m}
ZeroDivisionError: integer modulo by zero"""


@dataclass(frozen=True)
class Written:
    """A turn that is still without its places and its time."""

    text: str
    code: str | None = None
    result: CodeResult | None = None
    given: str = ""
    forced: bool = False


class TurnMaker:
    """Makes turns in one dialect.

    Args:
        draw: decides.
        words: mean length of a thought.
        harmony: whether the dialect is harmony, else fences.
    """

    def __init__(self, draw: Random, words: int, *, harmony: bool) -> None:
        self._draw, self._words, self._harmony = draw, words, harmony

    def thought(self, mean_words: int) -> str:
        draw = self._draw
        words = draw.choices(_WORDS, k=max(int(draw.gauss(mean_words, mean_words / 3)), 8))
        lines = [" ".join(words[at : at + 14]) for at in range(0, len(words), 14)]
        return "\n\n".join(f"{line.capitalize()} ${draw.randint(2, 99)}$." for line in lines)

    def turn(self, *, last: bool, answer: str | None) -> Written:
        thought = self.thought(self._words)
        if last:
            said = (
                "I could not finish." if answer is None else f"The answer is \\boxed{{{answer}}}."
            )
            if self._harmony:
                return Written(
                    f"<|channel|>analysis<|message|>{thought}<|end|><|start|>assistant"
                    f"<|channel|>final<|message|>{said}<|return|>"
                )
            return Written(
                f"<think>\n{thought}\n</think>\n\n{self.thought(20)}\n\n{said}<|im_end|>"
            )
        code = _CODE.format(n=self._draw.randint(9, 400), m=self._draw.choice((0, 7, 97, 1000)))
        result = self._result()
        shown = f"{result.stdout}{result.error or ''}" or "timed out\n"
        if self._harmony:
            return Written(
                f"<|channel|>analysis<|message|>{thought}<|end|><|start|>assistant"
                f"<|channel|>analysis to=python code<|message|>{code}<|call|>",
                code,
                result,
                f"<|start|>python to=assistant<|channel|>analysis<|message|>{shown}<|end|>"
                "<|start|>assistant",
            )
        return Written(
            f"<think>\n{thought}\n</think>\n\nLet me compute.\n\n```python\n{code}\n```\n",
            code,
            result,
            f"```output\n{shown}```\n",
        )

    def _result(self) -> CodeResult:
        draw, luck = self._draw, self._draw.random()
        queue = draw.choice((0.0, 0.0, 0.0, draw.uniform(0.2, 3.0)))
        if luck < 0.72:
            value = draw.randint(1, 99_999)
            stdout = f"total {value}\n{value % 1000}\n"
            return CodeResult(
                CodeStatus.OK, stdout, duration_seconds=draw.uniform(0.05, 2), queue_seconds=queue
            )
        if luck < 0.93:
            return CodeResult(
                CodeStatus.ERROR,
                stderr="DeprecationWarning: use gcd\n" if luck > 0.9 else "",
                error=_ERROR.format(m=0),
                duration_seconds=draw.uniform(0.05, 0.5),
                queue_seconds=queue,
            )
        if luck < 0.98:
            return CodeResult(
                CodeStatus.TIMED_OUT, "1\n2\n", duration_seconds=30.0, state_lost=True
            )
        return CodeResult(CodeStatus.DIED, duration_seconds=4.0, state_lost=True)
