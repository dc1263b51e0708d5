"""Trajectories, problems and solutions to write and read back."""

from hypothesis import strategies as st

from tirkit.selection import MajorityVote, tally, vote_from
from tirkit.types import (
    Answer,
    AnswerDomain,
    CodeResult,
    CodeStatus,
    FinishReason,
    Problem,
    Solution,
    StopReason,
    Trajectory,
    Turn,
    Usage,
)

SETTINGS = {"attempts": 8, "sampling": {"temperature": 0.6}}
_STOP = FinishReason.STOP
PROBLEM = Problem("What is 6*7?", "p1", "42", AnswerDomain.parse("integer:0..999"), {"set": "x"})


def trajectory(
    index: int = 0,
    problem: Problem = PROBLEM,
    *,
    answer: str | None = "42",
    stop_reason: StopReason = StopReason.ANSWERED,
) -> Trajectory:
    result = CodeResult(CodeStatus.OK, stdout="42\n", duration_seconds=0.1)
    return Trajectory(
        attempt_id=f"{problem.id}/{index}",
        problem_id=problem.id,
        index=index,
        seed=index,
        ids=(5, 6, 7, -1),
        mask=b"\x00\x01\x01\x00",
        logprobs=(0.0, -0.5, -0.25, 0.0),
        prompt_text="What?\u2028",
        turns=(Turn("```python\n6*7\n```", 1, 3, "6*7", result, finish=_STOP, given="\n"),),
        answer=None if answer is None else Answer(answer, answer),
        stop_reason=stop_reason,
        stop_detail="",
        usage=Usage(1, 2, 1, 0, 1, 0.5, 0.1),
        token_exact=True,
        engine="replay:x",
        dialect="fenced",
        started_at=1.5,
        duration_seconds=2.0,
        prompt="default",
    )


def solution(problem: Problem = PROBLEM, *trajectories: Trajectory) -> Solution:
    ended = trajectories or (trajectory(0, problem), trajectory(1, problem))
    votes = [vote for one in ended if (vote := vote_from(one)) is not None]
    verdict = MajorityVote().select(tally(votes, len(ended) - len(votes)))
    return Solution(problem, verdict, ended, "all attempts ended", 2.5)


_FINITE = st.floats(allow_nan=False)
_COUNTS = st.integers(min_value=0, max_value=2**70)
_IDS = st.integers(min_value=-(2**127), max_value=2**127 - 1)
_ANSWERS = st.none() | st.builds(Answer, st.text(max_size=9), st.text(max_size=9))
_RESULTS = st.builds(
    CodeResult,
    status=st.sampled_from(CodeStatus),
    stdout=st.text(max_size=9),
    value=st.none() | st.text(max_size=9),
    lost_names=st.lists(st.text(max_size=5), max_size=3).map(tuple),
    truncated=st.booleans(),
    duration_seconds=_FINITE,
)
_TURNS = st.builds(
    Turn,
    text=st.text(max_size=30),
    start=_COUNTS,
    end=_COUNTS,
    code=st.none() | st.text(max_size=9),
    result=st.none() | _RESULTS,
    note=st.text(max_size=9),
    generate_seconds=_FINITE,
    forced=st.booleans(),
    finish=st.none() | st.sampled_from(FinishReason),
    given=st.text(max_size=9),
)


@st.composite
def trajectories(draw: st.DrawFn) -> Trajectory:
    """Any trajectory whose ids, mask and logprobs are aligned."""
    mask = bytes(draw(st.lists(st.sampled_from([0, 1]), max_size=30)))
    tokens = len(mask)
    exactly = draw(st.sampled_from([0, tokens]))
    return Trajectory(
        attempt_id=draw(st.text(max_size=9)),
        problem_id=draw(st.text(max_size=9)),
        index=draw(_COUNTS),
        seed=draw(st.integers()),
        ids=tuple(draw(st.lists(_IDS, min_size=tokens, max_size=tokens))),
        mask=mask,
        logprobs=tuple(draw(st.lists(_FINITE, min_size=exactly, max_size=exactly))),
        prompt_text=draw(st.text(max_size=30)),
        turns=tuple(draw(st.lists(_TURNS, max_size=3))),
        answer=draw(_ANSWERS),
        stop_reason=draw(st.sampled_from(StopReason)),
        stop_detail=draw(st.text(max_size=9)),
        usage=draw(st.builds(Usage, _COUNTS, _COUNTS, _COUNTS, _COUNTS, _COUNTS, _FINITE, _FINITE)),
        token_exact=draw(st.booleans()),
        engine=draw(st.text(max_size=9)),
        dialect=draw(st.text(max_size=9)),
        started_at=draw(_FINITE),
        duration_seconds=draw(_FINITE),
        prompt=draw(st.text(max_size=9)),
    )
