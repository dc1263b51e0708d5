"""One attempt as a trainer takes it: ids, mask, log-probabilities and reward."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from tirkit.errors import ConfigError
from tirkit.export.tried import Tried
from tirkit.integrations.rl.endings import Ending, RowTerms, Treatment, ending_of
from tirkit.records import check_trajectory
from tirkit.types import CodeStatus, Problem, Trajectory


@dataclass(frozen=True, slots=True)
class TurnSpan:
    """Where a turn's sampled tokens stand in the completion.

    Attributes:
        start: index of the first.
        end: one past the last.
        cell: how the code ended that the turn ran; None without any.
        forced: whether the turn answers an "answer now" request.
    """

    start: int
    end: int
    cell: CodeStatus | None
    forced: bool


@dataclass(frozen=True, slots=True)
class TrainingRow:
    """One attempt as a trainer takes it.

    `completion_ids`, `mask` and `logprobs` are aligned; the ids are the engine's own.

    Attributes:
        problem: what was asked.
        prompt_ids: ids of the rendered problem; empty where the attempt never began.
        completion_ids: all ids behind it, what code gave included.
        mask: 1 for a token the model drew, 0 for a given one.
        logprobs: natural log-probability of each drawn token, 0.0 for given ones; None if the
            engine told none.
        reward: None without a reference, or where the terms give none.
        ending: whose doing the end was.
        treatment: what training makes of it.
        turns: spans of the turns in the completion.
        trajectory: the whole record; None of an attempt that never began.
    """

    problem: Problem
    prompt_ids: tuple[int, ...]
    completion_ids: tuple[int, ...]
    mask: tuple[int, ...]
    logprobs: tuple[float, ...] | None
    reward: float | None
    ending: Ending
    treatment: Treatment
    turns: tuple[TurnSpan, ...] = ()
    trajectory: Trajectory | None = None

    @property
    def loss_mask(self) -> tuple[int, ...]:
        """1 for a token that counts in the loss."""
        masked = self.treatment is Treatment.MASK
        return (0,) * len(self.mask) if masked else self.mask

    @property
    def answer(self) -> str | None:
        """The answer's normal form."""
        found = None if self.trajectory is None else self.trajectory.answer
        return None if found is None else found.canonical

    def fitted(
        self, terms: RowTerms, *, prompt_tokens: int | None, completion_tokens: int | None
    ) -> "TrainingRow":
        """The row cut to what a trainer has room for, and labelled as truncated where it was.

        A prompt that is too long loses its beginning and the row is masked: nothing was drawn
        behind what is left.

        Args:
            terms: what is made of truncated rows.
            prompt_tokens: most ids of a prompt; None for no limit.
            completion_tokens: most ids of a completion; None for no limit.
        """
        row = self
        if completion_tokens is not None and len(row.completion_ids) > completion_tokens:
            row = row._cut(terms, completion_tokens)
        if prompt_tokens is not None and len(row.prompt_ids) > prompt_tokens:
            kept = row.prompt_ids[len(row.prompt_ids) - prompt_tokens :]
            row = replace(
                row,
                prompt_ids=kept,
                ending=_cut_ending(row.ending),
                treatment=Treatment.MASK,
                reward=None,
            )
        return row

    def _cut(self, terms: RowTerms, most: int) -> "TrainingRow":
        ending = _cut_ending(self.ending)
        treatment = terms.treatment(ending)
        earns = treatment is Treatment.TRAIN and self.reward is not None
        spans = (replace(turn, end=min(turn.end, most)) for turn in self.turns if turn.start < most)
        return replace(
            self,
            completion_ids=self.completion_ids[:most],
            mask=self.mask[:most],
            logprobs=None if self.logprobs is None else self.logprobs[:most],
            reward=terms.cut_reward if earns else None,
            ending=ending,
            treatment=treatment,
            turns=tuple(spans),
        )

    def padded(self, token: int) -> "TrainingRow":
        """The row with one masked token where its prompt or completion is empty.

        Trainers take no empty sequence.
        """
        row = self if self.prompt_ids else replace(self, prompt_ids=(token,))
        if row.completion_ids:
            return row
        none = None if row.logprobs is None else (0.0,)
        return replace(row, completion_ids=(token,), mask=(0,), logprobs=none)


def training_row(
    problem: Problem, trajectory: Trajectory, reward: float | None, terms: RowTerms | None = None
) -> TrainingRow:
    """The row of a trajectory, fresh or recorded.

    Raises:
        ConfigError: its ids are not the engine's own, or ids and mask do not fit together.
    """
    terms = terms or RowTerms()
    if not trajectory.token_exact:
        raise ConfigError(
            f"attempt {trajectory.attempt_id}: {trajectory.engine} tells no token ids, and text "
            "that is tokenised again is not what the model drew: use an engine that tells them"
        )
    faults = check_trajectory(trajectory)
    if faults:
        raise ConfigError(f"attempt {trajectory.attempt_id} cannot be trained on: {faults[0]}")
    begin = Tried("", problem, trajectory, None).prompt_end
    ending = ending_of(trajectory.stop_reason)
    treatment = terms.treatment(ending)
    return TrainingRow(
        problem=problem,
        prompt_ids=trajectory.ids[:begin],
        completion_ids=trajectory.ids[begin:],
        mask=tuple(trajectory.mask[begin:]),
        logprobs=_logprobs(trajectory, begin),
        reward=reward if treatment is Treatment.TRAIN else None,
        ending=ending,
        treatment=treatment,
        turns=tuple(
            TurnSpan(
                turn.start - begin,
                turn.end - begin,
                None if turn.result is None else turn.result.status,
                turn.forced,
            )
            for turn in trajectory.turns
        ),
        trajectory=trajectory,
    )


def unbegun_row(problem: Problem, terms: RowTerms) -> TrainingRow:
    """The row of an attempt that was not begun because its problem was settled before."""
    made = terms.treatment(Ending.CANCELLED)
    return TrainingRow(problem, (), (), (), (), None, Ending.CANCELLED, made)


def count_rows(rows: Iterable[TrainingRow]) -> dict[str, float]:
    """Shares of the endings, of masked and of unrewarded rows, by names a trainer may log."""
    all_rows = list(rows)
    most = max(len(all_rows), 1)
    found = Counter(row.ending for row in all_rows)
    shares = {f"tirkit/{ending}": found[ending] / most for ending in Ending}
    masked = sum(row.treatment is Treatment.MASK for row in all_rows)
    unrewarded = sum(row.reward is None for row in all_rows)
    return {**shares, "tirkit/masked": masked / most, "tirkit/no_reward": unrewarded / most}


def _logprobs(trajectory: Trajectory, begin: int) -> tuple[float, ...] | None:
    if trajectory.logprobs or len(trajectory.ids) == begin:
        return trajectory.logprobs[begin:]
    return None


def _cut_ending(ending: Ending) -> Ending:
    from_outside = ending in {Ending.CANCELLED, Ending.TOOL_FAILURE}
    return ending if from_outside else Ending.TRUNCATED
