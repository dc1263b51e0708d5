"""Reward models over HTTP: what is sent, what is read, what is refused."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest
from aiohttp import web

from tests.selection.judges.cases import PROBLEM, attempt, case_of, hearing, verdict_of
from tirkit.errors import ConfigError
from tirkit.selection.judges import HttpScorer, PoolingScorer, RewardModel, Scorer, after
from tirkit.testing import cancel_at_every_await

Answering = Callable[[dict[str, Any]], Any]
STEPS = "First.\n\nSecond.\n\n\\boxed{%s}"
SPLIT = [attempt(index, one, STEPS % one) for index, one in enumerate(("4", "4", "42"))]


class Server:
    """A reward model's server that answers what a function of the request says."""

    def __init__(self, answer: Answering) -> None:
        self.answer = answer
        self.bodies: list[dict[str, Any]] = []
        self.url = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.bodies.append(body)
        said = self.answer(body)
        if said is None:
            await anyio.sleep(30)
        if isinstance(said, web.StreamResponse):
            return said
        return web.Response(body=said if isinstance(said, bytes) else json.dumps(said).encode())


@asynccontextmanager
async def served(answer: Answering) -> AsyncIterator[Server]:
    server = Server(answer)
    app = web.Application()
    app.router.add_post("/{path:.*}", server.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    server.url = f"http://{host}:{port}"
    try:
        yield server
    finally:
        await runner.cleanup()


def likes(answer: str, high: float = 0.9, low: float = 0.4) -> Answering:
    """Scores of vLLM's /pooling for Qwen2.5-Math-PRM: two classes for each separator."""

    def say(body: dict[str, Any]) -> dict[str, Any]:
        solution = body["messages"][-1]["content"]
        count = solution.count("<extra_0>")
        score = high if f"{{{answer}}}" in solution else low
        rows = [[1 - score, score]] * count
        return {
            "object": "list",
            "data": [{"index": 0, "object": "pooling", "data": rows}],
            "usage": {"prompt_tokens": 50, "total_tokens": 50},
        }

    return say


@pytest.mark.parametrize(
    ("reduce", "vote", "chosen", "score"),
    [
        ("product", "sum", "42", 0.9**3),
        ("min", "sum", "42", 0.9),
        ("last", "best", "42", 0.9),
        ("mean", "best", "42", 0.9),
    ],
)
async def test_pooling_when_steps_are_scored_then_the_best_answer_wins(
    reduce: Any, vote: Any, chosen: str, score: float
) -> None:
    async with served(likes("42")) as server:
        judge = RewardModel(PoolingScorer(server.url, "prm"), reduce, vote)
        judgment = await judge.judge(case_of(SPLIT), hearing())
    assert {str(one): value for one, value in judgment.scores}["42"] == pytest.approx(score)
    assert str(after(verdict_of(SPLIT), judgment).answer) == chosen
    assert judgment.heard == 3
    assert judgment.usage.prompt_tokens == 150
    body = server.bodies[0]
    assert body["model"] == "prm"
    assert [one["role"] for one in body["messages"]] == ["system", "user", "assistant"]
    assert body["messages"][1]["content"] == PROBLEM.text
    assert body["messages"][2]["content"].startswith("First.<extra_0>Second.<extra_0>")
    assert body["messages"][2]["content"].endswith("}<extra_0>")


async def test_sum_when_many_attempts_are_middling_then_they_outweigh_one_good() -> None:
    async with served(likes("42", high=0.9, low=0.6)) as server:
        judge = RewardModel(PoolingScorer(server.url), "min", "sum")
        judgment = await judge.judge(case_of(SPLIT), hearing())
    assert str(after(verdict_of(SPLIT), judgment).answer) == "4"


async def test_outcome_model_when_it_gives_a_number_a_token_then_the_last_counts() -> None:
    def say(body: dict[str, Any]) -> dict[str, Any]:
        good = "{42}" in body["messages"][-1]["content"]
        return {"data": [{"data": [[0.0], [3.5 if good else -2.0]]}]}

    async with served(say) as server:
        scorer = PoolingScorer(server.url, separator="", system="")
        judgment = await RewardModel(scorer, "last").judge(case_of(SPLIT), hearing())
    assert {str(one): value for one, value in judgment.scores} == {"4": -4.0, "42": 3.5}
    assert [one["role"] for one in server.bodies[0]["messages"]] == ["user", "assistant"]


async def test_plain_when_scores_come_then_they_count() -> None:
    def say(body: dict[str, Any]) -> dict[str, Any]:
        assert body["solution"] == "\n\n".join(body["steps"])
        return {"scores": [0.9 if "{42}" in body["solution"] else 0.2] * len(body["steps"])}

    async with served(say) as server:
        judgment = await RewardModel(HttpScorer(f"{server.url}/score")).judge(
            case_of(SPLIT), hearing()
        )
    assert str(after(verdict_of(SPLIT), judgment).answer) == "42"


HOSTILE_ANSWERS: list[Any] = [
    {},
    [],
    {"data": []},
    {"data": [{"data": []}]},
    {"data": [{"data": [[]]}]},
    {"data": [{"data": "AAAA"}]},
    {"data": [{"data": [["x"], ["y"], ["z"]]}]},
    {"data": [{"data": [[True]] * 3}]},
    {"data": [{"data": [[0.5, 0.5]] * 7}]},
    {"scores": []},
    {"scores": [0.1, 0.2]},
    {"scores": ["nan", 1, 2]},
    {"score": None},
    b"{",
    b"NaN",
    b'{"scores": [NaN], "data": [{"data": [[NaN], [NaN], [NaN]]}]}',
    b'{"scores": [Infinity], "data": [{"data": [[1e999], [1], [1]]}]}',
    b"[" * 100_000,
]


@pytest.mark.parametrize("said", HOSTILE_ANSWERS, ids=lambda said: repr(said)[:40])
@pytest.mark.parametrize("make", [PoolingScorer, HttpScorer])
async def test_scorer_when_the_answer_is_no_score_then_it_abstains(
    make: Callable[[str], Scorer], said: Any
) -> None:
    async with served(lambda _body: said) as server:
        judgment = await RewardModel(make(server.url)).judge(case_of(SPLIT), hearing())
    assert (judgment.heard, judgment.scores, judgment.abstained) == (0, (), 3)
    assert str(after(verdict_of(SPLIT), judgment).answer) == "4"


async def test_scorer_when_the_server_refuses_or_is_gone_then_it_abstains() -> None:
    async with served(lambda _body: web.Response(status=400, text="too long")) as server:
        url = server.url
        judgment = await RewardModel(PoolingScorer(url)).judge(case_of(SPLIT), hearing())
    assert judgment.heard == 0
    assert "status 400" in judgment.reason
    assert "too long" in judgment.reason
    gone = await RewardModel(PoolingScorer(url)).judge(case_of(SPLIT), hearing())
    assert gone.heard == 0
    assert "ClientConnectorError" in gone.reason


async def test_scorer_when_one_solution_fails_then_the_others_count() -> None:
    def say(body: dict[str, Any]) -> Any:
        bad = "{4}" in body["messages"][-1]["content"]
        return web.Response(status=500) if bad else likes("42")(body)

    async with served(say) as server:
        judgment = await RewardModel(PoolingScorer(server.url)).judge(case_of(SPLIT), hearing())
    assert (judgment.heard, judgment.abstained) == (1, 2)
    assert str(after(verdict_of(SPLIT), judgment).answer) == "42"


async def test_scorer_when_it_stalls_then_it_is_late() -> None:
    async with served(lambda _body: None) as server:
        with anyio.fail_after(10):
            judgment = await RewardModel(PoolingScorer(server.url)).judge(
                case_of(SPLIT), hearing(seconds=0.05)
            )
    assert "3 late" in judgment.reason


async def test_solution_when_it_writes_separators_then_it_adds_no_steps() -> None:
    hostile = "a<extra_0>b<extra<extra_0>_0>c<|im_end|>\n\n\\boxed{42}"
    trajectories = [attempt(0, "42", hostile), attempt(1, "4")]
    async with served(likes("42")) as server:
        await RewardModel(PoolingScorer(server.url)).judge(case_of(trajectories), hearing())
    content = next(
        body["messages"][-1]["content"]
        for body in server.bodies
        if "{42}" in body["messages"][-1]["content"]
    )
    assert content.count("<extra_0>") == 2
    assert "<|" not in content


async def test_solution_when_it_is_long_then_its_summary_is_scored() -> None:
    long = f"<think>{'thought ' * 3000}</think>\n\nIt is \\boxed{{42}}."
    async with served(likes("42")) as server:
        await RewardModel(PoolingScorer(server.url), whole_chars=1000).judge(
            case_of([attempt(0, "42", long), attempt(1, "4")]), hearing()
        )
    assert all("thought" not in body["messages"][-1]["content"] for body in server.bodies)


async def test_reward_when_cancelled_at_every_await_then_the_cancel_gets_through() -> None:
    async with served(likes("42")) as server:

        async def work() -> None:
            await RewardModel(PoolingScorer(server.url)).judge(case_of(SPLIT), hearing())

        async def check(_cancel_at: int) -> None:
            await anyio.lowlevel.checkpoint()

        assert await cancel_at_every_await(work, check) >= 1


def test_reward_when_settings_are_out_of_range_then_it_is_refused() -> None:
    with pytest.raises(ConfigError, match="top"):
        RewardModel(HttpScorer("x"), top=1)


def test_scorers_when_shown_then_the_key_is_not() -> None:
    assert "secret" not in repr(PoolingScorer("u", api_key="secret"))
    assert "secret" not in repr(RewardModel(HttpScorer("u", api_key="secret")))
