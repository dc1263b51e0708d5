"""What a parser makes of a turn."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class CodeCall:
    """The model wrote a complete piece of code.

    Attributes:
        code: the Python to run, without fences.
        end: characters of the turn's text up to the end of the call; what follows was never asked
            for and is thrown away. None keeps all, with its end token.
    """

    code: str
    end: int | None


@dataclass(frozen=True, slots=True)
class Call:
    """One of the tool calls of a turn.

    Attributes:
        code: the Python to run; None if the call cannot be run.
        problem: why it cannot be run, in words for the model.
        call_id: what its result refers to; "" if the family has no ids.
        name: of the tool, as the model wrote it.
    """

    code: str | None
    problem: str = ""
    call_id: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class ToolCalls:
    """The model ended its turn with tool calls, at least one. The whole turn is kept.

    Attributes:
        calls: in the order they are to run.
    """

    calls: tuple[Call, ...]


class MalformedKind(StrEnum):
    """What is wrong with a call."""

    TRUNCATED_CODE = "truncated_code"
    """The turn ended inside a block; it is not run."""
    HALLUCINATED_OUTPUT = "hallucinated_output"
    """The model wrote an output block of its own."""
    EMPTY_CODE = "empty_code"
    BROKEN_CALL = "broken_call"
    """Not to be read, or of a tool there is not."""
    VOID_TURN = "void_turn"
    """Neither a call nor an answer, in a family that allows no such turn."""


@dataclass(frozen=True, slots=True)
class Malformed:
    """The model tried to call code and got it wrong.

    Attributes:
        kind: what is wrong.
        detail: the same in words, shown to the model in the corrective turn.
        end: characters of the turn's text to keep; None keeps all, with its end token.
    """

    kind: MalformedKind
    detail: str
    end: int | None


@dataclass(frozen=True, slots=True)
class Finished:
    """The turn ended without a call.

    Attributes:
        final_text: the final segment (after thinking, outside code), where an answer may stand.
    """

    final_text: str


ParserEvent = CodeCall | ToolCalls | Malformed | Finished


@dataclass(frozen=True, slots=True)
class TurnEnd:
    """How a turn ended, for what is appended after it.

    Attributes:
        text: the kept text of the turn.
        token: text of the special token at its end, which was sampled and is in the context; ""
            if there is none.
    """

    text: str
    token: str = ""
