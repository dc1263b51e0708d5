"""Look through the forms an answer may have, and take the last admissible one."""

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import chain, islice
from types import MappingProxyType

from tirkit.answers.admit import admit
from tirkit.answers.extract.boxes import MAX_CANDIDATES, boxes
from tirkit.answers.extract.extraction import MAX_SHOWN_CHARS, Candidate, Extraction, Refusal
from tirkit.answers.extract.numbers import numbers
from tirkit.answers.extract.options import options
from tirkit.answers.extract.phrases import phrases
from tirkit.answers.extract.segments import (
    Segment,
    SegmentKind,
    final_spans,
    output_span,
    segments,
)
from tirkit.answers.extract.source import BOXES, Source
from tirkit.answers.extract.tags import tags
from tirkit.answers.normalize import normalize
from tirkit.types import ANY_ANSWER, Answer, AnswerDomain

_PLACEHOLDER = re.compile(
    r"[\s._?\u2026-]*|(?:\\text\{)?\W?(?:the |your )?(?:final )?answer(?: here)?\W?\}?",
    re.IGNORECASE,
)
"""What models copy from a prompt that says where to put the answer."""


_Find = Callable[[str, int, int], Iterator[Candidate]]
FINDERS: Mapping[Source, _Find] = MappingProxyType(
    {
        Source.BOX: boxes,
        Source.PHRASE: phrases,
        Source.OPTION: options,
        Source.TAG: tags,
        Source.OUTPUT: numbers,
    }
)
"""Candidates of a form in a stretch of a text, last one first."""
_MISSING = {
    Source.BOX: r"\boxed{} or \fbox{}",
    Source.PHRASE: "phrase that tells the answer",
    Source.OPTION: "lone option letter",
    Source.TAG: "<answer> tag",
}
_WHERE_CUT = {
    SegmentKind.THINKING: "the text ends inside thinking",
    SegmentKind.OUTPUT: "nothing is written behind the last code output",
    SegmentKind.CODE: "the text ends inside code",
}


def extract(
    text: str,
    domain: AnswerDomain = ANY_ANSWER,
    sources: tuple[Source, ...] = BOXES,
    *,
    thinking: bool = False,
    output: str | None = None,
) -> Extraction:
    r"""Take the last admissible answer of a completion.

    Thinking, code and code output are cut away first, and only what stands behind the last of
    thinking and output is looked at; a final segment that a dialect has already cut is read whole.
    Each source is tried in turn, its candidates from the last one backwards; one that is empty,
    malformed or outside `domain` is refused with its reason. Linear in the text, never raises.

    Args:
        text: a whole completion, or its final segment.
        domain: which answers are admissible; an answer is never bent into it.
        sources: the forms looked for, in this order; boxes alone by default.
        thinking: whether thinking is looked through when the final segment holds no answer.
        output: the last code output where it does not stand in the text; for `Source.OUTPUT`.
    """
    cut = segments(text)
    search = _Search(text, domain, output)
    final = final_spans(cut)
    found = search.through(sources, final, output_span(cut))
    if found is None and thinking:
        thought = tuple(one for one in cut if one.kind is SegmentKind.THINKING)
        asked = tuple(source for source in sources if source is not Source.OUTPUT)
        found = search.through(asked, thought, None, note="found in thinking")
    if found is not None:
        return found
    return Extraction(reason=search.why_none(sources, cut, final), refusals=search.refusals)


def admitted(text: str, domain: AnswerDomain) -> tuple[str, str]:
    """(canonical form, "") of what a candidate says, or ("", why it is no answer)."""
    canonical = normalize(text)
    if _PLACEHOLDER.fullmatch(text.strip()) or _PLACEHOLDER.fullmatch(canonical):
        return "", "is empty"
    return admit(canonical, domain)


class _Search:
    """One search through a text; keeps what it refuses."""

    def __init__(self, text: str, domain: AnswerDomain, output: str | None) -> None:
        self._text = text
        self._domain = domain
        self._output = output
        self._refused: list[Refusal] = []

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        return tuple(self._refused)

    def through(
        self,
        sources: tuple[Source, ...],
        spans: tuple[Segment, ...],
        output: Segment | None,
        *,
        note: str = "",
    ) -> Extraction | None:
        """The first admissible candidate, or None."""
        for source in sources:
            if source is Source.OUTPUT and self._output is not None:
                found = self._take(source, numbers(self._output, 0, len(self._output)), note)
                if found is not None:
                    return Extraction(found.answer, source=source, refusals=self.refusals)
                continue
            looked = (output,) if source is Source.OUTPUT else spans
            find = FINDERS[source]
            candidates = chain.from_iterable(
                find(self._text, span.start, span.end) for span in reversed(looked) if span
            )
            found = self._take(source, candidates, note)
            if found is not None:
                return found
        return None

    def _take(
        self, source: Source, candidates: Iterator[Candidate], note: str
    ) -> Extraction | None:
        for one in islice(candidates, MAX_CANDIDATES):
            canonical, fault = "", one.fault
            if not fault:
                canonical, fault = admitted(one.text, self._domain)
            if not fault:
                answer = Answer(one.text.strip(), canonical)
                notes = "; ".join(filter(None, (one.note, note)))
                return Extraction(answer, one.start, one.end, "", source, notes, self.refusals)
            shown = one.text.strip()[:MAX_SHOWN_CHARS]
            self._refused.append(Refusal(shown, fault, source, one.start, one.end))
        return None

    def why_none(
        self, sources: tuple[Source, ...], cut: tuple[Segment, ...], final: tuple[Segment, ...]
    ) -> str:
        """Why there is no answer, in words."""
        if self._refused:
            last = self._refused[0]
            count = len(self._refused)
            if {refusal.source for refusal in self._refused} == {Source.BOX}:
                what = f"{count} boxes"
            else:
                what = f"{count} candidates"
            return f"no admissible answer in {what}; the last, {last.text!r}, {last.reason}"
        looked = [_MISSING[source] for source in sources if source in _MISSING]
        reasons = [f"no {', '.join(looked)} in the final text"] if looked else []
        if cut and not any(self._text[one.start : one.end].strip() for one in final):
            reasons.insert(0, _WHERE_CUT.get(cut[-1].kind, "there is no final text"))
        if Source.OUTPUT in sources:
            reasons.append("no number in the last code output")
        return "; ".join(reasons)
