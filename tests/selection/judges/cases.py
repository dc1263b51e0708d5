"""Cases and a model that says what it is told, for tests of judges."""

from collections.abc import Callable, Sequence

import anyio

from tirkit.prompts import load_judge_texts
from tirkit.selection import ballot_from, choose
from tirkit.selection.judges import Case, Hearing, Leaning, Question, Reply, Tools
from tirkit.selection.majority import MajorityVote
from tirkit.types import (
    Answer,
    AnswerDomain,
    CodeResult,
    CodeStatus,
    Problem,
    StopReason,
    Trajectory,
    Turn,
    Usage,
    Verdict,
)

PROBLEM = Problem("What is 6 * 7?", id="p", domain=AnswerDomain("integer"))


def attempt(
    index: int,
    answer: str | None,
    text: str | None = None,
    *,
    code: str | None = None,
    printed: str = "",
    sure: float = -0.1,
) -> Trajectory:
    """A finished attempt that says `text` last, after a turn of code if there is any."""
    turns = []
    if code is not None:
        result = CodeResult(CodeStatus.OK, stdout=printed)
        turns.append(Turn(f"```python\n{code}\n```", 0, 0, code, result))
    said = f"It is \\boxed{{{answer}}}." if text is None else text
    turns.append(Turn(said, 0, 0))
    return Trajectory(
        attempt_id=f"p#{index}",
        problem_id="p",
        index=index,
        seed=index,
        ids=(1, 2),
        mask=b"\x00\x01",
        logprobs=(0.0, sure),
        prompt_text="",
        turns=tuple(turns),
        answer=None if answer is None else Answer(answer, answer),
        stop_reason=StopReason.NO_ANSWER if answer is None else StopReason.ANSWERED,
        stop_detail="",
        usage=Usage(prompt_tokens=1, sampled_tokens=1),
        token_exact=True,
        engine="replay",
        dialect="fenced",
        started_at=100.0,
        duration_seconds=float(index),
    )


def voted(*answers: str | None) -> list[Trajectory]:
    return [attempt(index, answer) for index, answer in enumerate(answers)]


def verdict_of(trajectories: Sequence[Trajectory]) -> Verdict:
    return choose(MajorityVote(), [ballot_from(one) for one in trajectories])


def case_of(
    trajectories: Sequence[Trajectory], *, problem: Problem = PROBLEM, seed: int = 7
) -> Case:
    return Case.of(problem, verdict_of(trajectories).tally, trajectories, seed)


class Told:
    """An `Ask` that replies what a function of the question says, and keeps the questions.

    A reply of None never comes; an exception is raised.
    """

    def __init__(
        self,
        say: Callable[[Question], str | None],
        lean: Callable[[Question], tuple[float, ...]] | None = None,
        *,
        tokens: int = 10,
    ) -> None:
        self._say = say
        self._lean = lean
        self._tokens = tokens
        self.questions: list[Question] = []
        self.open = 0

    async def reply(self, question: Question) -> Reply:
        self.questions.append(question)
        usage = Usage(prompt_tokens=len(question.text), sampled_tokens=self._tokens)
        self.open += 1
        try:
            await anyio.lowlevel.checkpoint()
            said = self._say(question)
            if said is None:
                with anyio.CancelScope(deadline=question.deadline):
                    await anyio.sleep_forever()
                return Reply("", "late", usage)
        finally:
            self.open -= 1
        return Reply(said, "" if said else "said nothing", usage)

    async def lean(self, question: Question, words: Sequence[str]) -> Leaning:
        self.questions.append(question)
        await anyio.lowlevel.checkpoint()
        if self._lean is None:
            return Leaning(problem="no log-probabilities")
        values = self._lean(question)
        assert len(values) == len(words)
        return Leaning(values, usage=Usage(sampled_tokens=1))


def hearing(
    ask: Told | None = None,
    *,
    tokens: int = 1_000_000,
    seconds: float | None = None,
    at_once: int = 16,
) -> Hearing:
    deadline = float("inf") if seconds is None else anyio.current_time() + seconds
    tools = Tools(ask, None, load_judge_texts())
    return Hearing(tools, tokens=tokens, deadline=deadline, seed=3, at_once=at_once)


def number_of(question: Question, answer: str) -> int:
    """Under which number a question shows the first solution with this answer."""
    marked = question.text.split("Answer of solution ")[1:]
    for part in marked:
        number, _, rest = part.partition(": ")
        if rest.split("\n")[0].strip() == answer:
            return int(number)
    raise AssertionError(f"{answer} is not shown in {question.text}")


def picks(answer: str) -> Callable[[Question], str]:
    """Picks the solution with this answer, wherever it stands."""
    return lambda question: f"Looked at all.\n\nJudgment: {number_of(question, answer)}"
