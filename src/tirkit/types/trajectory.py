"""The frozen record an attempt leaves, also when it was cancelled."""

from dataclasses import dataclass
from enum import StrEnum

from tirkit.types.code import CodeResult
from tirkit.types.stats import AttemptStats
from tirkit.types.tokens import FinishReason
from tirkit.types.verdict import Answer


class StopReason(StrEnum):
    """Why an attempt ended."""

    ANSWERED = "answered"
    """The model ended its turn with an admissible answer."""
    NO_ANSWER = "no_answer"
    """The model ended its turn without an admissible answer."""
    TURN_LIMIT = "turn_limit"
    TOKEN_LIMIT = "token_limit"  # noqa: S105 - not a password
    CELL_LIMIT = "cell_limit"
    DEADLINE = "deadline"
    REPEATED_CODE = "repeated_code"
    FAILED_CELLS = "failed_cells"
    MALFORMED = "malformed"
    CONTEXT_FULL = "context_full"
    GUARD = "guard"
    CANCELLED = "cancelled"
    """Stopped from outside: the problem was settled, or the caller left."""
    ENGINE_ERROR = "engine_error"
    KERNEL_ERROR = "kernel_error"
    FAULT = "fault"
    """A defect in tirkit or in a part somebody plugged in; the detail holds the traceback."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One generation and at most one code run.

    A further call that the model made in the same generation is a turn with no text and no tokens.

    Attributes:
        text: what the model wrote in this turn, up to where the turn ended.
        start: index in the trajectory's ids of the first sampled token.
        end: one past the last sampled token that was kept.
        code: the code that was run, or None; of a block that was cut off, the lines that were.
        result: what it gave, or None.
        note: what was wrong with the turn (a malformed call), or "".
        wasted_tokens: sampled past the end of the turn and thrown away.
        generate_seconds: wall time from the request to the end of the turn's stream.
        forced: whether the turn answers an "answer now" request.
        finish: why the engine stopped; None if the turn was ended before.
        given: text tirkit appended behind the turn: what code gave, a correction, a question.
        began_seconds: from the attempt's start to the turn's request; None in records that do not
            tell, and in a turn that holds a further call of the one before.
    """

    text: str
    start: int
    end: int
    code: str | None = None
    result: CodeResult | None = None
    note: str = ""
    wasted_tokens: int = 0
    generate_seconds: float = 0.0
    forced: bool = False
    finish: FinishReason | None = None
    given: str = ""
    began_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """What was spent. Adds up with `+`.

    Attributes:
        prompt_tokens: the rendered problem, counted once per attempt.
        sampled_tokens: kept tokens drawn from the model.
        tool_tokens: tokens tirkit appended (cell output, corrections, "answer now").
        wasted_tokens: sampled past the end of a turn and thrown away.
        cells: code runs.
        generate_seconds: wall time in generation, summed over attempts.
        execute_seconds: wall time in cells, summed over attempts.
    """

    prompt_tokens: int = 0
    sampled_tokens: int = 0
    tool_tokens: int = 0
    wasted_tokens: int = 0
    cells: int = 0
    generate_seconds: float = 0.0
    execute_seconds: float = 0.0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.sampled_tokens + other.sampled_tokens,
            self.tool_tokens + other.tool_tokens,
            self.wasted_tokens + other.wasted_tokens,
            self.cells + other.cells,
            self.generate_seconds + other.generate_seconds,
            self.execute_seconds + other.execute_seconds,
        )

    @property
    def total_tokens(self) -> int:
        """Tokens in the context at the end: prompt, sampled and appended ones."""
        return self.prompt_tokens + self.sampled_tokens + self.tool_tokens


@dataclass(frozen=True, slots=True)
class Trajectory:
    """The frozen record an attempt leaves.

    `ids`, `mask` and `logprobs` are aligned. Nothing is ever re-rendered: the ids are the prompt,
    then what was sampled and what was appended, in the order it happened.

    Attributes:
        attempt_id: unique in a run.
        problem_id: the problem tried.
        index: number of the attempt among those of its problem, from 0.
        seed: the attempt's seed.
        ids: token ids; `UNKNOWN_TOKEN` where the engine does not tell.
        mask: 1 for a sampled token, 0 for a given one.
        logprobs: natural log-probability of each sampled token, 0.0 for given ones; empty if
            log-probabilities were off.
        prompt_text: the rendered problem, and what was appended before the first turn.
        turns: what happened, turn by turn.
        answer: the admissible answer found, or None.
        stop_reason: why the attempt ended.
        stop_detail: the same in words, with the reason an answer was refused.
        usage: what was spent.
        token_exact: whether `ids` are the engine's own, and all of them known. llama.cpp does not
            tell the ids of half a character.
        engine: name of the engine.
        dialect: name of the dialect.
        started_at: seconds since the epoch.
        duration_seconds: wall time from start to end.
        prompt: name of the prompt; "" if the dialect does not tell.
        reasoner: what a second model that only plans did in this attempt; None without one. Its
            tokens are its own tokenizer's and are not counted in `usage`.
        stats: how sure the model was; None if log-probabilities were off.
    """

    attempt_id: str
    problem_id: str
    index: int
    seed: int
    ids: tuple[int, ...]
    mask: bytes
    logprobs: tuple[float, ...]
    prompt_text: str
    turns: tuple[Turn, ...]
    answer: Answer | None
    stop_reason: StopReason
    stop_detail: str
    usage: Usage
    token_exact: bool
    engine: str
    dialect: str
    started_at: float
    duration_seconds: float
    prompt: str = ""
    reasoner: "Trajectory | None" = None
    stats: AttemptStats | None = None

    def __repr__(self) -> str:
        return (
            f"<Trajectory {self.attempt_id!r}: {self.stop_reason}, answer {self.answer}, "
            f"{len(self.turns)} turns, {len(self.ids)} tokens>"
        )

    @property
    def spent(self) -> Usage:
        """What both models of the attempt have spent."""
        return self.usage if self.reasoner is None else self.usage + self.reasoner.usage

    @property
    def mean_logprob(self) -> float | None:
        """Mean natural log-probability of the sampled tokens, or None without any."""
        if not self.logprobs:
            return None
        drawn = [value for value, sampled in zip(self.logprobs, self.mask, strict=True) if sampled]
        return sum(drawn) / len(drawn) if drawn else None
