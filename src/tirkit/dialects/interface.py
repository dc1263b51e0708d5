"""How a model family writes code calls and final answers, and how results are shown to it."""

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

from tirkit.dialects.events import Call, Malformed, ParserEvent, TurnEnd
from tirkit.dialects.openings import Opening
from tirkit.prompts import Stage
from tirkit.types import Chat, CodeResult, FinishReason, Piece, Problem


class Parser(Protocol):
    """Reads one turn, chunk by chunk. Any split of the text gives the same event.

    Gives exactly one event per turn: from `feed`, which ends the turn at once, or from `finish`.
    """

    def feed(self, text: str) -> ParserEvent | None:
        """Take the next text; None while the turn goes on. Not called again after an event."""

    def finish(self, reason: FinishReason) -> ParserEvent:
        """The stream ended without an event from `feed`."""


@runtime_checkable
class CodeFollower(Parser, Protocol):
    """A parser that also tells the code of a block while it is being written.

    What `take_code` gave in a turn, put together, is the beginning of the code (with a newline
    behind it) of the `CodeCall` the turn ends in, if it ends in one.
    """

    def take_code(self) -> str:
        """Code that has come since the last call and is sure to be run if the block is closed.

        Whole lines, each with its newline; "" where there are none.
        """


@runtime_checkable
class TokenParser(Parser, Protocol):
    """A parser that tells special tokens from the same characters written out.

    `feed` gets the text between them. A token that stops the engine is fed like any other.
    """

    @property
    def specials(self) -> Mapping[int, str]:
        """Text of the tokens it wants to be told of, by id."""

    def feed_special(self, text: str) -> ParserEvent | None:
        """Take a special token, by its text; None while the turn goes on."""


class Dialect(Protocol):
    """One model family's way of calling Python.

    Everything shown to the model after the opening is a list of `Piece`s that are appended; the
    context is never rendered again.
    """

    @property
    def name(self) -> str:
        """How settings name it."""

    @property
    def stop_token_ids(self) -> tuple[int, ...]:
        """Tokens that end a turn beside the model's own end tokens."""

    @property
    def stages(self) -> tuple[Stage, ...]:
        """What the prompt says at the ends of turns."""

    def opening(self, problem: Problem) -> Opening:
        """The prompt of a fresh attempt."""

    def parser(self, prompt_text: str = "") -> Parser:
        """A parser for the next turn; `prompt_text` is the context (it may open a thinking tag)."""

    def show_result(
        self, result: CodeResult, turn_text: str, cells_left: int | None = None
    ) -> tuple[Piece, ...]:
        """What to append after a turn that ran code. `turn_text` is the kept text of the turn."""

    def show_malformed(self, malformed: Malformed, turn_text: str) -> tuple[Piece, ...]:
        """The corrective turn: what to append after a turn with a malformed call."""

    def show_stage(self, stage: Stage, turn_text: str, prompt_text: str) -> tuple[Piece, ...]:
        """What to append so that the model goes on after a turn it ended without a call.

        Args:
            stage: of the prompt, or what another model has to say.
            turn_text: the turn, its end token taken off.
            prompt_text: the context before it.
        """

    def ask_answer(self, turn_text: str, prompt_text: str = "") -> tuple[Piece, ...]:
        """What to append so that the model gives its answer now, without further code.

        Args:
            turn_text: the turn that goes on, or "" if something was appended since.
            prompt_text: the context before it; it may have opened thinking or a block.
        """


@runtime_checkable
class CallsDialect(Dialect, Protocol):
    """A dialect whose turns end in tool calls."""

    def show_calls(
        self,
        outcomes: Sequence[tuple[Call, CodeResult | None]],
        turn: TurnEnd,
        cells_left: int | None = None,
    ) -> tuple[Piece, ...]:
        """What to append after a turn with calls: a result for each, None for one not run."""


class Vocabulary(Protocol):
    """What a dialect asks of an engine to fit itself to its model."""

    @property
    def name(self) -> str:
        """How the command line names the engine."""

    @property
    def token_exact(self) -> bool:
        """Whether it gives ids."""

    async def encode(self, text: str, *, special: bool) -> Sequence[int]:
        """Token ids of a text."""

    async def render_chat(self, chat: Chat) -> str:
        """Text of the model's chat template."""


@runtime_checkable
class Unbound(Protocol):
    """A dialect that has to look at the model before it can speak."""

    @property
    def name(self) -> str:
        """How settings name it."""

    async def bind(self, engine: Vocabulary) -> Dialect:
        """The dialect for this model.

        Raises:
            ConfigError: the model does not speak it; the message names the remedy.
        """


AnyDialect = Dialect | Unbound
"""What settings name; `AttemptRunner` binds the second kind."""
