"""A role dialect fitted to one model: what it appends, and how it reads."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tirkit.dialects.events import Call, Malformed, TurnEnd
from tirkit.dialects.openings import ChatPrompt, Opening
from tirkit.dialects.result_text import result_text, with_limits
from tirkit.dialects.roles.family import Glue, glue_pieces
from tirkit.dialects.roles.lexicon import Lexicon
from tirkit.dialects.roles.parser import CallParser
from tirkit.dialects.roles.tool import Tool
from tirkit.dialects.thinking import ThinkTags
from tirkit.prompts import PromptTemplate, Stage
from tirkit.types import ChatMessage, CodeResult, Piece, Problem

ASK = (
    "There is no more time. Do not call the tool again: give the final answer now, once, inside "
    "\\boxed{}."
)
_LOOKS_SPECIAL = re.compile(r"<(?=[|｜/]?[^<>\s]{1,60}>)|\[(?=/?[A-Z_]{1,40}\])")


@dataclass(frozen=True, slots=True)
class RoleSettings:
    """What a role dialect is told beside its prompt and its family.

    Attributes:
        tool: what the model may call.
        options: further variables of the chat template, such as `enable_thinking`.
        ask: what a user says to get the answer now.
        limits_note: whether every result says how many code runs are left; the last two always do.
    """

    tool: Tool = field(default_factory=Tool)
    options: Mapping[str, Any] = field(default_factory=dict)
    ask: str = ASK
    limits_note: bool = False


@dataclass(frozen=True, slots=True)
class BoundRoleDialect:
    """A role dialect fitted to one model.

    Attributes:
        prompt: what a fresh attempt is shown.
        lexicon: the family's tags as the model's vocabulary has them.
        glue: what stands between turns.
        settings: tool, options and texts.
        declared: whether the chat template tells the model of the tool.
        exact: whether the engine takes ids; else text that looks like a special token is spread.
    """

    prompt: PromptTemplate
    lexicon: Lexicon
    glue: Glue
    settings: RoleSettings
    declared: bool = True
    exact: bool = True

    @property
    def name(self) -> str:
        """How settings name it."""
        return self.lexicon.family.name

    @property
    def think_tags(self) -> ThinkTags:
        """What opens and closes thinking."""
        return self.lexicon.family.think

    @property
    def stop_token_ids(self) -> tuple[int, ...]:
        """The tokens that end a turn of this family."""
        ids = self.lexicon.ids
        return tuple(ids[text] for text in self.lexicon.family.stops if text in ids)

    @property
    def stages(self) -> tuple[Stage, ...]:
        """What the prompt says at the ends of turns."""
        return self.prompt.stages

    def opening(self, problem: Problem) -> Opening:
        """The prompt of a fresh attempt, with the tool declared."""
        messages, tool = self.prompt.messages(problem), self.settings.tool
        if self.declared:
            tools = (tool.schema(),)
            return ChatPrompt(messages, self.prompt.prefix, tools, self.settings.options)
        told = tool.declaration(self._form())
        if messages[0].role == "system":
            told = f"{messages[0].content}\n\n{told}"
            messages = messages[1:]
        messages = (ChatMessage("system", told), *messages)
        return ChatPrompt(messages, self.prompt.prefix, options=self.settings.options)

    def _form(self) -> str:
        """How a call is written, unless that takes tokens which text in a prompt cannot be."""
        family, tool = self.lexicon.family, self.settings.tool
        if family.begin in self.lexicon.ids or family.tokens[0] in self.lexicon.ids:
            return ""
        json = f'{{"{tool.argument}": "print(1)"}}'
        parts = {"name": tool.name, "argument": tool.argument, "code": "print(1)", "id": ""}
        before, _, after = family.around
        return before + family.form % {**parts, "json": json} + after

    def parser(self, prompt_text: str = "") -> CallParser:
        """A parser for the next turn; `prompt_text` may end where thinking was opened."""
        return CallParser(
            self.lexicon, self.settings.tool, thinking=self._thinking_opened(prompt_text)
        )

    def _thinking_opened(self, prompt_text: str) -> bool:
        """Whether the context ends in an opened tag: only the template or the prefix put it there.

        Elsewhere in the context the tag may have been printed by a program.
        """
        opened, closed = self.think_tags.open, self.think_tags.close
        prefix = self.prompt.prefix
        if prefix and prompt_text.endswith(prefix):
            if opened in prefix or closed in prefix:
                return prefix.rfind(opened) > prefix.rfind(closed)
            prompt_text = prompt_text.removesuffix(prefix)
        return prompt_text.rstrip().endswith(opened.rstrip())

    def show_calls(
        self,
        outcomes: Sequence[tuple[Call, CodeResult | None]],
        turn: TurnEnd,
        cells_left: int | None = None,
    ) -> tuple[Piece, ...]:
        """A result for each call, as the template would show them."""
        family, tool = self.lexicon.family, self.settings.tool
        pieces: list[Piece] = []
        glue = _behind(self.glue.result_open, turn.token)
        for number, (call, result) in enumerate(outcomes):
            call_id = family.id_of(call, number, tool)
            pieces += glue_pieces(glue, call_id, call.name or tool.name)
            last = number == len(outcomes) - 1
            text = f"[{call.problem}]" if result is None else result_text(result)
            pieces.append(self._plain(self._noted(text, cells_left) if last else text))
            glue = self.glue.result_close if last else self.glue.result_between
        last_call = outcomes[-1][0]
        call_id = family.id_of(last_call, len(outcomes) - 1, tool)
        return (*pieces, *glue_pieces(glue, call_id, last_call.name or tool.name))

    def _noted(self, text: str, cells_left: int | None) -> str:
        return with_limits(text, cells_left, always=self.settings.limits_note)

    def show_result(
        self, result: CodeResult, turn_text: str, cells_left: int | None = None
    ) -> tuple[Piece, ...]:
        """The result of a turn's only call."""
        return self.show_calls([(Call(""), result)], TurnEnd(turn_text), cells_left)

    def show_malformed(self, malformed: Malformed, turn_text: str) -> tuple[Piece, ...]:
        """A user's turn that says what was wrong; the turn's own end token is not there yet."""
        return self._user_turn(malformed.detail, self._still_thinking(turn_text, ""))

    def show_stage(self, stage: Stage, turn_text: str, prompt_text: str) -> tuple[Piece, ...]:
        """A user's turn with what the stage says."""
        thinking = self._still_thinking(turn_text, prompt_text)
        return self._user_turn(stage.text.strip("\n"), thinking)

    def ask_answer(self, turn_text: str, prompt_text: str = "") -> tuple[Piece, ...]:
        """A user's turn that asks for the answer, unless the assistant has only just begun one."""
        thinking = self._still_thinking(turn_text, prompt_text)
        pieces: tuple[Piece, ...] = ()
        if turn_text:
            pieces = self._user_turn(self.settings.ask, thinking)
            thinking = self._thinking_opened(self.glue.user_close)
        answer = self.prompt.answer_now.lstrip("\n")
        return (*pieces, *(self.think_tags.closing() if thinking else ()), Piece(answer))

    def _user_turn(self, text: str, thinking: bool) -> tuple[Piece, ...]:  # noqa: FBT001
        return (
            *(self.think_tags.closing() if thinking else ()),
            *glue_pieces(self.glue.user_open),
            self._plain(text),
            *glue_pieces(self.glue.user_close),
        )

    def _still_thinking(self, turn_text: str, prompt_text: str) -> bool:
        tags = self.think_tags
        if tags.open not in turn_text and tags.close not in turn_text:
            return self._thinking_opened(prompt_text)
        return tags.is_open(turn_text)

    def _plain(self, text: str) -> Piece:
        """Text nobody but its writer vouches for."""
        encodable = text.encode("utf-8", "replace").decode()
        return Piece(encodable if self.exact else _LOOKS_SPECIAL.sub(r"\g<0> ", encodable))


def _behind(glue: str, token: str) -> str:
    """Glue without the end token the model has sampled itself."""
    return glue.removeprefix(token) if token else glue
