"""The dialect of a tag row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from types import MappingProxyType

from tirkit.dialects.events import Malformed, MalformedKind
from tirkit.dialects.interface import Vocabulary
from tirkit.dialects.openings import ChatPrompt, Opening, PlainPrompt
from tirkit.dialects.result_text import tells_limits, with_limits
from tirkit.dialects.tags.parser import Reading, TagParser
from tirkit.dialects.tags.result_form import tag_safe, told
from tirkit.dialects.tags.row import TagRow
from tirkit.dialects.tags.tokens import tag_tokens
from tirkit.dialects.thinking import ThinkTags
from tirkit.errors import ConfigError
from tirkit.prompts import PromptTemplate, Stage
from tirkit.types import CodeResult, Piece, Problem

_NO_TOKENS: Mapping[int, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class TagDialect:
    """Code calls between two tags, results in the same text or in a message of their own.

    Attributes:
        row: the family.
        prompt: what a fresh attempt is shown.
        code_in_thinking: whether code inside thinking is run.
        limits_note: whether every result says how many code runs are left; the last two always do.
        tokens: the tags that are special tokens of the model, by id; the others are text.
    """

    row: TagRow
    prompt: PromptTemplate
    code_in_thinking: bool
    limits_note: bool
    tokens: Mapping[int, str] = field(default_factory=lambda: _NO_TOKENS)

    @property
    def name(self) -> str:
        """How settings name it."""
        return self.row.name

    @property
    def think_tags(self) -> ThinkTags:
        """What opens and closes thinking."""
        return self.row.think

    @property
    def stop_token_ids(self) -> tuple[int, ...]:
        """The tokens that end code, where none of them can stand in thinking that is not read."""
        stops = self._stops
        return tuple(token for token, text in self.tokens.items() if text in stops)

    @property
    def stages(self) -> tuple[Stage, ...]:
        """What the prompt says at the ends of turns."""
        return self.prompt.stages

    @property
    def _stops(self) -> frozenset[str]:
        if self.row.ends_turn or self.code_in_thinking:
            return frozenset(self.row.ends) & frozenset(self.tokens.values())
        return frozenset()

    def opening(self, problem: Problem) -> Opening:
        """The prompt of a fresh attempt."""
        if self.prompt.kind == "plain":
            return PlainPrompt(self.prompt.text(problem))
        return ChatPrompt(self.prompt.messages(problem), self.prompt.prefix)

    def parser(self, prompt_text: str = "") -> TagParser:
        """A parser for the next turn; `prompt_text` may end inside thinking or in the prefix."""
        return self._parser(self.tokens, prompt_text)

    def show_result(
        self, result: CodeResult, turn_text: str, cells_left: int | None = None
    ) -> tuple[Piece, ...]:
        """The result between its tags. Whatever the code printed, it cannot end them."""
        row = self.row
        text = self._safe(told(result, row.form, row.silent))
        block = ""
        if row.limits != "system":
            text = with_limits(text, cells_left, always=self.limits_note)
        elif cells_left is not None and tells_limits(cells_left, always=self.limits_note):
            block = _system_block(cells_left)
        return _filled((Piece(self._lead(turn_text)), *self._framed(text), Piece(block)))

    def show_malformed(self, malformed: Malformed, turn_text: str) -> tuple[Piece, ...]:
        """What was wrong, as a result; open code is closed first."""
        framed = self._framed(f"[{self._safe(malformed.detail)}]")
        if malformed.kind is MalformedKind.TRUNCATED_CODE:
            return _filled((*self._closing(turn_text), Piece(self.row.lead), *framed))
        if malformed.kind is MalformedKind.HALLUCINATED_OUTPUT:
            return _filled((Piece(_line_break(turn_text)), *framed))
        return _filled((Piece(self._lead(turn_text)), *framed))

    def ask_answer(self, turn_text: str, prompt_text: str = "") -> tuple[Piece, ...]:
        """Close what is open, then make the model answer.

        Args:
            turn_text: what the model wrote last.
            prompt_text: the context before it.
        """
        return self._go_on(self.prompt.answer_now, turn_text, prompt_text)

    def show_stage(self, stage: Stage, turn_text: str, prompt_text: str) -> tuple[Piece, ...]:
        """Close what is open, then say what the stage says."""
        return self._go_on(stage.text, turn_text, prompt_text)

    def _go_on(self, text: str, turn_text: str, prompt_text: str) -> tuple[Piece, ...]:
        # The end token may be off the text, so tags are looked for by their text alone.
        reader = self._parser(_NO_TOKENS, prompt_text)
        reader.read_through(turn_text)
        pieces = [Piece(_line_break(turn_text or prompt_text))]
        if reader.call is not None:
            pieces = [*self._closing(turn_text), Piece(_message_end(self.row), special=True)]
            pieces.append(Piece("" if self.row.ends_turn else self.row.lead))
        if reader.thinking:
            pieces += self.row.think.closing()
        return _filled((*pieces, Piece(text)))

    def _parser(self, tokens: Mapping[int, str], prompt_text: str) -> TagParser:
        stops = self._stops if tokens else frozenset[str]()
        reading = Reading(self.row, tokens, stops, self.code_in_thinking, self.prompt.stop)
        prefixes = (self.prompt.prefix, *(stage.text for stage in self.prompt.stages))
        begun = [text for text in prefixes if prompt_text.endswith(text)]
        return TagParser(reading, prompt_text, max(begun, key=len, default=""))

    def _safe(self, text: str) -> str:
        frame = (piece.text.strip() for piece in (*self.row.before, *self.row.after))
        return tag_safe(text, [tag for tag in (*self.row.tags, *frame) if "`" not in tag])

    def _framed(self, text: str) -> tuple[Piece, ...]:
        body = text if self.row.form == "streams" else f"{text}\n"
        return (*self.row.before, Piece(body), *self.row.after)

    def _lead(self, turn_text: str) -> str:
        """What of the newlines before a result is not there: a tag may share a token with one."""
        written = turn_text.rstrip("\n")
        if written.endswith(self.row.close):
            return self.row.lead[len(turn_text) - len(written) :]
        return self.row.lead

    def _closing(self, turn_text: str) -> tuple[Piece, ...]:
        """The end of code that was cut off."""
        gap = "" if self.row.ends_turn else _line_break(turn_text)
        return (Piece(gap), Piece(self.row.close, special=True))


@dataclass(frozen=True, slots=True)
class UnboundTagDialect(TagDialect):
    """A tag dialect that has not seen its model: it takes every tag for text until then."""

    async def bind(self, engine: Vocabulary) -> TagDialect:
        """The dialect with the tags that are tokens of the engine's model.

        Raises:
            ConfigError: the family's tags have to be tokens, and are not.
        """
        tokens = await tag_tokens(engine, self.row.tags)
        missing = {self.row.open, self.row.close} - set(tokens.values())
        if self.row.ends_turn and missing:
            why = (
                f"has no token {min(missing)}: use a model of {self.row.spoken_by}"
                if engine.token_exact
                else "gives no token ids: use an engine that does"
            )
            raise ConfigError(f"dialect {self.name}: {engine.name} {why}, or another dialect")
        return TagDialect(self.row, self.prompt, self.code_in_thinking, self.limits_note, tokens)


def _system_block(cells_left: int) -> str:
    """The count in the words OpenMath-Nemotron knows it by; what it means, in ours."""
    meaning = (
        "Code beyond that is not run, but reasoning may always go on."
        if cells_left > 0
        else "No more code is run: reason on without it and give the final answer."
    )
    return f"```system\nRemaining code executions: {max(cells_left, 0)}. {meaning}\n```\n"


def _message_end(row: TagRow) -> str:
    """What opens the next message of the assistant after one that was just ended."""
    if not row.ends_turn:
        return ""
    written = "".join(piece.text for piece in row.after)
    return next((written[len(end) :] for end in row.ends if written.startswith(end)), written)


def _filled(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """Pieces put together where they are alike, so that they are tokenised as one text."""
    alike = groupby((piece for piece in pieces if piece.text), key=attrgetter("special"))
    return tuple(Piece("".join(piece.text for piece in group), special) for special, group in alike)


def _line_break(text: str) -> str:
    return "" if not text or text.endswith("\n") else "\n"
