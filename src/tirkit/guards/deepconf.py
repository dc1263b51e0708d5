"""DeepConf online: ends an attempt that became less sure than its peers ever were."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from tirkit.errors import ConfigError
from tirkit.guards.interface import Peers, Quiet, Watch, Watched
from tirkit.guards.settings import GuardSettings
from tirkit.guards.window import SlidingMean
from tirkit.types import TokenChunk

_SAME = 1e-6
"""Figures are kept in single precision: those of the same text may differ by as much."""
_ASK_EVERY_TOKENS = 64
"""How often the peers are counted until there are enough."""


@dataclass(frozen=True, slots=True)
class DeepConfGuard(GuardSettings):
    """Ends an attempt whose lowest group confidence falls below a threshold from its peers.

    DeepConf online (arXiv 2508.15260, section 3.3): s = Percentile_(100-keep)({C_least}) over the
    first `warmup` attempts at the problem that ended by themselves; an attempt is ended once the
    mean confidence of a full window of its sampled tokens is below s. Percentiles are
    interpolated linearly, as in the authors' code (facebookresearch/deepconf).

    The authors start the others after the warm-up attempts. Here all may run at once, so an
    attempt that had such a window before s was known is ended as soon as it is: who is ended does
    not hang on who was quick. The first `warmup` attempts are never ended, whenever they end.

    Attributes:
        keep_percent: eta; 10 is the paper's "low", 90 its "high".
        warmup: attempts that make the threshold.
        group_tokens: length of a window; None takes that of the attempts' statistics. Another
            one is refused, because it could not be compared.
    """

    keep_percent: float = field(default=90, metadata={"high": 100})
    warmup: int = 16
    group_tokens: int | None = None

    name: ClassVar[str] = "deepconf"
    needs_top_logprobs: ClassVar[bool] = True

    def watch(self, watched: Watched) -> Watch:
        """Begin to follow an attempt.

        Raises:
            ConfigError: the attempts' statistics have windows of another length.
        """
        if self.group_tokens not in {None, watched.group_tokens}:
            raise ConfigError(
                f"guard {self.name}: group_tokens is {self.group_tokens}, and the attempts' "
                f"statistics are over {watched.group_tokens}: give both the same"
            )
        if watched.index < self.warmup or watched.figures is None:
            return Quiet()
        figures = watched.figures
        windows = SlidingMean(figures, figures.confidences, watched.group_tokens)
        return _DeepConfWatch(self, windows, watched.peers)


def deepconf_threshold(lowest_groups: Sequence[float], keep_percent: float) -> float:
    """The lowest group confidence that `keep_percent` of the attempts reach.

    Percentile_(100-keep), linear between neighbours.

    Args:
        lowest_groups: of the warm-up attempts, at least one.
        keep_percent: in (0, 100].
    """
    ranked = sorted(lowest_groups)
    place = (len(ranked) - 1) * (100 - keep_percent) / 100
    below = math.floor(place)
    above = min(below + 1, len(ranked) - 1)
    return ranked[below] + (ranked[above] - ranked[below]) * (place - below)


class _DeepConfWatch(Quiet):
    def __init__(self, guard: DeepConfGuard, windows: SlidingMean, peers: Peers) -> None:
        self._guard = guard
        self._windows = windows
        self._peers = peers
        self._lowest = math.inf
        self._threshold: float | None = None
        self._unasked_tokens = _ASK_EVERY_TOKENS

    def chunk(self, chunk: TokenChunk) -> str | None:
        """The reason to end the attempt, once the threshold is known and was missed."""
        lowest = self._windows.lowest()
        if lowest is not None and lowest < self._lowest:
            self._lowest = lowest
        if self._threshold is None:
            self._ask(len(chunk.token_ids))
        if self._threshold is None or self._lowest >= self._threshold - _SAME:
            return None
        return (
            f"deepconf: a group's confidence of {self._lowest:.3f} is below {self._threshold:.3f}, "
            f"which {self._guard.keep_percent:g} % of {self._guard.warmup} warm-up attempts reached"
        )

    def _ask(self, tokens: int) -> None:
        self._unasked_tokens += tokens
        if self._unasked_tokens < _ASK_EVERY_TOKENS or self._lowest == math.inf:
            return
        self._unasked_tokens = 0
        told = [peer.whole.lowest_group for peer in self._peers()]
        sure = [value for value in told if value is not None and math.isfinite(value)]
        if len(sure) >= self._guard.warmup:
            first = sure[: self._guard.warmup]
            self._threshold = deepconf_threshold(first, self._guard.keep_percent)
