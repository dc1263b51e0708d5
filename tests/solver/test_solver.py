"""The face: Solver, stream and the blocking solve."""

import subprocess
import sys
import threading
from dataclasses import replace

import anyio
import pytest

import tirkit
from tirkit.engines.replay import Fault, FaultKind, Recording, ReplayEngine, RequestPlace
from tirkit.errors import ConfigError, EngineError
from tirkit.events import Event, ProblemFinished, ProblemSettled, ProblemStarted
from tirkit.testing import FakeKernelSource
from tirkit.types import AnswerDomain, CodeResult, CodeStatus, GenerateRequest, Problem

TURNS = ["Hm.\n```python\nprint(6*7)\n```\n", "So it is \\boxed{42}."]
KERNELS = FakeKernelSource(lambda _code: CodeResult(CodeStatus.OK, stdout="42\n"))


def script(request: GenerateRequest) -> Recording:
    place = RequestPlace.of(request.request_id)
    assert place is not None
    return Recording.from_text(TURNS[min(place.turn, 1)])


async def test_solver_when_it_solves_then_the_solution_holds_everything() -> None:
    async with tirkit.Solver(ReplayEngine(script), kernels=KERNELS, attempts=3) as solver:
        solution = await solver.solve("What is 6 * 7?")
    assert str(solution.answer) == "42"
    assert solution.confidence == 1.0
    assert solution.usage.cells >= 2
    assert len(solution.trajectories) == 3
    assert solution.stop_reason


async def test_solver_when_many_problems_run_then_solutions_come_in_order() -> None:
    asked = [Problem(f"What is {n} * 7?", id=f"p{n}") for n in range(5)]
    async with tirkit.Solver(
        ReplayEngine(script), kernels=KERNELS, attempts=2, max_in_flight=3
    ) as solver:
        solutions = await solver.solve_all(asked)
    assert [solution.problem.id for solution in solutions] == [f"p{n}" for n in range(5)]


async def test_stream_when_read_then_events_come_in_order_and_end_with_the_solution() -> None:
    events: list[Event] = []
    async with tirkit.Solver(ReplayEngine(script), kernels=KERNELS, attempts=2) as solver:
        async for event in solver.stream("What is 6 * 7?"):
            events.append(event)
    assert isinstance(events[0], ProblemStarted)
    assert isinstance(events[-1], ProblemFinished)
    assert any(isinstance(event, ProblemSettled) for event in events)


async def test_stream_when_closed_early_then_its_attempts_are_gone() -> None:
    stalled = Recording.from_text("Hm", fault=Fault(FaultKind.STALL))
    engine = ReplayEngine(lambda _: stalled)
    async with tirkit.Solver(engine, kernels=KERNELS, attempts=2) as solver:
        stream = solver.stream("What is 6 * 7?")
        assert isinstance(await anext(stream), ProblemStarted)
        await stream.aclose()
        with anyio.fail_after(10):
            while engine.unfinished_requests:  # noqa: ASYNC110 - polls an engine
                await anyio.sleep(0.001)


async def test_stream_when_the_engine_dies_then_the_iterator_raises() -> None:
    dying = Recording.from_text("Hm", fault=Fault(FaultKind.DEATH))
    async with tirkit.Solver(ReplayEngine(lambda _: dying), kernels=KERNELS, attempts=2) as solver:
        with pytest.raises(EngineError, match="no attempt could go on"):
            async for _event in solver.stream("What is 6 * 7?"):
                pass


def test_blocking_solve_when_called_from_a_thread_then_it_works() -> None:
    answers: list[str] = []

    def work() -> None:
        solution = tirkit.solve("What is 6 * 7?", ReplayEngine(script), kernels=KERNELS, attempts=1)
        answers.append(str(solution.answer))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(30)
    assert answers == ["42"]


async def test_blocking_solve_when_called_inside_a_loop_then_it_works() -> None:
    solution = tirkit.solve("What is 6 * 7?", ReplayEngine(script), kernels=KERNELS, attempts=1)
    assert str(solution.answer) == "42"


async def test_solver_when_the_engine_is_shared_then_it_is_left_open() -> None:
    async with ReplayEngine(script) as engine:
        for _ in range(2):
            async with tirkit.Solver(
                engine, kernels=KERNELS, share_engine=True, attempts=1
            ) as solver:
                assert str((await solver.solve("What is 6 * 7?")).answer) == "42"


async def test_domain_when_settings_have_one_then_problems_without_one_get_it() -> None:
    async with tirkit.Solver(
        ReplayEngine(script), kernels=KERNELS, attempts=1, domain="integer:0..9"
    ) as solver:
        refused = await solver.solve("What is 6 * 7?")
        own = Problem("What is 6 * 7?", domain=AnswerDomain.parse("integer"))
        taken = await solver.solve(own)
    assert refused.answer is None
    assert "42" in refused.trajectories[0].stop_detail
    assert str(taken.answer) == "42"


async def test_prompts_when_mixed_then_attempts_take_turns_and_tell_theirs() -> None:
    prompts = [{"prompt": "default", "share": 2}, {"prompt": "plain"}]
    async with tirkit.Solver(
        ReplayEngine(script), kernels=KERNELS, attempts=6, dialect={"prompt": prompts},
        stop="after_attempts(6)",
    ) as solver:  # fmt: skip
        solution = await solver.solve("What is 6 * 7?")
    taken = [trajectory.prompt for trajectory in solution.trajectories]
    assert taken == ["default", "plain", "default"] * 2
    chat = [trajectory.prompt_text.startswith("<|im_start|>") for trajectory in
            solution.trajectories]  # fmt: skip
    assert chat == [True, False, True] * 2


async def test_solver_when_not_entered_then_the_error_says_how() -> None:
    with pytest.raises(ConfigError, match="async with Solver"):
        await tirkit.Solver(ReplayEngine(script)).solve("What is 6 * 7?")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"attempts": 0}, "attempts is 0"),
        ({"attempts": "many"}, "attempts"),
        ({"limits": {"max_cells": -1}}, "max_cells is -1"),
        ({"limits": {"max_sells": 1}}, "max_sells"),
        ({"sampling": {"temperature": -1}}, "temperature is -1"),
        ({"stop": "when_tired()"}, "unknown stop rule 'when_tired'"),
        ({"domain": "prime"}, "unknown answer domain 'prime'"),
        ({"preset": "fast"}, "unknown preset 'fast'"),
        ({"dialect": {"prompt": "no-such"}}, "no-such"),
        ({"colour": "red"}, "colour"),
        ({"problem_seconds": -5}, "problem_seconds is -5"),
    ],
)
def test_solver_when_a_setting_is_bad_then_one_clear_error(
    options: dict[str, object], message: str
) -> None:
    with pytest.raises(ConfigError, match=message.replace("(", r"\(").replace(")", r"\)")):
        tirkit.Solver(ReplayEngine(script), **options)  # type: ignore[arg-type]


def test_problem_when_empty_then_one_clear_error() -> None:
    with pytest.raises(ConfigError, match="is empty"):
        replace(Problem("x", id="p7"), text=" \n")


def test_import_when_done_then_nothing_heavy_is_loaded() -> None:
    heavy = ("torch", "vllm", "sympy", "zmq", "transformers", "jupyter_client", "aiohttp", "rich")
    code = (
        "import sys, tirkit; assert 'tirkit.types' not in sys.modules; tirkit.Solver; "
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_public_names_when_listed_then_each_is_there() -> None:
    assert list(tirkit.__all__) == sorted(tirkit.__all__)
    for name in tirkit.__all__:
        assert getattr(tirkit, name).__name__ == name
    assert set(tirkit.__all__) <= set(dir(tirkit))
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        tirkit.Nothing  # noqa: B018 - the access is the test


async def test_solver_when_the_block_raises_then_the_error_comes_out_as_it_is() -> None:
    dying = Recording.from_text("Hm", fault=Fault(FaultKind.DEATH))
    with pytest.raises(EngineError, match="no attempt could go on"):
        async with tirkit.Solver(ReplayEngine(lambda _: dying), kernels=KERNELS) as solver:
            await solver.solve("What is 6 * 7?")


async def test_solver_when_cancelled_then_the_cancel_goes_through_and_nothing_is_left() -> None:
    stalled = Recording.from_text("Hm", fault=Fault(FaultKind.STALL))
    engine = ReplayEngine(lambda _: stalled)
    with anyio.move_on_after(0.03) as scope:
        async with tirkit.Solver(engine, kernels=KERNELS) as solver:
            await solver.solve("What is 6 * 7?")
    assert scope.cancelled_caught
    assert engine.unfinished_requests == 0


async def test_solve_all_when_the_engine_dies_then_its_error_comes_out_as_it_is() -> None:
    dying = Recording.from_text("Hm", fault=Fault(FaultKind.DEATH))
    async with tirkit.Solver(ReplayEngine(lambda _: dying), kernels=KERNELS) as solver:
        with pytest.raises(EngineError, match="no attempt could go on"):
            await solver.solve_all(["What is 6 * 7?", "What is 6 * 8?"])
