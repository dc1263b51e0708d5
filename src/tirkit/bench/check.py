"""Whether the records of a run are fit to be exported, and say the same when read again."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import ValidationError

from tirkit.answers import BOXES
from tirkit.attempt.again import read_again
from tirkit.config import Settings
from tirkit.dialects import dialect_from_name
from tirkit.dialects.interface import AnyDialect, Dialect, Unbound
from tirkit.dialects.mix import DialectMix, prompt_name
from tirkit.engines import Engine
from tirkit.errors import ConfigError
from tirkit.records import Resumed, check_texts, check_trajectory
from tirkit.records.folder import CONFIG_FILE
from tirkit.selection import MajorityVote, Selector, tally
from tirkit.selection.judges import after
from tirkit.types import ANY_ANSWER, Solution, Trajectory


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found on one attempt or one verdict.

    Attributes:
        name: the attempt's id, or the problem's.
        faults: what is wrong, in words.
        not_read: why it could not be read again; "" if it was.
    """

    name: str
    faults: tuple[str, ...] = ()
    not_read: str = ""


class RecordCheck:
    """Checks recorded attempts and verdicts.

    Args:
        settings: of the run; without them each attempt's dialect and prompt are taken by name.
        engine: entered; gives the texts of ids. Without one texts are not compared with ids, and
            dialects that have to look at the model are not read again.
    """

    def __init__(self, settings: Settings | None = None, engine: Engine | None = None) -> None:
        self._settings = settings
        self._engine = engine
        self._mix: DialectMix | None = settings.dialect.mix() if settings else None
        self._bound: dict[tuple[int, str, str], Dialect] = {}

    async def records(self, records: Resumed) -> AsyncIterator[Checked]:
        """Check every attempt, then every verdict."""
        for key, attempts in records.attempts.items():
            solution = records.solutions.get(key)
            for trajectory in attempts:
                yield await self.attempt(trajectory, solution)
        selector = None if self._settings is None else self._settings.vote_selector()
        for solution in records.solutions.values():
            yield check_verdict(solution, selector)

    async def attempt(self, trajectory: Trajectory, solution: Solution | None = None) -> Checked:
        """Lengths and counts, the texts of ids, the events of the turns, the answer.

        Args:
            trajectory: the attempt.
            solution: of its problem; says which answers were admissible.

        Raises:
            EngineError: the engine cannot decode.
        """
        faults = check_trajectory(trajectory)
        if trajectory.reasoner is not None:
            beside = check_trajectory(trajectory.reasoner)
            faults += [f"reasoner: {fault}" for fault in beside]
        if faults:
            return Checked(trajectory.attempt_id, tuple(faults), "its ids are not aligned")
        if self._engine is not None and trajectory.token_exact:
            faults += await check_texts(trajectory, self._engine.decode)
        try:
            dialect = await self._dialect(trajectory)
            domain = ANY_ANSWER if solution is None else solution.problem.domain
            if solution is None and self._settings is not None:
                domain = self._settings.answer_domain()
            sources = self._settings.sources() if self._settings is not None else BOXES
            faults += await read_again(trajectory, dialect, domain, self._decode, sources)
        except ConfigError as error:
            return Checked(trajectory.attempt_id, tuple(faults), str(error))
        return Checked(trajectory.attempt_id, tuple(faults))

    async def _decode(self, ids: Sequence[int]) -> str:
        if self._engine is None:
            raise ConfigError("the texts of its ids are needed: give the engine it was made with")
        return await self._engine.decode(ids)

    async def _dialect(self, trajectory: Trajectory) -> Dialect:
        place = 0 if self._mix is None else self._mix.place(trajectory.index)
        key = (place, trajectory.dialect, trajectory.prompt)
        if key not in self._bound:
            dialect = self._unbound(trajectory)
            if isinstance(dialect, Unbound):
                if self._engine is None:
                    raise ConfigError(
                        f"dialect {dialect.name} has to see the model: give the engine"
                    )
                dialect = await dialect.bind(self._engine)
            self._bound[key] = dialect
        return self._bound[key]

    def _unbound(self, trajectory: Trajectory) -> AnyDialect:
        if self._mix is None:
            return dialect_from_name(trajectory.dialect, prompt=trajectory.prompt or None)
        dialect = self._mix.parts[self._mix.place(trajectory.index)].dialect
        if prompt_name(dialect) != trajectory.prompt:
            raise ConfigError(
                f"its prompt is {trajectory.prompt or 'not recorded'}, that of the settings is "
                f"{prompt_name(dialect)}"
            )
        return dialect


def check_verdict(solution: Solution, selector: Selector | None = None) -> Checked:
    """Whether the attempts that voted give the recorded verdict again.

    Args:
        solution: what was recorded; its votes' weights are taken as they are.
        selector: chose the answer; a majority vote if None.
    """
    verdict = solution.verdict
    by_index = {trajectory.index: trajectory for trajectory in solution.trajectories}
    cast = [vote for entry in verdict.tally.entries for vote in entry.votes]
    missing = [vote.attempt_index for vote in cast if vote.attempt_index not in by_index]
    if missing:
        return Checked(solution.problem.id, (f"attempts {missing} voted and are not there",))
    answers = [(vote, by_index[vote.attempt_index].answer) for vote in cast]
    votes = [replace(vote, answer=answer) for vote, answer in answers if answer is not None]
    again = (selector or MajorityVote()).select(tally(votes, verdict.tally.silent))
    if solution.judgment is not None:
        again = after(again, solution.judgment)
    if again.answer == verdict.answer and len(votes) == len(cast):
        return Checked(solution.problem.id)
    fault = f"the votes give {again.answer}, recorded is {verdict.answer}"
    return Checked(solution.problem.id, (fault,))


def run_settings(directory: Path) -> Settings | None:
    """The settings beside a run's records; None if there are none.

    Raises:
        ConfigError: they are malformed.
    """
    path = directory / CONFIG_FILE
    try:
        tree = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path} is no JSON: {error}") from error
    if not isinstance(tree, dict):
        raise ConfigError(f"{path} holds no object")
    tree.pop("engine", None)
    try:
        return Settings.model_validate(tree)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{path}, setting {where!r}: {first['msg']}") from error
