"""Stages that solve problems with tirkit itself, recorded and gone on with as a benchmark is."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from tirkit.answers import Equivalence, equivalent
from tirkit.bench import BenchRun, run_benches
from tirkit.bench.grader import Grader
from tirkit.config import Settings
from tirkit.errors import EngineError
from tirkit.export import Benchmarks, Form, Preset, ProblemGroup, Tried, presets_for
from tirkit.export.filters import RanCode
from tirkit.export.making import RowMaker, Terms
from tirkit.records import RecordedRun
from tirkit.road.rows import Draft, Dropped, Outcome, Row, Rows, dropped, kept
from tirkit.road.settings import AgreeSettings, TrajectorySettings
from tirkit.road.stage import Desk
from tirkit.types import Problem, Solution, StopReason

_NOT_COMPARED = {"kernels", "max_in_flight"}
"""Settings of the machine, as for a benchmark."""
_BROKEN = {StopReason.ENGINE_ERROR, StopReason.KERNEL_ERROR, StopReason.FAULT}
"""Ends that say nothing of the problem. They count among the attempts: where an engine dies, no
answer may win with the few votes that were there."""
_ROUNDING = 1e-9
"""Votes a share may miss by rounding: 0.1 of 30 is a little more than 3."""
_WITH_CODE = Preset(
    "with-code", frozenset({Form.SFT}), "attempts that ran code", "tirkit", (RanCode(),)
)


class Solved:
    """Problems solved in a run whose folder is named by its settings.

    What was solved once is not solved again, whatever becomes of the rows before it.

    Args:
        name: of the stage.
        settings: of the run.
        engine: its name.
    """

    def __init__(self, name: str, settings: Settings, engine: str) -> None:
        self._name = name
        self._settings = settings
        self._engine = engine

    def identity(self) -> Mapping[str, Any]:
        """Engine and settings."""
        settings = self._settings.model_dump(mode="json", exclude=_NOT_COMPARED)
        return {"engine": self._engine, "run": settings}

    def folder(self, desk: Desk) -> Path:
        """Where the run is recorded; `tirkit report`, `export` and `show` take it."""
        text = json.dumps(self.identity(), sort_keys=True)
        key = hashlib.sha256(text.encode()).hexdigest()[:8]
        return desk.folder / "runs" / f"{self._name}-{key}"

    async def run(self, rows: Rows, desk: Desk) -> None:
        """Solve what is not solved yet.

        Raises:
            EngineError, KernelError: attempts at some problem could not go on; the others are kept.
        """
        drafts = [Draft.model_validate(row) for row in rows]
        if not drafts:
            return
        run = BenchRun(
            desk.engine, self._settings, self.folder(desk), desk.kernels, {"road": self._name}
        )
        [outcome] = await run_benches([run], list(map(asked, drafts)), listener=desk.listener)
        if outcome.failures:
            raise outcome.failures[0][1]
        if outcome.left:
            raise EngineError(f"{outcome.left} problems of {self._name} are left: run it again")

    def key(self, draft: Draft) -> str:
        """The content hash a problem is recorded under."""
        return asked(draft).with_domain(self._settings.answer_domain()).content_hash

    def solutions(self, rows: Rows, desk: Desk) -> Iterator[tuple[Draft, Solution]]:
        """Each draft with what its problem came to."""
        found: RecordedRun | None = None
        for row in rows:
            draft = Draft.model_validate(row)
            found = found or RecordedRun(self.folder(desk))
            yield draft, found.solution(self.key(draft))


class AgreeStage:
    """Keeps problems whose answer several attempts agree on.

    An answer the document gives must be reached by some of them; where it gives none, most of them
    must come to the same, which becomes the answer.

    Args:
        settings: how many that are.
        solved: the run.
        how: its settings, for when two answers are the same.
    """

    name = "agree"

    def __init__(self, settings: AgreeSettings, solved: Solved, how: Settings) -> None:
        self._settings = settings
        self._solved = solved
        self._how = how

    def identity(self) -> Mapping[str, Any]:
        """The run, and the shares."""
        shares = self._settings.model_dump(include={"majority", "support", "most_support"})
        return {**self._solved.identity(), **shares}

    async def prepare(self, rows: Rows, desk: Desk) -> None:
        """Solve the problems."""
        await self._solved.run(rows, desk)

    def outcomes(self, rows: Rows, desk: Desk) -> Iterator[Outcome]:
        """One draft after the other, with its answer and how many agree."""
        for draft, solution in self._solved.solutions(rows, desk):
            yield self.outcome(draft, solution)

    def outcome(self, draft: Draft, solution: Solution) -> Outcome:
        """What becomes of a draft by the attempts at it."""
        tally = solution.verdict.tally
        attempts = tally.votes + tally.silent + tally.left_out
        if not tally.entries:
            return dropped(draft.id, "no_attempt_answered")
        leader = max(tally.entries, key=lambda entry: entry.count)
        if draft.answer is None:
            answer, votes, wanted = leader.answer.text, leader.count, self._settings.majority
        else:
            votes = sum(
                entry.count
                for entry in tally.entries
                if equivalent(entry.answer, draft.answer, self._how.comparison) is Equivalence.EQUAL
            )
            answer, wanted = draft.answer, self._settings.support
        detail = f"{leader.answer}: {leader.count} of {attempts}"
        if not _reaches(votes, attempts, wanted):
            why = self._disagreement(draft, solution, votes, wanted * attempts)
            return dropped(draft.id, why, detail)
        most = self._settings.most_support
        if most < 1 and votes > most * attempts + _ROUNDING:
            return dropped(draft.id, "too_easy", detail)
        agreed = {
            "answer": answer,
            "source_answer": draft.answer,
            "votes": votes,
            "attempts": attempts,
        }
        return kept(draft.model_copy(update=agreed))

    def _disagreement(self, draft: Draft, solution: Solution, votes: int, wanted: float) -> str:
        """Why an answer has too few votes."""
        attempts = solution.trajectories
        broken = sum(one.stop_reason in _BROKEN for one in attempts)
        if broken and votes + broken >= wanted - _ROUNDING:
            return "attempts_failed"
        leader = max(entry.count for entry in solution.verdict.tally.entries)
        leads = _reaches(leader, len(attempts), self._settings.majority)
        return "differs_from_document" if draft.answer is not None and leads else "no_agreement"


class TrajectoryStage:
    """Makes trajectories, and keeps the right ones as rows of `tirkit export --format sft`.

    Args:
        name: of the stage.
        settings: which are kept.
        solved: the run.
        how: its settings, for when two answers are the same.
        with_code: whether only attempts that ran code are kept.
    """

    def __init__(
        self,
        name: str,
        settings: TrajectorySettings,
        solved: Solved,
        how: Settings,
        *,
        with_code: bool,
    ) -> None:
        self.name = name
        self._settings = settings
        self._solved = solved
        self._how = how
        self._with_code = with_code

    def identity(self) -> Mapping[str, Any]:
        """The run, and what is kept of it."""
        kept_of_it = self._settings.model_dump(include={"filters", "ids"}, mode="json")
        return {**self._solved.identity(), **kept_of_it, "with_code": self._with_code}

    async def prepare(self, rows: Rows, desk: Desk) -> None:
        """Solve the problems."""
        if self._settings.attempts:
            await self._solved.run(rows, desk)

    def outcomes(self, rows: Rows, desk: Desk) -> Iterator[Outcome]:
        """The kept attempts at one problem after the other."""
        if not self._settings.attempts:
            return
        presets = presets_for(Form.SFT, self._settings.filters)
        wanted = (*presets, _WITH_CODE) if self._with_code else presets
        maker = RowMaker(Terms(Form.SFT, wanted, self._settings.ids), Benchmarks())
        for draft, solution in self._solved.solutions(rows, desk):
            yield _made(maker, self._group(draft, solution, desk))

    def _group(self, draft: Draft, solution: Solution, desk: Desk) -> ProblemGroup:
        """The attempts, graded by the answer agreed on now, whatever was recorded as reference."""
        problem = replace(solution.problem, id=draft.id, answer=draft.answer)
        tally = solution.verdict.tally
        grader = Grader(problem, self._how.comparison, tally)
        leader = tally.entries[0].count if tally.entries else 0
        run = self._solved.folder(desk).name
        attempts = tuple(
            Tried(run, problem, one, grader.is_right(one.answer), leader, tally.votes)
            for one in solution.trajectories
        )
        return ProblemGroup(problem.content_hash, problem, attempts)


def _reaches(votes: int, attempts: int, share: float) -> bool:
    """Whether so many of all attempts are at least a share of them."""
    return votes > 0 and votes >= share * attempts - _ROUNDING


def asked(draft: Draft) -> Problem:
    """The problem of a draft."""
    return Problem(draft.problem, draft.id, draft.answer)


def _made(maker: RowMaker, group: ProblemGroup) -> Outcome:
    """The rows of a problem, and every attempt at it that was left out."""
    before = maker.counts.attempts_dropped.copy()
    rows: tuple[Row, ...] = tuple(maker.rows(group))
    left = maker.counts.attempts_dropped - before
    name = group.problem.id
    return Outcome(rows, tuple(Dropped(name, why) for why in left.elements()))
