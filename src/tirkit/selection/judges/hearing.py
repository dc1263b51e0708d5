"""One judging: what may be asked, until when, and what it has cost."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import anyio

from tirkit.errors import KernelError
from tirkit.kernels.interface import KernelSource
from tirkit.prompts import JudgeTexts, load_judge_texts
from tirkit.selection.judges.ask import Ask, Leaning, Question, Reply
from tirkit.selection.judges.case import Candidate, shortened
from tirkit.types import Answer, CodeResult, Judgment, Usage

_SEED_BITS = 0x7FFFFFFF
_OUTPUT_CHARS = 1_000


@dataclass(frozen=True, slots=True)
class Tools:
    """What judges work with, whatever the case.

    Attributes:
        ask: puts questions to a model; None where there is none.
        kernels: runs code again; None where none may run.
        texts: in which words a model is asked.
    """

    ask: Ask | None = None
    kernels: KernelSource | None = None
    texts: JudgeTexts = field(default_factory=load_judge_texts)


class Hearing:
    """Asks for a judge, within a deadline and a budget, and counts who abstained and why.

    What a question may cost at most is set aside when it is put, so that the budget holds; what
    it did not need is free again for the next round.

    Args:
        tools: what there is to ask.
        tokens: most tokens to sample.
        deadline: on the event loop's clock, in seconds.
        seed: seeds of questions derive from it.
        label: unique among hearings under way; names of questions begin with it.
        at_once: questions put at the same time.
    """

    def __init__(
        self,
        tools: Tools,
        *,
        tokens: int,
        deadline: float = math.inf,
        seed: int = 0,
        label: str = "case",
        at_once: int = 16,
    ) -> None:
        self.tools = tools
        self.deadline = deadline
        self.usage = Usage()
        self.abstained: Counter[str] = Counter()
        self._left = tokens
        self._seed = seed
        self._label = label
        self._number = 0
        self._places = anyio.CapacityLimiter(at_once)

    @property
    def late(self) -> bool:
        """Whether the time is up."""
        return anyio.current_time() >= self.deadline

    def abstain(self, reason: str) -> None:
        """Count a judgment that did not come."""
        self.abstained[reason] += 1

    async def ask(self, questions: Sequence[str], max_tokens: int) -> list[str]:
        """Put questions at the same time; the replies in their order, "" where none is of use."""
        replies = [""] * len(questions)

        async def put(place: int, question: Question, ask: Ask) -> None:
            async with self._places:
                reply = await ask.reply(question)
            replies[place] = self._heard(reply, question)

        async with anyio.create_task_group() as tasks:
            for place, text in enumerate(questions):
                asked = self._question(text, max_tokens)
                if asked is not None and self.tools.ask is not None:
                    tasks.start_soon(put, place, asked, self.tools.ask)
        return replies

    async def lean(self, questions: Sequence[str], words: Sequence[str]) -> list[Leaning | None]:
        """Which of some words would be the reply to each question; None where it is not known."""
        found: list[Leaning | None] = [None] * len(questions)

        async def put(place: int, question: Question, ask: Ask) -> None:
            async with self._places:
                leaning = await ask.lean(question, words)
            self._heard(Reply("", leaning.problem, leaning.usage), question)
            found[place] = None if leaning.problem else leaning

        async with anyio.create_task_group() as tasks:
            for place, text in enumerate(questions):
                asked = self._question(text, 1)
                if asked is not None and self.tools.ask is not None:
                    tasks.start_soon(put, place, asked, self.tools.ask)
        return found

    async def run(self, cells: Sequence[str], cell_seconds: float) -> CodeResult | None:
        """Run cells in a fresh kernel; what the last one gave, None where none could be run."""
        if self.tools.kernels is None or not cells:
            self.abstain("no kernel to run code in" if cells else "no code")
            return None
        result: CodeResult | None = None
        with anyio.CancelScope(deadline=self.deadline):
            try:
                async with self.tools.kernels.lease(f"judge/{self._label}") as kernel:
                    for cell in cells:
                        result = None
                        result = await kernel.run(cell, timeout_seconds=cell_seconds)
                        seconds = result.duration_seconds
                        self.usage += Usage(cells=1, execute_seconds=seconds)
            except KernelError as error:
                self.abstain(f"kernel: {error}")
                return None
        if result is None:
            self.abstain("late")
        return result

    def shown(self, candidates: Sequence[Candidate], most_chars: int) -> str:
        """Solutions as a model is shown them, numbered from 1."""
        return self.tools.texts.solutions(
            {
                number: (self.told(one, most_chars), str(one.answer))
                for number, one in enumerate(candidates, 1)
            }
        )

    def told(self, candidate: Candidate, most_chars: int) -> str:
        """A solution in its own words, with its last program and what that gave."""
        text = candidate.summary(most_chars)
        ballot = candidate.ballot
        if not ballot.code:
            return text
        output = shortened(ballot.outputs[-1].strip() or "nothing", _OUTPUT_CHARS)
        code = shortened(ballot.code[-1].strip(), most_chars)
        return text + self.tools.texts.fill("program", code=code, output=output)

    def judgment(
        self, judge: str, scores: Iterable[tuple[Answer, float]], heard: int, reason: str
    ) -> Judgment:
        """What is made of it all; scores that are no numbers are left out."""
        finite = tuple((answer, score) for answer, score in scores if math.isfinite(score))
        missing = ", ".join(f"{count} {why}" for why, count in sorted(self.abstained.items()))
        return Judgment(
            judge=judge,
            scores=finite if heard else (),
            heard=heard,
            abstained=self.abstained.total(),
            reason=f"{reason}; abstained: {missing}" if missing else reason,
            usage=self.usage,
        )

    def _question(self, text: str, max_tokens: int) -> Question | None:
        """The next question, if there is somebody to ask, time and budget."""
        number, self._number = self._number, self._number + 1
        if self.tools.ask is None:
            self.abstain("no model to ask")
        elif self.late:
            self.abstain("late")
        elif max_tokens > self._left:
            self.abstain("over the token budget")
        else:
            self._left -= max_tokens
            seed = (self._seed + number) & _SEED_BITS
            name = f"{self._label}/q{number}"
            return Question(name, text, seed, max_tokens, self.deadline)
        return None

    def _heard(self, reply: Reply, question: Question) -> str:
        self.usage += reply.usage
        sampled = reply.usage.sampled_tokens + reply.usage.wasted_tokens
        self._left += max(question.max_tokens - sampled, 0)
        if reply.problem:
            self.abstain(reply.problem)
            return ""
        return reply.text
