"""Tool calls over a chat API: the context is a transcript, which the engine makes into messages."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

from tirkit.dialects.chat_tools.parser import ChatToolsParser
from tirkit.dialects.events import Call, Malformed, TurnEnd
from tirkit.dialects.interface import Vocabulary
from tirkit.dialects.openings import Opening, PiecesPrompt
from tirkit.dialects.result_text import result_text, with_limits
from tirkit.dialects.roles.tool import Tool
from tirkit.errors import ConfigError
from tirkit.prompts import PromptTemplate, Stage
from tirkit.types import CodeResult, Piece, Problem
from tirkit.types.transcript import Section

_NAME = "chat_tools"

_ASSISTANT = Section("assistant")
_ANSWER_NOW = (
    "There is no time left. Give your final answer now, inside \\boxed, and do not call a tool."
)


@dataclass(frozen=True, slots=True)
class _Settings:
    """What can be set; see `ChatToolsDialect`."""

    prompt: PromptTemplate
    tool_name: str = "python"
    argument: str = "code"
    tool_text: str = ""
    answer_now: str = _ANSWER_NOW
    limits_note: bool = False

    def __post_init__(self) -> None:
        for one in fields(_Settings)[1:5]:
            if not isinstance(getattr(self, one.name), str):
                raise ConfigError(f"{one.name} of the dialect {_NAME} must be a text")
        if not (self.tool_name and self.argument and self.answer_now):
            raise ConfigError(f"the dialect {_NAME} needs a tool_name, an argument and answer_now")
        prompt = self.prompt
        if prompt.kind != "chat" or prompt.prefix or prompt.stop:
            raise ConfigError(
                f"the prompt {prompt.name} is plain, begins the solution or has stop texts, which "
                "a chat server cannot do: use a chat prompt without them, such as tool"
            )


@dataclass(frozen=True, slots=True)
class BoundChatTools(_Settings):
    """Tool calls over a chat API; made by `ChatToolsDialect.bind`."""

    @property
    def name(self) -> str:
        """How settings name it."""
        return _NAME

    @property
    def stop_token_ids(self) -> tuple[int, ...]:
        """None: the server ends turns."""
        return ()

    @property
    def stages(self) -> tuple[Stage, ...]:
        """What the prompt says at the ends of turns."""
        return self.prompt.stages

    @property
    def tool(self) -> Tool:
        """The one tool the model is told of."""
        tool = Tool(self.tool_name, self.argument)
        return replace(tool, description=self.tool_text) if self.tool_text else tool

    def opening(self, problem: Problem) -> Opening:
        """The conversation up to the question, with the tool declared."""
        tools = Section("tools", json.dumps([self.tool.schema()]))
        messages = self.prompt.messages(problem)
        told = [Section(message.role, message.content or "") for message in messages]
        return PiecesPrompt(_pieces(tools, *told, _ASSISTANT))

    def parser(self, prompt_text: str = "") -> ChatToolsParser:  # noqa: ARG002
        """A parser for the next turn."""
        return ChatToolsParser(self.tool)

    def show_calls(
        self,
        outcomes: Sequence[tuple[Call, CodeResult | None]],
        turn: TurnEnd,  # noqa: ARG002 - nothing stands between a turn and its results
        cells_left: int | None = None,
    ) -> tuple[Piece, ...]:
        """A tool message for each call."""
        sections = []
        for call, result in outcomes:
            text = f"[{call.problem}]" if result is None else self._text(result, cells_left)
            sections.append(Section("tool", text, {"id": call.call_id}))
        return _pieces(*sections, _ASSISTANT)

    def show_result(
        self,
        result: CodeResult,
        turn_text: str,  # noqa: ARG002
        cells_left: int | None = None,
    ) -> tuple[Piece, ...]:
        """The result of code that no call asked for, as a user's message."""
        return _pieces(Section("user", self._text(result, cells_left)), _ASSISTANT)

    def show_malformed(self, malformed: Malformed, turn_text: str) -> tuple[Piece, ...]:  # noqa: ARG002
        """What was wrong, as a user's message. Calls of the turn are not sent back."""
        return _pieces(Section("user", f"[{malformed.detail}]"), _ASSISTANT)

    def show_stage(self, stage: Stage, turn_text: str, prompt_text: str) -> tuple[Piece, ...]:  # noqa: ARG002
        """A user's message with what the stage says."""
        return _pieces(Section("user", stage.text.strip("\n")), _ASSISTANT)

    def ask_answer(self, turn_text: str, prompt_text: str = "") -> tuple[Piece, ...]:  # noqa: ARG002
        """A user's message that asks for the answer; tools may not be called any more."""
        return _pieces(Section("choice", "none"), Section("user", self.answer_now), _ASSISTANT)

    def _text(self, result: CodeResult, cells_left: int | None) -> str:
        return with_limits(result_text(result), cells_left, always=self.limits_note)


@dataclass(frozen=True, slots=True)
class ChatToolsDialect(_Settings):
    """Tool calls over a chat API, for the engine `chat:URL`.

    The server writes calls and results in its model's own form, and tells them apart from text.
    What it renders, and what it leaves out of earlier turns, is not known.

    Attributes:
        prompt: a chat prompt.
        tool_name: of the Python tool.
        argument: that takes the code.
        tool_text: what the model is told of the tool; "" for a text of tirkit's own.
        answer_now: how the model is asked for its answer at once: its text cannot be begun for it.
        limits_note: whether every result says how many code runs are left; the last two always do.

    Raises:
        ConfigError: a setting is none of these, or the prompt is not for chat.
    """

    @property
    def name(self) -> str:
        """How settings name it."""
        return _NAME

    async def bind(self, engine: Vocabulary) -> BoundChatTools:
        """The dialect, if the engine takes transcripts.

        Raises:
            ConfigError: it takes text or ids.
        """
        if not getattr(engine, "takes_transcripts", False):
            raise ConfigError(
                f"the dialect {_NAME} is for servers of conversations, and {engine.name} takes "
                "text or ids: use chat:URL, or another dialect"
            )
        return BoundChatTools(**{one.name: getattr(self, one.name) for one in fields(_Settings)})


def _pieces(*sections: Section) -> tuple[Piece, ...]:
    return (Piece("".join(map(str, sections))),)
