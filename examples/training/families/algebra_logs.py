"""Sums of rounded logarithms, where floats mislead."""

from collections.abc import Mapping
from math import ceil, floor, log
from random import Random

from examples.training.cells import cell, fitting, taken
from examples.training.family import Family, Params, Step

_ROUNDED = (
    ("floor", "rounded down to an integer", "while b ** (e + 1) <= k:"),
    ("ceil", "rounded up to an integer", "while b ** e < k:"),
)


def _draw_logs(draw: Random) -> Params:
    low = draw.choice((1, 2, draw.randint(3, 400)))
    return {
        "b": draw.randint(2, 12),
        "low": low,
        "high": low + draw.randint(20, 1500),
        "kind": draw.randrange(2),
    }


def _logs(params: Params) -> int:
    """Each power of b in reach adds 1 for all k from it on, or after it."""
    b, low, high, kind = taken(params, "b low high kind")
    total, power = 0, 1 if kind else b
    while power <= high:
        total += high - max(low - 1, power - 1 + kind)
        power *= b
    return total


def _show_logs(params: Params) -> Mapping[str, object]:
    word, apart, _ = _ROUNDED[params["kind"]]
    return dict(params) | {"word": word, "apart": apart}


def _by_floats(params: Params) -> int:
    b, low, high, kind = taken(params, "b low high kind")
    return sum((floor, ceil)[kind](log(k, b)) for k in range(low, high + 1))


def _solve_logs(params: Params, draw: Random) -> list[Step]:
    b, low, high, kind = taken(params, "b low high kind")
    word, _, condition = _ROUNDED[kind]
    bounds = f"b, lo, hi = {b}, {low}, {high}"
    total = cell(f"s = sum({word}(log(k, b)) for k in range(lo, hi + 1))", "print(s)")
    plan = draw.choice(
        (
            "Plan: add with math.log, then check with whole numbers.",
            "Plan: use floats first, then count powers to check.",
        )
    )
    imported = f"from math import {word}, log"
    if draw.random() < 0.3:
        steps = [
            Step(plan, cell(bounds, total), fails=True),
            Step(f"We must import {word} and log.", cell(imported, total)),
        ]
    else:
        steps = [Step(plan, cell(imported, bounds, total))]
    function = cell("def f(k):", "    e = 0", f"    {condition}", "        e += 1", "    return e")
    whole = "t = sum(f(k) for k in range(lo, hi + 1))"
    wrong = _by_floats(params) != _logs(params)
    text = "Now check without floats."
    steps.append(Step(text, cell(function, whole, "assert s == t", "print(t)"), fails=wrong))
    if wrong:
        steps.append(
            Step("The float sum is wrong. Use the whole numbers.", "print(s, t)\nprint(t)")
        )
    return steps


FAMILIES = (
    Family(
        name="rounded-logs",
        topic="algebra",
        tier=3,
        phrasings=(
            "Find the sum of {word}(log_{b}(k)) for k = {low}, ..., {high}.",
            "Compute the sum of {word}(log_{b}(k)) over k from {low} to {high}.",
            "Let f(k) = {word}(log_{b}(k)). Find f({low}) + ... + f({high}).",
            "Add {word}(log_{b}(k)) for all integers k from {low} to {high}. What is the sum?",
            "What is the sum of {word}(log_{b}(k)), where k runs from {low} to {high}?",
            (
                "For each integer from {low} to {high} the logarithm in base {b} is {apart}. "
                "What do the results add up to?"
            ),
        ),
        draw=fitting(_draw_logs, _logs),
        answer=_logs,
        solve=_solve_logs,
        shown=_show_logs,
    ),
)
