"""Watch one attempt's tokens as they come, and may end it."""

from tirkit.guards.cells import FailedCellsGuard, MaxErrorsGuard, RepeatedCellsGuard
from tirkit.guards.deepconf import DeepConfGuard, deepconf_threshold
from tirkit.guards.entropy import RisingEntropyGuard
from tirkit.guards.figures import GROUP_TOKENS, TokenFigures, token_figures
from tirkit.guards.interface import Guard, Peers, Watch, Watched
from tirkit.guards.parse import idle_guards, parse_guard
from tirkit.guards.repetition import RepetitionGuard
from tirkit.guards.saved import TokensSaved, tokens_saved

__all__ = (
    "GROUP_TOKENS",
    "DeepConfGuard",
    "FailedCellsGuard",
    "Guard",
    "MaxErrorsGuard",
    "Peers",
    "RepeatedCellsGuard",
    "RepetitionGuard",
    "RisingEntropyGuard",
    "TokenFigures",
    "TokensSaved",
    "Watch",
    "Watched",
    "deepconf_threshold",
    "idle_guards",
    "parse_guard",
    "token_figures",
    "tokens_saved",
)
