"""Puts the questions of judges to an engine."""

import math
from collections.abc import Sequence
from contextlib import aclosing

import anyio

from tirkit.attempt import AttemptSpec, TrajectoryBuilder
from tirkit.attempt.opening import Rendered, encode_pieces, render_opening
from tirkit.attempt.turn import TurnOutcome, TurnRequest, generate_turn
from tirkit.dialects import dialect_from_name
from tirkit.dialects.events import Finished
from tirkit.dialects.interface import AnyDialect, Dialect, Unbound
from tirkit.dialects.mix import DialectMix, mixed
from tirkit.engines import Engine
from tirkit.errors import ConfigError, ContextTooLong, EngineError
from tirkit.prompts import JudgeTexts, load_judge_texts
from tirkit.selection.judges import (
    Leaning,
    Question,
    Reply,
)
from tirkit.types import (
    FinishReason,
    GenerateRequest,
    Problem,
    Sampling,
    StopReason,
    TopLogprobs,
    Usage,
)

_HARMONY = "harmony"
_BEST_TOKENS = 20
"""Alternatives looked through for a word; as many as vLLM and llama.cpp tell by default."""
_TIDY = " \t\r\n*_`'\".,:;!()[]{}\u2581\u0120"
"""What may stand around a word in one token."""
_SHOWN_CHARS = 120


class Asker:
    """Puts questions to one model, each in a fresh context.

    A question goes through the model's chat template, or as it stands where there is none. What
    it says is plain text to the model: special tokens in it are encoded as the characters they
    are. Failures are told in what is given, so that a judge counts them as abstentions; only a
    cancel is raised.

    Args:
        engine: entered by the caller.
        dialect: how the model is asked; None follows the one the attempts speak.
        texts: hold what a reply of one word is made to begin with.
        sampling: how replies are drawn.
        beside: the dialect of the attempts; decides only whether the model speaks harmony.
        priority: of the requests.
    """

    def __init__(
        self,
        engine: Engine,
        dialect: AnyDialect | None = None,
        *,
        texts: JudgeTexts | None = None,
        sampling: Sampling | None = None,
        beside: AnyDialect | DialectMix | None = None,
        priority: int = 0,
    ) -> None:
        self._engine = engine
        self._asked = dialect
        self._texts = texts or load_judge_texts()
        self._sampling = sampling or Sampling()
        self._beside = None if beside is None else mixed(beside).parts[0].dialect
        self._priority = priority
        self._dialect: Dialect | None = None
        self._binding = anyio.Lock()

    def __repr__(self) -> str:
        return f"<Asker {self._engine.name}>"

    async def reply(self, question: Question) -> Reply:
        """Let the model reply, until the question's deadline at the latest."""
        spec = AttemptSpec(
            attempt_id=question.name,
            request_prefix=f"judge/{question.name}",
            problem=Problem(question.text),
            index=0,
            seed=question.seed,
            priority=self._priority,
        )
        builder = TrajectoryBuilder(spec)
        text, problem, failed = "", "late", True
        with anyio.CancelScope(deadline=question.deadline):
            try:
                outcome = await self._generate(builder, question)
                text, problem = _read(outcome)
                failed = False
            except (EngineError, ConfigError) as error:
                problem, failed = _told(error), not isinstance(error, ContextTooLong)
        usage = builder.freeze(StopReason.CANCELLED).usage
        return Reply("" if problem else text, problem, usage, failed)

    async def lean(self, question: Question, words: Sequence[str]) -> Leaning:
        """Which of some words the model would reply with, without thinking first."""
        leaning = Leaning(problem="late")
        with anyio.CancelScope(deadline=question.deadline):
            try:
                leaning = await self._lean(question, words)
            except (EngineError, ConfigError) as error:
                leaning = Leaning(problem=_told(error))
        return leaning

    async def _generate(self, builder: TrajectoryBuilder, question: Question) -> TurnOutcome:
        dialect = await self._bind()
        rendered = await render_opening(self._engine, dialect, builder.spec.problem)
        builder.begin(rendered.ids, rendered.text)
        room = min(question.max_tokens, self._engine.context_tokens - len(rendered.ids))
        if room < 1:
            raise ContextTooLong(len(rendered.ids), self._engine.context_tokens)
        turn = TurnRequest(0, room, parser=dialect.parser(rendered.text))
        return await generate_turn(self._engine, dialect, builder, self._sampling, turn)

    async def _lean(self, question: Question, words: Sequence[str]) -> Leaning:
        dialect = await self._bind()
        opening = await render_opening(self._engine, dialect, Problem(question.text))
        begun = await encode_pieces(self._engine, dialect.ask_answer("", opening.text))
        prompt = Rendered(opening.ids + begun.ids, opening.text + begun.text)
        request = GenerateRequest(
            request_id=f"judge/{question.name}",
            prompt_ids=prompt.ids,
            prompt_text=prompt.text,
            max_tokens=1,
            sampling=Sampling(logprobs=_BEST_TOKENS),
            seed=question.seed,
            priority=self._priority,
        )
        best: TopLogprobs = ()
        async with aclosing(self._engine.stream(request)) as stream:
            async for chunk in stream:
                if chunk.top_logprobs:
                    best = chunk.top_logprobs[0]
                    break
        usage = Usage(prompt_tokens=len(prompt.ids), sampled_tokens=1)
        logprobs = await self._likelihoods(best, words)
        if not logprobs:
            return Leaning(problem="none of the words among the best tokens", usage=usage)
        return Leaning(logprobs, usage=usage)

    async def _likelihoods(self, best: TopLogprobs, words: Sequence[str]) -> tuple[float, ...]:
        """Log-probability of each word; () if none of them was told."""
        sums = dict.fromkeys(words, 0.0)
        told = 0.0
        lowest = 0.0
        for token, logprob in best:
            if math.isnan(logprob) or token < 0:
                return ()
            told += math.exp(min(logprob, 0.0))
            lowest = min(lowest, logprob)
            text = (await self._engine.decode([token])).strip(_TIDY).casefold()
            if text in sums:
                sums[text] += math.exp(min(logprob, 0.0))
        if not any(sums.values()):
            return ()
        # What is not among the best tokens has at most the rest, and at most what the last has.
        rest = min(max(1.0 - told, 0.0), math.exp(lowest))
        return tuple(math.log(max(sums[word] or rest, 1e-300)) for word in words)

    async def _bind(self) -> Dialect:
        """The dialect, fitted to the engine's model, once."""
        async with self._binding:
            if self._dialect is None:
                self._dialect = await self._fitted()
        return self._dialect

    async def _fitted(self) -> Dialect:
        if self._asked is not None:
            return await self._one(self._asked)
        prompt = self._texts.prompt("chat")
        if self._beside is not None and (await self._one(self._beside)).name == _HARMONY:
            return await self._one(dialect_from_name(_HARMONY, prompt))
        try:
            return await self._one(dialect_from_name("prose", prompt))
        except ConfigError:  # no chat template
            return await self._one(dialect_from_name("prose", self._texts.prompt("plain")))

    async def _one(self, dialect: AnyDialect) -> Dialect:
        return await dialect.bind(self._engine) if isinstance(dialect, Unbound) else dialect


def _read(outcome: TurnOutcome) -> tuple[str, str]:
    """The final text, and why there is none."""
    if outcome.finish is FinishReason.LENGTH:
        return "", "cut off"
    if not isinstance(outcome.event, Finished):
        return "", "called a tool"
    text = outcome.event.final_text.strip()
    return text, "" if text else "said nothing"


def _told(error: Exception) -> str:
    if isinstance(error, ContextTooLong):
        return "too long for the context"
    return str(error)[:_SHOWN_CHARS]
