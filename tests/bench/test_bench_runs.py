"""Benchmarks end well however they end, keep what was finished, and can be gone on with."""

import errno
import os
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Self

import anyio
import pytest

from tirkit.bench import (
    BenchMetrics,
    BenchOutcome,
    BenchRun,
    Halt,
    repeat_runs,
    run_bench,
    run_benches,
    sum_up_repeats,
)
from tirkit.bench.runner import refuse_records
from tirkit.config import Settings, load_settings
from tirkit.engines.replay import Fault, FaultKind, Recording, ReplayEngine, RequestPlace
from tirkit.errors import ConfigError, EngineError, RecordError
from tirkit.events import AttemptStarted, Event, ProblemFinished, ProblemStarted
from tirkit.records import read_records
from tirkit.solver import Solver
from tirkit.testing import FakeKernelSource
from tirkit.types import GenerateRequest, Problem

ANSWER = Recording.from_text("So \\boxed{42}.")
NO_KERNELS = FakeKernelSource({})


def problems(count: int) -> list[Problem]:
    return [Problem(f"What is {n} + 0?", id=f"p{n}", answer="42") for n in range(count)]


def settings(**overrides: object) -> Settings:
    return load_settings(overrides={"attempts": 2, "max_in_flight": 1, **overrides}, environment={})


def bench(engine: ReplayEngine, out: Path, **overrides: object) -> BenchRun:
    return BenchRun(engine, settings(**overrides), out, kernels=NO_KERNELS)


class CountedEngine(ReplayEngine):
    """Counts how often it is started."""

    entered = 0

    async def __aenter__(self) -> Self:
        self.entered += 1
        return await super().__aenter__()


class Watched:
    """Counts the problems in flight."""

    def __init__(self) -> None:
        self.in_flight = self.most = 0
        self.begun: list[str] = []

    def listen(self, event: Event) -> None:
        match event:
            case ProblemStarted(problem=problem):
                self.begun.append(problem.id)
                self.in_flight += 1
                self.most = max(self.most, self.in_flight)
            case ProblemFinished():
                self.in_flight -= 1


def place(request: GenerateRequest) -> RequestPlace:
    found = RequestPlace.of(request.request_id)
    assert found is not None
    return found


async def test_bench_when_the_engine_dies_then_its_error_comes_out_and_the_rest_is_kept(
    tmp_path: Path,
) -> None:
    dead = Recording.from_text("Hm", fault=Fault(FaultKind.DEATH))

    def dies_at_the_second(request: GenerateRequest) -> Recording:
        return ANSWER if place(request).problem_id == "p0" else dead

    watched = Watched()
    first = bench(ReplayEngine(dies_at_the_second), tmp_path)
    with pytest.raises(EngineError, match="problem p1: no attempt could go on"):
        await run_bench(first, problems(9), listener=watched.listen)
    assert len(read_records(tmp_path).solutions) == 1
    assert watched.begun == ["p0", "p1", "p2", "p3"]  # then the engine is taken to be gone
    again = bench(ReplayEngine(lambda _: ANSWER), tmp_path)
    metrics = await run_bench(again, problems(9))
    assert metrics.maj_at_k is not None
    assert (metrics.problems, metrics.maj_at_k.value) == (9, 1.0)
    attempts = read_records(tmp_path).attempts.values()
    assert {len(runs) for runs in attempts} == {2}


async def test_bench_when_one_problem_fails_then_the_others_are_solved_and_it_is_told(
    tmp_path: Path,
) -> None:
    faulty = Recording.from_text("Hm", fault=Fault(FaultKind.ERROR))

    def fails_at_the_second(request: GenerateRequest) -> Recording:
        return faulty if place(request).problem_id == "p1" else ANSWER

    [outcome] = await run_benches([bench(ReplayEngine(fails_at_the_second), tmp_path)], problems(5))
    assert outcome.metrics is not None
    assert (outcome.metrics.problems, outcome.left, outcome.stopped) == (4, 1, False)
    assert [name for name, _ in outcome.failures] == ["p1"]
    assert len(read_records(tmp_path).solutions) == 4


async def test_bench_when_nothing_is_left_to_do_then_the_engine_is_not_started(
    tmp_path: Path,
) -> None:
    engine = CountedEngine(lambda _: ANSWER)
    first = await run_bench(bench(engine, tmp_path), problems(3))
    assert engine.entered == 1
    assert await run_bench(bench(engine, tmp_path), problems(3)) == first
    assert engine.entered == 1


async def test_bench_when_there_are_many_problems_then_few_are_in_flight(tmp_path: Path) -> None:
    watched = Watched()
    run = bench(ReplayEngine(lambda _: ANSWER), tmp_path, max_in_flight=6, stop="after_attempts(2)")
    await run_bench(run, problems(40), listener=watched.listen)
    # Three problems of two attempts fill the places; a fourth takes what the first leaves.
    assert 3 <= watched.most <= 4
    assert watched.begun == [f"p{n}" for n in range(40)]


async def test_bench_when_halted_then_problems_in_flight_are_finished_and_no_other_begins(
    tmp_path: Path,
) -> None:
    halt, watched = Halt(), Watched()
    asked: list[int] = []

    def listen(event: Event) -> None:
        watched.listen(event)
        if isinstance(event, AttemptStarted) and event.problem_id == "p2" and not asked:
            asked.append(halt.finish())

    run = bench(ReplayEngine(lambda _: ANSWER), tmp_path, max_in_flight=2)
    [outcome] = await run_benches([run], problems(9), listener=listen, halt=halt)
    assert asked == [watched.most]
    begun = len(watched.begun)
    assert 3 <= begun < 9
    assert (outcome.left, outcome.stopped) == (9 - begun, True)
    assert len(read_records(tmp_path).solutions) == begun
    assert (await run_bench(run, problems(9))).problems == 9


async def test_bench_when_stopped_then_attempts_in_flight_are_given_up_and_others_kept(
    tmp_path: Path,
) -> None:
    halt = Halt()
    slow = Recording.from_text("Hm", fault=Fault(FaultKind.STALL))

    def stalls(request: GenerateRequest) -> Recording:
        found = place(request)
        return slow if (found.problem_id, found.index) == ("p1", 1) else ANSWER

    def listen(event: Event) -> None:
        if isinstance(event, AttemptStarted) and event.attempt_id == "p1#1":
            halt.stop()

    engine = ReplayEngine(stalls)
    run = bench(engine, tmp_path, stop="after_attempts(2)")
    with anyio.fail_after(30):
        [outcome] = await run_benches([run], problems(4), listener=listen, halt=halt)
    assert (outcome.left, outcome.stopped) == (3, True)
    assert engine.unfinished_requests == 0
    kept = read_records(tmp_path)
    assert len(kept.solutions) == 1
    assert sum(map(len, kept.attempts.values())) == 3
    assert NO_KERNELS.open_leases == 0


async def test_bench_when_halted_while_the_engine_starts_then_it_ends_at_once(
    tmp_path: Path,
) -> None:
    halt = Halt()

    class Slow(ReplayEngine):
        async def __aenter__(self) -> Self:
            assert halt.finish() == 0
            await anyio.sleep_forever()
            return self

    with anyio.fail_after(30):
        [outcome] = await run_benches(
            [bench(Slow(lambda _: ANSWER), tmp_path)], problems(2), halt=halt
        )
    assert (outcome.metrics, outcome.left, outcome.stopped) == (None, 2, True)


async def test_bench_when_the_disk_is_full_then_the_run_ends_and_can_be_gone_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = bench(ReplayEngine(lambda _: ANSWER), tmp_path)
    calls = Counter[str]()

    def full(descriptor: int) -> None:
        calls["fsync"] += 1
        if calls["fsync"] > 8:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(RecordError, match="No space left"):
            await run_bench(run, problems(9))
    before = read_records(tmp_path)
    assert 0 < len(before.solutions) < 9
    assert (await run_bench(run, problems(9))).problems == 9
    after = read_records(tmp_path)
    assert all(after.solutions[key] == one for key, one in before.solutions.items())


async def test_bench_when_the_records_are_of_other_problems_then_they_are_refused(
    tmp_path: Path,
) -> None:
    run = bench(ReplayEngine(lambda _: ANSWER), tmp_path)
    await run_bench(run, problems(4)[:2])
    await run_bench(run, problems(4))  # more of the same are fine, and fewer
    await run_bench(run, problems(4)[:1])
    with pytest.raises(ConfigError, match="holds records of other problems"):
        await run_bench(run, [Problem("Something else?")])
    with pytest.raises(ConfigError, match="no problem to solve"):
        await run_bench(run, [])
    refuse_records([replace(run, out=tmp_path / "new")])
    with pytest.raises(ConfigError, match="leave --no-resume out"):
        refuse_records([run])


async def test_bench_when_problems_have_no_reference_then_nothing_is_graded(
    tmp_path: Path,
) -> None:
    asked = [replace(problem, answer=None) for problem in problems(2)]
    metrics = await run_bench(bench(ReplayEngine(lambda _: ANSWER), tmp_path), asked)
    assert (metrics.graded, metrics.maj_at_k, metrics.pass_at_1) == (0, None, None)
    assert metrics.no_answer.value == 0.0


async def test_bench_when_what_runs_beside_it_fails_then_the_run_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    left: list[str] = []

    async def stays(run: BenchRun, solver: Solver) -> None:
        try:
            await anyio.sleep_forever()
        finally:
            left.append(solver.engine.name)

    async def fails(run: BenchRun, solver: Solver) -> None:
        raise OSError("no such display")

    run = bench(ReplayEngine(lambda _: ANSWER), tmp_path)
    assert (await run_bench(run, problems(1), beside=fails)).problems == 1
    assert "no such display" in caplog.text
    assert (await run_bench(run, problems(2), beside=stays)).problems == 2
    assert left == ["replay"]


async def test_repeats_when_run_then_each_has_its_seed_and_folder_and_the_engine_starts_once(
    tmp_path: Path,
) -> None:
    wrong = Recording.from_text("So \\boxed{7}.")

    def by_seed(request: GenerateRequest) -> Recording:
        first = request.seed in seeds[5]
        return wrong if first and place(request).problem_id == "p0" else ANSWER

    engine = CountedEngine(by_seed)
    runs = repeat_runs(bench(engine, tmp_path, seed=5), 3)
    assert [run.out.name for run in runs] == ["seed-5", "seed-6", "seed-7"]
    seeds = {run.settings.seed: await all_seeds(run, tmp_path) for run in runs}
    assert len(set().union(*seeds.values())) == sum(map(len, seeds.values())) == 12
    outcomes = await run_benches(runs, problems(2))
    assert engine.entered == 1
    figures = sum_up_repeats([5, 6, 7], [measured(one) for one in outcomes])
    assert figures.maj_at_k is not None
    assert figures.maj_at_k.values == (0.5, 1.0, 1.0)
    assert figures.maj_at_k.mean == pytest.approx(5 / 6)
    assert figures.maj_at_k.spread == pytest.approx((1 / 12) ** 0.5)
    # Over the problems' means 2/3 and 1, not over six independent problems.
    assert (figures.maj_at_k.low, figures.maj_at_k.high) == pytest.approx((2 / 3, 1.0))
    assert figures.no_answer.spread == 0.0
    again = await run_benches(runs, problems(2))
    assert [one.metrics for one in again] == [one.metrics for one in outcomes]
    assert engine.entered == 1
    with pytest.raises(ConfigError, match="holds repeats"):
        repeat_runs(bench(engine, tmp_path), 1)
    with pytest.raises(ConfigError, match="holds a single run"):
        repeat_runs(runs[0], 2)
    with pytest.raises(ConfigError, match="at least 1"):
        repeat_runs(runs[0], 0)


async def test_repeats_when_halted_then_no_further_one_begins(tmp_path: Path) -> None:
    halt = Halt()

    def listen(event: Event) -> None:
        if isinstance(event, AttemptStarted):
            halt.finish()

    runs = repeat_runs(bench(ReplayEngine(lambda _: ANSWER), tmp_path), 3)
    outcomes = await run_benches(runs, problems(2), listener=listen, halt=halt)
    assert [one.left for one in outcomes] == [1]
    assert not runs[1].out.exists()


def measured(outcome: BenchOutcome) -> BenchMetrics:
    assert outcome.metrics is not None
    return outcome.metrics


async def all_seeds(run: BenchRun, tmp_path: Path) -> set[int | None]:
    """The seeds of a run's requests, from a run of its own."""
    seen: set[int | None] = set()

    def note(request: GenerateRequest) -> Recording:
        seen.add(request.seed)
        return ANSWER

    out = tmp_path / "probes" / run.out.name
    probe = replace(run, engine=ReplayEngine(note), out=out)
    probe = replace(probe, settings=run.settings.model_copy(update={"stop": "after_attempts(2)"}))
    await run_bench(probe, problems(2))
    return seen
