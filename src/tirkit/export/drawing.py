"""Which attempts at a problem are put side by side for selection data."""

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from tirkit.export.tried import ProblemGroup, Tried
from tirkit.selection import vote_from
from tirkit.selection.judges import Candidate
from tirkit.selection.judges.hearing import Hearing, Tools


@dataclass(frozen=True, slots=True)
class Window:
    """Attempts shown side by side.

    Attributes:
        attempts: in the order they are shown.
        solutions: their summaries as they are shown, each in one text.
        shown: all of them in one text.
        right: numbers of the right ones, from 1.
        pick: one of these.
    """

    attempts: tuple[Tried, ...]
    solutions: tuple[str, ...]
    shown: str
    right: tuple[int, ...]
    pick: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """Draws windows of right and wrong attempts, each kind at least once and no more right ones.

    The size of a window is drawn from a normal distribution around half of the most, cut off at
    its ends, with a sixth of the range as its deviation; how many are right evenly.

    Attributes:
        least: attempts in a window.
        most: attempts in a window.
        solutions: problems with fewer answered attempts are left out.
        instances: windows of a problem.
        tries: windows drawn to get as many different ones.
        most_chars: windows with longer solutions are drawn again.
        candidate_chars: of one summary.
    """

    least: int = 2
    most: int = 16
    solutions: int = 4
    instances: int = 8
    tries: int = 16
    most_chars: int = 60_000
    candidate_chars: int = 6_000

    def draw(
        self, group: ProblemGroup, attempts: Sequence[Tried], seed: int
    ) -> tuple[list[Window], dict[str, int]]:
        """The windows of a problem, the same for the same seed, and what was not drawn and why."""
        answered = [one for one in attempts if one.trajectory.answer is not None]
        right = [one for one in answered if one.right]
        wrong = [one for one in answered if one.right is False]
        if not right or not wrong:
            return [], {"none_right" if not right else "none_wrong": 1}
        if len(right) + len(wrong) < self.solutions:
            return [], {"few_solutions": 1}
        lot = random.Random(f"{seed}/genselect/{group.content_hash}")
        windows: list[Window] = []
        dropped: dict[str, int] = {}
        seen: set[bytes] = set()
        for _ in range(self.tries):
            window = self._window(lot, right, wrong)
            digest = hashlib.md5(window.shown.encode("utf-8", "replace"), usedforsecurity=False)
            long = sum(map(len, window.solutions)) > self.most_chars
            if long or digest.digest() in seen:
                why = "long_window" if long else "window_again"
                dropped[why] = dropped.get(why, 0) + 1
                continue
            seen.add(digest.digest())
            windows.append(window)
            if len(windows) == self.instances:
                break
        return windows, dropped

    def size(self, lot: random.Random, attempts: int) -> int:
        """How many attempts a window holds, of so many there are."""
        most = min(self.most, attempts)
        middle, deviation = (most + self.least) // 2, (most - self.least) / 6
        while True:
            size = round(lot.gauss(middle, deviation)) if deviation else self.least
            if self.least <= size <= most:
                return size

    def _window(self, lot: random.Random, right: list[Tried], wrong: list[Tried]) -> Window:
        size = self.size(lot, len(right) + len(wrong))
        good = lot.randint(1, min(len(right), len(wrong), size // 2))
        chosen = lot.sample(right, good) + lot.sample(wrong, min(size - good, len(wrong)))
        lot.shuffle(chosen)
        told = tuple(self._told(one) for one in chosen)
        numbers = tuple(number for number, one in enumerate(chosen, 1) if one.right)
        shown = _hearing().tools.texts.solutions(
            {
                number: (text, _answer(one))
                for number, (one, text) in enumerate(zip(chosen, told, strict=True), 1)
            }
        )
        return Window(tuple(chosen), told, shown, numbers, lot.choice(numbers))

    def _told(self, one: Tried) -> str:
        """An attempt as a live judge is shown it."""
        vote = vote_from(one.trajectory)
        assert vote is not None
        candidate = Candidate(vote.answer, vote, one.trajectory)
        return _hearing().told(candidate, self.candidate_chars)


def question(problem: str, window: Window) -> str:
    """What a model is asked, as the live selector asks it."""
    return _hearing().tools.texts.fill(
        "select", problem=problem, solutions=window.shown, count=str(len(window.attempts))
    )


def _answer(one: Tried) -> str:
    return str(one.trajectory.answer)


@cache
def _hearing() -> Hearing:
    """Shows solutions as live judges are shown them; asks nobody."""
    return Hearing(Tools(), tokens=0)
