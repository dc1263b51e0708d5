"""Harmony: gpt-oss with its built-in python tool."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Literal

import anyio.to_thread

from tirkit.dialects.events import Malformed, MalformedKind
from tirkit.dialects.harmony.library import load_library
from tirkit.dialects.harmony.parser import RECIPIENTS, HarmonyParser, Place
from tirkit.dialects.harmony.prompt import TOOL_TEXT, SystemText, render_prompt
from tirkit.dialects.harmony.tokens import (
    CALL,
    CHANNEL,
    END,
    MESSAGE,
    START,
    STOPS,
    special_tokens,
)
from tirkit.dialects.interface import Vocabulary
from tirkit.dialects.openings import Opening, PiecesPrompt
from tirkit.dialects.result_text import result_text, with_limits
from tirkit.errors import ConfigError
from tirkit.prompts import PromptTemplate, Stage
from tirkit.types import CodeResult, Piece, Problem

_NAME = "harmony"
_EFFORTS = ("low", "medium", "high")
_PLACES = ("developer", "identity")

_NEXT = f"{START}assistant"
_FINAL = f"{CHANNEL}final{MESSAGE}"


@dataclass(frozen=True, slots=True)
class _Settings:
    """What can be set; see `HarmonyDialect`."""

    prompt: PromptTemplate
    reasoning_effort: str = "high"
    identity: str = ""
    developer: str = ""
    instructions_in: Literal["developer", "identity"] = "developer"
    date: str = ""
    knowledge_cutoff: str = "2024-06"
    tool_text: str = TOOL_TEXT
    recipients: tuple[str, ...] = RECIPIENTS
    limits_note: bool = False

    def __post_init__(self) -> None:
        if self.reasoning_effort not in _EFFORTS:
            raise ConfigError(
                f"reasoning_effort is {self.reasoning_effort!r}: use {', '.join(_EFFORTS)}"
            )
        if self.instructions_in not in _PLACES:
            raise ConfigError(
                f"instructions_in is {self.instructions_in!r}: use developer or identity"
            )
        for name in ("identity", "developer", "date", "knowledge_cutoff", "tool_text"):
            if not isinstance(getattr(self, name), str):
                raise ConfigError(f"{name} of the dialect harmony must be a text")
        object.__setattr__(self, "recipients", tuple(self.recipients))
        if not self.recipients or not all(isinstance(one, str) for one in self.recipients):
            raise ConfigError("recipients of the dialect harmony must be names")
        prompt = self.prompt
        if prompt.kind != "chat" or prompt.prefix or prompt.stop:
            raise ConfigError(
                f"the prompt {prompt.name} is plain, begins the solution or has stop texts, which "
                "harmony does not: use a chat prompt without them, such as tool"
            )


@dataclass(frozen=True, slots=True)
class BoundHarmony(_Settings):
    """Harmony for one model, whose special tokens are known; made by `HarmonyDialect.bind`.

    Attributes:
        specials: text of the special tokens, by id.
    """

    specials: Mapping[int, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """How settings name it."""
        return _NAME

    @property
    def stop_token_ids(self) -> tuple[int, ...]:
        """Of `<|return|>` and `<|call|>` alone."""
        return tuple(one for one, text in self.specials.items() if text in STOPS)

    @property
    def stages(self) -> tuple[Stage, ...]:
        """What the prompt says at the ends of turns."""
        return self.prompt.stages

    def opening(self, problem: Problem) -> Opening:
        """The prompt of a fresh attempt, as the harmony library renders it."""
        messages = [one for one in self.prompt.messages(problem) if one.role != "system"]
        instructions, identity, developer = self.prompt.system, self.identity, self.developer
        if self.instructions_in == "identity":
            identity = "\n\n".join(filter(None, (identity, instructions)))
        else:
            developer = "\n\n".join(filter(None, (instructions, developer)))
        system = SystemText(
            self.reasoning_effort, identity, self.date, self.knowledge_cutoff, self.tool_text
        )
        return PiecesPrompt(render_prompt(system, developer, messages))

    def parser(self, prompt_text: str = "") -> HarmonyParser:  # noqa: ARG002 - always a header
        """A parser for the next turn, which begins in the assistant's header."""
        return HarmonyParser(self.specials, self.recipients)

    def show_result(
        self, result: CodeResult, turn_text: str, cells_left: int | None = None
    ) -> tuple[Piece, ...]:
        """The tool's message, on the channel of the call. The call's end token stays as sampled."""
        text = with_limits(result_text(result), cells_left, always=self.limits_note)
        return _reply(self._read(turn_text), text)

    def show_malformed(self, malformed: Malformed, turn_text: str) -> tuple[Piece, ...]:
        """The tool's message with what was wrong; a message that is still open is ended first."""
        reader = self._read(turn_text)
        closing = ""
        if malformed.kind is MalformedKind.TRUNCATED_CODE:
            closing = CALL
        elif malformed.kind is MalformedKind.HALLUCINATED_OUTPUT:
            closing = _closing(reader)
        return _reply(reader, f"[{malformed.detail}]", closing)

    def show_stage(self, stage: Stage, turn_text: str, prompt_text: str) -> tuple[Piece, ...]:  # noqa: ARG002
        """A user's message with what the stage says; what is open is ended first."""
        reader = self._read(turn_text)
        closing = END if reader.place is Place.BODY else _closing(reader)
        return (
            Piece(f"{closing}{START}user{MESSAGE}", special=True),
            Piece(stage.text.strip("\n")),
            Piece(f"{END}{_NEXT}", special=True),
        )

    def ask_answer(self, turn_text: str, prompt_text: str = "") -> tuple[Piece, ...]:  # noqa: ARG002
        """End what is open and begin the final message; one that is open goes on."""
        reader = self._read(turn_text)
        if reader.answering:
            return (Piece(self.prompt.answer_now),)
        if reader.fresh:
            opened = _FINAL
        else:
            closing = END if reader.place is Place.BODY else _closing(reader)
            opened = f"{closing}{_NEXT}{_FINAL}"
        return (Piece(opened, special=True), Piece(self.prompt.answer_now.lstrip("\n")))

    def _read(self, turn_text: str) -> HarmonyParser:
        reader = self.parser()
        reader.read_through(turn_text)
        return reader


@dataclass(frozen=True, slots=True)
class HarmonyDialect(_Settings):
    """Code calls as messages to the python tool, results as that tool's messages.

    Attributes:
        prompt: a chat prompt; its system text are the instructions.
        reasoning_effort: "low", "medium" or "high".
        identity: the first line of the system message; "" for gpt-oss' own.
        developer: further text of the developer message.
        instructions_in: where the instructions go: "developer", as the format has it, or
            "identity", as the AIMO-3 notebooks do, which then have no developer message.
        date: of the conversation; "" for none.
        knowledge_cutoff: as gpt-oss was trained with.
        tool_text: what the system message says of the python tool.
        recipients: names by which the model may call it; a message to any other tool is refused.
        limits_note: whether every result says how many code runs are left; the last two always do.

    Raises:
        ConfigError: a setting is none of these, or the prompt is not for chat.
    """

    @property
    def name(self) -> str:
        """How settings name it."""
        return _NAME

    async def bind(self, engine: Vocabulary) -> BoundHarmony:
        """The dialect with this model's special tokens.

        Raises:
            ConfigError: the engine gives no ids, the model has no harmony tokens, or the library
                is shadowed.
            MissingExtra: `oss-harmony` is not installed.
        """
        specials = await special_tokens(engine)
        await anyio.to_thread.run_sync(load_library)
        settings = {one.name: getattr(self, one.name) for one in fields(_Settings)}
        return BoundHarmony(**settings, specials=specials)


def _reply(reader: HarmonyParser, text: str, closing: str = "") -> tuple[Piece, ...]:
    channel = reader.reply_channel if reader.reply_channel == "commentary" else "analysis"
    header = f"{closing}{START}python to=assistant{CHANNEL}{channel}{MESSAGE}"
    return (Piece(header, special=True), Piece(text), Piece(f"{END}{_NEXT}", special=True))


def _closing(reader: HarmonyParser) -> str:
    """What ends the message a turn stopped in."""
    if reader.place is Place.BETWEEN:
        return ""
    if reader.place is Place.BODY:
        return CALL if reader.calling else END
    return f"{MESSAGE}{END}" if reader.channel_open else f"{CHANNEL}analysis{MESSAGE}{END}"
