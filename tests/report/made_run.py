r"""A run of many problems and attempts that looks like a real one, made up the same every time.

Attempts think in `<think>`, write code in fences, meet errors, timeouts and dead kernels, are
killed when their problem is settled, stop silently, and carry log-probabilities. Every fifth
problem speaks harmony. Nothing was computed: only the shapes are real.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from anyio.from_thread import start_blocking_portal

from tests.report.made_turns import TurnMaker, Written
from tirkit.config import load_settings
from tirkit.records import RecordWriter
from tirkit.selection import MajorityVote, tally, vote_from
from tirkit.types import (
    Answer,
    AnswerDomain,
    AttemptStats,
    FinishReason,
    Problem,
    Solution,
    StopReason,
    TokenStats,
    Trajectory,
    Turn,
    Usage,
)

ENGINE = "replay:made"
STARTED_AT = 1_750_000_000.0
_CHARS_PER_TOKEN = 4
_TOKENS_PER_SECOND = 40.0
_SETTLED_AFTER = 0.8
"""Share of the attempts that finish before the others are cancelled."""

_TOPICS = (
    ("ordered pairs $(a, b)$ of positive integers with $a + b = {n}$", "algebra"),
    ("remainder when ${n}^{{2025}}$ is divided by $1000$", "number theory"),
    ("ways to colour the vertices of a regular ${n}$-gon with three colours", "combinatorics"),
    ("area of the triangle with sides $13$, $14$ and ${n}$, rounded down", "geometry"),
)


def made_solutions(
    problems: int = 30, attempts: int = 64, *, seed: int = 0, words: int = 150
) -> list[Solution]:
    """Settled problems with so many attempts each; `words` is the mean length of a thought."""
    return [_Maker(number, attempts, seed, words).solution() for number in range(problems)]


def run_settings(attempts: int = 64) -> dict[str, Any]:
    """What a run over `made_solutions` would have recorded as its settings."""
    overrides = {"attempts": attempts, "stop": "after_answers(8)"}
    settings = load_settings(overrides=overrides, environment={})
    tree = settings.model_dump(mode="json", exclude={"kernels", "max_in_flight"})
    return {"engine": ENGINE, **tree}


def write_run(
    directory: Path,
    solutions: Sequence[Solution],
    *,
    unsettled: Sequence[Solution] = (),
    settings: Mapping[str, Any] | None = None,
) -> Path:
    """Write records as `tirkit bench` would; of `unsettled` problems only finished attempts."""

    async def write() -> None:
        async with RecordWriter(directory, settings or run_settings()) as writer:
            for solution in solutions:
                await writer.append_solution(solution)
            for solution in unsettled:
                for trajectory in solution.trajectories:
                    await writer.append_attempt(solution.problem, trajectory)

    with start_blocking_portal("asyncio") as portal:
        portal.call(write)
    return directory


class _Maker:
    """Makes one problem with its attempts."""

    def __init__(self, number: int, attempts: int, seed: int, words: int) -> None:
        draw = Random(f"{seed}:{number}")
        topic, subject = _TOPICS[number % len(_TOPICS)]
        self._draw = draw
        self._attempts = attempts
        self._harmony = number % 5 == 4
        self._turns = TurnMaker(draw, words, harmony=self._harmony)
        self._right = draw.randint(1, 998)
        self._skill = (0.9, 0.65, 0.45, 0.25, 0.75, 0.05)[number % 6]
        self._wrong = [str(draw.randint(1, 998)) for _ in range(4)]
        self._settles = number % 3 != 2 and attempts > 1
        self.problem = Problem(
            f"Problem {number + 1}. Find the {topic.format(n=17 + 6 * number)}.",
            f"made-{number + 1:03d}",
            None if number % 10 == 7 else str(self._right),
            AnswerDomain.parse("integer:0..999"),
            {"subject": subject, "year": 2025, "source": "made up"},
        )
        self._prompt = self._rendered()

    def solution(self) -> Solution:
        whole = [self._attempt(index) for index in range(self._attempts)]
        placed = self._on_the_clock(whole)
        ends = sorted(one.started_at + one.duration_seconds for one in placed)
        settled, reason = ends[-1], "all attempts ended"
        if self._settles:
            settled = ends[min(int(_SETTLED_AFTER * len(ends)), len(ends) - 1)]
            placed = [_cut_at(one, settled) for one in placed]
            reason = f"after {int(_SETTLED_AFTER * len(ends))} answers"
        heard = [one for one in placed if one.stop_reason is not StopReason.CANCELLED]
        votes = [vote for one in heard if (vote := vote_from(one)) is not None]
        verdict = MajorityVote().select(tally(votes, len(heard) - len(votes)))
        first = min(one.started_at for one in placed)
        return Solution(self.problem, verdict, tuple(placed), reason, settled - first)

    def _rendered(self) -> str:
        if self._harmony:
            system = "<|start|>system<|message|>Reasoning: high<|end|>"
            return f"{system}<|start|>user<|message|>{self.problem.text}<|end|><|start|>assistant"
        system = "Solve the problem. Write Python in fences when it helps; end with \\boxed{}."
        return (
            f"<|im_start|>system\n{system}<|im_end|>\n<|im_start|>user\n{self.problem.text}"
            "<|im_end|>\n<|im_start|>assistant\n"
        )

    def _attempt(self, index: int) -> Trajectory:
        draw = self._draw
        answer: str | None = str(self._right)
        if draw.random() >= self._skill:
            answer = draw.choice([*self._wrong, self._wrong[0], None])
        turns = draw.choice((0, 1, 1, 2, 3, 5))
        written = [self._turns.turn(last=False, answer=None) for _ in range(turns)]
        written.append(self._turns.turn(last=True, answer=answer))
        if answer is not None and index % 16 == 5:
            given = "<|im_end|>\n<|im_start|>user\nGive your final answer now.<|im_end|>\n"
            silent = Written(self._turns.thought(30), given=given)
            written[-1:] = [silent, Written(f"\\boxed{{{answer}}}", forced=True)]
        reason = StopReason.NO_ANSWER if answer is None else StopReason.ANSWERED
        detail = "" if answer is not None else "the turn ended without an answer"
        if answer is None and draw.random() < 0.5:
            reason, detail = StopReason.GUARD, "low confidence: 9.1 below 11.0 over 2048 tokens"
        return self._assembled(index, written, answer, reason, detail)

    def _assembled(
        self,
        index: int,
        written: Sequence[Written],
        answer: str | None,
        reason: StopReason,
        detail: str,
    ) -> Trajectory:
        prompt_tokens = max(len(self._prompt) // _CHARS_PER_TOKEN, 1)
        mask, turns, clock = bytearray(prompt_tokens), [], 0.0
        for one in written:
            start = len(mask)
            mask += b"\x01" * max(len(one.text) // _CHARS_PER_TOKEN, 1)
            end = len(mask)
            mask += b"\x00" * (len(one.given) // _CHARS_PER_TOKEN)
            seconds = (end - start) / _TOKENS_PER_SECOND * self._draw.uniform(0.8, 1.3)
            turns.append(
                Turn(
                    text=one.text,
                    start=start,
                    end=end,
                    code=one.code,
                    result=one.result,
                    generate_seconds=seconds,
                    forced=one.forced,
                    finish=FinishReason.STOP,
                    given=one.given,
                    began_seconds=clock,
                )
            )
            clock += seconds + 0.02
            if one.result is not None:
                clock += one.result.queue_seconds + one.result.duration_seconds
        logprobs = self._logprobs(mask)
        return Trajectory(
            attempt_id=f"{self.problem.id}/{index}",
            problem_id=self.problem.id,
            index=index,
            seed=1000 + index,
            ids=tuple(self._draw.choices(range(200, 30_000), k=len(mask))),
            mask=bytes(mask),
            logprobs=logprobs,
            prompt_text=self._prompt,
            turns=tuple(turns),
            answer=None if answer is None else Answer(answer, answer),
            stop_reason=reason,
            stop_detail=detail,
            usage=_usage(turns, prompt_tokens, len(mask)),
            token_exact=True,
            engine=ENGINE,
            dialect="harmony" if self._harmony else "fenced",
            started_at=STARTED_AT,
            duration_seconds=clock,
            prompt="default",
            stats=_stats(logprobs, mask),
        )

    def _logprobs(self, mask: bytearray) -> tuple[float, ...]:
        """Mostly sure tokens, with unsure stretches."""
        draw, unsure, drawn = self._draw, 1.0, []
        for place, sampled in enumerate(mask):
            if place % 48 == 0:
                unsure = draw.choice((0.05, 0.1, 0.2, 0.6))
            drawn.append(round(-draw.expovariate(1 / unsure), 5) if sampled else 0.0)
        return tuple(drawn)

    def _on_the_clock(self, attempts: Sequence[Trajectory]) -> list[Trajectory]:
        """Half of the attempts in flight at once; the next one begins when a place is free."""
        free_at = [0.0] * max(len(attempts) // 2, 1)
        placed = []
        for one in attempts:
            place = free_at.index(min(free_at))
            placed.append(replace(one, started_at=STARTED_AT + free_at[place]))
            free_at[place] += one.duration_seconds
        return placed


def _cut_at(trajectory: Trajectory, moment: float) -> Trajectory:
    """The attempt as it would be had it been cancelled then, if it was still going on."""
    left = moment - trajectory.started_at
    if left >= trajectory.duration_seconds:
        return trajectory
    begun = [turn for turn in trajectory.turns if (turn.began_seconds or 0.0) < max(left, 0.001)]
    last = begun[-1]
    seconds = left - (last.began_seconds or 0.0)
    if seconds < last.generate_seconds:  # in the middle of the text
        share = max(seconds / last.generate_seconds, 0.0)
        end = last.start + max(int(share * (last.end - last.start)), 1)
        text = last.text[: int(share * len(last.text))]
        begun[-1] = Turn(
            text, last.start, end, generate_seconds=seconds, began_seconds=last.began_seconds
        )
    tokens = begun[-1].end + len(begun[-1].given) // _CHARS_PER_TOKEN
    mask, prompt_tokens = trajectory.mask[:tokens], trajectory.usage.prompt_tokens
    logprobs = trajectory.logprobs[:tokens]
    return replace(
        trajectory,
        turns=tuple(begun),
        ids=trajectory.ids[:tokens],
        mask=mask,
        logprobs=logprobs,
        answer=None,
        stop_reason=StopReason.CANCELLED,
        stop_detail="the problem was settled",
        duration_seconds=max(left, 0.0),
        usage=_usage(begun, prompt_tokens, tokens),
        stats=_stats(logprobs, mask),
    )


def _usage(turns: Sequence[Turn], prompt_tokens: int, tokens: int) -> Usage:
    sampled = sum(turn.end - turn.start for turn in turns)
    results = [turn.result for turn in turns if turn.result is not None]
    return Usage(
        prompt_tokens=prompt_tokens,
        sampled_tokens=sampled,
        tool_tokens=tokens - prompt_tokens - sampled,
        cells=len(results),
        generate_seconds=sum(turn.generate_seconds for turn in turns),
        execute_seconds=sum(result.duration_seconds for result in results),
    )


def _stats(logprobs: Sequence[float], mask: Sequence[int]) -> AttemptStats:
    drawn = [value for value, sampled in zip(logprobs, mask, strict=True) if sampled]
    mean = sum(drawn) / len(drawn) if drawn else None
    entropy = None if mean is None else -1.2 * mean
    confidence = None if mean is None else 15.0 + 4.0 * mean
    whole = TokenStats(
        tokens=len(drawn),
        group_tokens=2048,
        mean_logprob=mean,
        mean_confidence=confidence,
        tail_confidence=confidence,
        lowest_group=confidence,
        bottom_groups=confidence,
        mean_entropy=entropy,
        tail_entropy=entropy,
        last_entropy=entropy,
        decayed_entropy=entropy,
    )
    nothing = TokenStats(0, 2048)
    return AttemptStats(whole, whole, nothing, whole)
