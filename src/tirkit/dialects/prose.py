"""Words alone: no code calls at all, for chains of thought and for models that only plan."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tirkit.dialects.events import Finished, Malformed
from tirkit.dialects.interface import Dialect, Vocabulary
from tirkit.dialects.openings import ChatPrompt, Opening, PlainPrompt
from tirkit.dialects.result_text import result_text
from tirkit.dialects.thinking import ThinkTags, think_tags
from tirkit.dialects.user_turn import UserTurn, find_user_turn
from tirkit.errors import ConfigError
from tirkit.prompts import PromptTemplate, Stage
from tirkit.types import CodeResult, FinishReason, Piece, Problem

_NAME = "prose"


class ProseParser:
    """Reads a turn to its end. The final text is what stands behind the thinking.

    Args:
        think: what opens and closes thinking.
        thinking: whether the context ends inside thinking.
    """

    def __init__(self, think: ThinkTags, *, thinking: bool) -> None:
        self._think = think
        self._parts = [think.open] if thinking else []

    def feed(self, text: str) -> None:
        """Take the next text; it never ends the turn."""
        self._parts.append(text)

    def finish(self, reason: FinishReason) -> Finished:  # noqa: ARG002 - any end is an end
        """Give the final text, "" where thinking was never closed."""
        text = "".join(self._parts)
        return Finished("" if self._think.is_open(text) else text.rpartition(self._think.close)[2])


@dataclass(frozen=True, slots=True)
class _Settings:
    """What can be set; see `ProseDialect`."""

    prompt: PromptTemplate
    think: str = "think"
    options: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        think_tags(self.think)
        if self.prompt.stop:
            raise ConfigError(
                f"the prompt {self.prompt.name} has stop texts, which the dialect {_NAME} does not "
                "look for: use a prompt without them"
            )

    @property
    def name(self) -> str:
        """How settings name it."""
        return _NAME


@dataclass(frozen=True, slots=True)
class BoundProse(_Settings):
    """Words alone, for one model; made by `ProseDialect.bind`.

    Attributes:
        user: what its template puts around a user's turn; None for a plain prompt, whose one text
            goes on.
    """

    user: UserTurn | None = None

    @property
    def think_tags(self) -> ThinkTags:
        """What opens and closes thinking."""
        return think_tags(self.think)

    @property
    def stop_token_ids(self) -> tuple[int, ...]:
        """None: the model's own end token ends a turn."""
        return ()

    @property
    def stages(self) -> tuple[Stage, ...]:
        """What the prompt says at the ends of turns."""
        return self.prompt.stages

    def opening(self, problem: Problem) -> Opening:
        """The prompt of a fresh attempt."""
        if self.prompt.kind == "plain":
            return PlainPrompt(self.prompt.text(problem))
        messages = self.prompt.messages(problem)
        return ChatPrompt(messages, self.prompt.prefix, options=self.options)

    def parser(self, prompt_text: str = "") -> ProseParser:
        """A parser for the next turn; `prompt_text` may end where thinking was opened."""
        opened = prompt_text.rstrip().endswith(self.think_tags.open.rstrip())
        return ProseParser(self.think_tags, thinking=opened)

    def show_result(
        self,
        result: CodeResult,
        turn_text: str,
        cells_left: int | None = None,  # noqa: ARG002 - it can run none
    ) -> tuple[Piece, ...]:
        """A result somebody else's code gave, as a message."""
        return self._message(result_text(result), turn_text, "")

    def show_malformed(self, malformed: Malformed, turn_text: str) -> tuple[Piece, ...]:
        """What was wrong, as a message."""
        return self._message(malformed.detail, turn_text, "")

    def show_stage(self, stage: Stage, turn_text: str, prompt_text: str) -> tuple[Piece, ...]:
        """What the stage says, as a message."""
        return self._message(stage.text, turn_text, prompt_text)

    def ask_answer(self, turn_text: str, prompt_text: str = "") -> tuple[Piece, ...]:
        """Close thinking that is open, then begin the answer in the model's own turn."""
        return (*self._closing(turn_text, prompt_text), Piece(self.prompt.answer_now))

    def _message(self, text: str, turn_text: str, prompt_text: str) -> tuple[Piece, ...]:
        closing = self._closing(turn_text, prompt_text)
        if self.user is None:
            gap = "" if not turn_text or turn_text.endswith("\n") else "\n"
            return tuple(piece for piece in (*closing, Piece(gap), Piece(text)) if piece.text)
        return (*closing, *self.user.pieces(text.strip("\n")))

    def _closing(self, turn_text: str, prompt_text: str) -> tuple[Piece, ...]:
        tags, text = self.think_tags, turn_text
        if tags.open not in turn_text and tags.close not in turn_text:
            text = tags.open if prompt_text.rstrip().endswith(tags.open.rstrip()) else ""
        return tags.closing() if tags.is_open(text) else ()


@dataclass(frozen=True, slots=True)
class ProseDialect(_Settings):
    """Words alone: whatever the model writes, no code runs.

    Attributes:
        prompt: what a fresh attempt is shown.
        think: name of the tags around thinking, one of `THINK_TAGS`.
        options: further variables of the chat template.

    Raises:
        ConfigError: there are no such tags, or the prompt has stop texts.
    """

    async def bind(self, engine: Vocabulary) -> Dialect:
        """The dialect with what the model's template puts around a user's turn.

        Raises:
            ConfigError: the prompt is for chat, and the model has no chat template or one that
                knows no conversation.
        """
        user = None
        if self.prompt.kind == "chat":
            user = await find_user_turn(engine, self.options)
            if user is None:
                raise ConfigError(
                    f"the chat template of {engine.name} takes no conversation of several turns: "
                    "use a plain prompt"
                )
        return BoundProse(self.prompt, self.think, self.options, user)
