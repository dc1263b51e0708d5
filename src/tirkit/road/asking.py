"""A stage that asks a model about each row, and believes no reply that does not fit a schema."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, TypeVar

import anyio
from anyio import to_thread
from pydantic import BaseModel

from tirkit.concurrency import first_failure
from tirkit.errors import EngineError
from tirkit.judging import Asker
from tirkit.prompts.road import RoadTexts
from tirkit.road.journal import Journal, row_key
from tirkit.road.reply import read_reply
from tirkit.road.rows import Outcome, Row, Rows, dropped
from tirkit.road.settings import AskSettings
from tirkit.road.stage import Desk
from tirkit.selection.judges import Question

_MOST_FAILED_IN_A_ROW = 3
"""After so many questions the engine failed on, with no reply between, it is taken to be gone."""
_NOT_COMPARED = {"at_once", "seconds", "texts", "most_problems", "grounded"}
"""Settings of the machine, and those each task names itself."""

_Reply = TypeVar("_Reply", bound=BaseModel)


class Task(Protocol[_Reply]):
    """What is asked about a row, and what follows from the reply."""

    @property
    def name(self) -> str:
        """How files and counts name it."""

    @property
    def reply(self) -> type[_Reply]:
        """The schema of replies."""

    def identity(self) -> Mapping[str, Any]:
        """Its wording and settings."""

    def question(self, row: Row) -> str | None:
        """What is asked; None where nothing need be."""

    def unasked(self, row: Row) -> Outcome:
        """What becomes of a row about which nothing was asked."""

    def outcome(self, row: Row, reply: _Reply) -> Outcome:
        """What becomes of a row, by a reply that fits the schema."""


class AskStage(Generic[_Reply]):
    """Asks a model about each row, many at once.

    A reply that does not fit is asked for again with another seed and the fault told. What the
    model has said is kept in a journal; what the engine failed on is not, and is asked again by the
    next run.

    Args:
        task: what is asked.
        settings: how.
        texts: in which words.
        engine: its name.
        seed: of the road.
    """

    def __init__(
        self,
        task: Task[_Reply],
        settings: AskSettings,
        texts: RoadTexts,
        engine: str,
        seed: int,
    ) -> None:
        self._task = task
        self._settings = settings
        self._texts = texts
        self._engine = engine
        self._seed = seed

    @property
    def name(self) -> str:
        """That of the task."""
        return self._task.name

    def identity(self) -> Mapping[str, Any]:
        """The model, how it is asked, and in which words."""
        return {
            "engine": self._engine,
            "seed": self._seed,
            "again": self._texts.again,
            **self._settings.model_dump(mode="json", exclude=_NOT_COMPARED),
            **self._task.identity(),
        }

    async def prepare(self, rows: Rows, desk: Desk) -> None:
        """Ask about every row that was not asked about yet.

        Raises:
            EngineError: it failed on some; the others are kept.
        """
        journal = await to_thread.run_sync(Journal, desk.kept(f"{self.name}.jsonl"))
        with journal:
            work = _Work(self.name, self._todo(rows, journal), journal, desk, len(rows))
            first = await work.next()
            if first is None:
                return
            async with desk.engine:
                asker = Asker(desk.engine, sampling=self._settings.sampling)
                with first_failure():
                    async with anyio.create_task_group() as tasks:
                        tasks.start_soon(self._ask_on, work, asker, first)
                        for _ in range(min(self._settings.at_once, len(rows)) - 1):
                            tasks.start_soon(self._ask_on, work, asker)
            if work.failed:
                raise EngineError(
                    f"{work.failed} rows of {self.name} could not be asked about "
                    f"({work.failure}): run the same command again to go on"
                )

    def outcomes(self, rows: Rows, desk: Desk) -> Iterator[Outcome]:
        """What the journal holds of each row."""
        identity = self.identity()
        with Journal(desk.kept(f"{self.name}.jsonl")) as journal:
            for row in rows:
                if self._task.question(row) is None:
                    yield self._task.unasked(row)
                else:
                    yield journal.get(row_key(identity, row))

    def _todo(self, rows: Rows, journal: Journal) -> "Iterator[_Asked]":
        identity = self.identity()
        for number, row in enumerate(rows):
            question = self._task.question(row)
            key = row_key(identity, row)
            if question is not None and key not in journal:
                yield _Asked(number, row, key, question)

    async def _ask_on(self, work: "_Work", asker: Asker, first: "_Asked | None" = None) -> None:
        """Ask about one row after the other until none is left."""
        asked = first or await work.next()
        while asked is not None:
            try:
                outcome = await self._ask(asker, asked)
            except _UnansweredError as error:
                work.fail(str(error))
            else:
                await work.keep(asked, outcome)
            asked = await work.next()

    async def _ask(self, asker: Asker, asked: "_Asked") -> Outcome:
        refused: list[str] = []
        fault = why = ""
        for number in range(self._settings.tries):
            again = self._texts.fill("again", fault=fault) if fault else ""
            question = Question(
                name=f"{self.name}/{asked.row['id']}#{number}",
                text=asked.question + again,
                seed=_seed(self._seed, asked.key, number),
                max_tokens=self._settings.max_tokens,
                deadline=anyio.current_time() + self._settings.seconds,
            )
            reply = await asker.reply(question)
            if reply.failed:
                raise _UnansweredError(reply.problem)
            if reply.problem:
                fault, why = reply.problem, reply.problem.replace(" ", "_")
            else:
                try:
                    read = await to_thread.run_sync(read_reply, self._task.reply, reply.text)
                except ValueError as error:
                    fault, why = str(error), "malformed_reply"
                else:
                    return replace(self._task.outcome(asked.row, read), refused=tuple(refused))
            refused.append(why)
            if why == "too_long_for_the_context":
                break
        return dropped(asked.row["id"], why, fault, tuple(refused))


class _UnansweredError(Exception):
    """The engine failed on a question."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A row to ask about: its place, what is kept under its key, and the question."""

    number: int
    row: Row
    key: str
    question: str


class _Work:
    """What the workers of a stage share."""

    def __init__(
        self, name: str, todo: Iterator[_Asked], journal: Journal, desk: Desk, total: int
    ) -> None:
        self._name = name
        self._todo = todo
        self._journal = journal
        self._desk = desk
        self._total = total
        self._failed_in_a_row = 0
        self._lock = anyio.Lock()
        self.failed = 0
        self.failure = ""

    async def next(self) -> _Asked | None:
        """The next row; None if there is none, or the engine is gone."""
        async with self._lock:
            if self._failed_in_a_row >= _MOST_FAILED_IN_A_ROW:
                return None
            return await to_thread.run_sync(next, self._todo, None)

    async def keep(self, asked: _Asked, outcome: Outcome) -> None:
        """Keep what became of a row."""
        self._failed_in_a_row = 0
        async with self._lock:
            await to_thread.run_sync(self._journal.put, asked.key, outcome)
        self._desk.tell(self._name, asked.number + 1, self._total)

    def fail(self, why: str) -> None:
        """Count a row the engine failed on."""
        self.failed += 1
        self._failed_in_a_row += 1
        self.failure = self.failure or why


def _seed(seed: int, key: str, number: int) -> int:
    """A seed of 31 bits for one question."""
    digest = hashlib.sha256(f"{seed}/{key}/{number}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> 1
