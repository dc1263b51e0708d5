"""Which rows share a batch."""

from collections.abc import Iterator, Sequence
from random import Random

from torch.utils.data import Sampler


class LengthSampler(Sampler[int]):  # type: ignore[misc] # torch is not typed here
    """Batches of rows of like length, in any order.

    Padding costs as much as tokens do, so rows of a batch should be alike in length; but steps that
    see long rows only, then short ones only, teach families in turn. So rows are sorted inside of
    windows, and the batches of all windows are shuffled: a step of several batches sees short and
    long rows.

    Args:
        lengths: of the rows, in tokens.
        batch: rows in one.
        seed: of the order; each pass has another.
        window: batches that are sorted together.
    """

    def __init__(self, lengths: Sequence[int], batch: int, seed: int, window: int = 64) -> None:
        self._lengths = lengths
        self._batch = batch
        self._seed = seed
        self._window = window
        self._epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """The trainer says which pass begins, also where it goes on after a kill."""
        self._epoch = epoch

    def __len__(self) -> int:
        return len(self._lengths)

    def __iter__(self) -> Iterator[int]:
        lot = Random(f"{self._seed}/{self._epoch}")
        order = list(range(len(self._lengths)))
        lot.shuffle(order)
        batches = list(self._batches(order))
        lot.shuffle(batches)
        # A batch that is not full comes last: in the middle it would shift all behind it.
        batches.sort(key=len, reverse=True)
        return (row for batch in batches for row in batch)

    def _batches(self, order: Sequence[int]) -> Iterator[Sequence[int]]:
        size = self._batch * self._window
        for start in range(0, len(order), size):
            window = sorted(order[start : start + size], key=self._lengths.__getitem__)
            for place in range(0, len(window), self._batch):
                yield window[place : place + self._batch]
