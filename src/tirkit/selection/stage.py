"""What selectors are made of: stages that filter and weigh votes, one behind the other."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar

from tirkit.errors import ConfigError
from tirkit.selection.ballot import Ballot
from tirkit.selection.elect import elect
from tirkit.selection.tally import MAX_WEIGHT
from tirkit.types import Answer, Tally, Verdict, Vote

LEAST_WEIGHT = 1e-9
"""A weight is never less, so that a vote that counts stays in the tally."""


@dataclass(frozen=True, slots=True)
class Cast:
    """A vote in the making.

    Attributes:
        ballot: the attempt's evidence.
        answer: what it votes for; None as long as it votes for nothing.
        weight: product of what the stages so far gave.
        evidence: see `Vote`.
        note: see `Vote`.
    """

    ballot: Ballot
    answer: Answer | None
    weight: float = 1.0
    evidence: float | None = None
    note: str = ""

    def noted(self, note: str) -> "Cast":
        """The same with one more note."""
        return replace(self, note=f"{self.note}, {note}" if self.note else note)

    def times(self, factor: float) -> "Cast":
        """The same at another weight, held to what a tally takes."""
        weight = self.weight * factor
        return replace(self, weight=min(max(weight, LEAST_WEIGHT), MAX_WEIGHT))

    def vote(self) -> Vote | None:
        """The vote, or None without an answer."""
        if self.answer is None:
            return None
        confidence = self.ballot.confidence
        return Vote(
            self.ballot.index, self.answer, self.weight, confidence, self.evidence, self.note
        )


class Stage:
    """A selector, or a part of one. `one | other` lets `other` go on with what `one` left.

    Weights multiply; what a filter left out stays out. Every stage sees the votes in order of
    their attempts' indexes, so that the order of finishing changes nothing.
    """

    __slots__ = ()
    name: ClassVar[str]
    """How texts call it."""
    decides: ClassVar[bool] = False
    """Whether its `select` is its own; such a stage stands last."""

    def apply(self, casts: Sequence[Cast]) -> Sequence[Cast]:
        """Leave out, reweigh or note; attempts without an answer come along."""
        return casts

    def weigh(self, ballots: Sequence[Ballot]) -> Sequence[Vote]:
        """Votes of the attempts, by index; one that is not to count has none."""
        ordered = sorted(ballots, key=lambda ballot: ballot.index)
        casts = self.apply([Cast(ballot, ballot.answer) for ballot in ordered])
        return [vote for cast in casts if (vote := cast.vote()) is not None]

    def select(self, tally: Tally) -> Verdict:
        """Choose the answer with the most weight, or say why there is none."""
        return elect(tally)

    def __or__(self, then: "Stage") -> "Stage":
        return Pipeline((*_stages(self), *_stages(then)))

    def __str__(self) -> str:
        shown = []
        for item in fields(self):  # type: ignore[arg-type]  # every stage is a dataclass
            value = getattr(self, item.name)
            if value != item.default:
                shown.append(f"{item.name}={value!r}")
        return f"{self.name}({', '.join(shown)})"


@dataclass(frozen=True, slots=True)
class Pipeline(Stage):
    """Stages one behind the other; the last one's `select` decides.

    Raises:
        ConfigError: no stages, or one with a `select` of its own stands before another.
    """

    stages: tuple[Stage, ...]

    def __post_init__(self) -> None:
        if not self.stages:
            raise ConfigError("a selector needs at least one stage")
        for stage in self.stages[:-1]:
            if stage.decides:
                raise ConfigError(f"selector part {stage} decides: it must stand last")

    def apply(self, casts: Sequence[Cast]) -> Sequence[Cast]:
        """Through all stages."""
        for stage in self.stages:
            casts = stage.apply(casts)
        return casts

    def select(self, tally: Tally) -> Verdict:
        """As the last stage does."""
        return self.stages[-1].select(tally)

    def __str__(self) -> str:
        return " | ".join(map(str, self.stages))


def _stages(stage: Stage) -> tuple[Stage, ...]:
    return stage.stages if isinstance(stage, Pipeline) else (stage,)


def scaled(casts: Sequence[Cast], factors: Sequence[float | None], want: str) -> list[Cast]:
    """Multiply weights; what has no factor is held to be middling, or plain if none has one.

    Args:
        casts: votes in the making.
        factors: one for each; None where the evidence is missing.
        want: name of that evidence, for the note.
    """
    known = [
        factor
        for cast, factor in zip(casts, factors, strict=True)
        if cast.answer is not None and factor is not None
    ]
    middle = statistics.median(known) if known else 1.0
    note = f"without {want}, {'given the median weight' if known else 'counted plainly'}"
    return [
        cast.times(middle).noted(note) if factor is None else cast.times(factor)
        for cast, factor in zip(casts, factors, strict=True)
    ]


def sifted(casts: Sequence[Cast], kept: Sequence[bool], what: str) -> Sequence[Cast]:
    """Leave out the votes that are not kept; where none would be left, keep and note them all.

    Args:
        casts: votes in the making.
        kept: whether each stays.
        what: which votes stay, for the note, such as "with working code".
    """
    left = [cast for cast, stays in zip(casts, kept, strict=True) if stays]
    if any(cast.answer is not None for cast in left):
        return left
    return [cast.noted(f"kept for want of any {what}") for cast in casts]


def answered(casts: Sequence[Cast]) -> list[Cast]:
    """Those that vote for something."""
    return [cast for cast in casts if cast.answer is not None]


def check(stage: Stage, **bounds: tuple[float, float]) -> None:
    """Refuse numbers out of their bounds, both inclusive.

    Raises:
        ConfigError: a field is no finite number between its bounds.
    """
    for field, (low, high) in bounds.items():
        value: Any = getattr(stage, field)
        number = isinstance(value, int | float) and math.isfinite(value)
        if not number or not low <= value <= high:
            raise ConfigError(
                f"selector {stage.name}: {field} is {value!r}, it must be from {low:g} to {high:g}"
            )


def check_word(stage: Stage, field: str, words: Sequence[str]) -> None:
    """Refuse a word that is none of these.

    Raises:
        ConfigError: it is not.
    """
    value = getattr(stage, field)
    if value not in words:
        raise ConfigError(
            f"selector {stage.name}: {field} is {value!r}, use {', '.join(map(repr, words))}"
        )
