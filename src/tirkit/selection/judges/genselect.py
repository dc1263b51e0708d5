"""GenSelect: a model reads several solutions and names the best one."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tirkit.selection.judges.case import Candidate, Case
from tirkit.selection.judges.hearing import Hearing
from tirkit.selection.judges.reading import read_pick
from tirkit.selection.judges.settings import check, whole
from tirkit.types import Answer, Judgment


@dataclass(frozen=True, slots=True)
class GenSelect:
    """Shows up to `window` solutions and asks for the best; the answer picked most often wins.

    Source: arXiv 2504.16891 section 4 (16 of 64 solutions, asked again with other windows, majority
    over the picks) and 2507.17797; NeMo-Skills shows 8 and drops unfinished solutions, as here:
    only attempts that voted are shown, by their summary behind the thinking. Windows and their
    order are drawn from the problem's seed. A window in which all answers agree is not asked about.

    Attributes:
        window: most solutions shown at once.
        repeats: how often it is asked.
        per_answer: most solutions of one answer in a window; 0 means any number. 1 shows one
            solution for each answer.
        max_tokens: of one reply.
        candidate_chars: of one summary.
    """

    window: int = 16
    repeats: int = 8
    per_answer: int = 0
    max_tokens: int = 8_192
    candidate_chars: int = 6_000

    def __post_init__(self) -> None:
        check(
            self.name,
            {
                "window": whole(self.window, 2),
                "repeats": whole(self.repeats),
                "per_answer": whole(self.per_answer, 0),
                "max_tokens": whole(self.max_tokens),
                "candidate_chars": whole(self.candidate_chars),
            },
        )

    @property
    def name(self) -> str:
        """How it is named in records."""
        return "genselect"

    async def judge(self, case: Case, hearing: Hearing) -> Judgment:
        """Ask `repeats` times and count the picks."""
        drawn = (self._draw(case, repeat) for repeat in range(self.repeats))
        windows = [window for window in drawn if _disagree(window)]
        questions = [
            hearing.tools.texts.fill(
                "select",
                problem=case.problem.text,
                solutions=hearing.shown(window, self.candidate_chars),
                count=str(len(window)),
            )
            for window in windows
        ]
        picks: Counter[Answer] = Counter()
        replies = await hearing.ask(questions, self.max_tokens)
        for window, reply in zip(windows, replies, strict=True):
            number = read_pick(reply, len(window)) if reply else None
            if number is not None:
                picks[window[number - 1].answer] += 1
            elif reply:
                hearing.abstain("without a judgment")
        return hearing.judgment(
            self.name,
            [(answer, float(count)) for answer, count in picks.items()],
            picks.total(),
            told(picks, "picks"),
        )

    def _draw(self, case: Case, repeat: int) -> list[Candidate]:
        """The solutions of one window, in the order they are shown."""
        lot = random.Random(f"{case.seed}/{self.name}/{repeat}")
        drawn = list(case.candidates)
        lot.shuffle(drawn)
        if self.per_answer:
            seen: Counter[Answer] = Counter()
            kept = []
            for one in drawn:
                seen[one.answer] += 1
                if seen[one.answer] <= self.per_answer:
                    kept.append(one)
            drawn = kept
        return drawn[: self.window]


def _disagree(window: Sequence[Candidate]) -> bool:
    return len({one.answer for one in window}) > 1


def told(counts: Counter[Answer], what: str) -> str:
    """Counts of answers in words, most first, such as `3 picks for 7, 1 for 4`."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0].canonical))
    if not ordered:
        return f"no {what}"
    parts = [f"{count} for {answer}" for answer, count in ordered]
    return parts[0].replace(" for", f" {what} for", 1) + "".join(f", {part}" for part in parts[1:])
