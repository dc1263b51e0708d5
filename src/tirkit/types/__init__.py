"""The words of tirkit as plain frozen types; nothing here does any work."""

from tirkit.types.chat import Chat, ChatMessage, ToolCall
from tirkit.types.code import CodeImage, CodeResult, CodeStatus
from tirkit.types.domain import ANY_ANSWER, AnswerDomain
from tirkit.types.judgment import Judgment
from tirkit.types.problem import Problem
from tirkit.types.solution import Solution
from tirkit.types.stats import AttemptStats, TokenStats
from tirkit.types.tokens import (
    UNKNOWN_TOKEN,
    EngineUsage,
    FinishReason,
    GenerateRequest,
    Piece,
    Sampling,
    TokenChunk,
    TopLogprobs,
)
from tirkit.types.trajectory import StopReason, Trajectory, Turn, Usage
from tirkit.types.verdict import Answer, Tally, TallyEntry, Verdict, Vote

__all__ = (
    "ANY_ANSWER",
    "UNKNOWN_TOKEN",
    "Answer",
    "AnswerDomain",
    "AttemptStats",
    "Chat",
    "ChatMessage",
    "CodeImage",
    "CodeResult",
    "CodeStatus",
    "EngineUsage",
    "FinishReason",
    "GenerateRequest",
    "Judgment",
    "Piece",
    "Problem",
    "Sampling",
    "Solution",
    "StopReason",
    "Tally",
    "TallyEntry",
    "TokenChunk",
    "TokenStats",
    "ToolCall",
    "TopLogprobs",
    "Trajectory",
    "Turn",
    "Usage",
    "Verdict",
    "Vote",
)
