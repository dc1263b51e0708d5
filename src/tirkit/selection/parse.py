"""Reads a selector from text such as `top(10, by='tail') | weighted(by='tail')`."""

import ast
import operator
from collections.abc import Callable

from tirkit.notation import Notation
from tirkit.selection.borda import Borda
from tirkit.selection.confidence import Softmax, Weighted
from tirkit.selection.deepconf import Top, deepconf
from tirkit.selection.entropy import InverseEntropy, VotesAndEntropy
from tirkit.selection.execution import Calls, Executed
from tirkit.selection.majority import MajorityVote
from tirkit.selection.perplexity import Likely, Perplexity, rpc
from tirkit.selection.stage import Stage
from tirkit.selection.suspects import CodeFirst, SmallAnswers
from tirkit.selection.ties import Ties

STAGES: tuple[type[Stage], ...] = (
    Borda,
    Calls,
    CodeFirst,
    Executed,
    InverseEntropy,
    Likely,
    MajorityVote,
    Perplexity,
    SmallAnswers,
    Softmax,
    Ties,
    Top,
    VotesAndEntropy,
    Weighted,
)
"""All there are, by the names of their classes."""
_SHORT: dict[str, Callable[..., Stage]] = {"deepconf": deepconf, "rpc": rpc}
_NOTATION: Notation[Stage] = Notation(
    "selector",
    {**{stage.name: stage for stage in STAGES}, **_SHORT},
    {ast.BitOr: operator.or_},
    words=True,
)


def parse_selector(text: str) -> Stage:
    """Read stages joined by `|`, each going on with the votes the one before left.

    Raises:
        ConfigError: not such a text; names the part and the known stages.
    """
    return _NOTATION.read(text)
