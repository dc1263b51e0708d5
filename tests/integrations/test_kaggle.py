"""The predictor as the competition calls it, with engines that stall and die, on a clock."""

import logging
import sys
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, Self, cast

import anyio
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.integrations.gateway import (
    KERNELS,
    Say,
    answering,
    dying,
    engine_of,
    predicting,
    run_gateway,
    stalling,
    texts,
)
from tirkit.engines.replay import Recording, ReplayEngine, RequestPlace
from tirkit.errors import ConfigError, EngineError
from tirkit.integrations.kaggle import KagglePredictor, predictor, serve
from tirkit.integrations.kaggle.open_solver import OpenSolver
from tirkit.kernels.interface import Kernel
from tirkit.testing import FakeClock, FakeKernelSource
from tirkit.types import CodeResult, CodeStatus

TOTAL_SECONDS = 17_400.0
CLAMPED = {"time_bank": "clamped(base=300, high=900)", "total_seconds": TOTAL_SECONDS}


def test_gateway_when_50_problems_come_in_any_order_then_each_gets_its_own_answer() -> None:
    clock = FakeClock()
    says = {f"p{number}": answering(number) for number in range(50)}  # 0 is one of them
    with predicting(says, clock, competition=CLAMPED) as made:
        replies = run_gateway(made, texts(says), clock)
    assert {name: reply.value for name, reply in replies.items()} == {
        f"p{number}": number for number in range(50)
    }
    assert clock() < 50 * 60


def test_construction_when_the_engine_starts_slowly_then_only_the_first_call_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = FakeClock()
    asked = anyio.Event()
    answer = OpenSolver.answer

    async def told(solver: OpenSolver, *arguments: Any) -> None:
        asked.set()
        await answer(solver, *arguments)

    class Slow(ReplayEngine):
        async def __aenter__(self) -> Self:
            await asked.wait()  # else the clock jumps before anybody asks
            await anyio.sleep(240)
            return await super().__aenter__()

    monkeypatch.setattr(OpenSolver, "answer", told)
    says = {name: answering(7) for name in "ab"}
    with predicting(says, clock, engine=Slow(engine_of(says).script)) as made:
        assert made.wait_ready(0.01) is False
        replies = run_gateway(made, texts(says), clock, seed=0)
    first, second = replies.values()
    assert (first.value, second.value) == (7, 7)
    assert first.seconds >= 240
    assert second.seconds < 60


def test_engine_when_it_stalls_60_seconds_then_the_answer_comes_and_the_stall_counts() -> None:
    clock = FakeClock()
    says = {"a": answering(5, seconds=2 * 60), "b": answering(6)}
    with predicting(says, clock, competition={**CLAMPED, "problems": 2}) as made:
        replies = run_gateway(made, texts(says), clock)
        assert made.bank.left_seconds == pytest.approx(TOTAL_SECONDS - clock())
    assert {name: reply.value for name, reply in replies.items()} == {"a": 5, "b": 6}
    assert replies["a"].seconds > 120


def test_engine_when_it_stalls_for_ever_then_its_problem_alone_is_lost() -> None:
    clock = FakeClock()
    says = {f"p{number}": answering(number) for number in range(1, 9)}
    says["p3"] = stalling
    with predicting(says, clock, competition={**CLAMPED, "problems": 8, "fallback": 77}) as made:
        replies = run_gateway(made, texts(says), clock)
    assert replies["p3"].value == 77
    assert replies["p3"].seconds <= 1740 + 1
    assert all(replies[f"p{n}"].value == n for n in range(1, 9) if n != 3)


def test_engine_when_it_stalls_after_some_votes_then_the_leader_is_answered() -> None:
    def say(place: RequestPlace) -> Recording:
        return stalling(place) if place.index else answering(11)(place)

    clock = FakeClock()
    with predicting({"a": say}, clock, competition={**CLAMPED, "problems": 1}) as made:
        replies = run_gateway(made, texts({"a": say}), clock)
    assert replies["a"].value == 11


def test_engine_when_it_dies_then_it_is_started_again_and_the_problem_too() -> None:
    deaths: list[str] = []

    def once(place: RequestPlace) -> Recording:
        if not deaths:
            deaths.append(place.problem_id)
            return dying(place)
        return answering(9)(place)

    clock = FakeClock()
    says: dict[str, Say] = {"a": answering(1), "b": once, "c": answering(3)}
    with predicting(says, clock) as made:
        replies = run_gateway(made, texts(says), clock)
    assert {name: reply.value for name, reply in replies.items()} == {"a": 1, "b": 9, "c": 3}
    assert deaths == ["b"]


def test_engine_when_it_dies_every_time_then_every_call_answers_within_the_limit(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = FakeClock()
    says = dict.fromkeys((f"p{number}" for number in range(50)), dying)
    with caplog.at_level(logging.CRITICAL), predicting(says, clock, competition=CLAMPED) as made:
        replies = run_gateway(made, texts(says), clock)
    assert {reply.value for reply in replies.values()} == {0}
    assert clock() <= TOTAL_SECONDS


def test_engine_when_it_never_starts_then_every_call_answers() -> None:
    class Broken(ReplayEngine):
        async def __aenter__(self) -> Self:
            raise EngineError("no such device")

    clock = FakeClock()
    says = dict.fromkeys((f"p{number}" for number in range(50)), stalling)
    engine = Broken(engine_of(says).script)
    with predicting(says, clock, engine=engine, competition=CLAMPED) as made:
        assert made.wait_ready(0.01) is False
        replies = run_gateway(made, texts(says), clock)
    assert [reply.value for reply in replies.values()] == [0] * 50


def test_kernels_when_one_problem_hogs_them_then_it_and_the_next_are_answered() -> None:
    def run(code: str) -> CodeResult:
        return CodeResult(CodeStatus.OK, stdout=code)

    clock = FakeClock()
    says = {"a": answering(4), "b": answering(8)}
    slow = FakeKernelSource(run, delay_seconds=1e6)  # every cell runs into its deadline
    with predicting(says, clock, kernels=slow) as made:
        replies = run_gateway(made, texts(says), clock)
    assert {name: reply.value for name, reply in replies.items()} == {"a": 4, "b": 8}


def test_kernels_when_none_is_ever_free_then_there_is_an_answer_in_time() -> None:
    class Taken:
        @asynccontextmanager
        async def lease(self, attempt_id: str = "") -> AsyncIterator[Kernel]:
            await anyio.sleep(1e9 + len(attempt_id))
            yield cast("Kernel", None)

    clock = FakeClock()
    says = {"a": answering(4), "b": answering(8)}
    with predicting(says, clock, kernels=Taken(), competition={**CLAMPED, "problems": 2}) as made:
        replies = run_gateway(made, texts(says), clock)
    assert len(replies) == 2
    assert clock() <= TOTAL_SECONDS


@pytest.mark.parametrize(
    "time_bank",
    ["base_and_surplus()", "clamped()", "deposits()", "speed_tiers()", "expected_gain()"],
)
def test_bank_when_it_empties_then_every_call_still_answers_before_the_end(time_bank: str) -> None:
    clock = FakeClock()
    says = dict.fromkeys((f"p{number}" for number in range(50)), stalling)
    competition = {
        "time_bank": time_bank,
        "total_seconds": 1200.0,
        "least_seconds": 10.0,
        "fallback": 3,
        "fallback_past_end": 210,
    }
    with predicting(says, clock, competition=competition) as made:
        replies = list(run_gateway(made, texts(says), clock).values())
        late = made.solve("late", "One more than was told?")
    assert clock() <= 1202  # an engine that is opened again waits a second more
    assert all(reply.value == 3 for reply in replies[:40])
    assert all(reply.seconds >= 9 for reply in replies[:40])
    assert late == 210


def test_bank_when_the_last_problem_comes_then_it_gets_the_rest() -> None:
    clock = FakeClock()
    says: dict[str, Say] = {"a": answering(1), "b": stalling}
    competition = {**CLAMPED, "problems": 2, "total_seconds": 2000.0, "most_seconds": 1700.0}
    with predicting(says, clock, competition=competition) as made:
        assert made.solve("a", "What is a?") == 1
        before = clock()
        assert made.solve("b", "What is b?") == 0
    assert clock() - before == pytest.approx(1700, abs=3)


@settings(max_examples=40)
@given(data=st.data())
def test_chaos_when_everything_may_happen_then_every_call_answers_within_the_limit(
    data: st.DataObject,
) -> None:
    kinds = {
        "quick": answering(42),
        "slow": answering(42, seconds=500),
        "stalls": stalling,
        "dies": dying,
        "silent": lambda _place: Recording.from_text("I do not know."),
        "outside": answering(123_456),
    }
    chosen = data.draw(st.lists(st.sampled_from(sorted(kinds)), min_size=1, max_size=8))
    policy = data.draw(st.sampled_from(["clamped()", "deposits()", "expected_gain()"]))
    known = data.draw(st.booleans())
    total = data.draw(st.floats(1, 5000))
    says = {f"p{number}": kinds[kind] for number, kind in enumerate(chosen)}
    competition: dict[str, Any] = {"time_bank": policy, "total_seconds": total}
    competition["problems"] = len(says) if known else None
    clock = FakeClock()
    logging.disable(logging.CRITICAL)
    try:
        with predicting(says, clock, competition=competition) as made:
            replies = run_gateway(made, texts(says), clock, seed=data.draw(st.integers(0, 99)))
    finally:
        logging.disable(logging.NOTSET)
    assert clock() <= total + 2  # an engine that is opened again waits a second more
    assert {reply.value for reply in replies.values()} <= {0, 42}


def test_loop_when_it_is_stuck_then_the_call_comes_back_without_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(predictor, "_BLOCKED_LOOP_SECONDS", 0.01)
    release = threading.Event()

    def block(_place: RequestPlace) -> Recording:
        release.wait(30)
        return Recording.from_text("\\boxed{1}")

    clock = FakeClock()
    with predicting({"a": block}, clock, competition={"total_seconds": 0.03}) as made:
        assert made.wait_ready(10)
        assert made.solve("a", "What is a?") == 0
        release.set()


@pytest.mark.parametrize(
    ("id_", "question"),
    [
        (pl.DataFrame({"id": ["a"]}), pl.DataFrame({"problem": ["What is a?"]})),
        (pl.Series(["a"]), pl.Series(["What is a?"])),
        ("a", "What is a?"),
        (pl.DataFrame({"id": ["a"]}), pl.DataFrame({"id": ["a"], "question": ["What is a?"]})),
    ],
)
def test_frames_when_they_come_in_any_form_then_they_are_read(id_: Any, question: Any) -> None:
    clock = FakeClock()
    with predicting({"a": answering(12)}, clock) as made:
        frame = made.predict(id_, question, None)
    assert frame.to_dicts() == [{"id": "a", "answer": 12}]


@pytest.mark.parametrize(
    "question", [None, "", "  \n", pl.Series([None]), pl.Series([], dtype=pl.String), 5j]
)
def test_frames_when_there_is_no_question_then_the_fallback_is_answered(question: Any) -> None:
    clock = FakeClock()
    with predicting({"a": answering(12)}, clock, competition={"fallback": 6}) as made:
        frame = made.predict("a", question)
        assert made.predict(None, None)["answer"][0] == 6
    assert frame.to_dicts() == [{"id": "a", "answer": 6}]
    assert clock() < 1


def test_problem_when_it_is_asked_again_then_it_gets_the_same_answer_at_once() -> None:
    turns: list[int] = []

    def say(place: RequestPlace) -> Recording:
        turns.append(place.turn)
        return answering(30)(place)

    clock = FakeClock()
    with predicting({"a": say}, clock) as made:
        assert made.solve("a", "What is a?") == 30
        before, began = len(turns), clock()
        assert made.solve("a", "What is a?") == 30
    assert (len(turns), clock()) == (before, began)


def test_predictor_when_closed_then_it_answers_the_fallback_and_closes_twice() -> None:
    clock = FakeClock()
    with predicting({"a": answering(12)}, clock) as made:
        made.close()
        assert made.predict("a", "What is a?")["answer"][0] == 0
        made.close()


def test_predictor_when_made_with_its_own_preset_then_it_has_the_published_clock() -> None:
    clock = FakeClock()
    engine = engine_of({})
    with KagglePredictor(engine, kernels=KERNELS, now=clock, loop_factory=clock.loop) as made:
        assert made.bank.left_seconds == TOTAL_SECONDS
        assert made.bank.begin().seconds == 900
    with pytest.raises(ConfigError, match="attempts is 0"):
        KagglePredictor(engine, attempts=0)


class _Server:
    """What `kaggle_evaluation` has, as far as `serve` needs it."""

    calls: list[tuple[str, object]] = []  # noqa: RUF012 - one list for the test

    def __init__(self, predict: object) -> None:
        self.predict = predict

    def serve(self) -> None:
        self.calls.append(("serve", self.predict))

    def run_local_gateway(self, paths: tuple[str, ...]) -> None:
        self.calls.append(("local", paths))


@pytest.mark.parametrize(
    ("environment", "call"),
    [({"KAGGLE_IS_COMPETITION_RERUN": "1"}, "serve"), ({}, "local")],
)
def test_serve_when_called_then_it_serves_the_competition_or_a_file(
    environment: Mapping[str, str], call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = ModuleType("kaggle_evaluation.aimo_3_inference_server")
    module.AIMO3InferenceServer = _Server  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "kaggle_evaluation", ModuleType("kaggle_evaluation"))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.delenv("KAGGLE_IS_COMPETITION_RERUN", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    _Server.calls.clear()
    serve(print, Path("test.csv"))
    assert _Server.calls == [(call, print if call == "serve" else ("test.csv",))]


def test_serve_when_the_server_is_missing_then_the_error_says_what_to_do() -> None:
    with pytest.raises(ConfigError, match="add the competition's data"):
        serve(print, "test.csv")
