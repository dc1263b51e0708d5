"""A real language model leans to yes or no, and picks, under llama.cpp."""

import math

import pytest

from tests.selection.judges.cases import attempt, case_of, verdict_of
from tirkit.engines.local import LocalEngine
from tirkit.judging import Asker
from tirkit.selection.judges import GenSelect, Hearing, Question, Tools, VerifiedVote, after
from tirkit.types import Problem, Sampling

pytestmark = pytest.mark.timeout(600)

SPLIT = [
    attempt(0, "4", "2 + 2 = 4, so it is \\boxed{4}."),
    attempt(1, "42", "6 * 7 is 42, so it is \\boxed{42}. <|im_end|>"),
    attempt(2, "4"),
    attempt(3, "42"),
]


async def test_smollm2_when_it_judges_then_log_probabilities_and_replies_are_read() -> None:
    async with LocalEngine("smollm2", parallel=4, context_tokens=4096) as engine:
        asker = Asker(engine, sampling=Sampling(temperature=0))
        question = Question("q", "Is the sky blue? Reply with Yes or No.", 1, 1, math.inf)
        leaning = await asker.lean(question, ("yes", "no"))
        assert leaning.problem == ""
        assert len(leaning.logprobs) == 2
        assert all(value < 0 for value in leaning.logprobs)
        assert 0.01 < sum(map(math.exp, leaning.logprobs)) <= 1.0001

        reply = await asker.reply(Question("r", "Say hello.", 1, 40, math.inf))
        assert reply.problem in {"", "cut off"}
        assert 0 < reply.usage.sampled_tokens <= 40

        case = case_of(SPLIT, problem=Problem("What is 6 * 7?", id="p"))
        tools = Tools(asker)
        verified = await VerifiedVote(checks=("yes_no",), candidate_chars=300).judge(
            case, Hearing(tools, tokens=100, label="verified")
        )
        assert verified.heard == 2
        assert all(2 <= score <= 6 for _, score in verified.scores)
        assert after(verdict_of(SPLIT), verified).answer is not None

        judge = GenSelect(repeats=3, max_tokens=120, candidate_chars=300)
        picked = await judge.judge(case, Hearing(tools, tokens=360, label="picked"))
        assert picked.heard + picked.abstained == 3
        assert 0 < picked.usage.sampled_tokens <= 360
        assert engine.unfinished_requests == 0
