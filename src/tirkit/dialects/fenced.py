"""The Markdown dialect: code in ```python blocks, results in ```output blocks.

Spoken by Qwen2.5-Math, ToRA, DeepSeekMath and NuminaMath, and by most chat models when asked to.
"""

from dataclasses import dataclass

from tirkit.dialects.events import Malformed, MalformedKind
from tirkit.dialects.fence_parser import FenceParser, RunAt
from tirkit.dialects.fences import Fence, FenceKind, find_fence
from tirkit.dialects.openings import ChatPrompt, Opening, PlainPrompt
from tirkit.dialects.result_text import fence_safe, result_text, with_limits
from tirkit.dialects.scanner import THINK_CLOSE
from tirkit.errors import ConfigError
from tirkit.prompts import PromptTemplate, Stage
from tirkit.types import CodeResult, Piece, Problem

_OUTPUT = "```output\n"


@dataclass(frozen=True, slots=True)
class FencedDialect:
    """Code calls as Markdown blocks, results as output blocks in the same assistant text.

    Attributes:
        prompt: what a fresh attempt is shown.
        run_at: "fence" ends the turn at the closing fence of the first block; "output" at the
            output fence the model writes behind one or more blocks, which then run together.
        code_in_thinking: whether blocks between `<think>` and `</think>` are code calls.
        limits_note: whether every result says how many code runs are left; the last two always do.

    Raises:
        ConfigError: `run_at` is neither.
    """

    prompt: PromptTemplate
    run_at: RunAt = "fence"
    code_in_thinking: bool = False
    limits_note: bool = False

    def __post_init__(self) -> None:
        if self.run_at not in {"fence", "output"}:
            raise ConfigError(f"run_at is {self.run_at!r}: use fence or output")

    @property
    def name(self) -> str:
        """How settings name it."""
        return "fenced"

    @property
    def stop_token_ids(self) -> tuple[int, ...]:
        """None: the parser ends a turn, the model's own end token does besides."""
        return ()

    @property
    def stages(self) -> tuple[Stage, ...]:
        """What the prompt says at the ends of turns."""
        return self.prompt.stages

    @property
    def _frame(self) -> tuple[str, str]:
        """What stands before and behind a result."""
        return _OUTPUT, "```\n"

    @property
    def _reader(self) -> type[FenceParser]:
        """Reads turns."""
        return FenceParser

    @property
    def _prefixes(self) -> tuple[str, ...]:
        """Texts of the prompt that a turn may go on from."""
        return (self.prompt.prefix, *(stage.text for stage in self.prompt.stages))

    def opening(self, problem: Problem) -> Opening:
        """The prompt of a fresh attempt."""
        if self.prompt.kind == "plain":
            return PlainPrompt(self.prompt.text(problem))
        return ChatPrompt(self.prompt.messages(problem), self.prompt.prefix)

    def parser(self, prompt_text: str = "") -> FenceParser:
        """A parser for the next turn; `prompt_text` may end inside thinking or in the prefix."""
        begun = [text for text in self._prefixes if prompt_text.endswith(text)]
        return self._reader(
            run_at=self.run_at,
            code_in_thinking=self.code_in_thinking,
            stop=self.prompt.stop,
            prompt_text=prompt_text,
            prefix=max(begun, key=len, default=""),
        )

    def show_result(
        self, result: CodeResult, turn_text: str, cells_left: int | None = None
    ) -> tuple[Piece, ...]:
        """An output block. Whatever the code printed, it cannot end the block."""
        text = with_limits(fence_safe(result_text(result)), cells_left, always=self.limits_note)
        return self._output(turn_text, self._opening_fences(turn_text), text)

    def show_malformed(self, malformed: Malformed, turn_text: str) -> tuple[Piece, ...]:
        """An output block with what was wrong; an open code block is closed first."""
        called = malformed.kind is not MalformedKind.HALLUCINATED_OUTPUT
        truncated = malformed.kind is MalformedKind.TRUNCATED_CODE
        opening = self._opening_fences(turn_text, seen_end=not truncated, called=called)
        return self._output(turn_text, opening, f"[{fence_safe(malformed.detail)}]")

    def ask_answer(self, turn_text: str, prompt_text: str = "") -> tuple[Piece, ...]:
        """Close what is open, then make the model answer.

        Args:
            turn_text: what the model wrote last.
            prompt_text: the context before it; without it, thinking that the prompt opened is
                not seen to be open.
        """
        return self._go_on(self.prompt.answer_now, turn_text, prompt_text)

    def show_stage(self, stage: Stage, turn_text: str, prompt_text: str) -> tuple[Piece, ...]:
        """Close what is open, then say what the stage says."""
        return self._go_on(stage.text, turn_text, prompt_text)

    def _go_on(self, text: str, turn_text: str, prompt_text: str) -> tuple[Piece, ...]:
        reader = self._read(turn_text, prompt_text)
        pieces = [Piece(_line_break(turn_text or prompt_text))]
        if reader.block is not None:
            pieces.append(Piece(_closing(reader.block.fence)))
        if reader.thinking:
            # A token of its own in most vocabularies that know it.
            pieces += [Piece(THINK_CLOSE, special=True), Piece("\n\n")]
        pieces.append(Piece(text))
        return tuple(piece for piece in pieces if piece.text)

    def _output(self, turn_text: str, opening: str, text: str) -> tuple[Piece, ...]:
        return (Piece(f"{_line_break(turn_text)}{opening}{text}\n{self._frame[1]}"),)

    def _opening_fences(self, turn_text: str, *, seen_end: bool = True, called: bool = True) -> str:
        """What has to stand before an output block's text.

        Args:
            turn_text: the kept text of the turn.
            seen_end: whether a fence at its end can be what ended it.
            called: whether it holds code, so that the prefix may have opened the block.
        """
        fence = find_fence(turn_text.rstrip("\n").rpartition("\n")[2])
        if seen_end and fence is not None and fence.kind is FenceKind.OUTPUT:
            return ""
        if seen_end and fence is not None and fence.kind is FenceKind.BARE:
            return self._frame[0]
        for begun in ("", *self._prefixes) if called else ("",):
            block = self._read(turn_text, begun).block
            if block is not None and block.is_code:
                return _closing(block.fence) + self._frame[0]
        return self._frame[0]

    def _read(self, turn_text: str, prompt_text: str = "") -> FenceParser:
        reader = self.parser(prompt_text)
        reader.read_through(turn_text)
        return reader


def _line_break(text: str) -> str:
    return "" if not text or text.endswith("\n") else "\n"


def _closing(fence: Fence) -> str:
    return fence.char * fence.length + "\n"
