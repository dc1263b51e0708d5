"""Makes the rows of one problem after the other, and counts what is left out."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from tirkit.export.counts import ExportCounts
from tirkit.export.filters import first_refusal
from tirkit.export.forms import Form
from tirkit.export.nearness import Benchmarks, NearTexts
from tirkit.export.presets import Preset
from tirkit.export.rows import Row, genselect_row, preference_row, rl_row, same_prompt, sft_row
from tirkit.export.source import Reader, read_texts, unfit
from tirkit.export.tried import ProblemGroup, Tried


@dataclass(frozen=True, slots=True)
class Terms:
    """What decides the rows.

    Attributes:
        form: what they are made for.
        presets: what attempts must pass.
        ids: whether rows hold token ids.
        cancelled: whether attempts that were stopped from outside count.
        seed: of what is drawn.
    """

    form: Form
    presets: tuple[Preset, ...]
    ids: bool = True
    cancelled: bool = False
    seed: int = 0

    @property
    def once(self) -> bool:
        """Whether a text that was there before is left out."""
        return any(preset.once for preset in self.presets)


class RowMaker:
    """Makes rows problem by problem.

    Args:
        terms: what decides them.
        benchmarks: problems that overlap with these are left out.
        near: problems near an earlier one are left out; None keeps them.
        reader: gives and checks the texts of ids; None takes the recorded ones.

    Attributes:
        counts: what became of everything so far.
    """

    def __init__(
        self,
        terms: Terms,
        benchmarks: Benchmarks,
        near: NearTexts | None = None,
        reader: Reader | None = None,
    ) -> None:
        self.counts = ExportCounts()
        self._terms = terms
        self._benchmarks = benchmarks
        self._near = near
        self._reader = reader
        self._seen: set[bytes] = set()

    def rows(self, group: ProblemGroup) -> Iterator[Row]:
        """The rows of a problem."""
        self.counts.problems += 1
        self.counts.attempts += len(group.attempts)
        why = self._refused(group)
        if why:
            self.counts.problems_dropped[why] += 1
            self.counts.attempts_dropped[why] += len(group.attempts)
            return
        kept = [one for one in map(self._kept, group.attempts) if one is not None]
        if not kept:
            self.counts.problems_dropped["no_attempt_left"] += 1
            return
        for row in self._made(group, kept):
            self.counts.rows += 1
            yield row

    def _made(self, group: ProblemGroup, kept: list[Tried]) -> Iterator[Row]:
        terms = self._terms
        if terms.form is Form.SFT:
            yield from (sft_row(one, group, ids=terms.ids) for one in kept)
        elif terms.form is Form.RL:
            yield from (rl_row(one, group) for one in kept)
        elif terms.form is Form.PREFERENCE:
            yield from self._pairs(group, kept)
        else:
            yield from self._windows(group, kept)

    def _pairs(self, group: ProblemGroup, kept: list[Tried]) -> Iterator[Row]:
        for pairing in (one.pairing for one in self._terms.presets if one.pairing is not None):
            for some in same_prompt(kept):
                pair = pairing.pair(some)
                if isinstance(pair, str):
                    self.counts.problems_dropped[pair] += 1
                else:
                    yield preference_row(pair, group, ids=self._terms.ids)

    def _windows(self, group: ProblemGroup, kept: list[Tried]) -> Iterator[Row]:
        for drawing in (one.drawing for one in self._terms.presets if one.drawing is not None):
            windows, dropped = drawing.draw(group, kept, self._terms.seed)
            where = self.counts.windows_dropped if windows else self.counts.problems_dropped
            where.update(dropped)
            yield from (genselect_row(window, group) for window in windows)

    def _refused(self, group: ProblemGroup) -> str:
        """Why a whole problem is left out; remembers it if it is not."""
        text, name = group.problem.text, group.problem.id
        overlap = self._benchmarks.overlap(text)
        if overlap is not None:
            self.counts.overlaps.append(
                {
                    "problem_id": name,
                    "dataset": overlap.dataset,
                    "question_id": overlap.problem_id,
                    "why": overlap.why,
                }
            )
            return "contaminated"
        if self._near is None:
            return ""
        earlier = self._near.near(text)
        if earlier is not None:
            self.counts.near.append({"problem_id": name, "near": earlier})
            return "near_problem"
        self._near.add(name, text)
        return ""

    def _kept(self, tried: Tried) -> Tried | None:
        """An attempt with its text, or None where it is left out, counted."""
        terms = self._terms
        why = unfit(tried, ids=terms.ids, cancelled=terms.cancelled)
        if not why and terms.form is Form.RL and tried.right is None:
            why = "no_reference"
        if not why and self._reader is not None and tried.trajectory.token_exact:
            read = read_texts(tried, self._reader)
            tried, why = (tried, read) if isinstance(read, str) else (read, "")
        for preset in () if why else terms.presets:
            why = why or first_refusal(preset.filters, tried)
        if not why and terms.once and self._was_seen(tried):
            why = "same_text"
        if why:
            self.counts.attempts_dropped[why] += 1
            return None
        return tried

    def _was_seen(self, tried: Tried) -> bool:
        whole = f"{tried.trajectory.prompt_text}\0{tried.text}".encode("utf-8", "surrogatepass")
        key = hashlib.blake2b(whole, digest_size=16).digest()
        if key in self._seen:
            return True
        self._seen.add(key)
        return False
