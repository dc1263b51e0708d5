"""Payloads for the page made up from a seed: shapes a real run has, texts of any kind."""

from dataclasses import replace
from random import Random

from tirkit.report.payload import (
    FORMAT,
    AttemptShown,
    Curve,
    Figure,
    FrontierPoint,
    Lane,
    LaneKind,
    Part,
    PartKind,
    Point,
    ProblemLine,
    ProblemSection,
    Summary,
    TurnShown,
    VoteMoment,
    Votes,
)

_WORDS = """
so we need the number of pairs whose sum is divisible by seven hence consider each case
wait that cannot be right because the remainder of the square is three let me check again
""".split()  # noqa: SIM905 - a list of them would fill a page
_CODE = '''from math import comb, gcd

def count(n: int) -> int:
    """How many pairs there are."""
    total = 0
    for a in range(1, n):  # every first member
        if gcd(a, n) == 1 and comb(a, 2) % 7 != 3:
            total += 1
    return total

print(f"found {count(840)}", 1e-9)'''
_ERROR = """Traceback (most recent call last):
  File "<cell>", line 7, in <module>
ZeroDivisionError: division by zero"""


def made_summary(problems: int, attempts: int) -> tuple[Summary, list[ProblemSection]]:
    """A summary with the sections of its problems."""
    made = [_problem(key, attempts) for key in range(problems)]
    lines = tuple(line for line, _ in made)
    right = sum(line.correct is True for line in lines)
    summary = Summary(
        format=FORMAT,
        title="A made-up run",
        made_at="2026-11-21T13:20:00+00:00",
        facts=(
            ("engine", "vllm:Qwen/Qwen3-8B"),
            ("preset", "default"),
            ("tirkit", "0.1.0"),
            ("python", "3.11.2"),
            ("machine", "1 x H200, 16 cores, 128 GiB"),
            ("seeds", "0 to 63"),
        ),
        settings=tuple((f"group.setting_{i}", str(i * 7)) for i in range(40)),
        figures=(
            Figure(
                "maj@k", f"{100 * right / problems:.1f} %", "61.2 %", "88.0 %", "Right verdicts."
            ),
            Figure("avg@k", "58.3 %", "52.0 %", "64.1 %", "Right attempts."),
            Figure("pass@k", "93.3 %", "78.7 %", "98.2 %", "Problems with a right attempt."),
            Figure("no answer", "4.1 %", note="Finished attempts without an answer."),
            Figure("tokens", "18.2 M"),
            Figure("saved by stopping", "31 %", "28 %", "34 %"),
            Figure("wall time", "2 h 14 min"),
        ),
        problems=lines,
        curves=tuple(_curve(name, lift, attempts) for name, lift in _SELECTORS),
        frontier=tuple(_frontier()),
        notes=("Traces of 12 attempts were cut to 40,000 characters.",),
    )
    return summary, [section for _, section in made]


_SELECTORS = (("majority", 0.0), ("confidence", 0.02), ("oracle", 0.12), ("a random attempt", -0.1))


def _curve(name: str, lift: float, attempts: int) -> Curve:
    places = sorted({1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, attempts} & set(range(1, attempts + 1)))
    heights = [0.6 + lift + (0.2 if lift >= 0 else 0.1) * (1 - 1 / k) for k in places]
    return Curve(
        name,
        tuple(
            Point(k, y, max(0.0, y - 0.12), min(1.0, y + 0.1))
            for k, y in zip(places, heights, strict=True)
        ),
    )


def _frontier() -> list[FrontierPoint]:
    random = Random(5)
    points = []
    best = 0.0
    for i in range(18):
        tokens = 20_000 * 1.28**i
        accuracy = min(0.95, 0.5 + 0.026 * i - random.random() * 0.1)
        edge = accuracy > best
        best = max(best, accuracy)
        points.append(
            FrontierPoint(
                f"agreement(0.{5 + i % 5}, of={2 + i}) | budget({i + 1}k) -> majority",
                tokens,
                accuracy,
                accuracy - 0.1,
                min(1.0, accuracy + 0.08),
                edge,
                is_run=i == 12,
            )
        )
    return points


def _problem(key: int, number: int) -> tuple[ProblemLine, ProblemSection]:
    random = Random(key)
    truth = str(random.randrange(1000))
    skill = random.choice([0.9, 0.75, 0.5, 0.3, 0.1])
    others = [str(random.randrange(1000)) for _ in range(9)][: random.randrange(1, 10)]
    attempts = [_attempt(i, random, truth, skill, others) for i in range(number)]
    ended = sorted((one for one in attempts if not one.killed), key=lambda a: a.start + a.seconds)
    tally: dict[str, int] = {}
    moments = []
    tokens = 0
    for one in ended:
        tokens += one.sampled
        if one.answer is not None:
            tally[one.answer] = tally.get(one.answer, 0) + 1
        best = tuple(sorted(tally.items(), key=lambda item: -item[1]))
        moments.append(VoteMoment(one.start + one.seconds, one.index, tokens, best))
    votes = tuple(
        Votes(answer, count, count * 0.9, answer == truth)
        for answer, count in sorted(tally.items(), key=lambda item: -item[1])
    )
    answer = votes[0].answer if votes and key % 9 != 8 else None
    text = (
        f"Problem {key}: let $n = {840 + key}$. Find the number of ordered pairs $(a, b)$ with "
        r"$\gcd(a, b) = 1$ and $\frac{a}{b} \le \sqrt{n}$." + "\n\nGive the remainder modulo 1000."
    )
    line = ProblemLine(
        key=key,
        id=f"made-{key:02d}",
        text=text,
        reference=truth,
        answer=answer,
        correct=None if answer is None else answer == truth,
        votes=votes,
        attempts=number,
        finished=len(ended),
        right=sum(one.correct is True for one in ended),
        silent=sum(one.answer is None for one in ended),
        tokens=sum(one.sampled for one in attempts),
        saved_tokens=random.randrange(200_000),
        cells=sum(one.cells for one in attempts),
        errors=random.choice([0, 0, 3, 11]),
        timeouts=random.choice([0, 0, 0, 2]),
        seconds=moments[-1].at if moments else 0.0,
        confidence=votes[0].count / max(1, sum(one.count for one in votes)) if votes else 0.0,
        stop_reason=random.choice(["agreement 0.7 of 16", "all attempts ended", "time budget"]),
    )
    section = ProblemSection(
        key=key,
        text=text,
        domain="integers from 0 to 999",
        metadata=(("source", "made up"), ("level", str(key % 5))),
        prompt=f"<|system|>Reason step by step.<|user|>{text}",
        verdict="Most votes, ahead by 12, when three quarters of the attempts had ended.",
        settled_at=line.seconds,
        moments=tuple(moments),
        attempts=tuple(attempts),
    )
    return line, section


def _attempt(
    index: int, random: Random, truth: str, skill: float, others: list[str]
) -> AttemptShown:
    killed = index % 5 == 4
    silent = index % 11 == 7
    answer = truth if random.random() < skill else random.choice(others)
    given = None if killed or silent else answer
    turns = tuple(_turn(number, random) for number in range(random.randrange(2, 6)))
    lanes: list[Lane] = []
    clock = start = 0.4 * (index % 16) + (40.0 if index >= 32 else 0.0)
    for turn in turns:
        lanes.append(Lane(LaneKind.GENERATE, clock, turn.seconds))
        clock += turn.seconds
        if turn.status:
            wait = random.random() * 1.5
            lanes.append(Lane(LaneKind.QUEUE, clock, wait))
            lanes.append(Lane(LaneKind.CODE, clock + wait, turn.code_seconds))
            clock += wait + turn.code_seconds
    return AttemptShown(
        index=index,
        stop_reason="cancelled" if killed else "no answer" if silent else "final answer",
        stop_detail="stopped: the problem was settled" if killed else "it said so",
        killed=killed,
        answer=given,
        correct=None if given is None else given == truth,
        start=start,
        seconds=clock - start,
        sampled=sum(turn.tokens for turn in turns),
        given=300,
        cells=sum(bool(turn.status) for turn in turns),
        sure=-0.05 - random.random() * 0.5,
        lanes=tuple(lanes),
        turns=(*turns[:-1], replace(turns[-1], answer=given or "")),
        facts=(("seed", str(index)), ("dialect", "fenced")),
    )


def _turn(number: int, random: Random) -> TurnShown:
    thinking = _prose(random, 160)
    sure = tuple(-(random.random() ** 3) * 2 for _ in range(24))
    parts = [
        Part(PartKind.THINKING, thinking, sure),
        Part(PartKind.TEXT, _prose(random, 40) + r" $\boxed{12}$", sure[:8]),
    ]
    status = random.choice(["ok", "ok", "error", ""])
    if status:
        parts.append(Part(PartKind.CODE, _CODE, sure[:12]))
    if status == "ok":
        parts.append(Part(PartKind.OUTPUT, f"found {random.randrange(10**9)}"))
    if status == "error":
        parts.append(Part(PartKind.ERROR, _ERROR))
    if number == 1:
        parts.append(Part(PartKind.GIVEN, "Only complete code blocks are run."))
        parts.append(Part(PartKind.NOTE, "The turn was cut at its token limit."))
    return TurnShown(
        tuple(parts), random.randrange(300, 4000), 4 + random.random() * 12, status, random.random()
    )


def _prose(random: Random, words: int) -> str:
    return " ".join(random.choice(_WORDS) for _ in range(words)).capitalize() + "."
