"""Reads the settled problems of runs, one at a time, with every attempt graded."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tirkit.answers import Comparison
from tirkit.bench import run_settings
from tirkit.bench.grader import EXACT, Grader
from tirkit.errors import ConfigError
from tirkit.export.tried import LARGEST_ID, ProblemGroup, Tried
from tirkit.records import RecordedRun, check_trajectory
from tirkit.records.reader import RECORDS_FILE
from tirkit.types import Solution, StopReason, Trajectory

Decode = Callable[[Sequence[int]], str]
CheckTexts = Callable[[Trajectory], list[str]]

_BROKEN = {StopReason.ENGINE_ERROR, StopReason.KERNEL_ERROR, StopReason.FAULT}
"""Ends that say nothing of the model."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Turns ids into text, with the tokenizer they were made with.

    Attributes:
        decode: text of ids, special tokens included.
        check: where a trajectory's ids do not say its text, in words.
    """

    decode: Decode
    check: CheckTexts


class ExportSource:
    """The runs of an export.

    Args:
        directories: of the runs; one that holds runs stands for all of them.

    Raises:
        ConfigError: there is none, or the same twice.
        RecordError: the records of one are damaged.
    """

    def __init__(self, directories: Sequence[Path]) -> None:
        paths = [path for one in directories for path in _runs(one)]
        if len({path.resolve() for path in paths}) != len(paths):
            raise ConfigError("a run is named twice: name it once")
        if not paths:
            raise ConfigError("there is no run to export: name the folder of one")
        names = _names(paths)
        self.runs = tuple(
            (name, RecordedRun(path), _comparison(path))
            for name, path in zip(names, paths, strict=True)
        )

    @property
    def open_problems(self) -> int:
        """Problems with attempts and no verdict; their text is not in the records yet."""
        return sum(len(run.attempts.keys() - run.problems.keys()) for _, run, _ in self.runs)

    @property
    def keys(self) -> tuple[str, ...]:
        """Content hashes of the settled problems, in the order they first come."""
        return tuple(dict.fromkeys(key for _, run, _ in self.runs for key in run.problems))

    @property
    def identity(self) -> list[dict[str, object]]:
        """What the export was made of: each run's name and what its outline holds."""
        return [
            {
                "run": name,
                "problems": len(run.problems),
                "attempts": sum(map(len, run.attempts.values())),
                "bytes": run.outline.end,
            }
            for name, run, _ in self.runs
        ]

    def groups(self) -> Iterator[ProblemGroup]:
        """Every settled problem with its attempts of all runs; grading blocks.

        Raises:
            RecordError: a row is damaged.
        """
        for key in self.keys:
            solved = [
                (name, run.solution(key), how)
                for name, run, how in self.runs
                if key in run.problems
            ]
            attempts = [one for told in solved for one in _graded(*told)]
            yield ProblemGroup(key, solved[0][1].problem, tuple(attempts))


def unfit(tried: Tried, *, ids: bool, cancelled: bool) -> str:
    """Why an attempt is fit for no training at all, in one word to count by; "" if it is.

    Args:
        tried: the attempt.
        ids: whether its token ids are wanted.
        cancelled: whether attempts that were stopped from outside are.
    """
    trajectory = tried.trajectory
    stopped = trajectory.stop_reason
    if stopped in _BROKEN or (stopped is StopReason.CANCELLED and not cancelled):
        return f"stopped_{stopped}"
    if check_trajectory(trajectory):
        return "misaligned"
    if not any(trajectory.mask) and not any(turn.text for turn in trajectory.turns):
        return "nothing_sampled"
    return _unfit_figures(trajectory) or (_unfit_ids(trajectory) if ids else "")


def _unfit_figures(trajectory: Trajectory) -> str:
    if not all(map(math.isfinite, trajectory.logprobs)):
        return "logprobs_not_finite"
    return "" if -LARGEST_ID <= trajectory.seed <= LARGEST_ID else "seed_out_of_range"


def _unfit_ids(trajectory: Trajectory) -> str:
    if not trajectory.token_exact:
        return "no_exact_ids"
    if not any(trajectory.mask):
        return "nothing_sampled"
    in_range = min(trajectory.ids) >= 0 and max(trajectory.ids) <= LARGEST_ID
    return "" if in_range else "ids_out_of_range"


def read_texts(tried: Tried, reader: Reader) -> Tried | str:
    """The attempt with its decoded text, or `texts_differ`."""
    if reader.check(tried.trajectory):
        return "texts_differ"
    text = reader.decode(tried.trajectory.ids[tried.prompt_end :])
    return replace(tried, decoded=text)


def _graded(name: str, solution: Solution, how: Comparison) -> Iterator[Tried]:
    tally = solution.verdict.tally
    grader = Grader(solution.problem, how, tally)
    leader = tally.entries[0].count if tally.entries else 0
    for trajectory in solution.trajectories:
        right = grader.is_right(trajectory.answer) if grader.has_reference else None
        yield Tried(name, solution.problem, trajectory, right, leader, tally.votes)


def _runs(path: Path) -> list[Path]:
    """The folder of a run, or those of the runs inside.

    Raises:
        ConfigError: it is neither.
    """
    if (path / RECORDS_FILE).exists():
        return [path]
    inside = sorted(file.parent for file in path.glob(f"*/{RECORDS_FILE}")) if path.is_dir() else []
    if not inside:
        raise ConfigError(f"{path} is no folder of a run: there is no {RECORDS_FILE} in it")
    return inside


def _names(paths: Sequence[Path]) -> list[str]:
    """Names of the runs, told apart by the folder they are in where they are the same."""
    short = [path.resolve().name for path in paths]
    if len(set(short)) == len(short):
        return short
    return [f"{path.resolve().parent.name}/{path.resolve().name}" for path in paths]


def _comparison(path: Path) -> Comparison:
    """When two answers are the same, as the run's settings say where they can be read."""
    try:
        settings = run_settings(path)
    except ConfigError:
        return EXACT
    return EXACT if settings is None else settings.comparison
