"""The dialect of a fence row: the Markdown dialect in a family's own words."""

import re
from dataclasses import dataclass, field

from tirkit.dialects.events import Finished, Malformed, MalformedKind, ParserEvent
from tirkit.dialects.fence_parser import FenceParser
from tirkit.dialects.fenced import FencedDialect
from tirkit.dialects.tags.result_form import shaped
from tirkit.dialects.tags.row import FenceRow
from tirkit.types import CodeResult, FinishReason, Piece

_BOX = re.compile(r"\\(?:boxed|fbox)")
_VOID = "this turn holds neither code nor an answer in \\boxed{}: write one of the two"


class VoidTurnParser(FenceParser):
    """A fence parser that finds a turn malformed where it has neither code nor an answer."""

    _chars = 0

    def feed(self, text: str) -> ParserEvent | None:
        """Take the next text; None while the turn goes on."""
        self._chars += len(text)
        return super().feed(text)

    def finish(self, reason: FinishReason) -> ParserEvent:
        """The stream ended without an event from `feed`."""
        event = super().finish(reason)
        if reason is not FinishReason.STOP or not isinstance(event, Finished):
            return event
        if _BOX.search(event.final_text) is not None:
            return event
        return Malformed(MalformedKind.VOID_TURN, _VOID, self._chars)


@dataclass(frozen=True, slots=True)
class FenceRowDialect(FencedDialect):
    """Code in Markdown fences, results as a family knows them.

    Attributes:
        row: the family.
        tell_void_turns: whether a turn with neither code nor an answer is told to be one; else it
            ends the attempt without an answer.
    """

    row: FenceRow = field(kw_only=True)
    tell_void_turns: bool = False

    @property
    def name(self) -> str:
        """How settings name it."""
        return self.row.name

    @property
    def _frame(self) -> tuple[str, str]:
        return self.row.before, self.row.after

    @property
    def _reader(self) -> type[FenceParser]:
        return VoidTurnParser if self.tell_void_turns else FenceParser

    def show_result(
        self, result: CodeResult, turn_text: str, cells_left: int | None = None
    ) -> tuple[Piece, ...]:
        """The result in the family's form. Whatever the code printed, it cannot end a block."""
        told = shaped(result, self.row.form, self.row.silent)
        return FencedDialect.show_result(self, told, turn_text, cells_left)

    def show_malformed(self, malformed: Malformed, turn_text: str) -> tuple[Piece, ...]:
        """The corrective turn; a void turn is told in brackets behind it."""
        if malformed.kind is not MalformedKind.VOID_TURN:
            return FencedDialect.show_malformed(self, malformed, turn_text)
        gap = "" if not turn_text or turn_text.endswith("\n") else "\n"
        return (Piece(f"{gap}[{malformed.detail}]\n"),)
