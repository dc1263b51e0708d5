"""Words and work that change nothing, as models are fond of: what stage 2 has to cut away.

Reference solutions say no more than they need, so there would be nothing to shorten. A part of the
training set restates its problem first, or runs its last result once more.
"""

import ast
from collections.abc import Sequence
from dataclasses import replace
from random import Random

from examples.training.family import Step

_RESTATED = ("The problem says: {problem} {text}", "We read: {problem} So we begin. {text}")
_AGAIN = (
    "We run the last part again to be sure.",
    "To be safe, compute the result once more.",
    "Is it right? We repeat the last step.",
)
_NAME = "result"


def wordy(steps: Sequence[Step], problem: str, draw: Random) -> list[Step]:
    """A solution that restates its problem, or repeats its last result, or both.

    Args:
        steps: of a solution.
        problem: its text.
        draw: decides.
    """
    repeats = draw.random() < 0.7
    restates = not repeats or draw.random() < 0.5
    longer = list(steps)
    if restates:
        text = draw.choice(_RESTATED).format(problem=problem, text=longer[0].text)
        longer[0] = replace(longer[0], text=text)
    if repeats:
        longer.append(Step(draw.choice(_AGAIN), _again(longer[-1].code, draw)))
    return longer


def _again(code: str, draw: Random) -> str:
    """The last cell once more, its result under a name."""
    *before, last = code.splitlines()
    printed = _printed(last)
    if printed is None:
        return code
    ending = [f"{_NAME} = {printed}", f"print({_NAME})"]
    if draw.random() < 0.5:
        ending.insert(1, f"assert {_NAME} == {printed}")
    return "\n".join([*before, *ending])


def _printed(line: str) -> str | None:
    """What a line prints, if it does that alone."""
    match ast.parse(line.strip()).body:
        case [ast.Expr(ast.Call(ast.Name("print"), [value], []))] if line == line.strip():
            return ast.unparse(value)
    return None
