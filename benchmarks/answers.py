"""Comparing answers: ours against math-verify, with the outcomes of both side by side.

The mix is what a vote compares: 95 of 100 pairs are integers and simple rationals, some of them
dressed in LaTeX, the rest radicals and expressions. math-verify is called as its page says,
`verify(parse(gold), parse(answer))`, in this process. Every pair of the mix is different from
every other, and no round meets a cache that an earlier one filled.
"""

import random
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import math_verify

from benchmarks.report import Report
from tirkit.answers import AnswerPool, Equivalence, equivalent, normalize
from tirkit.answers.comparison import Comparison
from tirkit.answers.equivalence import forget

INTEGER_TARGET = 100_000
MIX_TARGET = 50.0
SYMBOLIC_TARGET = 1.0
ROUNDS = 5
INTEGERS = 50_000
MIXED = 2_000
SYMBOLIC = 160
SYMBOLIC_SHARE = 0.05
HOW = Comparison(timeout_seconds=30)

Pair = tuple[str, str]
Asking = Callable[[Sequence[Pair]], list[bool]]


def integer_pairs(count: int) -> list[Pair]:
    """Distinct integers of up to six digits; every fourth pair is equal."""
    chance = random.Random(1)
    firsts = [chance.randrange(1_000_000) for _ in range(count)]
    return [
        (str(first), str(first if at % 4 == 0 else first + chance.randrange(1, 1000)))
        for at, first in enumerate(firsts)
    ]


def simple_pair(chance: random.Random, at: int) -> Pair:
    """An integer or a simple rational, plain or dressed, and one that is equal or is not."""
    upper, lower = chance.randrange(1, 999), chance.randrange(2, 97)
    other = upper if at % 3 == 0 else upper + 1
    forms = [
        (str(upper), str(other)),
        (f"{upper}{at:04d}", f"{other}{at:04d}"),
        (rf"\frac{{{upper}}}{{{lower}}}", rf"\dfrac{{{other}}}{{{lower}}}"),
        (f"-{upper}", f"-{other}.0"),
        (rf"\frac{{{2 * upper}}}{{{2 * lower}}}", f"{other}/{lower}"),
    ]
    return forms[at % len(forms)]


def symbolic_pair(chance: random.Random, at: int) -> Pair:
    """A radical, a constant or an expression, in two forms that are equal or are not."""
    n, off = chance.randrange(2, 10_000), at % 2
    forms = [
        (rf"\sqrt{{{4 * n * n + 4}}}", rf"2\sqrt{{{n * n + 1 + off}}}"),
        (rf"\frac{{{n}}}{{\sqrt{{2}}}}", rf"\frac{{{n + off}\sqrt{{2}}}}{{2}}"),
        (rf"(x+{n})^{{2}}", rf"x^{{2}}+{2 * n + off}x+{n * n}"),
        (rf"{n}\pi", rf"\pi\cdot {n + off}"),
        (rf"\frac{{1}}{{\sqrt{{{n}}}-1}}", rf"\frac{{\sqrt{{{n}}}+1}}{{{n - 1 + off}}}"),
        (rf"x^{{2}}-{n * n}", rf"(x-{n})(x+{n + off})"),
        (rf"\ln {n}+\ln 2", rf"\ln {2 * n + off}"),
        (rf"{n}+\sqrt{{3}}", rf"\sqrt{{3}}+{n + off}"),
    ]
    return forms[at // 2 % len(forms)]


def symbolic_pairs(count: int, seed: int) -> list[Pair]:
    chance = random.Random(seed)
    return [symbolic_pair(chance, at) for at in range(count)]


def mixed_pairs(count: int, seed: int) -> list[Pair]:
    chance = random.Random(seed)
    symbolic = int(count * SYMBOLIC_SHARE)
    pairs = symbolic_pairs(symbolic, seed)
    pairs += [simple_pair(chance, at) for at in range(count - symbolic)]
    chance.shuffle(pairs)
    return pairs


def math_verify_says(pair: Pair) -> bool:
    gold, answer = (math_verify.parse(f"${text}$") for text in pair)
    return bool(math_verify.verify(gold, answer))


def integers_row(report: Report) -> None:
    pairs = integer_pairs(INTEGERS)
    ours = [timed(plainly, pairs)[1] for _ in range(ROUNDS)]
    found, said = plainly(pairs[:500]), timed(math_verify_all, pairs[:500])
    same = sum(one == other for one, other in zip(found, said[0], strict=True))
    middle = statistics.median(ours)
    report.rows.append(
        ("integers", INTEGERS, middle, said[1], middle / said[1], f"{same} of {len(found)}")
    )
    report.target(f"at least {INTEGER_TARGET:,} integer pairs/s", met=middle >= INTEGER_TARGET)


def plainly(pairs: Sequence[Pair]) -> list[bool]:
    return [equivalent(*pair) is Equivalence.EQUAL for pair in pairs]


def compared_row(
    report: Report, name: str, rounds: Sequence[list[Pair]], target: float, ask: Asking
) -> None:
    """Both over the same pairs, in turns; the median of the ratios, and whether they agree."""
    ours, theirs, total, apart = [], [], 0, []
    for pairs in rounds:
        forget()
        found, our_rate = timed(ask, pairs)
        said, their_rate = timed(math_verify_all, pairs)
        ours.append(our_rate)
        theirs.append(their_rate)
        total += len(pairs)
        apart += [row for row in zip(pairs, found, said, strict=True) if row[1] != row[2]]
    for pair, one, other in apart:
        print(f"  {pair}: ours {one}, math-verify {other}")
    ratio = statistics.median(one / other for one, other in zip(ours, theirs, strict=True))
    same = f"{total - len(apart)} of {total}"
    medians = statistics.median(ours), statistics.median(theirs)
    report.rows.append((name, total, *medians, ratio, same))
    report.target(f"{name}: at least {target:g} times math-verify's rate", met=ratio >= target)
    report.target(f"{name}: identical outcomes", met=not apart)


def timed(ask: Asking, pairs: Sequence[Pair]) -> tuple[list[bool], float]:
    """What is said of each pair, and pairs a second."""
    began = time.perf_counter()
    found = ask(pairs)
    return found, len(pairs) / (time.perf_counter() - began)


def math_verify_all(pairs: Sequence[Pair]) -> list[bool]:
    return [math_verify_says(pair) for pair in pairs]


def whole_ladder(pool: AnswerPool) -> Asking:
    """One caller, one pair after the other, as math-verify is asked."""
    return lambda pairs: [equivalent(*pair, HOW, pool=pool) is Equivalence.EQUAL for pair in pairs]


def children_alone(pool: AnswerPool, callers: int) -> Asking:
    """Every pair to a child, nothing decided before."""

    def one(pair: Pair) -> bool:
        left, right = map(normalize, pair)
        return pool.compare(left, right, HOW).outcome is Equivalence.EQUAL

    def every(pairs: Sequence[Pair]) -> list[bool]:
        with ThreadPoolExecutor(callers) as threads:
            return list(threads.map(one, pairs))

    return every


def main() -> None:
    columns = ("pairs of", "count", "ours/s", "math-verify/s", "ratio", "same outcome")
    report = Report("answers", columns)
    integers_row(report)
    mixes = [mixed_pairs(MIXED, seed) for seed in range(ROUNDS)]
    symbolic = [symbolic_pairs(SYMBOLIC, 100 + seed) for seed in range(ROUNDS)]
    with AnswerPool() as pool:
        warm = symbolic_pairs(64, 99)
        math_verify_all(warm)
        children_alone(pool, pool.workers)(warm)  # the children are up
        compared_row(report, "the mix", mixes, MIX_TARGET, whole_ladder(pool))
        for callers in sorted({1, pool.workers}):
            name = f"symbolic pairs to children, {callers} at once"
            compared_row(report, name, symbolic, SYMBOLIC_TARGET, children_alone(pool, callers))
    report.publish()


if __name__ == "__main__":
    main()
